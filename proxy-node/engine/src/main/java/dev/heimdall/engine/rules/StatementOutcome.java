package dev.heimdall.engine.rules;

/** Outcome of the rules for one statement, as a number by which two outcomes can be compared. */
public final class StatementOutcome {
  /** The statement is carried out as it is. */
  public static final int AS_IT_IS = 0;

  /** It is rejected. */
  public static final int REFUSED = 1;

  private StatementOutcome() {}

  /** Outcome of a decision for a statement that it does not reject. */
  public static int of(Decision decision) {
    if (decision.result().isPresent()) {
      return result(decision);
    }
    int changed = decision.transformed().map(StatementOutcome::text).orElse(AS_IT_IS);
    return decision.trigger().isPresent() ? ~changed : changed;
  }

  /** Outcome of a decision for a statement whose text was settled when it was prepared. */
  public static int asPrepared(Decision decision) {
    return decision.trigger().isPresent() ? ~AS_IT_IS : AS_IT_IS;
  }

  /** It is answered by the rule. */
  public static int result(Decision decision) {
    return 2 + decision.result().getAsInt();
  }

  /** This text takes its place. */
  public static int text(String text) {
    return text.hashCode() | 0x4000_0000;
  }
}
