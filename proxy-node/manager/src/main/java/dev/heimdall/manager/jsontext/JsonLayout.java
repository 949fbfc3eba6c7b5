package dev.heimdall.manager.jsontext;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** JSON as people write it: on one line where that is short, else a line for each member. */
public final class JsonLayout {
  private static final int WIDEST = 100;

  /** Numbers stay what they are. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonLayout() {}

  /** The text of an object, which is known to be one, as a tree. */
  public static ObjectNode tree(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was JSON is none", e);
    }
  }

  /**
   * Sets a member; one that is not there yet comes in front of those that people write behind it.
   *
   * @param order of keys
   */
  public static void put(ObjectNode tree, String key, JsonNode value, List<String> order) {
    Set<String> behind =
        tree.has(key) ? Set.of() : Set.copyOf(order.subList(order.indexOf(key) + 1, order.size()));
    List<Map.Entry<String, JsonNode>> later =
        tree.properties().stream().dropWhile(member -> !behind.contains(member.getKey())).toList();
    later.forEach(member -> tree.remove(member.getKey()));
    tree.set(key, value);
    later.forEach(member -> tree.set(member.getKey(), member.getValue()));
  }

  /**
   * A tree as text.
   *
   * @param indent what stands in front of its lines, but for the first
   */
  public static String text(JsonNode node, String indent) {
    String line = line(node);
    if (!node.isContainerNode() || node.isEmpty() || indent.length() + line.length() <= WIDEST) {
      return line;
    }
    String inner = indent + "  ";
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      parts.add(scalar(member.getKey()) + ": " + text(member.getValue(), inner));
    }
    if (node.isArray()) {
      node.forEach(item -> parts.add(text(item, inner)));
    }
    String between = ",\n" + inner;
    return (node.isArray() ? "[" : "{")
        + "\n"
        + inner
        + String.join(between, parts)
        + "\n"
        + indent
        + (node.isArray() ? "]" : "}");
  }

  private static String line(JsonNode node) {
    List<String> parts = new ArrayList<>();
    if (node.isObject()) {
      node.properties()
          .forEach(member -> parts.add(scalar(member.getKey()) + ": " + line(member.getValue())));
      return "{" + String.join(", ", parts) + "}";
    }
    if (node.isArray()) {
      node.forEach(item -> parts.add(line(item)));
      return "[" + String.join(", ", parts) + "]";
    }
    return scalar(node);
  }

  /** A text, a number or a truth value. */
  public static String scalar(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value cannot be written", e);
    }
  }
}
