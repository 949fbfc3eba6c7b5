package dev.heimdall.manager.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** One line of a history, as JSON. */
sealed interface Line {
  ObjectMapper JSON = new ObjectMapper();

  /** Letters of all packed texts of one line; the largest are left out beyond. */
  int MOST_TEXT = 512 << 10;

  /** The hashes of all documents, for when the lines before are not there any more. */
  record Opening(int next, SortedMap<String, String> state) implements Line {
    @Override
    public String text() {
      ObjectNode line = JSON.createObjectNode().put("line", "opening").put("next", next);
      ObjectNode documents = line.putObject("state");
      state.forEach(documents::put);
      return line.toString();
    }
  }

  /**
   * A revision, before anything is written; one without a signature is there already.
   *
   * @param key of this try: no other line has it
   * @param texts packed, by their hashes
   */
  record Begin(
      int number,
      String key,
      Instant at,
      Optional<Signature> signature,
      OptionalInt of,
      List<DocumentChange> changes,
      Map<String, String> texts)
      implements Line {
    @Override
    public String text() {
      ObjectNode line =
          JSON.createObjectNode()
              .put("line", "revision")
              .put("number", number)
              .put("key", key)
              .put("at", at.toString());
      signature.ifPresent(
          by ->
              line.put("user", by.user())
                  .put("address", by.address())
                  .put("comment", by.comment()));
      of.ifPresent(revision -> line.put("of", revision));
      for (DocumentChange change : changes) {
        ObjectNode one = line.withArray("changes").addObject().put("document", change.document());
        change.before().ifPresent(hash -> one.put("before", hash));
        change.after().ifPresent(hash -> one.put("after", hash));
      }
      ObjectNode packed = line.putObject("texts");
      texts.forEach(packed::put);
      return line.toString();
    }

    /** Texts are secrets, packed or not. */
    @Override
    public String toString() {
      return "revision " + number;
    }
  }

  /**
   * Outcome of a revision.
   *
   * @param written the documents of it that are there
   */
  record End(int number, Instant at, Set<String> written) implements Line {
    @Override
    public String text() {
      ObjectNode line =
          JSON.createObjectNode().put("line", "end").put("number", number).put("at", at.toString());
      line.putArray("written");
      written.stream().sorted().forEach(line.withArray("written")::add);
      return line.toString();
    }
  }

  String text();

  /** Empty for what another release may have written. */
  static Optional<Line> read(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      return switch (line.path("line").asText()) {
        case "opening" -> Optional.of(opening(line));
        case "revision" -> Optional.of(begin(line));
        case "end" -> Optional.of(end(line));
        default -> Optional.empty();
      };
    } catch (JsonProcessingException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Opening opening(JsonNode line) {
    SortedMap<String, String> state = new TreeMap<>();
    line.path("state")
        .properties()
        .forEach(document -> state.put(document.getKey(), document.getValue().asText()));
    return new Opening(line.path("next").asInt(), state);
  }

  private static Begin begin(JsonNode line) {
    List<DocumentChange> changes = new ArrayList<>();
    for (JsonNode change : line.path("changes")) {
      changes.add(
          new DocumentChange(
              change.path("document").asText(), word(change, "before"), word(change, "after")));
    }
    Map<String, String> texts = new HashMap<>();
    line.path("texts")
        .properties()
        .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
    return new Begin(
        line.path("number").asInt(),
        line.path("key").asText(),
        Instant.parse(line.path("at").asText()),
        word(line, "user")
            .map(
                user ->
                    new Signature(
                        user, line.path("address").asText(), line.path("comment").asText())),
        line.has("of") ? OptionalInt.of(line.get("of").asInt()) : OptionalInt.empty(),
        changes,
        texts);
  }

  private static End end(JsonNode line) {
    Set<String> written = new HashSet<>();
    line.path("written").forEach(name -> written.add(name.asText()));
    return new End(line.path("number").asInt(), Instant.parse(line.path("at").asText()), written);
  }

  private static Optional<String> word(JsonNode node, String key) {
    return Optional.ofNullable(node.get(key)).map(JsonNode::asText);
  }

  /** Packed texts by their hashes, the smallest first, as many as may be in one line. */
  static Map<String, String> packed(List<Content> contents) {
    List<Content> smallest =
        contents.stream().sorted(Comparator.comparingInt(Content::size)).toList();
    Map<String, String> texts = new HashMap<>();
    int size = 0;
    for (Iterator<Content> all = smallest.iterator(); all.hasNext() && size < MOST_TEXT; ) {
      Content content = all.next();
      String text = packed(content);
      size += text.length();
      if (size <= MOST_TEXT) {
        texts.put(content.hash(), text);
      }
    }
    return texts;
  }

  private static String packed(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(content.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /** Empty for what was not packed by this. */
  static Optional<Content> unpacked(String text) {
    try (GZIPInputStream zip =
        new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
      return Optional.of(Content.of(zip.readNBytes(DocumentStore.LARGEST)));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
