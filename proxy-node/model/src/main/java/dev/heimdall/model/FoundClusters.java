package dev.heimdall.model;

import java.util.Optional;

/** Who knows what clusters are that data sources name by their ARNs and nothing else. */
public interface FoundClusters {
  /**
   * What is known of one.
   *
   * @param source the name of the data source
   */
  Optional<FoundCluster> of(String source, String arn);

  /** Nothing is known of any. */
  static FoundClusters none() {
    return (source, arn) -> Optional.empty();
  }
}
