package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A global cluster whose region that follows forwards writes: its server takes them, and reports
 * all the same that it is a reader, as the Aurora User Guide has it of forwarding readers. Here it
 * is a server that would keep the writes for itself, so that none gets there unseen.
 */
@Tag("ci")
class WriteForwardingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int WRITES = 20;

  private final FakeRds rds = new FakeRds();
  private GlobalServers servers;

  @BeforeEach
  void start() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", GlobalServers.HERE);
    servers =
        GlobalServers.start(
            primary ->
                RoutedCluster.asOwner(
                    primary, "CREATE TABLE item (n int)", "CREATE TABLE known AS SELECT 1 AS n"));
    PostgresServer forwarding = servers.far();
    forwarding.promote();
    forwarding.execute(
        "ALTER FUNCTION pg_catalog.pg_is_in_recovery() RENAME TO was_in_recovery",
        "CREATE FUNCTION pg_catalog.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS"
            + " 'SELECT true'");
    servers.describedBy(rds, "disabled", "enabled");
  }

  @AfterEach
  void stop() {
    servers.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  private TestNode node() {
    return TestNode.start(
        c ->
            servers
                .source(c, servers.primary())
                .source("cluster.api.endpoint", rds.uri().toString())
                .source("cluster.reads", "all")
                .source("cluster.failover.queueTimeout", "2s"));
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
                        row.get("node").equals("127.0.0.1:" + servers.far().port())
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
        Jdbc.execute(client, "INSERT INTO item VALUES (" + n + ")");
        Jdbc.value(client, "SELECT count(*) FROM known");
      }
      client.setAutoCommit(false);
      Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      Jdbc.value(client, "SELECT count(*) FROM known");
      client.commit();

      assertThat(rows(servers.primary())).isEqualTo("" + (WRITES + 1));
      assertThat(rows(servers.far())).isEqualTo("0");
    }
  }

  /** That it takes writes makes no server the writer, also where there is no other one. */
  @Test
  void whereTheWriterIsLostTheForwardingServerTakesNoWrite() throws Exception {
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      awaitAll(node);
      Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      servers.primary().stop(StopMode.IMMEDIATE);

      assertThatThrownBy(() -> Jdbc.execute(client, "INSERT INTO item VALUES (2)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isIn("57P03", "08006"));
      assertThatThrownBy(() -> Jdbc.execute(client, "INSERT INTO item VALUES (3)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P03"));
      assertThat(rows(servers.far())).isEqualTo("0");
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
      Jdbc.execute(sets, "SET apg_write_forward.consistency_mode = 'session'");
      for (int n = 0; n < WRITES; n++) {
        Jdbc.execute(sets, "INSERT INTO item VALUES (" + n + ")");
        assertThat(Jdbc.value(sets, "SHOW apg_write_forward.consistency_mode"))
            .isEqualTo("session");
        assertThat(Jdbc.value(sets, shown)).isEqualTo("session");
        assertThat(Jdbc.value(other, shown)).isNullOrEmpty();
      }
      assertThat(rows(servers.primary())).isEqualTo("" + WRITES);
      assertThat(rows(servers.far())).isEqualTo("0");
    }
  }
}
