package dev.heimdall.manager.accounts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Tokens by their ids, as JSON. */
final class TokensForm implements SharedDocument.Form<SortedMap<String, Token>> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public SortedMap<String, Token> read(Optional<Content> written) throws StoreException {
    SortedMap<String, Token> tokens = new TreeMap<>();
    if (written.isEmpty()) {
      return tokens;
    }
    try {
      for (JsonNode one : JSON.readTree(written.get().bytes()).path("tokens")) {
        String id = one.path("id").asText();
        tokens.put(
            id,
            new Token(
                id,
                one.path("name").asText(),
                one.path("owner").asText(),
                at(one, "ownerSince"),
                Role.of(one.path("role").asText())
                    .orElseThrow(() -> new IOException("nobody knows the role of " + id)),
                one.path("hash").asText(),
                at(one, "created"),
                at(one, "expires"),
                one.has("used") ? Optional.of(at(one, "used")) : Optional.empty()));
      }
      return tokens;
    } catch (IOException | DateTimeParseException e) {
      // What the parser says may quote a hash.
      throw StoreException.corrupt("The manager's tokens.json is not as the manager writes it.");
    }
  }

  private static Instant at(JsonNode token, String key) {
    return Instant.parse(token.path(key).asText());
  }

  @Override
  public Content write(SortedMap<String, Token> tokens) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode list = all.putArray("tokens");
    for (Token token : tokens.values()) {
      ObjectNode one =
          list.addObject()
              .put("id", token.id())
              .put("name", token.name())
              .put("owner", token.owner())
              .put("ownerSince", token.ownerSince().toString())
              .put("role", token.role().spelling())
              .put("hash", token.hash())
              .put("created", token.created().toString())
              .put("expires", token.expires().toString());
      token.used().ifPresent(used -> one.put("used", used.toString()));
    }
    return Content.of(all.toPrettyString() + "\n");
  }
}
