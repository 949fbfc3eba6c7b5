package dev.heimdall.manager.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The shared store: the one that nodes have, and the one that was typed. */
final class Stores {
  static final String NODE = "node.json";

  private Stores() {}

  /** Reads {@code node.json}; empty if there is none, or it is no object. */
  static Optional<ObjectNode> node(Documents there) {
    StoredDocument stored = there.all().get(NODE);
    if (stored == null) {
      return Optional.empty();
    }
    try {
      JsonNode read = Answer.JSON.readTree(stored.content().bytes());
      return read instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The servers that nodes share already, for people; empty: none. */
  static String there(Documents there) {
    return node(there)
        .map(node -> node.path("store").path("servers"))
        .filter(JsonNode::isArray)
        .map(
            servers -> {
              StringBuilder all = new StringBuilder();
              servers.forEach(one -> all.append(all.isEmpty() ? "" : ", ").append(one.asText()));
              return all.toString();
            })
        .orElse("");
  }

  static List<String> servers(Answers answers) {
    return Servers.lines(answers.get("storeServers"));
  }

  /** Returns the value for {@code store} of {@code node.json}. */
  static ObjectNode json(Answers answers) {
    ObjectNode store = Answer.JSON.createObjectNode();
    servers(answers).forEach(store.putArray("servers")::add);
    if (!answers.get("storeMode", "standalone").equals("standalone")) {
      store.put("mode", answers.get("storeMode"));
    }
    if (!answers.get("storeUser").isEmpty()) {
      store.put("user", answers.get("storeUser"));
    }
    if (!answers.secret("storePassword").isEmpty()) {
      store.put("password", answers.secret("storePassword"));
    }
    String tls = answers.get("storeTls", "disable");
    if (!tls.equals("disable")) {
      ObjectNode settings = store.putObject("tls").put("mode", tls);
      if (!answers.get("storeCa").isEmpty()) {
        settings.put("caFile", answers.get("storeCa"));
      }
    }
    return store;
  }
}
