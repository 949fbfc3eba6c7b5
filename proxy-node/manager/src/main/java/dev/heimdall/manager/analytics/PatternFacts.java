package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Facts known about statements besides their frequency.
 *
 * @param mostMicros how long the slowest took since its node knows them
 * @param last when one came last, in milliseconds since 1970 by its node's clock
 * @param rules those that matched the last one
 * @param reads tables, in full
 * @param writes tables, in full
 * @param unfit why no rule has the cache answer them; empty: one can
 * @param keyed whether rows of what they write can be told apart
 * @param keys columns, in full, by which results would live
 * @param writesAny whether they may write any table
 * @param words what reasons mean
 */
record PatternFacts(
    long mostMicros,
    long last,
    List<Matched> rules,
    SortedSet<String> reads,
    SortedSet<String> writes,
    String unfit,
    boolean keyed,
    SortedSet<String> keys,
    boolean writesAny,
    Map<String, String> words,
    Optional<Plan> plan) {
  static final PatternFacts NONE =
      new PatternFacts(
          0,
          0,
          List.of(),
          new TreeSet<>(),
          new TreeSet<>(),
          "unknown",
          false,
          new TreeSet<>(),
          false,
          Map.of(),
          Optional.empty());

  /** A node tells half of these, and less of a plan. */
  private static final int MOST = 40;

  private static final int LONGEST_PLAN = 8_000;
  private static final int LONGEST_WORDS = 300;

  /** Size of an object, in characters. */
  private static final int VALUE = 32;

  /** A rule that matched: where it stood, and what it does. */
  record Matched(String list, int number, String action) {}

  /** The last plan that a rule had taken. */
  record Plan(String taken, String format, String text) {}

  static PatternFacts of(JsonNode entry) {
    List<Matched> rules = new ArrayList<>();
    for (JsonNode rule : entry.path("rules")) {
      if (rules.size() < MOST) {
        rules.add(
            new Matched(words(rule, "list"), rule.path("number").asInt(), words(rule, "action")));
      }
    }
    Map<String, String> words = new TreeMap<>();
    for (String kind : List.of("uncached", "onWriter")) {
      for (JsonNode reason : entry.path(kind)) {
        if (words.size() < MOST) {
          words.put(words(reason, "reason"), words(reason, "words"));
        }
      }
    }
    JsonNode plan = entry.path("plan");
    return new PatternFacts(
        entry.path("mostMicros").asLong(),
        entry.path("last").asLong(),
        rules,
        names(entry.path("reads")),
        names(entry.path("writes")),
        words(entry, "unfit"),
        entry.path("keyed").asBoolean(),
        names(entry.path("keys")),
        entry.path("writesAny").asBoolean(),
        words,
        plan.isObject()
            ? Optional.of(
                new Plan(
                    words(plan, "taken"),
                    words(plan, "format"),
                    cut(plan.path("text").asText(), LONGEST_PLAN)))
            : Optional.empty());
  }

  static String words(JsonNode of, String name) {
    return cut(of.path(name).asText(), LONGEST_WORDS);
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) : text;
  }

  /** About so many bytes. */
  long bytes() {
    long characters = plan.map(known -> known.text().length()).orElse(0);
    for (Matched rule : rules) {
      characters += rule.list().length() + rule.action().length() + VALUE;
    }
    for (Set<String> names : List.of(reads, writes, keys)) {
      for (String name : names) {
        characters += name.length() + VALUE;
      }
    }
    for (Map.Entry<String, String> one : words.entrySet()) {
      characters += one.getKey().length() + one.getValue().length() + 2L * VALUE;
    }
    return 2 * characters + 4L * VALUE;
  }

  private static SortedSet<String> names(JsonNode listed) {
    SortedSet<String> names = new TreeSet<>();
    for (JsonNode name : listed) {
      if (names.size() < MOST) {
        names.add(cut(name.asText(), LONGEST_WORDS));
      }
    }
    return names;
  }

  /** With what another report says of them. */
  PatternFacts with(PatternFacts other) {
    PatternFacts newer = other.last >= last ? other : this;
    Map<String, String> both = new TreeMap<>(words);
    both.putAll(other.words);
    return new PatternFacts(
        Math.max(mostMicros, other.mostMicros),
        newer.last,
        newer.rules,
        newer.reads,
        newer.writes,
        newer.unfit,
        newer.keyed,
        newer.keys.isEmpty() ? keys : newer.keys,
        newer.writesAny,
        both.size() > MOST ? newer.words : both,
        newer.plan.isPresent() ? newer.plan : other.plan.isPresent() ? other.plan : plan);
  }
}
