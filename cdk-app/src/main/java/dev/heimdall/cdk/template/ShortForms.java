package dev.heimdall.cdk.template;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template as people write YAML for CloudFormation: {@code !Ref Vpc} instead of an object with
 * one member. It reads better, and is a good fifth shorter: a text of more than 51,200 bytes has to
 * be put into a bucket before it can be used.
 */
final class ShortForms {
  private static final String FUNCTION = "Fn::";
  private static final String SUB = "Fn::Sub";
  private static final Pattern ONE_NAME = Pattern.compile("\\$\\{[^}!]*}");
  private static final Pattern NAME = Pattern.compile("\\$\\{(!?[^}]*)}");

  /** Position of a tag before a text: Jackson writes tags before lists only. */
  private static final Pattern MARK = Pattern.compile("(?<=: |- )(\"?)__([A-Za-z0-9]+)__ ");

  /** Quotes as well what YAML 1.1 has types of its own for: CLIs of AWS read by that version. */
  private static final class Quoting extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1;

    @Override
    public boolean needToQuoteValue(String value) {
      return value.equals("=") || value.equals("<<") || super.needToQuoteValue(value);
    }
  }

  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .stringQuotingChecker(new Quoting())
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  private final JsonGenerator out;

  private ShortForms(JsonGenerator out) {
    this.out = out;
  }

  /** The template's text. */
  static String of(JsonNode template) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = YAML.createGenerator(text)) {
      new ShortForms(out).write(template);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ShortLists.in(MARK.matcher(text.toString()).replaceAll("!$2 $1"));
  }

  private void write(JsonNode node) throws IOException {
    if (node.isObject() && node.size() == 1) {
      Map.Entry<String, JsonNode> only = node.properties().iterator().next();
      if (function(only.getKey(), only.getValue())) {
        return;
      }
    }
    if (node.isObject()) {
      out.writeStartObject();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        out.writeFieldName(member.getKey());
        write(member.getValue());
      }
      out.writeEndObject();
    } else if (node.isArray()) {
      out.writeStartArray();
      for (JsonNode each : node) {
        write(each);
      }
      out.writeEndArray();
    } else if (node.isBoolean()) {
      out.writeBoolean(node.booleanValue());
    } else if (node.isNumber()) {
      out.writeNumber(node.asText());
    } else {
      out.writeString(node.asText());
    }
  }

  /**
   * Writes a function with its tag, if it can have one: YAML has one tag for a value, so what is
   * made of another function's result alone keeps its long form, and so does a text of lines.
   */
  private boolean function(String name, JsonNode of) throws IOException {
    boolean condition = name.equals("Condition");
    if (!name.equals("Ref") && !condition && !name.startsWith(FUNCTION)) {
      return false;
    }
    Optional<String> joined = name.equals("Fn::Join") ? joined(of) : Optional.empty();
    if (joined.isPresent()) {
      out.writeString(mark(SUB) + joined.get());
      return true;
    }
    JsonNode simple = name.equals(SUB) ? simpler(of) : of;
    if (name.equals(SUB) && simple.isTextual() && !simple.asText().contains("${")) {
      out.writeString(simple.asText());
    } else if (name.equals("Fn::GetAtt") && simple.isArray()) {
      out.writeString(mark(name) + simple.get(0).asText() + "." + simple.get(1).asText());
    } else if (simple.isTextual() && ONE_NAME.matcher(simple.asText()).matches()) {
      String named = simple.asText().substring(2, simple.asText().length() - 1);
      out.writeString(mark(named.contains(".") ? "GetAtt" : "Ref") + named);
    } else if (simple.isTextual() && !simple.asText().contains("\n")) {
      out.writeString(mark(name) + simple.asText());
    } else if (simple.isArray() && !condition) {
      out.writeTypeId("!" + name.replace(FUNCTION, ""));
      write(simple);
    } else {
      return false;
    }
    return true;
  }

  private static String mark(String name) {
    return "__" + name.replace(FUNCTION, "") + "__ ";
  }

  /** A text names parameters itself: it needs no list of its own for what is one's value. */
  private static JsonNode simpler(JsonNode sub) {
    if (!sub.isArray()) {
      return sub;
    }
    Map<String, JsonNode> left = new TreeMap<>();
    Map<String, String> named = new TreeMap<>();
    sub.get(1)
        .properties()
        .forEach(
            value -> {
              Optional<String> text = text(value.getValue());
              text.ifPresent(known -> named.put(value.getKey(), known));
              if (text.isEmpty()) {
                left.put(value.getKey(), value.getValue());
              }
            });
    Matcher names = NAME.matcher(sub.get(0).asText());
    String text =
        names.replaceAll(
            name -> Matcher.quoteReplacement(named.getOrDefault(name.group(1), name.group())));
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return left.isEmpty()
        ? nodes.textNode(text)
        : nodes.arrayNode().add(text).add(nodes.objectNode().setAll(left));
  }

  /** Returns values joined without a separator as one text. */
  private static Optional<String> joined(JsonNode join) {
    if (!join.get(0).asText().isEmpty() || !join.get(1).isArray()) {
      return Optional.empty();
    }
    StringBuilder all = new StringBuilder();
    for (JsonNode part : join.get(1)) {
      Optional<String> text = text(part);
      if (text.isEmpty()) {
        return text;
      }
      all.append(text.get());
    }
    return Optional.of(all.toString());
  }

  /** Returns the notation of a value within a text, if there is one. */
  private static Optional<String> text(JsonNode value) {
    if (value.isTextual()) {
      return Optional.of(value.asText()).filter(text -> !text.contains("${"));
    }
    if (!value.isObject() || value.size() != 1) {
      return Optional.empty();
    }
    if (value.has("Ref")) {
      return Optional.of("${" + value.get("Ref").asText() + "}");
    }
    if (value.has("Fn::GetAtt")) {
      JsonNode of = value.get("Fn::GetAtt");
      return Optional.of("${" + of.get(0).asText() + "." + of.get(1).asText() + "}");
    }
    return value.has("Fn::Join") ? joined(value.get("Fn::Join")) : Optional.empty();
  }
}
