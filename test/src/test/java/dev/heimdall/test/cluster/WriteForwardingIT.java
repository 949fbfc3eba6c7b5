package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A global cluster whose region that follows forwards writes: its server takes them, and reports
 * all the same that it is a reader, as the Aurora User Guide has it of forwarding readers. Here it
 * is a server that would keep the writes for itself, so that none gets there unseen.
 */
class WriteForwardingIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int WRITES = 20;

  private final FakeRds rds = new FakeRds();
  private PostgresCluster cluster;
  private PostgresServer primary;
  private PostgresServer near;
  private PostgresServer forwarding;

  @BeforeEach
  void start() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", HERE);
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    primary = cluster.primary();
    near = cluster.replicas().get(0);
    forwarding = cluster.replicas().get(1);
    GlobalFunctions.install(
        primary, Map.of(HERE, List.of(primary, near), THERE, List.of(forwarding)), HERE);
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    RoutedCluster.asOwner(
        primary, "CREATE TABLE item (n int)", "CREATE TABLE known AS SELECT 1 AS n");
    cluster.awaitReplay(Duration.ofSeconds(20));
    forwarding.promote();
    forwarding.execute(
        "ALTER FUNCTION pg_catalog.pg_is_in_recovery() RENAME TO was_in_recovery",
        "CREATE FUNCTION pg_catalog.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS"
            + " 'SELECT true'");
    has(HERE, "west", "disabled", "disabled", primary, near);
    has(THERE, "east", "enabled", "enabled", forwarding);
    rds.hasGlobals(
        List.of(
            new FakeRds.Global(
                "shop",
                List.of(FakeRds.Cluster.arn(HERE, "west"), FakeRds.Cluster.arn(THERE, "east")))));
  }

  @AfterEach
  void stop() {
    cluster.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  private void has(
      String region, String name, String local, String global, PostgresServer... servers) {
    List<String> members = List.of(servers).stream().map(one -> "" + one.port()).toList();
    rds.has(
        region,
        List.of(new FakeRds.Cluster(name, "available", 0, members).forwarding(local, global)),
        List.of(servers).stream()
            .map(
                one ->
                    new FakeRds.Instance(
                        "" + one.port(),
                        name,
                        "",
                        List.of(),
                        "127.0.0.1",
                        one.port(),
                        region + "a",
                        "available"))
            .toList());
  }

  private TestNode node() {
    return TestNode.start(
        c ->
            c.source("url", "jdbc:postgresql://127.0.0.1:" + primary.port() + "/app")
                .source("user", "app")
                .source("password", "app")
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source("cluster.api.endpoint", rds.uri().toString())
                .source("cluster.reads", "all")
                .source("cluster.failover.queueTimeout", "2s")
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .source("cluster.probe.database", "postgres")
                .user("app", "password", "app")
                .user("app", "admin", true));
  }

  private static String forwarding(TestNode node) {
    return String.valueOf(node.admin("SHOW CLUSTER").get(0).get("forwarding"));
  }

  private void awaitAll(TestNode node) {
    Await.until(
        "the forwarding server is a replica that is up",
        PATIENCE,
        () ->
            node.admin("SHOW NODES").stream()
                .anyMatch(
                    row ->
                        row.get("node").equals("127.0.0.1:" + forwarding.port())
                            && row.get("role").equals("replica")
                            && row.get("state").equals("up")),
        () -> node.admin("SHOW NODES") + " " + node.admin("SHOW CLUSTER"));
  }

  private static String rows(PostgresServer server) {
    return server.queryValue("app", "SELECT count(*) FROM item");
  }

  @Test
  void whichRegionForwardsIsShownAndWritesGoToTheGlobalWriterItself() throws Exception {
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      awaitAll(node);
      assertThat(forwarding(node))
          .isEqualTo(
              "eu-west-1 (local disabled, global disabled),"
                  + " us-east-1 (local enabled, global enabled)");
      for (int n = 0; n < WRITES; n++) {
        RoutedCluster.execute(client, "INSERT INTO item VALUES (" + n + ")");
        RoutedCluster.value(client, "SELECT count(*) FROM known");
      }
      client.setAutoCommit(false);
      RoutedCluster.execute(client, "INSERT INTO item VALUES (1)");
      RoutedCluster.value(client, "SELECT count(*) FROM known");
      client.commit();

      assertThat(rows(primary)).isEqualTo("" + (WRITES + 1));
      assertThat(rows(forwarding)).isEqualTo("0");
    }
  }

  /** That it takes writes makes no server the writer, also where there is no other one. */
  @Test
  void whereTheWriterIsLostTheForwardingServerTakesNoWrite() throws Exception {
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      awaitAll(node);
      RoutedCluster.execute(client, "INSERT INTO item VALUES (1)");
      primary.stop(StopMode.IMMEDIATE);

      assertThatThrownBy(() -> RoutedCluster.execute(client, "INSERT INTO item VALUES (2)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isIn("57P03", "08006"));
      assertThatThrownBy(() -> RoutedCluster.execute(client, "INSERT INTO item VALUES (3)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P03"));
      assertThat(rows(forwarding)).isEqualTo("0");
    }
  }

  /** It goes with the session, to the writer and to replicas. */
  @Test
  void aSettingOfWriteForwardingIsTheSessionsAsAnyOther() throws Exception {
    String shown = "SELECT current_setting('apg_write_forward.consistency_mode', true) FROM known";
    try (TestNode node = node();
        Connection sets = node.target().as("app", "app").jdbc();
        Connection other = node.target().as("app", "app").jdbc()) {
      awaitAll(node);
      RoutedCluster.execute(sets, "SET apg_write_forward.consistency_mode = 'session'");
      for (int n = 0; n < WRITES; n++) {
        RoutedCluster.execute(sets, "INSERT INTO item VALUES (" + n + ")");
        assertThat(RoutedCluster.value(sets, "SHOW apg_write_forward.consistency_mode"))
            .isEqualTo("session");
        assertThat(RoutedCluster.value(sets, shown)).isEqualTo("session");
        assertThat(RoutedCluster.value(other, shown)).isNullOrEmpty();
      }
      assertThat(rows(primary)).isEqualTo("" + WRITES);
      assertThat(rows(forwarding)).isEqualTo("0");
    }
  }
}
