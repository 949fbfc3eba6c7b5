package dev.heimdall.engine.rds;

import dev.heimdall.model.ApiSettings;
import dev.heimdall.model.ApiUse;
import dev.heimdall.routing.RdsName;
import java.time.Duration;
import java.util.Optional;

/**
 * A cluster that the API is asked about. Equal to itself only: two data sources may be one cluster.
 */
final class WatchedCluster {
  private final Optional<RdsName> name;
  private final Optional<String> global;
  private final boolean needed;
  private final boolean unknown;
  private final Duration interval;

  WatchedCluster(RdsName name, boolean needed, Duration interval) {
    this(Optional.of(name), Optional.empty(), needed, false, interval);
  }

  private WatchedCluster(
      Optional<RdsName> name,
      Optional<String> global,
      boolean needed,
      boolean unknown,
      Duration interval) {
    this.name = name;
    this.global = global;
    this.needed = needed;
    this.unknown = unknown;
    this.interval = interval;
  }

  /**
   * @param name of a cluster or instance in the region that is asked
   * @param global of a global cluster
   * @param unknown true if no other source knows it
   */
  static WatchedCluster of(
      Optional<RdsName> name, Optional<String> global, ApiSettings api, boolean unknown) {
    return new WatchedCluster(
        name, global, unknown || api.use() == ApiUse.ON, unknown, api.interval());
  }

  Optional<RdsName> name() {
    return name;
  }

  Optional<String> global() {
    return global;
  }

  /** True if it is a fault when the API cannot be asked. */
  boolean needed() {
    return needed;
  }

  /** True if no other source knows it: clients wait for what the API says. */
  boolean unknown() {
    return unknown;
  }

  /** True if to ask at once: no other source may know where its servers are. */
  boolean urgent() {
    return unknown || global.isPresent();
  }

  Duration interval() {
    return interval;
  }

  /** Label of the cluster, by which nodes with the same queries find each other. */
  String label() {
    return name.map(one -> (one.cluster() ? "c:" : "i:") + one.name()).orElse("")
        + global.map(one -> "g:" + one).orElse("");
  }
}
