package dev.heimdall.engine.rds;

import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.WriteForwarding;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Clusters of Aurora PostgreSQL as RDS describes them, with which all is well. */
public final class RdsClusters {
  private static final int PORT = 5432;
  private static final String WELL = "available";

  private RdsClusters() {}

  public static RdsServer server(String name, String host, RdsRole role) {
    return new RdsServer(
        name, Optional.of(host), PORT, role, Optional.empty(), OptionalInt.empty(), WELL, WELL);
  }

  /** Those that read, whose names are their hosts. */
  public static List<RdsServer> readers(String... hosts) {
    return List.of(hosts).stream().map(host -> server(host, host, RdsRole.READER)).toList();
  }

  public static String arn(String region, String name) {
    return "arn:aws:rds:" + region + ":123456789012:cluster:" + name;
  }

  public static TopologyCluster cluster(
      String region, String name, Instant asked, List<RdsServer> servers) {
    return new TopologyCluster(
        arn(region, name),
        "cluster-" + region + "-" + name,
        List.of(),
        region,
        name,
        "aurora-postgresql",
        WELL,
        Optional.empty(),
        Optional.empty(),
        PORT,
        servers,
        WriteForwarding.UNKNOWN,
        asked);
  }
}
