package dev.heimdall.engine.rules;

import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import java.util.Arrays;
import java.util.List;

/**
 * Goes through candidates in order and asks the counters: which rules match this time. One object
 * is used again and again by one thread.
 */
final class Walk {
  private static final int CACHES =
      1 << RuleAction.CACHE.ordinal() | 1 << RuleAction.TABLE_CACHE.ordinal();

  private Candidate[] matched = new Candidate[16];
  private boolean[] logIgnored = new boolean[16];
  private int count;
  private long mask;
  private boolean nocache;
  private long averageMicros;
  private long now;
  private boolean counting;

  /** Goes through lists, each as if it stood alone but for what it decides. */
  void go(List<List<Candidate>> lists, long averageMicros, long now, boolean counting) {
    this.averageMicros = averageMicros;
    this.now = now;
    this.counting = counting;
    Arrays.fill(matched, 0, count, null);
    count = 0;
    mask = 0;
    nocache = false;
    for (int i = 0; i < lists.size(); i++) {
      list(lists.get(i), 0);
    }
  }

  private void list(List<Candidate> candidates, int ignoredBefore) {
    int ignored = ignoredBefore;
    for (int i = 0; i < candidates.size(); i++) {
      Candidate next = candidates.get(i);
      AllowRun run = next.rule().run();
      if (run == null) {
        ignored = rule(next, ignored);
        if (ignored < 0) {
          return;
        }
        continue;
      }
      int end = i + 1;
      while (end < candidates.size() && candidates.get(end).rule().run() == run) {
        end++;
      }
      if (end == i + 1 ? rule(next, ignored) < 0 : run(run, candidates, i, end, ignored)) {
        return;
      }
      i = end - 1;
    }
  }

  /** Goes through neighbours in the order that they have now; says whether the list is over. */
  private boolean run(AllowRun run, List<Candidate> candidates, int from, int to, int ignored) {
    List<CompiledRule> order = run.order();
    for (int i = 0; i < order.size(); i++) {
      for (int j = from; j < to; j++) {
        if (candidates.get(j).rule() == order.get(i) && rule(candidates.get(j), ignored) < 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Looks at one rule; returns the actions that are ignored from here on, negative for a stop. */
  private int rule(Candidate candidate, int ignored) {
    CompiledRule rule = candidate.rule();
    int action = 1 << rule.action().ordinal();
    if ((ignored & action) != 0
        || (nocache && (CACHES & action) != 0)
        || !rule.passes(averageMicros, now, counting)) {
      return ignored;
    }
    add(candidate, (ignored & 1 << RuleAction.LOG.ordinal()) != 0);
    if (counting) {
      count(rule);
    }
    int after = ignored;
    if (rule.action() == RuleAction.CALL) {
      list(candidate.called(), ignored);
    } else if (rule.action() == RuleAction.NOCACHE) {
      nocache = true;
    } else if (candidate.parameters().own().orElse(null)
        instanceof ActionParameters.Ignore ignore) {
      after |= 1 << ignore.action().ordinal();
    }
    return candidate.parameters().general().stop() ? -1 : after;
  }

  static void count(CompiledRule rule) {
    rule.state().hit();
    if (rule.run() != null) {
      rule.run().matched(rule);
    }
  }

  private void add(Candidate candidate, boolean withoutLog) {
    if (count == matched.length) {
      matched = Arrays.copyOf(matched, 2 * count);
      logIgnored = Arrays.copyOf(logIgnored, 2 * count);
    }
    logIgnored[count] = withoutLog;
    matched[count++] = candidate;
    mask |= 1L << candidate.number();
  }

  /** A bit for each candidate that matched; tells results apart while there are 64 at most. */
  long mask() {
    return mask;
  }

  /** The rules that matched, in order. */
  CompiledRule[] rules() {
    CompiledRule[] rules = new CompiledRule[count];
    for (int i = 0; i < count; i++) {
      rules[i] = matched[i].rule();
    }
    return rules;
  }

  /** What they decide together. */
  Decision decision(RuleCounters counters) {
    if (count == 0) {
      return Decision.NONE;
    }
    DecisionBuilder builder = new DecisionBuilder();
    for (int i = 0; i < count; i++) {
      builder.add(matched[i], logIgnored[i], counters);
    }
    return builder.build();
  }
}
