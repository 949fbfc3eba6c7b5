package dev.heimdall.engine.rules;

import dev.heimdall.model.RuleAction;
import java.util.Arrays;
import java.util.List;

/**
 * Goes through candidates in order and asks the counters: which rules match this time. One object
 * is used again and again by one thread.
 */
final class RuleEvaluation {
  private static final int CACHES =
      Candidate.bit(RuleAction.CACHE) | Candidate.bit(RuleAction.TABLE_CACHE);
  private static final int CALL = Candidate.bit(RuleAction.CALL);
  private static final int REFUSES = Candidate.bit(RuleAction.DROP) | CALL;
  private static final int LOG = Candidate.bit(RuleAction.LOG);
  private static final int NOCACHE = Candidate.bit(RuleAction.NOCACHE);
  private static final int TRANSFORM = Candidate.bit(RuleAction.TRANSFORM);

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
      AllowRun run = next.run();
      if (run == null) {
        ignored = rule(next, ignored);
        if (ignored < 0) {
          return;
        }
        continue;
      }
      int end = i + 1;
      while (end < candidates.size() && candidates.get(end).run() == run) {
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
    int action = candidate.action();
    if ((ignored & action) != 0
        || (nocache && (CACHES & action) != 0)
        || (candidate.isCounted() && !passes(candidate))) {
      return ignored;
    }
    add(candidate, (ignored & LOG) != 0);
    if (counting && candidate.run() != null) {
      candidate.run().matched(candidate.rule());
    }
    if (action == CALL) {
      list(candidate.called(), ignored);
    } else if (action == NOCACHE) {
      nocache = true;
    }
    return candidate.stops() ? -1 : ignored | candidate.ignores();
  }

  /**
   * True if limits let the rule match. Where nothing is counted it is taken to match, unless it may
   * refuse the statement, which is then settled when the statement is run, or changes its text,
   * which cannot wait: then the counters are looked at, and count when it is run.
   */
  private boolean passes(Candidate candidate) {
    return counting || candidate.action() == TRANSFORM
        ? candidate.rule().passes(averageMicros, now, counting)
        : (candidate.action() & REFUSES) == 0;
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

  /** The rules that matched and may change places, in order. */
  CompiledRule[] moving() {
    return Arrays.stream(matched, 0, count)
        .map(Candidate::rule)
        .filter(rule -> rule.run() != null)
        .toArray(CompiledRule[]::new);
  }

  /** Common decision of the rules. */
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
