package dev.heimdall.model;

import java.util.Optional;

/** Source of facts about clusters that data sources name by their ARNs and nothing else. */
public interface FoundClusters {
  /**
   * Returns the facts known about a cluster.
   *
   * @param source the name of the data source
   */
  Optional<FoundCluster> of(String source, String arn);

  /** Nothing is known of any. */
  static FoundClusters none() {
    return (source, arn) -> Optional.empty();
  }
}
