package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** One value of a JSON text, with the place where it begins. */
sealed interface JsonValue {
  Position at();

  /** The value as a problem shows it; long texts are cut. */
  String shown();

  /** Value in Jackson's form, for generated content. */
  JsonNode tree();

  record Obj(Position at, Map<String, Member> members) implements JsonValue {
    @Override
    public String shown() {
      return "an object";
    }

    @Override
    public JsonNode tree() {
      ObjectNode tree = JsonNodeFactory.instance.objectNode();
      members.forEach((name, member) -> tree.set(name, member.value().tree()));
      return tree;
    }
  }

  /** A member of an object; the place is that of its name. */
  record Member(Position nameAt, JsonValue value) {}

  record Arr(Position at, List<JsonValue> items) implements JsonValue {
    @Override
    public String shown() {
      return "a list";
    }

    @Override
    public JsonNode tree() {
      ArrayNode tree = JsonNodeFactory.instance.arrayNode();
      items.forEach(item -> tree.add(item.tree()));
      return tree;
    }
  }

  record Str(Position at, String text) implements JsonValue {
    @Override
    public String shown() {
      return quote(text);
    }

    @Override
    public JsonNode tree() {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  record Num(Position at, String text) implements JsonValue {
    @Override
    public String shown() {
      return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    @Override
    public JsonNode tree() {
      return JsonNodeFactory.instance.numberNode(new BigDecimal(text));
    }
  }

  record Bool(Position at, boolean value) implements JsonValue {
    @Override
    public String shown() {
      return Boolean.toString(value);
    }

    @Override
    public JsonNode tree() {
      return JsonNodeFactory.instance.booleanNode(value);
    }
  }

  record Null(Position at) implements JsonValue {
    @Override
    public String shown() {
      return "null";
    }

    @Override
    public JsonNode tree() {
      return JsonNodeFactory.instance.nullNode();
    }
  }

  /**
   * A text that refers to a fact of a region which is not known here, or to none: nothing of the
   * setting can be said, and nothing more is.
   */
  record Open(Position at) implements JsonValue {
    @Override
    public String shown() {
      return "a text that refers to the region";
    }

    @Override
    public JsonNode tree() {
      return JsonNodeFactory.instance.nullNode();
    }
  }

  int LONGEST = 80;

  /** A text in quotes, on one line. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(LONGEST)
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    boolean cut = text.codePointCount(0, text.length()) > LONGEST;
    return quoted.append(cut ? "…\"" : "\"").toString();
  }
}
