package dev.heimdall.engine.rules;

import dev.heimdall.model.GeneralParameters;
import dev.heimdall.model.RuleParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Outcome of the rules for one statement of one kind of session, as far as that stays unchanged:
 * one decision, or the candidates from which counters choose each time. Belongs to one event loop.
 */
public final class Outcome {
  /** Different decisions that are kept of one outcome. */
  private static final int MOST_KEPT = 32;

  private static final int BITS_OF_MASK = 64;

  private static final RuleParameters PLAIN =
      new RuleParameters(GeneralParameters.defaults(), Optional.empty(), Map.of());

  private final List<List<Candidate>> lists;
  private final RuleCounters counters;
  private final boolean keeps;
  private final Decision constant;
  private final CompiledRule[] moving;
  private long[] masks = new long[2];
  private Decision[] decisions = new Decision[2];
  private int kept;

  Outcome(List<List<Candidate>> lists, int candidates, RuleCounters counters, RuleEvaluation walk) {
    this.lists = lists;
    this.counters = counters;
    boolean counted = lists.stream().anyMatch(Outcome::isCounted);
    boolean neighbours = lists.stream().anyMatch(list -> hasNeighbours(list, false));
    keeps = candidates <= BITS_OF_MASK && lists.stream().noneMatch(l -> hasNeighbours(l, true));
    if (counted || neighbours) {
      constant = null;
      moving = null;
    } else {
      walk.go(lists, -1, 0, false);
      constant = walk.decision(counters);
      moving = walk.moving();
    }
  }

  private static boolean isCounted(List<Candidate> candidates) {
    return candidates.stream().anyMatch(c -> c.isCounted() || isCounted(c.called()));
  }

  /**
   * True if there are rules next to each other that change places.
   *
   * @param visibly only such whose places have a say in what is decided
   */
  private static boolean hasNeighbours(List<Candidate> candidates, boolean visibly) {
    for (int i = 0; i < candidates.size(); i++) {
      AllowRun run = candidates.get(i).run();
      boolean besideAnother =
          run != null
              && ((i > 0 && candidates.get(i - 1).run() == run)
                  || (i + 1 < candidates.size() && candidates.get(i + 1).run() == run));
      if ((besideAnother && !(visibly && isPlain(candidates.get(i))))
          || hasNeighbours(candidates.get(i).called(), visibly)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPlain(Candidate candidate) {
    return candidate.parameters().equals(PLAIN);
  }

  Decision preview(RuleEvaluation walk, long averageMicros, long now) {
    if (constant != null) {
      return constant;
    }
    walk.go(lists, averageMicros, now, false);
    return walk.decision(counters);
  }

  Decision decide(RuleEvaluation walk, long averageMicros, long now) {
    if (constant != null) {
      for (CompiledRule rule : moving) {
        rule.run().matched(rule);
      }
      return constant;
    }
    walk.go(lists, averageMicros, now, true);
    long mask = walk.mask();
    if (!keeps) {
      return walk.decision(counters);
    }
    for (int i = 0; i < kept; i++) {
      if (masks[i] == mask) {
        return decisions[i];
      }
    }
    Decision decision = walk.decision(counters);
    keep(mask, decision);
    return decision;
  }

  private void keep(long mask, Decision decision) {
    if (kept == MOST_KEPT) {
      return;
    }
    if (kept == masks.length) {
      masks = Arrays.copyOf(masks, 2 * kept);
      decisions = Arrays.copyOf(decisions, 2 * kept);
    }
    masks[kept] = mask;
    decisions[kept++] = decision;
  }
}
