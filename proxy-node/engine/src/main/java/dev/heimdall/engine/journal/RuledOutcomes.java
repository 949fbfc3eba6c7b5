package dev.heimdall.engine.journal;

import java.util.Arrays;

/**
 * Outcomes of rules for the statements of a transaction, one after the other: rules that count, or
 * that were changed meanwhile, may decide otherwise when the transaction is run again.
 */
public final class RuledOutcomes {
  private int[] noted = new int[4];
  private int size;
  private int at;

  /** A transaction begins. */
  public void clear() {
    size = 0;
    if (noted.length > 64) {
      noted = new int[4];
    }
  }

  public void note(int outcome) {
    if (size == noted.length) {
      noted = Arrays.copyOf(noted, 2 * size);
    }
    noted[size++] = outcome;
  }

  /** The transaction is run again from its beginning. */
  public void rewind() {
    at = 0;
  }

  /** True if the next statement that is run again is met as it was the first time. */
  public boolean same(int outcome) {
    return at < size && noted[at++] == outcome;
  }

  /** So far it was run again; what comes now comes for the first time. */
  public void goOn() {
    size = at;
  }
}
