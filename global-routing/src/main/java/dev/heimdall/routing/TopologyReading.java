package dev.heimdall.routing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What came of asking AWS for all clusters.
 *
 * @param asked when
 * @param regions those that were asked
 * @param complete those that told everything: what is missing there is gone
 * @param globals empty if nothing was told of them
 */
public record TopologyReading(
    Instant asked,
    List<String> regions,
    Set<String> complete,
    List<TopologyCluster> clusters,
    Optional<List<TopologyGlobal>> globals,
    List<AwsTrouble> troubles) {
  public TopologyReading {
    regions = List.copyOf(regions);
    complete = Set.copyOf(complete);
    clusters = List.copyOf(clusters);
    globals = globals.map(List::copyOf);
    troubles = List.copyOf(troubles);
  }
}
