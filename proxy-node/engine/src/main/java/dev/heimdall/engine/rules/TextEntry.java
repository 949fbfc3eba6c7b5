package dev.heimdall.engine.rules;

/**
 * Facts known about all texts that the same expressions match: the outcomes, by kind of session and
 * by tables. Belongs to one event loop.
 */
final class TextEntry {
  private static final int FIRST_SIZE = 4;
  private static final int MOST = 512;

  /** About how many bytes an outcome takes, with the decisions that it keeps. */
  private static final int OF_OUTCOME = 1000;

  private final TextMatches matches;
  private long[] keys = new long[FIRST_SIZE];
  private Outcome[] outcomes = new Outcome[FIRST_SIZE];
  private int count;
  private boolean kept;

  TextEntry(TextMatches matches) {
    this.matches = matches;
  }

  TextMatches matches() {
    return matches;
  }

  /** True if it is counted among what its loop keeps. */
  boolean kept() {
    return kept;
  }

  void kept(boolean counted) {
    kept = counted;
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    return 100 + matches.weight() + 12L * keys.length + (long) OF_OUTCOME * count;
  }

  Outcome outcome(long key) {
    int mask = keys.length - 1;
    for (int i = slot(key, mask); outcomes[i] != null; i = (i + 1) & mask) {
      if (keys[i] == key) {
        return outcomes[i];
      }
    }
    return null;
  }

  void put(long key, Outcome outcome) {
    if (count >= MOST) {
      keys = new long[FIRST_SIZE];
      outcomes = new Outcome[FIRST_SIZE];
      count = 0;
    } else if (2 * (count + 1) > keys.length) {
      grow();
    }
    insert(key, outcome);
  }

  private void insert(long key, Outcome outcome) {
    int mask = keys.length - 1;
    int i = slot(key, mask);
    while (outcomes[i] != null) {
      i = (i + 1) & mask;
    }
    keys[i] = key;
    outcomes[i] = outcome;
    count++;
  }

  private void grow() {
    long[] oldKeys = keys;
    Outcome[] old = outcomes;
    keys = new long[2 * oldKeys.length];
    outcomes = new Outcome[2 * oldKeys.length];
    count = 0;
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) {
        insert(oldKeys[i], old[i]);
      }
    }
  }

  private static int slot(long key, int mask) {
    return (int) (key * 0x9E3779B97F4A7C15L >>> 40) & mask;
  }
}
