package dev.heimdall.engine.rules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Consecutive {@code allow} rules of a list. The more often one has matched, the further ahead it
 * stands; each match moves a rule by one place at most. Thread-safe.
 */
final class AllowRun {
  private volatile List<CompiledRule> order;

  AllowRun(List<CompiledRule> rules) {
    order = List.copyOf(rules);
  }

  /** The rules in the order that holds now. */
  List<CompiledRule> order() {
    return order;
  }

  /** A rule has matched. */
  void matched(CompiledRule rule) {
    rule.state().hit();
    List<CompiledRule> now = order;
    int at = now.indexOf(rule);
    if (at > 0 && now.get(at - 1).state().hits() < rule.state().hits()) {
      swap(rule);
    }
  }

  private synchronized void swap(CompiledRule rule) {
    int at = order.indexOf(rule);
    if (at > 0 && order.get(at - 1).state().hits() < rule.state().hits()) {
      List<CompiledRule> next = new ArrayList<>(order);
      Collections.swap(next, at - 1, at);
      order = List.copyOf(next);
    }
  }
}
