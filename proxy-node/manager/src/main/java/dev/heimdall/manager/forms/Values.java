package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.SettingField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Values as fields show them, and as they are written again. */
final class Values {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String BETWEEN = " = ";

  /** More than anybody fills in. */
  private static final int MOST_TEXTS = 40;

  private Values() {}

  /** Forms send lines as HTTP has them. */
  static String plain(String text) {
    return text.replace("\r\n", "\n");
  }

  /** Returns the text that a user means by this input. */
  static String sent(SettingField field, String text) {
    return field.kind() == SettingField.Kind.PROSE ? plain(text) : plain(text).strip();
  }

  /** True if a text comes back from a field as it was. */
  private static boolean isPlain(String text) {
    return text.equals(text.strip()) && isProse(text) && text.indexOf('\n') < 0;
  }

  /** True if a text comes back unchanged from a field with lines. */
  private static boolean isProse(String text) {
    return text.codePoints()
        .noneMatch(
            c ->
                c != '\n' && c != '\t' && Character.isISOControl(c)
                    || Character.getType(c) == Character.SURROGATE);
  }

  private static Optional<String> scalar(JsonNode value, Predicate<String> fits) {
    boolean text = value.isTextual() && fits.test(value.textValue());
    return text || value.isBoolean() || value.isIntegralNumber()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  private static Optional<String> scalar(JsonNode value) {
    return scalar(value, Values::isPlain);
  }

  /** Returns the text that a field shows for a value; empty if it cannot be shown in one. */
  static Optional<String> shown(SettingField field, JsonNode value) {
    if (value.isMissingNode()) {
      return Optional.of("");
    }
    return switch (field.kind()) {
      case LIST -> list(value);
      case MAP -> map(value);
      case PROSE -> scalar(value, Values::isProse);
      case TEXTS, SECTION, SECTIONS, SECRET, OTHER -> Optional.empty();
      default -> scalar(value);
    };
  }

  /**
   * Returns the texts that the fields of a text, or of a list of texts, show; empty if they cannot
   * be shown so.
   */
  static Optional<List<String>> texts(JsonNode value) {
    if (value.isMissingNode()) {
      return Optional.of(List.of());
    }
    if (!value.isTextual() && (!value.isArray() || value.size() > MOST_TEXTS)) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode one : value.isArray() ? value : NODES.arrayNode().add(value)) {
      if (!one.isTextual() || !isProse(one.textValue())) {
        return Optional.empty();
      }
      texts.add(one.textValue());
    }
    return Optional.of(texts);
  }

  /** Returns the value that such fields mean; empty if nothing is to be written. */
  static Optional<JsonNode> written(List<String> texts) {
    ArrayNode all = NODES.arrayNode();
    texts.forEach(all::add);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.size() == 1 ? all.get(0) : all);
  }

  private static Optional<String> list(JsonNode value) {
    if (!value.isArray()) {
      return Optional.empty();
    }
    List<String> lines = new ArrayList<>();
    for (JsonNode item : value) {
      Optional<String> shown = scalar(item);
      if (shown.isEmpty() || shown.get().isEmpty()) {
        return Optional.empty();
      }
      lines.add(shown.get());
    }
    return Optional.of(String.join("\n", lines));
  }

  private static Optional<String> map(JsonNode value) {
    if (!value.isObject()) {
      return Optional.empty();
    }
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String key = member.getKey();
      Optional<String> shown =
          member.getValue().isTextual() ? scalar(member.getValue()) : Optional.empty();
      if (shown.isEmpty() || !isPlain(key) || key.isEmpty() || key.contains("=")) {
        return Optional.empty();
      }
      lines.add(key + BETWEEN + shown.get());
    }
    return Optional.of(String.join("\n", lines));
  }

  /** Returns the value that a field's text means; empty if nothing is to be written. */
  static Optional<JsonNode> written(SettingField field, String text) {
    String plain = sent(field, text);
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        switch (field.kind()) {
          case LIST -> items(field.inside().get(0), plain);
          case MAP -> members(plain);
          case TRUTH ->
              plain.equals("true") || plain.equals("false")
                  ? NODES.booleanNode(plain.equals("true"))
                  : NODES.textNode(plain);
          case NUMBER, SIZE ->
              plain.matches("-?(0|[1-9][0-9]{0,17})")
                  ? NODES.numberNode(Long.parseLong(plain))
                  : NODES.textNode(plain);
          default -> NODES.textNode(plain);
        });
  }

  private static ArrayNode items(SettingField item, String text) {
    ArrayNode items = NODES.arrayNode();
    text.lines().forEach(line -> written(item, line).ifPresent(items::add));
    return items;
  }

  private static ObjectNode members(String text) {
    ObjectNode members = NODES.objectNode();
    text.lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              int at = line.indexOf('=');
              String key = at < 0 ? line : line.substring(0, at);
              members.put(key.strip(), at < 0 ? "" : line.substring(at + 1).strip());
            });
    return members;
  }
}
