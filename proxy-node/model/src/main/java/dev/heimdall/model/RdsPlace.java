package dev.heimdall.model;

import java.net.URI;
import java.util.Optional;

/**
 * Location of a cluster in RDS, for queries of the API about it.
 *
 * @param name what RDS calls it
 * @param cluster whether that is the name of a cluster; else of an instance
 * @param endpoint where the API is, if it is not where AWS has it
 * @param hosts what names of its servers end in; empty where the API may name any
 */
public record RdsPlace(
    String region, String name, boolean cluster, Optional<URI> endpoint, Optional<String> hosts) {
  /** True if a server of this cluster can have this name. */
  public boolean includes(String host) {
    return hosts.isEmpty() || host.endsWith(hosts.get());
  }
}
