package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.share.KeyWatcher;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Set of the keys that the store holds, as 64-bit hashes of them. Two keys of one hash cost a
 * request that finds nothing, or a miss. Thread-safe; a part of the table is locked for some
 * accesses at a time.
 */
final class KeyPicture implements KeyWatcher {
  private static final int SEGMENTS = 64;

  private final Segment[] segments = new Segment[SEGMENTS];
  private final AtomicInteger size = new AtomicInteger();
  private final int most;
  private volatile boolean full;
  private volatile boolean complete;

  /**
   * @param most keys that are kept in mind; with more nothing is known of any
   */
  KeyPicture(int most) {
    this.most = most;
    for (int i = 0; i < SEGMENTS; i++) {
      segments[i] = new Segment();
    }
  }

  private Segment of(long hash) {
    return segments[(int) (hash >>> 58)];
  }

  @Override
  public void present(byte[] key) {
    if (full) {
      return;
    }
    long hash = KeyHash.of(key);
    if (of(hash).add(hash) && size.incrementAndGet() > most) {
      overflow();
    }
  }

  private synchronized void overflow() {
    full = true;
    complete = false;
    clear();
  }

  @Override
  public void absent(byte[] key) {
    long hash = KeyHash.of(key);
    if (of(hash).remove(hash)) {
      size.decrementAndGet();
    }
  }

  @Override
  public synchronized void complete() {
    complete = !full;
  }

  @Override
  public synchronized void unknown() {
    complete = false;
    clear();
    full = false;
  }

  @Override
  public boolean full() {
    return full;
  }

  private void clear() {
    for (Segment segment : segments) {
      size.addAndGet(-segment.clear());
    }
  }

  /** True if it is known that the store does not hold the key. */
  boolean knownAbsent(byte[] key) {
    if (!complete) {
      return false;
    }
    long hash = KeyHash.of(key);
    // What it was when the part was looked at: it may have been cleared meanwhile.
    return !of(hash).contains(hash) && complete;
  }

  /** True if all keys are known. */
  boolean isComplete() {
    return complete;
  }

  /** Number of known keys. */
  int size() {
    return size.get();
  }

  /** A table of hashes with open addressing; 0 is an empty place. */
  private static final class Segment {
    private static final int SMALLEST = 16;
    private long[] table = new long[SMALLEST];
    private int used;

    private int place(long hash) {
      int mask = table.length - 1;
      int at = (int) hash & mask;
      while (table[at] != 0 && table[at] != hash) {
        at = (at + 1) & mask;
      }
      return at;
    }

    synchronized boolean contains(long hash) {
      return table[place(hash)] == hash;
    }

    synchronized boolean add(long hash) {
      int at = place(hash);
      if (table[at] == hash) {
        return false;
      }
      table[at] = hash;
      used++;
      if (used * 2 > table.length) {
        resize(table.length * 2);
      }
      return true;
    }

    synchronized boolean remove(long hash) {
      int gap = place(hash);
      if (table[gap] == 0) {
        return false;
      }
      used--;
      int mask = table.length - 1;
      int at = gap;
      while (true) {
        table[gap] = 0;
        long moved;
        int home;
        do {
          at = (at + 1) & mask;
          moved = table[at];
          if (moved == 0) {
            return true;
          }
          home = (int) moved & mask;
          // What lies between its home and where it is must stay reachable from its home.
        } while (gap <= at ? gap < home && home <= at : gap < home || home <= at);
        table[gap] = moved;
        gap = at;
      }
    }

    synchronized int clear() {
      int had = used;
      table = new long[SMALLEST];
      used = 0;
      return had;
    }

    private void resize(int length) {
      long[] before = table;
      table = new long[length];
      for (long hash : before) {
        if (hash != 0) {
          table[place(hash)] = hash;
        }
      }
    }
  }
}
