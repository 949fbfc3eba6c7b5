package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/**
 * A global cluster of Aurora MySQL, as far as its tables tell of it, whose region that follows
 * forwards writes: its server takes them, and {@code innodb_read_only} is on there all the same, as
 * the Aurora User Guide has it of all readers.
 */
@Tag("long")
class MysqlWriteForwardingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int UNKNOWN_VARIABLE = 1193;
  private static final int WRITES = 20;

  private static MysqlNode node(MysqlGlobalServers servers) {
    return MysqlNode.start(
        servers.cluster(),
        c ->
            servers
                .source(c, servers.far(), servers.primary(), servers.first())
                .source("cluster.reads", "all")
                .source("cluster.failover.queueTimeout", "3s"));
  }

  private static void awaitReplica(MysqlNode node, int port) {
    Await.until(
        "the forwarding server is a replica that is up",
        PATIENCE,
        () ->
            node.admin("SHOW NODES").stream()
                .anyMatch(
                    row ->
                        row.get("node").equals("127.0.0.1:" + port)
                            && row.get("role").equals("replica")
                            && row.get("state").equals("up")),
        () -> node.admin("SHOW NODES").toString());
  }

  private static String rows(MysqlServer server) {
    return server.queryValue("app", "SELECT COUNT(*) FROM item");
  }

  @MariadbAndMysql
  void writesGoToTheGlobalWriterItselfAndASettingOfForwardingGetsTheServersAnswer(
      MysqlRelease release) throws Exception {
    try (MysqlGlobalServers servers = MysqlGlobalServers.forwarding(release)) {
      MysqlServer primary = servers.cluster().primary();
      MysqlServer far = servers.there();
      primary.executeIn("app", "CREATE TABLE item (n INT)");
      servers.cluster().awaitReplay(PATIENCE);
      far.execute("STOP REPLICA"); // from now on it has what it takes itself, and nothing else
      try (MysqlNode node = node(servers);
          Connection client = node.connect()) {
        awaitReplica(node, servers.far().port());
        assertThatThrownBy(
                () -> Jdbc.execute(client, "SET aurora_replica_read_consistency = 'session'"))
            .as("what is no Aurora does not know it: its own error, passed on")
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(UNKNOWN_VARIABLE))
            .hasMessageContaining("aurora_replica_read_consistency");
        for (int n = 0; n < WRITES; n++) {
          Jdbc.execute(client, "INSERT INTO item VALUES (" + n + ")");
          Jdbc.value(client, "SELECT count(*) FROM item");
        }
        assertThat(rows(primary)).isEqualTo("" + WRITES);
        assertThat(rows(far)).isEqualTo("0");

        primary.kill();
        assertThatThrownBy(() -> Jdbc.execute(client, "INSERT INTO item VALUES (-1)"))
            .isInstanceOf(SQLException.class);
        try (Connection late = node.connect()) {
          assertThatThrownBy(() -> Jdbc.execute(late, "INSERT INTO item VALUES (-2)"))
              .as("that it takes writes makes no server the writer")
              .isInstanceOf(SQLException.class);
        } catch (SQLException e) {
          assertThat(e.getMessage()).as("at the log-in").contains("no server of the cluster");
        }
        assertThat(rows(far)).isEqualTo("0");
      }
    }
  }
}
