package dev.heimdall.engine.topology;

/**
 * Lag of the cluster of one region of a global cluster behind the one that writes.
 *
 * @param primary whether it is the one that writes, as far as its servers say
 * @param durabilityMillis how long ago that was written which its storage does not have; {@link
 *     TopologyNode#UNKNOWN} where that is not known, and for the one that writes
 * @param rpoMillis how much of what was committed would be lost with the one that writes, as time;
 *     unknown likewise
 * @param agoMillis how long ago both were measured; unknown likewise
 */
public record RegionLag(
    String region, boolean primary, long durabilityMillis, long rpoMillis, long agoMillis) {
  /** One of which nothing is known. */
  public static RegionLag unknown(String region) {
    return new RegionLag(
        region, false, TopologyNode.UNKNOWN, TopologyNode.UNKNOWN, TopologyNode.UNKNOWN);
  }

  /** True if it is known how far it was behind, and when that was so. */
  public boolean dated() {
    return durabilityMillis >= 0 && agoMillis >= 0;
  }

  /**
   * Present lag of a region whose lag is known; a minimum, where it is unknown when the lag was
   * measured.
   */
  public long behindMillis() {
    return durabilityMillis + Math.max(0, agoMillis);
  }

  /** Returns this lag, as that of the region that writes or not. */
  public RegionLag as(boolean writing) {
    return writing
        ? new RegionLag(region, true, TopologyNode.UNKNOWN, TopologyNode.UNKNOWN, agoMillis)
        : new RegionLag(region, false, durabilityMillis, rpoMillis, agoMillis);
  }
}
