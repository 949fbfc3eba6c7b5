package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Statements of MariaDB's clients that rules forward to a global cluster of another engine, whose
 * writer has to be confirmed.
 */
@Tag("long")
class FencedForeignIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static MysqlNode node(PostgresCluster cluster) {
    List<PostgresServer> servers = cluster.servers();
    return MysqlNode.start(
        MysqlRelease.MARIADB,
        c ->
            c.source(
                    "shop",
                    "url",
                    "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app"
                        .formatted(servers.get(0).port(), servers.get(1).port()))
                .source("shop", "user", "app")
                .source("shop", "password", "app")
                .source("shop", "tls.mode", "disable")
                .source("shop", "cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source("shop", "cluster.probe.user", cluster.superuser())
                .source("shop", "cluster.probe.password", cluster.password())
                .source("shop", "cluster.probe.database", "postgres")
                .source("shop", "cluster.probe.timeout", "1s")
                .source("shop", "cluster.failover.fence", "5s")
                .vdb("ruleSources", List.of("shop"))
                .vdb("rules", List.of("main"))
                .rules(
                    "main",
                    "{\"match\": \"item\", \"action\": \"forward\", \"parameters\": {\"source\":"
                        + " \"shop\"}}"));
  }

  private static boolean inserts(Connection client, int n) {
    try {
      Jdbc.execute(client, "INSERT INTO item VALUES (" + n + ")");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void nothingIsForwardedToAWriterThatNothingElsewhereConfirms() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start()) {
      PostgresServer primary = cluster.primary();
      PostgresServer far = cluster.replicas().get(0);
      GlobalFunctions.install(primary, Map.of(HERE, List.of(primary), THERE, List.of(far)), HERE);
      primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      RoutedCluster.asOwner(primary, "CREATE TABLE item (n int)");
      cluster.awaitReplay(Duration.ofSeconds(20));
      try (MysqlNode node = node(cluster);
          Connection client = node.target().jdbc()) {
        Await.until(
            "the other region confirms the writer", PATIENCE, () -> inserts(client, 1), () -> "");

        far.freeze();
        Await.until(
            "the writer is fenced", PATIENCE, () -> !inserts(client, 2), () -> "still written to");
        String before = primary.queryValue("app", "SELECT count(*) FROM item");
        assertThatThrownBy(() -> Jdbc.execute(client, "INSERT INTO item VALUES (3)"))
            .hasMessageContaining("confirms the writer");
        assertThat(primary.queryValue("app", "SELECT count(*) FROM item")).isEqualTo(before);

        far.thaw();
        Await.until("it is confirmed again", PATIENCE, () -> inserts(client, 4), () -> "");

        primary.stop(StopMode.FAST);
        far.promote();
        GlobalFunctions.writes(far, THERE);
        Await.until(
            "statements follow the writer to the other region",
            PATIENCE,
            () -> inserts(client, 5),
            () -> "");
        assertThat(far.queryValue("app", "SELECT count(*) FROM item WHERE n = 5")).isEqualTo("1");
      } finally {
        far.thaw();
      }
    }
  }
}
