package dev.heimdall.manager.resources;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.util.TreeMap;

/** How programs write JSON that they have read, when nobody chooses how. */
enum Encoder {
  /** Python's {@code json.dumps}, and PHP's. */
  PYTHON {
    @Override
    String write(JsonNode value) throws IOException {
      return written(new ObjectMapper(), value, JsonGenerator.Feature.ESCAPE_NON_ASCII);
    }
  },
  /** Node.js's {@code JSON.stringify}. */
  NODE {
    @Override
    String write(JsonNode value) throws IOException {
      return written(new ObjectMapper(), value);
    }
  },
  /** Go's {@code encoding/json} over maps, and Terraform's {@code jsonencode}. */
  GO {
    @Override
    String write(JsonNode value) throws IOException {
      ObjectMapper json = new ObjectMapper();
      json.getFactory().setCharacterEscapes(new Html());
      return written(json, sorted(json, value));
    }
  },
  /** Each character of each text as it may be written, too. */
  ALL_ESCAPED {
    @Override
    String write(JsonNode value) throws IOException {
      ObjectMapper json = new ObjectMapper();
      json.getFactory().setCharacterEscapes(new All());
      return written(
          json.enable(SerializationFeature.INDENT_OUTPUT),
          value,
          JsonGenerator.Feature.ESCAPE_NON_ASCII);
    }
  };

  abstract String write(JsonNode value) throws IOException;

  private static String written(
      ObjectMapper json, JsonNode value, JsonGenerator.Feature... features) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = json.getFactory().createGenerator(text)) {
      for (JsonGenerator.Feature feature : features) {
        generator.enable(feature);
      }
      json.writeValue(generator, value);
    }
    return text.toString();
  }

  private static JsonNode sorted(ObjectMapper json, JsonNode value) {
    if (value.isArray()) {
      var items = json.createArrayNode();
      value.forEach(item -> items.add(sorted(json, item)));
      return items;
    }
    if (!value.isObject()) {
      return value;
    }
    var members = json.createObjectNode();
    TreeMap<String, JsonNode> byName = new TreeMap<>();
    value.properties().forEach(member -> byName.put(member.getKey(), member.getValue()));
    byName.forEach((name, member) -> members.set(name, sorted(json, member)));
    return members;
  }

  private static final class Html extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes['<'] = ESCAPE_STANDARD;
      codes['>'] = ESCAPE_STANDARD;
      codes['&'] = ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return null;
    }
  }

  private static final class All extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      for (int letter = ' '; letter < codes.length; letter++) {
        codes[letter] = ESCAPE_CUSTOM;
      }
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return new SerializedString("\\u%04X".formatted(character));
    }
  }
}
