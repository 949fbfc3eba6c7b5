package dev.heimdall.engine.analytics;

/**
 * Sample of the reads of one pattern that no rule has cached: it tells which share of them the
 * cache could answer, and how often two of them are equal. Counts are summed over event loops and
 * nodes.
 *
 * @param reads outside of transactions, by which nothing is known yet of their form
 * @param sampled those that were looked at
 * @param suited those of the sampled ones that the cache could answer
 * @param byKey those of the suited ones whose results would live by key
 * @param pairs of suited ones that were compared
 * @param equal pairs of requests that one result would answer
 */
public record ReadSample(
    long reads, long sampled, long suited, long byKey, long pairs, long equal) {
  /** No read has been looked at. */
  public static final ReadSample NONE = new ReadSample(0, 0, 0, 0, 0, 0);

  ReadSample plus(ReadSample other) {
    return new ReadSample(
        reads + other.reads,
        sampled + other.sampled,
        suited + other.suited,
        byKey + other.byKey,
        pairs + other.pairs,
        equal + other.equal);
  }
}
