package dev.heimdall.engine.sql;

import java.util.List;

/**
 * Part of a text that a server has carried out before it came to what it could make no sense of.
 *
 * @param facts what that does to its session, all of which counts
 * @param runsCode whether functions, procedures or triggers of the user may have run
 */
public record CarriedOut(StatementFacts facts, boolean runsCode) {
  /** It has rejected the text as a whole. */
  public static final CarriedOut NOTHING =
      new CarriedOut(StatementFacts.ofSingle(StatementKind.EMPTY, List.of(), false), false);
}
