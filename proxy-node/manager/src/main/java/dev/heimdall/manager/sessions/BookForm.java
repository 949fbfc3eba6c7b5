package dev.heimdall.manager.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** JSON form of the facts known about sessions. */
final class BookForm implements SharedDocument.Form<Book> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Book read(Optional<Content> written) throws StoreException {
    if (written.isEmpty()) {
      return new Book("", Map.of());
    }
    try {
      JsonNode root = JSON.readTree(written.get().bytes());
      String key = root.path("key").asText();
      if (!key.isEmpty() && Base64.getDecoder().decode(key).length != Seal.KEY_BYTES) {
        throw new IOException("no key");
      }
      Map<String, Instant> ended = new TreeMap<>();
      for (Map.Entry<String, JsonNode> one : root.path("ended").properties()) {
        ended.put(one.getKey(), Instant.parse(one.getValue().asText()));
      }
      return new Book(key, ended);
    } catch (IOException | DateTimeParseException | IllegalArgumentException e) {
      // What the parser says may quote the key.
      throw StoreException.corrupt("The manager's sessions.json is not as the manager writes it.");
    }
  }

  @Override
  public Content write(Book book) {
    ObjectNode all = JSON.createObjectNode().put("key", book.key());
    ObjectNode ended = all.putObject("ended");
    book.ended().forEach((id, until) -> ended.put(id, until.toString()));
    return Content.of(all.toPrettyString() + "\n");
  }
}
