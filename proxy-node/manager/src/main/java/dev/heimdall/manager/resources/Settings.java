package dev.heimdall.manager.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.util.Map;
import java.util.Optional;

/** Changes of the trees of documents. */
final class Settings {
  private Settings() {}

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
