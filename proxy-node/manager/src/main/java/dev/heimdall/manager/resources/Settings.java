package dev.heimdall.manager.resources;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** Trees of documents as texts, and changes of them. */
final class Settings {
  private Settings() {}

  static String written(ObjectNode tree) {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    try {
      return Answer.JSON.writer(printer).writeValueAsString(tree) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * RFC 7396, section 2: null takes a member away, objects go into each other, all else replaces.
   */
  static JsonNode merged(Optional<JsonNode> target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode result =
        target
            .filter(JsonNode::isObject)
            .map(tree -> (ObjectNode) tree.deepCopy())
            .orElseGet(Answer.JSON::createObjectNode);
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (change.getValue().isNull()) {
        result.remove(change.getKey());
      } else {
        result.set(
            change.getKey(),
            merged(Optional.ofNullable(result.get(change.getKey())), change.getValue()));
      }
    }
    return result;
  }
}
