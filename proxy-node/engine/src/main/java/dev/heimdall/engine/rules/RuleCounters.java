package dev.heimdall.engine.rules;

import dev.heimdall.model.Rule;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts of the rules of one virtual database, across event loops and across changes of the
 * configuration: matches, samples, rates and slots.
 */
final class RuleCounters {
  /** Names of rates or places that are told apart, as a name can hold what a client sends. */
  private static final int MOST_NAMES = 10_000;

  /** Limits with longer names share one, as do those beyond the number. */
  private static final int LONGEST_NAME = 256;

  /** Names beyond share one. */
  private static final String REST = "";

  private record Key(String list, Rule rule, int nth) {}

  private final Map<Key, RuleState> before;
  private final Map<Key, RuleState> rules = new HashMap<>();
  private final Map<String, RateState> rates;
  private final Map<String, AtomicInteger> places;

  /**
   * Starts with what was counted {@code before}, as far as rules are the same; null for nothing.
   */
  RuleCounters(RuleCounters before) {
    this.before = before == null ? Map.of() : before.rules;
    this.rates = before == null ? new ConcurrentHashMap<>() : before.rates;
    this.places = before == null ? new ConcurrentHashMap<>() : before.places;
  }

  /** The state of the next rule of a list that is equal to this one; while compiling only. */
  RuleState rule(String list, Rule rule) {
    int nth = 0;
    while (rules.containsKey(new Key(list, rule, nth))) {
      nth++;
    }
    Key key = new Key(list, rule, nth);
    RuleState state = before.getOrDefault(key, new RuleState());
    rules.put(key, state);
    return state;
  }

  RateState rate(String name) {
    RateState known = rates.get(name);
    return known != null
        ? known
        : rates.computeIfAbsent(room(rates, name) ? name : REST, any -> new RateState());
  }

  AtomicInteger places(String name) {
    AtomicInteger known = places.get(name);
    return known != null
        ? known
        : places.computeIfAbsent(room(places, name) ? name : REST, any -> new AtomicInteger());
  }

  /** A rule may make a name of what clients send. */
  private static boolean room(Map<String, ?> names, String name) {
    return names.size() < MOST_NAMES && name.length() <= LONGEST_NAME;
  }
}
