package dev.heimdall.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Result of querying AWS for clusters.
 *
 * @param asked when
 * @param regions those that were asked
 * @param complete those that told everything that can be had for now: what is missing there is gone
 * @param globals empty if nothing was told of them
 * @param names what was asked for; empty: everything
 * @param versions of the engines of clusters, by their ARN, where the API tells them
 */
public record TopologyReading(
    Instant asked,
    List<String> regions,
    Set<String> complete,
    List<TopologyCluster> clusters,
    Optional<List<TopologyGlobal>> globals,
    List<AwsTrouble> troubles,
    Optional<Set<RdsName>> names,
    Map<String, String> versions) {
  /** Of a cluster that was not asked for in so long a time, nothing is known any more. */
  private static final Duration KNOWN = Duration.ofMinutes(30);

  public TopologyReading {
    regions = List.copyOf(regions);
    complete = Set.copyOf(complete);
    clusters = List.copyOf(clusters);
    globals = globals.map(List::copyOf);
    troubles = List.copyOf(troubles);
    names = names.map(Set::copyOf);
    versions = Map.copyOf(versions);
  }

  /** Of everything. */
  public TopologyReading(
      Instant asked,
      List<String> regions,
      Set<String> complete,
      List<TopologyCluster> clusters,
      Optional<List<TopologyGlobal>> globals,
      List<AwsTrouble> troubles) {
    this(asked, regions, complete, clusters, globals, troubles, Optional.empty(), Map.of());
  }

  /** True if there was a trouble of this kind. */
  public boolean had(AwsTrouble.Kind kind) {
    return troubles.stream().anyMatch(trouble -> trouble.kind() == kind);
  }

  /** True if nothing is published under this name before its permissions change. */
  public boolean barred() {
    return had(AwsTrouble.Kind.NO_CREDENTIALS)
        || (had(AwsTrouble.Kind.DENIED) && clusters.isEmpty());
  }

  /** True if a cluster that was known, and was not found, is gone. */
  boolean lacks(TopologyCluster before) {
    return complete.contains(before.region())
        && (names.isEmpty() || names.get().stream().anyMatch(before::is) || old(before.asked()));
  }

  /** True if a global cluster that was known, and was not found, is gone. */
  boolean lacks(TopologyGlobal before) {
    return names.isEmpty() ? globals.isPresent() : old(before.asked());
  }

  private boolean old(Instant before) {
    return before.isBefore(asked.minus(KNOWN));
  }
}
