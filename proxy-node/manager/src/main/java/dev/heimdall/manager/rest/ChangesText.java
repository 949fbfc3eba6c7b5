package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.DocumentStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Several changes in one body: {@code {"changes": [{"document", "over", "text" | "base64" |
 * "delete"}], "comment"}}, read as strictly as documents are.
 */
record ChangesText(List<Change> changes, String comment) {
  private static final Set<String> KEYS = Set.of("document", "over", "text", "base64", "delete");
  private static final Set<String> CONTENTS = Set.of("text", "base64", "delete");

  /**
   * @param versions whether each has to say what it is made over
   */
  static ChangesText read(byte[] body, boolean versions) throws Refusal {
    JsonNode root = StrictBody.parsed(body);
    StrictBody.only(root, Set.of("changes", "comment"), "$");
    JsonNode array = root.path("changes");
    if (!array.isArray() || array.isEmpty()) {
      throw Request.bad("$.changes: expected an array with at least one change.");
    }
    if (array.size() > DocumentStore.MOST) {
      throw Request.bad("$.changes: there may be %,d.".formatted(DocumentStore.MOST));
    }
    List<Change> changes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < array.size(); i++) {
      String at = "$.changes[" + i + "]";
      Change change = change(array.get(i), at, versions);
      if (!names.add(change.name())) {
        throw Request.bad(at + ".document: a second change of " + change.name() + ".");
      }
      changes.add(change);
    }
    return new ChangesText(changes, StrictBody.text(root, "comment").orElse(""));
  }

  private static Change change(JsonNode node, String at, boolean versions) throws Refusal {
    StrictBody.only(node, KEYS, at);
    JsonNode name = node.path("document");
    if (!name.isTextual()) {
      throw Request.bad(at + ".document: expected the name of a document.");
    }
    JsonNode over = node.path("over");
    if (versions && over.isMissingNode()
        || !over.isMissingNode() && !over.isNull() && !over.isTextual()) {
      throw Request.bad(
          at + ".over: expected the version that this is made over, or null: there is none.");
    }
    return DocumentsPath.change(
        name.textValue(), content(node, at), Optional.ofNullable(over.textValue()));
  }

  private static Optional<byte[]> content(JsonNode node, String at) throws Refusal {
    List<Map.Entry<String, JsonNode>> contents =
        node.properties().stream().filter(entry -> CONTENTS.contains(entry.getKey())).toList();
    if (contents.size() == 1) {
      JsonNode value = contents.get(0).getValue();
      switch (contents.get(0).getKey()) {
        case "text" -> {
          if (value.isTextual()) {
            return sized(value.textValue().getBytes(StandardCharsets.UTF_8), at);
          }
        }
        case "base64" -> {
          if (value.isTextual()) {
            return sized(decoded(value.textValue(), at), at);
          }
        }
        default -> {
          if (value.isBoolean() && value.booleanValue()) {
            return Optional.empty();
          }
        }
      }
    }
    throw Request.bad(
        at + ": expected one of \"text\": \"…\", \"base64\": \"…\", \"delete\": true.");
  }

  private static byte[] decoded(String text, String at) throws Refusal {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw Request.bad(at + ".base64: expected Base64.");
    }
  }

  private static Optional<byte[]> sized(byte[] content, String at) throws Refusal {
    if (content.length > DocumentStore.LARGEST) {
      throw new Refusal(
          413,
          "content_too_large",
          "%s: the document has %,d bytes; one may have %,d."
              .formatted(at, content.length, DocumentStore.LARGEST));
    }
    return Optional.of(content);
  }
}
