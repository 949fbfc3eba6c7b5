package dev.heimdall.routing;

import java.util.List;

/**
 * AWS account inventory: resources that a fleet could use, as far as queries are permitted.
 *
 * @param regions that the account may use
 * @param topology clusters and global clusters
 * @param caches replication groups and serverless caches of ElastiCache
 * @param troubles what could not be found out, and what permission it needs
 */
public record Surroundings(
    List<String> regions, TopologyReading topology, List<Cache> caches, List<AwsTrouble> troubles) {
  public Surroundings {
    regions = List.copyOf(regions);
    caches = List.copyOf(caches);
    troubles = List.copyOf(troubles);
  }

  /**
   * A replication group or a serverless cache of ElastiCache.
   *
   * @param engine {@code redis} or {@code valkey}
   * @param version of the engine; empty where the API does not tell it
   * @param serverless whether it has no nodes of its own: it is in cluster mode then
   * @param clustered whether it is in cluster mode
   * @param tls whether it wants TLS
   * @param password whether it wants one
   * @param address where to connect, as {@code host:port}: its configuration endpoint in cluster
   *     mode, else its primary endpoint; empty while it has none
   */
  public record Cache(
      String name,
      String engine,
      String version,
      String status,
      boolean serverless,
      boolean clustered,
      boolean tls,
      boolean password,
      String address) {}
}
