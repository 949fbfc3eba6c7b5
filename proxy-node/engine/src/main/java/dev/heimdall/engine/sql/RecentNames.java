package dev.heimdall.engine.sql;

/**
 * Remembers in a fixed space which names, hashes of texts, were seen of late: a text that comes but
 * once, with its values written into it, is not worth keeping. One for each event loop.
 */
public final class RecentNames {
  private static final int SLOTS = 4096;

  private final long[] names = new long[SLOTS];

  /** True if this name was here before; it is from now on. */
  public boolean seenBefore(long name) {
    int slot = (int) name & (SLOTS - 1);
    boolean before = names[slot] == name;
    names[slot] = name;
    return before;
  }
}
