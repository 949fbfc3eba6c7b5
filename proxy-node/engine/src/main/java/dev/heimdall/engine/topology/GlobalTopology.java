package dev.heimdall.engine.topology;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Facts known about a global cluster beyond its servers.
 *
 * @param regions that have a cluster, and how far each is behind; empty for a cluster of one region
 * @param unplaced servers that are named, but not asked, as it is unknown where they are
 * @param fence whether its writer takes writes
 * @param handover by which another region is about to write; empty for none
 */
public record GlobalTopology(
    List<RegionLag> regions,
    List<Unplaced> unplaced,
    WriterFence fence,
    Optional<GlobalFailover> handover) {
  /** Of a cluster of one region whose servers are all asked. */
  public static final GlobalTopology NONE = new GlobalTopology(List.of(), List.of());

  /** One whose writer needs no confirmation. */
  public GlobalTopology(List<RegionLag> regions, List<Unplaced> unplaced) {
    this(regions, unplaced, WriterFence.OFF, Optional.empty());
  }

  public GlobalTopology {
    regions = List.copyOf(regions);
    unplaced = List.copyOf(unplaced);
  }

  /** True if it is the same but for what changes all the time. */
  boolean sameShape(GlobalTopology other) {
    return unplaced.equals(other.unplaced)
        && roles().equals(other.roles())
        && fence.state() == other.fence.state()
        && handover.equals(other.handover);
  }

  private List<String> roles() {
    return regions.stream().map(one -> one.region() + one.primary()).collect(Collectors.toList());
  }

  /**
   * A server that is not asked.
   *
   * @param region empty where not reported
   * @param why in words
   */
  public record Unplaced(String name, String region, String why) {
    @Override
    public String toString() {
      return name + (region.isEmpty() ? "" : " in " + region) + ": " + why;
    }
  }
}
