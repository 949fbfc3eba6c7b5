package dev.heimdall.engine.rules;

/**
 * What is known of all texts that the same expressions match: the outcomes, by kind of session and
 * by tables. Belongs to one event loop.
 */
final class TextEntry {
  private static final int FIRST_SIZE = 4;
  private static final int MOST = 512;

  private final TextMatches matches;
  private long[] keys = new long[FIRST_SIZE];
  private Outcome[] outcomes = new Outcome[FIRST_SIZE];
  private int count;

  TextEntry(TextMatches matches) {
    this.matches = matches;
  }

  TextMatches matches() {
    return matches;
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
