package dev.heimdall.launcher.deployment;

import java.util.List;
import java.util.Optional;

/**
 * Content of the command line; everything else is read, or asked.
 *
 * @param clusters ARNs or names of clusters, global clusters and instances; none: all that there
 *     are
 * @param databases what is said of single databases
 * @param networks what is said of the networks of single regions
 */
public record DeploymentOptions(
    Optional<String> name,
    List<String> regions,
    List<String> clusters,
    OfDatabases databases,
    OfNetworks networks) {
  /** By the names of databases. */
  public record OfDatabases(
      Keyed url, Keyed secret, Keyed iamUser, Keyed user, Keyed group, Keyed certificate) {}

  /** By regions, and how these are connected. */
  public record OfNetworks(
      Keyed vpc,
      Keyed subnets,
      Keyed addresses,
      Keyed clients,
      Optional<String> join,
      Optional<String> zone) {}

  public DeploymentOptions {
    regions = List.copyOf(regions);
    clusters = List.copyOf(clusters);
  }
}
