package dev.heimdall.manager.pages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.jsontext.ExactJson;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A document that two have changed, field by field: what only one of them has changed is taken, and
 * where they differ the user has to choose. Lists are fields as a whole.
 */
final class Merge {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode base;
  private final JsonNode theirs;
  private final JsonNode mine;

  private Merge(JsonNode base, JsonNode theirs, JsonNode mine) {
    this.base = base;
    this.theirs = theirs;
    this.mine = mine;
  }

  /** Outcome for a field. */
  enum Outcome {
    THEIRS("theirs"),
    MINE("yours"),
    SAME("the same"),
    CONFLICT("both changed it");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * A changed field.
   *
   * @param path such as {@code $.pool.size}
   * @param base as JSON; empty: it was not there
   */
  record Field(
      String path,
      Optional<String> base,
      Optional<String> theirs,
      Optional<String> mine,
      Outcome outcome) {
    /** It is of a document. */
    @Override
    public String toString() {
      return path + " " + outcome;
    }
  }

  /**
   * Of three texts.
   *
   * @return empty: one of them is no object in JSON
   */
  static Optional<Merge> of(String base, String theirs, String mine) {
    Optional<ObjectNode> before = ExactJson.object(base);
    Optional<ObjectNode> other = ExactJson.object(theirs);
    Optional<ObjectNode> own = ExactJson.object(mine);
    return before.isPresent() && other.isPresent() && own.isPresent()
        ? Optional.of(new Merge(before.get(), other.get(), own.get()))
        : Optional.empty();
  }

  /** Changed fields, in the document's order. */
  List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    merged("$", base, theirs, mine, Set.of(), fields);
    return fields;
  }

  /**
   * The document with both changes.
   *
   * @param chosen the paths of fields that both have changed of which this one's counts; of others
   *     it is the other one's
   */
  String text(Set<String> chosen) {
    JsonNode both = merged("$", base, theirs, mine, chosen, new ArrayList<>());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(both) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null: there is no such field. */
  private static JsonNode merged(
      String path,
      JsonNode base,
      JsonNode theirs,
      JsonNode mine,
      Set<String> chosen,
      List<Field> fields) {
    if (same(base, theirs) && same(base, mine)) {
      return base;
    }
    if (isObject(base) && isObject(theirs) && isObject(mine)) {
      ObjectNode both = JSON.createObjectNode();
      Set<String> names = new LinkedHashSet<>();
      theirs.fieldNames().forEachRemaining(names::add);
      mine.fieldNames().forEachRemaining(names::add);
      base.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode field =
            merged(
                path + "." + name,
                base.get(name),
                theirs.get(name),
                mine.get(name),
                chosen,
                fields);
        if (field != null) {
          both.set(name, field);
        }
      }
      return both;
    }
    Outcome outcome = outcome(base, theirs, mine);
    fields.add(new Field(path, json(base), json(theirs), json(mine), outcome));
    boolean isMine =
        outcome == Outcome.MINE || outcome == Outcome.CONFLICT && chosen.contains(path);
    return isMine ? mine : theirs;
  }

  private static Outcome outcome(JsonNode base, JsonNode theirs, JsonNode mine) {
    if (same(theirs, mine)) {
      return Outcome.SAME;
    }
    if (same(base, mine)) {
      return Outcome.THEIRS;
    }
    return same(base, theirs) ? Outcome.MINE : Outcome.CONFLICT;
  }

  private static boolean isObject(JsonNode node) {
    return node != null && node.isObject();
  }

  private static boolean same(JsonNode one, JsonNode other) {
    return one == null ? other == null : one.equals(other);
  }

  private static Optional<String> json(JsonNode node) {
    return Optional.ofNullable(node).map(JsonNode::toString);
  }
}
