package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A switchover of a global cluster, known by documents, that lasts longer than statements wait. */
class LongSwitchoverIT {
  private static final String ARN = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final String WEST = "arn:aws:rds:eu-west-1:123456789012:cluster:west";
  private static final String EAST = "arn:aws:rds:us-east-1:123456789012:cluster:east";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private long version;

  private void report(boolean westWrites, TopologyGlobal.Failover failover) throws IOException {
    Instant now = Instant.now();
    TopologyGlobal global =
        new TopologyGlobal(
            ARN,
            "shop",
            "aurora-postgresql",
            "available",
            Optional.empty(),
            List.of(
                new TopologyGlobal.Member(WEST, westWrites, "connected"),
                new TopologyGlobal.Member(EAST, !westWrites, "connected")),
            Optional.ofNullable(failover),
            now);
    TopologyDocument document =
        new TopologyDocument(
            "eu-west-1",
            ++version,
            now,
            "RDS-EVENT-0181",
            List.of("eu-west-1"),
            List.of(),
            List.of(global));
    Path written = Files.write(directory.resolve("eu-west-1.new"), document.json());
    Files.move(written, directory.resolve("eu-west-1.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static String handover(TestNode node) {
    return String.valueOf(node.admin("SHOW CLUSTER").get(0).get("handover"));
  }

  private static void awaitHandover(TestNode node, String beginning) {
    Await.until(
        "SHOW CLUSTER has " + beginning,
        PATIENCE,
        () -> handover(node).startsWith(beginning),
        () -> handover(node));
  }

  private static SQLException refused(Connection client) {
    return (SQLException) catchThrowable(() -> Jdbc.execute(client, "INSERT INTO item VALUES (1)"));
  }

  @Test
  void itIsToldApartFromAClusterWithoutAWriter() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start()) {
      PostgresServer far = cluster.replicas().get(0);
      GlobalFunctions.install(
          cluster.primary(),
          Map.of("eu-west-1", List.of(cluster.primary()), "us-east-1", List.of(far)),
          "eu-west-1");
      cluster
          .primary()
          .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      RoutedCluster.asOwner(cluster.primary(), "CREATE TABLE item (n int PRIMARY KEY)");
      cluster.awaitReplay(Duration.ofSeconds(20));
      report(true, null);
      try (TestNode node = node(cluster);
          Connection client = node.target().as("app", "app").jdbc()) {
        Jdbc.execute(client, "INSERT INTO item VALUES (0)");
        assertThat(handover(node)).isEqualTo("null");

        cluster.primary().stop(StopMode.FAST);
        SQLException lost = refused(client);
        assertThat(lost.getSQLState()).isEqualTo("57P03");
        assertThat(lost.getMessage()).contains("no server of the cluster reports that it is the");

        report(true, new TopologyGlobal.Failover("switching-over", WEST, EAST, false));
        awaitHandover(node, "switchover in progress since 20");
        SQLException switching = refused(client);
        assertThat(switching.getSQLState()).isEqualTo("57P03");
        assertThat(switching.getMessage())
            .contains("a switchover of the global cluster is in progress since 20")
            .contains("switching-over from " + WEST + " to " + EAST);

        far.promote();
        GlobalFunctions.writes(far, "us-east-1");
        report(false, null);
        awaitHandover(node, "null");
        Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      }
    }
  }

  private TestNode node(PostgresCluster cluster) {
    return TestNode.start(
        c ->
            c.source(
                    "url",
                    "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app"
                        .formatted(cluster.primary().port(), cluster.replicas().get(0).port()))
                .source("user", "app")
                .source("password", "app")
                .source("cluster.global", ARN)
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .source("cluster.probe.database", "postgres")
                .source("cluster.failover.queueTimeout", "1s")
                .user("app", "password", "app")
                .user("app", "admin", true)
                .node("topology.store", directory.toString())
                .node("topology.interval", "1s"));
  }
}
