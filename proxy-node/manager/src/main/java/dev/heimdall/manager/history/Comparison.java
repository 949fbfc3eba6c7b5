package dev.heimdall.manager.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.secrets.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * One document before and after: its texts may hold passwords, and so may what differs.
 *
 * @param before empty: there was none, or its text is not kept
 * @param after empty: there is none, or its text is not kept
 */
public record Comparison(DocumentChange change, Optional<Content> before, Optional<Content> after) {
  /** Values of a document that are named one by one; the lines that differ are all there. */
  public static final int MOST_VALUES = 1000;

  /** A key may be as long as its document, and a value's path names it for each value below. */
  private static final int LONGEST_KEY = 100;

  static Comparison of(DocumentChange change, Optional<Content> before, Optional<Content> after) {
    return new Comparison(change, before, after);
  }

  /** Whether all texts that there were are there. */
  public boolean isWhole() {
    return change.before().isPresent() == before.isPresent()
        && change.after().isPresent() == after.isPresent();
  }

  /**
   * The same with other texts, such as such without secrets.
   *
   * @param as what becomes of the text of the document that is named; empty: it is not to be seen
   */
  public Comparison shown(BiFunction<String, Content, Optional<Content>> as) {
    String name = change.document();
    return new Comparison(
        change,
        before.flatMap(content -> as.apply(name, content)),
        after.flatMap(content -> as.apply(name, content)));
  }

  /**
   * A value that differs.
   *
   * @param path such as {@code $.pool.size}
   * @param before as JSON; empty: there was none
   * @param after as JSON; empty: there is none
   */
  public record Value(String path, Optional<String> before, Optional<String> after) {
    /** Either may be a password. */
    @Override
    public String toString() {
      return path;
    }
  }

  /**
   * The values that differ, the first of them; none of what is no JSON, see {@link #lines} for
   * that.
   */
  public List<Value> values() {
    List<Value> values = new ArrayList<>();
    Optional<JsonNode> from = json(before);
    Optional<JsonNode> to = json(after);
    if (from.isPresent() || to.isPresent()) {
      compare("$", from, to, values);
    }
    return values;
  }

  /** The lines that differ. */
  public List<LineChange> lines() {
    return LineChange.between(text(before), text(after));
  }

  private static void compare(
      String path, Optional<JsonNode> from, Optional<JsonNode> to, List<Value> values) {
    if (values.size() >= MOST_VALUES || from.equals(to)) {
      return;
    }
    if (from.filter(JsonNode::isObject).isPresent() && to.filter(JsonNode::isObject).isPresent()) {
      Set<String> keys = new LinkedHashSet<>();
      from.get().fieldNames().forEachRemaining(keys::add);
      to.get().fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        compare(
            path + "." + (key.length() > LONGEST_KEY ? key.substring(0, LONGEST_KEY) + "…" : key),
            Optional.ofNullable(from.get().get(key)),
            Optional.ofNullable(to.get().get(key)),
            values);
      }
    } else if (from.filter(JsonNode::isArray).isPresent()
        && to.filter(JsonNode::isArray).isPresent()) {
      for (int i = 0; i < Math.max(from.get().size(), to.get().size()); i++) {
        compare(
            path + "[" + i + "]",
            Optional.ofNullable(from.get().get(i)),
            Optional.ofNullable(to.get().get(i)),
            values);
      }
    } else {
      values.add(new Value(path, from.map(JsonNode::toString), to.map(JsonNode::toString)));
    }
  }

  private static Optional<JsonNode> json(Optional<Content> content) {
    try {
      return content.isEmpty()
          ? Optional.empty()
          : Optional.of(Line.JSON.readTree(content.get().bytes()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<String> text(Optional<Content> content) {
    return content
        .map(bytes -> new String(bytes.bytes(), StandardCharsets.UTF_8).lines().toList())
        .orElse(List.of());
  }

  /** It holds documents. */
  @Override
  public String toString() {
    return change.document();
  }
}
