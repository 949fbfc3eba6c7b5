package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Sample of reads that no rule has cached, as nodes report it.
 *
 * @param reads outside of transactions
 * @param sampled those that were looked at
 * @param suited those of the sampled ones that a cache could answer
 * @param byKey those of the suited ones whose results would live by key
 * @param pairs of suited ones that were compared
 * @param equal pairs that one result would answer
 */
record ReadSample(long reads, long sampled, long suited, long byKey, long pairs, long equal) {
  static final ReadSample NONE = new ReadSample(0, 0, 0, 0, 0, 0);

  /** Nodes of an older version report none. */
  static ReadSample of(JsonNode listed) {
    return listed.size() < 6
        ? NONE
        : new ReadSample(
            count(listed, 0),
            count(listed, 1),
            count(listed, 2),
            count(listed, 3),
            count(listed, 4),
            count(listed, 5));
  }

  private static long count(JsonNode listed, int at) {
    return Math.max(0, listed.get(at).asLong());
  }

  ReadSample plus(ReadSample other) {
    return with(other, 1);
  }

  ReadSample since(ReadSample before) {
    return with(before, -1);
  }

  private ReadSample with(ReadSample other, int sign) {
    return new ReadSample(
        Math.max(0, reads + sign * other.reads),
        Math.max(0, sampled + sign * other.sampled),
        Math.max(0, suited + sign * other.suited),
        Math.max(0, byKey + sign * other.byKey),
        Math.max(0, pairs + sign * other.pairs),
        Math.max(0, equal + sign * other.equal));
  }

  /** Number of the reads that a cache could answer. */
  double cacheable() {
    return sampled == 0 ? 0 : (double) reads * suited / sampled;
  }

  /** Share of results that would live by key. */
  double keyed() {
    return suited == 0 ? 0 : (double) byKey / suited;
  }

  /**
   * Chance of two reads to be equal: at least this, as far as chance allows to say; 0 where none
   * were.
   */
  double repetition() {
    return pairs == 0 ? 0 : Math.max(0, equal - Math.sqrt(equal)) / pairs;
  }
}
