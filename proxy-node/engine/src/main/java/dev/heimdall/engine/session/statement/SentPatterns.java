package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.analytics.PatternCounts;
import java.util.Arrays;

/**
 * Counters in which the sent statements of a client are counted when they are answered, in order. A
 * ring that grows with what is unanswered at one time, and is used again.
 */
final class SentPatterns {
  private static final int FIRST_SIZE = 4;
  private static final int MOST_KEPT = 64;
  private static final PatternCounts[] NONE = {};
  private static final long[] NO_GROUPS = {};

  /** Null for one that is not counted. */
  private PatternCounts[] counts = NONE;

  private long[] groups = NO_GROUPS;
  private int first;
  private int size;

  /** Of the group that is being answered, which has failed; negative where that is not known. */
  private int failed = -1;

  /**
   * One is being sent.
   *
   * @param group of the messages that it belongs to, counted by the session
   */
  void add(PatternCounts one, long group) {
    if (size == counts.length) {
      grow();
    }
    int at = at(size);
    counts[at] = one;
    groups[at] = group;
    size++;
  }

  private void grow() {
    int now = Math.max(FIRST_SIZE, 2 * size);
    PatternCounts[] moreCounts = new PatternCounts[now];
    long[] moreGroups = new long[now];
    for (int i = 0; i < size; i++) {
      moreCounts[i] = counts[at(i)];
      moreGroups[i] = groups[at(i)];
    }
    counts = moreCounts;
    groups = moreGroups;
    first = 0;
  }

  /** Lengths are powers of two. */
  private int at(int index) {
    return (first + index) & (counts.length - 1);
  }

  /** Number of entries from the first one on that are of groups up to this one. */
  private int upTo(long group) {
    int count = 0;
    while (count < size && groups[at(count)] <= group) {
      count++;
    }
    return count;
  }

  /**
   * One of this group has failed.
   *
   * @param skipped how many that were sent behind it in the group are not carried out
   */
  void failed(long group, int skipped) {
    failed = Math.max(0, upTo(group) - 1 - skipped);
  }

  /**
   * Number of statements that were sent behind the one of this group that has failed, if one has:
   * the last one where nothing else is known.
   */
  int behindFailed(long group) {
    return size - 1 - (failed >= 0 ? failed : upTo(group) - 1);
  }

  /**
   * All up to this group are answered. Those of one group share its time and its bytes, of which
   * what only began a transaction or the like has none; an error is that of the one that has
   * failed, or of the last one. The first one has had to wait for all of them. For the answer to
   * any of them the client has waited for all.
   */
  void answered(long group, long micros, long waited, long bytes, boolean error, long now) {
    int wrong = error ? size - 1 - behindFailed(group) : -1;
    failed = -1;
    int ended = 0;
    int heavy = 0;
    while (ended < size && groups[at(ended)] <= group) {
      PatternCounts each = counts[at(ended)];
      heavy += each != null && !each.light() ? 1 : 0;
      ended++;
    }
    if (waited > 0 && ended > 0) {
      waited(waited, heavy > 0, ended);
    }
    int sharing = heavy == 0 ? ended : heavy;
    for (int i = 0; i < ended; i++) {
      int at = at(i);
      PatternCounts each = counts[at];
      counts[at] = null;
      if (each != null) {
        boolean shares = heavy == 0 || !each.light();
        if (shares) {
          each.responded(micros + Math.max(0, waited));
        }
        each.answered(shares ? micros / sharing : 0, shares ? bytes / sharing : 0, i == wrong, now);
      }
    }
    first = size == ended ? 0 : at(ended);
    size -= ended;
    if (size == 0) {
      shrink();
    }
  }

  private void waited(long micros, boolean heavy, int ended) {
    int first = 0;
    while (heavy && first < ended - 1 && (counts[at(first)] == null || counts[at(first)].light())) {
      first++;
    }
    if (counts[at(first)] != null) {
      counts[at(first)].waited(micros);
    }
  }

  /** The ring of a long batch is not kept. */
  private void shrink() {
    if (counts.length > MOST_KEPT) {
      counts = NONE;
      groups = NO_GROUPS;
    }
  }

  /** The one that was sent last is going to be sent again. */
  void takeBack() {
    failed = -1;
    if (size > 0) {
      size--;
      counts[at(size)] = null;
    }
  }

  /** So many groups will be answered as one with what came before. */
  void merged(int count, long answered) {
    for (int i = 0; i < size; i++) {
      int at = at(i);
      groups[at] = Math.max(answered, groups[at] - count);
    }
  }

  /** Nothing more is answered. */
  void clear() {
    Arrays.fill(counts, null);
    failed = -1;
    first = 0;
    size = 0;
    shrink();
  }
}
