package dev.heimdall.cdk.draft;

import dev.heimdall.model.RdsHost;
import java.util.Optional;

/** The name of a cluster's or an instance's endpoint, taken apart. */
public record RdsEndpoint(String identifier, boolean cluster, String region) {
  /** Nothing for other names, also for those of readers, proxies and global clusters. */
  public static Optional<RdsEndpoint> of(String host) {
    return RdsHost.of(host)
        .filter(name -> name.ofInstance() || name.ofWriter())
        .map(name -> new RdsEndpoint(name.name(), name.ofWriter(), name.region()));
  }
}
