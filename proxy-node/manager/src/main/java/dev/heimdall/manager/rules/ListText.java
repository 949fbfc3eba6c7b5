package dev.heimdall.manager.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text of a rule list, cut into its rules.
 *
 * @param before all up to the bracket that opens the rules
 * @param lead what stands between that and the first rule
 * @param separator between two rules
 * @param trail between the last rule and the closing bracket
 * @param after from that bracket on
 */
record ListText(
    String before, String lead, String separator, String trail, String after, List<String> rules) {
  static final String RULES = "rules";

  private static final String USUAL_LEAD = "\n    ";
  private static final String USUAL_TRAIL = "\n  ";

  private static final JsonFactory STRICT =
      JsonFactory.builder().build().configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, true);

  ListText {
    rules = List.copyOf(rules);
  }

  /** A value in a text. */
  private record Span(int start, int end) {
    String in(String text) {
      return text.substring(start, end);
    }
  }

  /**
   * Cuts a text.
   *
   * @return empty where it is no JSON object with objects as its rules: that cannot be edited rule
   *     by rule
   */
  static Optional<ListText> of(String text) {
    try (JsonParser parser = STRICT.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      int end = 0;
      Span list = null;
      List<Span> rules = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isRules = parser.currentName().equals(RULES);
        parser.nextToken();
        int start = start(parser);
        if (isRules && !rules(parser, rules)) {
          return Optional.empty();
        }
        end = isRules ? end(parser) : skip(parser);
        list = isRules ? new Span(start, end) : list;
      }
      int close = start(parser);
      if (parser.nextToken() != null) {
        return Optional.empty();
      }
      return Optional.of(list == null ? without(text, end, close) : with(text, list, rules));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean rules(JsonParser parser, List<Span> rules) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        return false;
      }
      int start = start(parser);
      rules.add(new Span(start, skip(parser)));
    }
    return true;
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getCharOffset();
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getCharOffset();
  }

  /** Goes to the end of a value; where that is. */
  private static int skip(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    int start = start(parser);
    if (token.isStructStart()) {
      parser.skipChildren();
      return end(parser);
    }
    parser.finishToken();
    // A number's end is known when what follows was read.
    return token == JsonToken.VALUE_STRING ? end(parser) : start + parser.getTextLength();
  }

  private static ListText with(String text, Span list, List<Span> rules) {
    String before = text.substring(0, list.start() + 1);
    String after = text.substring(list.end() - 1);
    if (rules.isEmpty()) {
      return new ListText(before, USUAL_LEAD, "," + USUAL_LEAD, USUAL_TRAIL, after, List.of());
    }
    String lead = text.substring(list.start() + 1, rules.get(0).start());
    String separator =
        rules.size() > 1
            ? text.substring(rules.get(0).end(), rules.get(1).start())
            : lead.contains("\n") ? "," + lead : ", ";
    return new ListText(
        before,
        lead,
        separator,
        text.substring(rules.get(rules.size() - 1).end(), list.end() - 1),
        after,
        rules.stream().map(rule -> rule.in(text)).toList());
  }

  private static ListText without(String text, int end, int close) {
    String head =
        end == 0 ? text.substring(0, close).stripTrailing() : text.substring(0, end) + ",";
    return new ListText(
        head + "\n  \"" + RULES + "\": [",
        USUAL_LEAD,
        "," + USUAL_LEAD,
        USUAL_TRAIL,
        "]\n" + text.substring(close),
        List.of());
  }

  /** The text with these rules. */
  String with(List<String> now) {
    return now.isEmpty()
        ? before + after
        : before + lead + String.join(separator, now) + trail + after;
  }

  /** Indentation in front of each line of a rule. */
  String indent() {
    String last = lead.substring(lead.lastIndexOf('\n') + 1);
    return lead.contains("\n") && last.isBlank() ? last : USUAL_LEAD.substring(1);
  }

  /** The list's own members, as a document without rules. */
  String frame() {
    return before + after;
  }

  /** Returns these rules in a list with other members of its own. */
  ListText framed(String frame) {
    ListText cut = of(frame).orElseThrow();
    return new ListText(cut.before, lead, separator, trail, cut.after, rules);
  }

  /** It may hold secrets. */
  @Override
  public String toString() {
    return rules.size() + " rules";
  }
}
