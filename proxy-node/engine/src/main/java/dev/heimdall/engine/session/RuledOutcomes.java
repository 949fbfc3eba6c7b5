package dev.heimdall.engine.session;

import dev.heimdall.engine.rules.Decision;
import java.util.Arrays;

/**
 * What rules made of the statements of a transaction, one after the other: rules that count, or
 * that were changed meanwhile, may want something else when the transaction is run again.
 */
public final class RuledOutcomes {
  /** The statement is carried out as it is. */
  public static final int AS_IT_IS = 0;

  /** It is refused. */
  public static final int REFUSED = 1;

  private int[] noted = new int[4];
  private int size;
  private int at;

  /** What a decision makes of a statement that it does not refuse. */
  public static int of(Decision decision) {
    if (decision.result().isPresent()) {
      return result(decision);
    }
    int changed = decision.transformed().map(RuledOutcomes::text).orElse(AS_IT_IS);
    return decision.trigger().isPresent() ? ~changed : changed;
  }

  /** It is answered by the rule. */
  public static int result(Decision decision) {
    return 2 + decision.result().getAsInt();
  }

  /** This text takes its place. */
  public static int text(String text) {
    return text.hashCode() | 0x4000_0000;
  }

  /** A transaction begins. */
  void clear() {
    size = 0;
    if (noted.length > 64) {
      noted = new int[4];
    }
  }

  void note(int outcome) {
    if (size == noted.length) {
      noted = Arrays.copyOf(noted, 2 * size);
    }
    noted[size++] = outcome;
  }

  /** The transaction is run again from its beginning. */
  void rewind() {
    at = 0;
  }

  /** Whether the next statement that is run again is met as it was the first time. */
  boolean same(int outcome) {
    return at < size && noted[at++] == outcome;
  }

  /** So far it was run again; what comes now comes for the first time. */
  void goOn() {
    size = at;
  }
}
