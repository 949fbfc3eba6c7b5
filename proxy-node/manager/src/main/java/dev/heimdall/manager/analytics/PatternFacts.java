package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known of statements besides how often they come.
 *
 * @param mostMicros how long the slowest took since its node knows them
 * @param last when one came last, in milliseconds since 1970 by its node's clock
 * @param rules those that matched the last one
 * @param reads tables, in full
 * @param writes tables, in full
 * @param words what reasons mean
 */
record PatternFacts(
    long mostMicros,
    long last,
    List<Matched> rules,
    SortedSet<String> reads,
    SortedSet<String> writes,
    Map<String, String> words,
    Optional<Plan> plan) {
  static final PatternFacts NONE =
      new PatternFacts(
          0, 0, List.of(), new TreeSet<>(), new TreeSet<>(), Map.of(), Optional.empty());

  private static final int MOST = 40;

  /** A rule that matched: where it stood, and what it does. */
  record Matched(String list, int number, String action) {}

  /** The last plan that a rule had taken. */
  record Plan(String taken, String format, String text) {}

  static PatternFacts of(JsonNode entry) {
    List<Matched> rules = new ArrayList<>();
    for (JsonNode rule : entry.path("rules")) {
      if (rules.size() < MOST) {
        rules.add(
            new Matched(
                rule.path("list").asText(),
                rule.path("number").asInt(),
                rule.path("action").asText()));
      }
    }
    Map<String, String> words = new TreeMap<>();
    for (String kind : List.of("uncached", "onWriter")) {
      for (JsonNode reason : entry.path(kind)) {
        if (words.size() < MOST) {
          words.put(reason.path("reason").asText(), reason.path("words").asText());
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
        words,
        plan.isObject()
            ? Optional.of(
                new Plan(
                    plan.path("taken").asText(),
                    plan.path("format").asText(),
                    plan.path("text").asText()))
            : Optional.empty());
  }

  private static SortedSet<String> names(JsonNode listed) {
    SortedSet<String> names = new TreeSet<>();
    for (JsonNode name : listed) {
      if (names.size() < MOST) {
        names.add(name.asText());
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
        both.size() > MOST ? newer.words : both,
        newer.plan.isPresent() ? newer.plan : other.plan.isPresent() ? other.plan : plan);
  }
}
