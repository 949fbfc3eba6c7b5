package dev.heimdall.engine.rds;

import dev.heimdall.routing.RdsName;
import java.time.Duration;

/**
 * A cluster that the API is asked about. Equal to itself only: two data sources may be one cluster.
 */
final class WatchedCluster {
  private final RdsName name;
  private final boolean needed;
  private final Duration interval;

  WatchedCluster(RdsName name, boolean needed, Duration interval) {
    this.name = name;
    this.needed = needed;
    this.interval = interval;
  }

  RdsName name() {
    return name;
  }

  /** Whether it is a fault when the API cannot be asked. */
  boolean needed() {
    return needed;
  }

  Duration interval() {
    return interval;
  }
}
