package dev.heimdall.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FoundCluster;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.ClusterDescription;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FoundByDescriptionTest {
  private static final String WEST = "shop.cluster-abc123.eu-west-1.rds.amazonaws.com";

  private static ClusterDescription described(
      String engine, boolean instance, ClusterDescription.Server... servers) {
    return new ClusterDescription(
        engine, instance, Optional.of("orders"), List.of(servers), List.of(servers));
  }

  private static ClusterDescription.Server server(String host, int port) {
    return new ClusterDescription.Server("eu-west-1", host, port);
  }

  @Test
  void aServerWithoutAPortHasThatOfTheEngine() {
    assertThat(FoundByDescription.of(described("aurora-mysql", false, server(WEST, 0)), false))
        .isEqualTo(
            new FoundByDescription(
                Optional.of(
                    new FoundCluster(
                        Engine.MYSQL,
                        ClusterKind.AURORA,
                        List.of(new ServerAddress(WEST, 3306)),
                        Optional.of("orders"))),
                "",
                Set.of(new ServerAddress(WEST, 3306))));
  }

  @Test
  void theKindFollowsFromTheEngineAndFromWhatItIs() {
    assertThat(kind(described("postgres", true, server(WEST, 1)))).isEqualTo(ClusterKind.RDS);
    assertThat(kind(described("postgres", false, server(WEST, 1))))
        .isEqualTo(ClusterKind.RDS_MULTI_AZ);
    assertThat(kind(described("aurora-postgresql", false, server(WEST, 1))))
        .isEqualTo(ClusterKind.AURORA);
  }

  private static ClusterKind kind(ClusterDescription described) {
    return FoundByDescription.of(described, false).found().orElseThrow().kind();
  }

  @Test
  void anEngineThatNodesDoNotServeIsNamed() {
    assertThat(FoundByDescription.of(described("oracle-se2", true, server(WEST, 1)), false))
        .isEqualTo(
            new FoundByDescription(
                Optional.empty(),
                "its engine is \"oracle-se2\", and nodes serve aurora-postgresql, postgres,"
                    + " aurora-mysql, mysql, mariadb, sqlserver-ee, sqlserver-se, sqlserver-ex,"
                    + " sqlserver-web",
                Set.of()));
  }

  /** Who is asked for its role is also shown a password. */
  @Test
  void namesThatRdsDoesNotGiveInThatRegionAreLeftOut() {
    ClusterDescription foreign =
        described(
            "postgres",
            true,
            server("evil.example.com", 5432),
            server("a.abc123.us-east-1.rds.amazonaws.com", 5432));
    assertThat(FoundByDescription.of(foreign, false))
        .isEqualTo(
            new FoundByDescription(
                Optional.empty(),
                "no name of its servers is one that RDS gives in their regions: evil.example.com,"
                    + " a.abc123.us-east-1.rds.amazonaws.com",
                Set.of()));
    assertThat(FoundByDescription.of(foreign, true).found().orElseThrow().servers()).hasSize(2);
    // In a URL these would name other hosts, of which the end is no part.
    ClusterDescription hidden =
        described(
            "postgres",
            true,
            server("evil.example/x.eu-west-1.rds.amazonaws.com", 5432),
            server("evil.example,x.eu-west-1.rds.amazonaws.com", 5432),
            server("user@x.eu-west-1.rds.amazonaws.com", 5432));
    assertThat(FoundByDescription.of(hidden, false).found()).isEmpty();
    assertThat(FoundByDescription.of(hidden, true).found()).isEmpty();
    assertThat(FoundByDescription.of(described("postgres", true), false).why())
        .isEqualTo("none of its servers has an address yet");
  }
}
