package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A rule for the statements of one pattern.
 *
 * @param statement without values, for who reads the rule
 * @param match a regular expression
 * @param seconds for which results are served; empty: as long as the cache has it
 * @param unconditional whether a result may be outdated meanwhile
 * @param replacement of the whole statement, for {@link Kind#REWRITE}
 */
record NewRule(
    Kind kind,
    String statement,
    String match,
    OptionalInt seconds,
    boolean unconditional,
    Optional<String> replacement) {
  /** Treatment of the statements of the pattern. */
  enum Kind {
    CACHE("cache", "Cache it", "Answer it from the cache as long as its tables do not change."),
    REPLICA("reader-eligible", "Send it to replicas", "Let replicas answer it."),
    BLOCK("drop", "Block it", "Answer it with an error, and not send it."),
    REWRITE("transform", "Rewrite it", "Put another statement in its place."),
    PLAN("extract-plan", "Take its plan", "Ask the server for its plan, once an hour."),
    LOG("log", "Log it", "Write each one to the node's log.");

    private final String action;
    private final String title;
    private final String words;

    Kind(String action, String title, String words) {
      this.action = action;
      this.title = title;
      this.words = words;
    }

    String spelling() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    String title() {
      return title;
    }

    String words() {
      return words;
    }

    static Optional<Kind> of(String spelling) {
      for (Kind kind : values()) {
        if (kind.spelling().equals(spelling)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }

  /** A list that there is not yet. */
  static final String EMPTY_LIST = "{\n  \"rules\": [\n  ]\n}\n";

  private static final int MILLIS = 1000;

  private static final int MOST_SHOWN = 120;

  /**
   * A rule that caches.
   *
   * @param staleness seconds for which a result may be outdated; empty: none is
   */
  static NewRule cache(String statement, String match, OptionalInt staleness) {
    return new NewRule(
        Kind.CACHE, statement, match, staleness, staleness.isPresent(), Optional.empty());
  }

  /** Expressions are for machines: people know the rule by its statement. */
  private String comment() {
    String line = statement.replaceAll("\\s+", " ").strip();
    return "From a query pattern: "
        + (line.length() > MOST_SHOWN ? line.substring(0, MOST_SHOWN).strip() + "…" : line);
  }

  /** As a rule list has it. */
  ObjectNode json() {
    ObjectNode rule = Answer.JSON.createObjectNode();
    rule.put("comment", comment());
    rule.put("match", match);
    rule.put("action", kind.action);
    ObjectNode parameters = Answer.JSON.createObjectNode();
    if (kind == Kind.CACHE) {
      seconds.ifPresent(time -> parameters.put("ttl", (long) time * MILLIS));
      if (unconditional) {
        parameters.put("unconditional", true);
      }
    } else if (kind == Kind.REWRITE) {
      parameters.put("target", replacement.orElse("").replace("\\", "\\\\").replace("$", "\\$"));
    } else if (kind == Kind.PLAN) {
      parameters.put("threshold", 0).put("frequency", 1).put("format", "text");
    }
    if (!parameters.isEmpty()) {
      rule.set("parameters", parameters);
    }
    return rule;
  }

  private String text() {
    try {
      return Answer.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json());
    } catch (IOException e) {
      throw new IllegalStateException("a rule is JSON", e);
    }
  }

  /**
   * The text of a list with this rule at its end; all else stays as it is written.
   *
   * @return empty: the text is no rule list
   */
  Optional<String> in(String list) {
    int depth = 0;
    boolean found = false;
    boolean empty = true;
    int end = -1;
    List<Integer> ends = new ArrayList<>();
    try (JsonParser parser = Answer.JSON.createParser(list)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (found && depth == 2 && end < 0 && token != JsonToken.END_ARRAY) {
          empty = false;
        }
        if (token.isStructEnd()) {
          depth--;
          if (found && end < 0 && depth == 1) {
            end = (int) parser.currentTokenLocation().getCharOffset();
          } else if (found && end < 0 && depth == 2) {
            ends.add((int) parser.currentTokenLocation().getCharOffset() + 1);
          }
        } else if (token.isStructStart()) {
          found |=
              depth == 1 && token == JsonToken.START_ARRAY && "rules".equals(parser.currentName());
          depth++;
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    if (end < 0 || (!empty && ends.isEmpty())) {
      return Optional.empty();
    }
    String rule = "\n    " + text().replace("\n", "\n    ");
    return Optional.of(
        empty
            ? list.substring(0, end).stripTrailing() + rule + "\n  " + list.substring(end)
            : list.substring(0, ends.get(ends.size() - 1))
                + ","
                + rule
                + list.substring(ends.get(ends.size() - 1)));
  }
}
