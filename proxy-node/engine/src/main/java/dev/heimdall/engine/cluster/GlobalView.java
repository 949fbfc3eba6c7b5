package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import java.util.List;
import java.util.Optional;

/**
 * View that one server has of the whole global cluster that it is a part of.
 *
 * @param region the server's own; empty where two servers have its name and nothing tells which of
 *     them it is
 * @param regions all that have a cluster
 * @param instances the servers of all of them
 */
public record GlobalView(
    Optional<String> region, List<RegionLag> regions, List<Instance> instances) {
  public GlobalView {
    regions = List.copyOf(regions);
    instances = List.copyOf(instances);
  }

  /**
   * A server of any region.
   *
   * @param name not of this one alone: servers of two regions may have the same
   * @param writer whether it writes for the global cluster
   * @param position up to where it certainly shows data, in the log of the writing region's storage
   * @param lagMillis how far it is behind: in its own region behind the storage there, and that
   *     region's lag comes on top; {@link TopologyNode#UNKNOWN} where that is not known
   */
  public record Instance(
      String name, String region, boolean writer, Position position, long lagMillis) {}

  /** The region that writes; empty where the view contradicts itself, as amid a change. */
  public Optional<String> primary() {
    List<String> named =
        regions.stream().filter(RegionLag::primary).map(RegionLag::region).toList();
    List<String> written =
        instances.stream().filter(Instance::writer).map(Instance::region).distinct().toList();
    if (named.size() > 1 || written.size() > 1) {
      return Optional.empty();
    }
    boolean same = named.isEmpty() || written.isEmpty() || named.equals(written);
    return same
        ? named.stream().findFirst().or(() -> written.stream().findFirst())
        : Optional.empty();
  }

  /** Lag of a region. */
  public Optional<RegionLag> lag(String of) {
    return regions.stream().filter(one -> one.region().equals(of)).findFirst();
  }

  /** True if the server that shows it is of a region that only follows. */
  public boolean follows() {
    return region.isPresent() && primary().isPresent() && !primary().equals(region);
  }

  /** Lag of a server behind the writer, in whatever region that is. */
  public long lagMillis(String of, String name) {
    return instances.stream()
        .filter(one -> one.region().equals(of) && one.name().equals(name))
        .findFirst()
        .map(this::lagMillis)
        .orElse(TopologyNode.UNKNOWN);
  }

  /**
   * Lag of a server behind the writer, in whatever region that is: the lag behind its own region's
   * storage, plus the lag of that behind the writing region's when it was last measured, plus all
   * the time since then. When that was has to be known: a lag of any age says nothing.
   */
  public long lagMillis(Instance of) {
    if (of.lagMillis() < 0 || primary().isEmpty()) {
      return TopologyNode.UNKNOWN;
    }
    if (primary().get().equals(of.region())) {
      return of.lagMillis();
    }
    RegionLag storage = lag(of.region()).orElse(RegionLag.unknown(of.region()));
    return storage.dated() ? of.lagMillis() + storage.behindMillis() : TopologyNode.UNKNOWN;
  }
}
