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
  /** Values of a document that are named one by one. */
  public static final int MOST_VALUES = 1000;

  /** A key may be as long as its document, and a value's path names it for each value below. */
  private static final int LONGEST_KEY = 100;

  private static final int LONGEST_PATH = 1000;

  static Comparison of(DocumentChange change, Optional<Content> before, Optional<Content> after) {
    return new Comparison(change, before, after);
  }

  /** True if all texts that there were are there. */
  public boolean isWhole() {
    return change.before().isPresent() == before.isPresent()
        && change.after().isPresent() == after.isPresent();
  }

  /**
   * Returns a copy with other texts, such as texts without secrets.
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
   * The values that differ, the first of them, as far as there is room; none of what is no JSON,
   * see {@link #lines} for that.
   */
  public List<Value> values(Room room) {
    List<Value> values = new ArrayList<>();
    Optional<JsonNode> from = json(before);
    Optional<JsonNode> to = json(after);
    if (from.isPresent() || to.isPresent()) {
      compare("$", from, to, values, room);
    }
    return values;
  }

  /** The lines that differ, as far as there is room. */
  public LineComparison lines(Room room) {
    return LineComparison.of(text(before), text(after), room);
  }

  private static void compare(
      String path, Optional<JsonNode> from, Optional<JsonNode> to, List<Value> values, Room room) {
    if (values.size() >= MOST_VALUES || room.isFull() || from.equals(to)) {
      return;
    }
    if (from.filter(JsonNode::isObject).isPresent() && to.filter(JsonNode::isObject).isPresent()) {
      Set<String> keys = new LinkedHashSet<>();
      from.get().fieldNames().forEachRemaining(keys::add);
      to.get().fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        compare(
            below(path, "." + Room.cut(key, LONGEST_KEY)),
            Optional.ofNullable(from.get().get(key)),
            Optional.ofNullable(to.get().get(key)),
            values,
            room);
      }
    } else if (from.filter(JsonNode::isArray).isPresent()
        && to.filter(JsonNode::isArray).isPresent()) {
      for (int i = 0; i < Math.max(from.get().size(), to.get().size()); i++) {
        compare(
            below(path, "[" + i + "]"),
            Optional.ofNullable(from.get().get(i)),
            Optional.ofNullable(to.get().get(i)),
            values,
            room);
      }
    } else {
      Optional<String> was = from.map(JsonNode::toString).flatMap(room::take);
      Optional<String> is = to.map(JsonNode::toString).flatMap(room::take);
      if (was.isPresent() == from.isPresent() && is.isPresent() == to.isPresent()) {
        room.take(path).map(text -> new Value(text, was, is)).ifPresent(values::add);
      }
    }
  }

  /** A value may be a thousand levels down. */
  private static String below(String path, String step) {
    return path.length() > LONGEST_PATH ? path : Room.cut(path + step, LONGEST_PATH);
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

  private static String text(Optional<Content> content) {
    return content.map(bytes -> new String(bytes.bytes(), StandardCharsets.UTF_8)).orElse("");
  }

  /** It holds documents. */
  @Override
  public String toString() {
    return change.document();
  }
}
