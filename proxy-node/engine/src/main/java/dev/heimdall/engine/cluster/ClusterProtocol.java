package dev.heimdall.engine.cluster;

import dev.heimdall.model.DataSource;

/** Watching of the clusters of one engine. */
public interface ClusterProtocol {
  /**
   * @param source a cluster of the engine
   */
  Prober prober(DataSource source);
}
