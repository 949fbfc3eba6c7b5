package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node in front of a primary with two replicas: where reads and writes go, and what they see. */
@Tag("ci")
class MysqlRoutedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Says which server answers: each has a row of its own there, which is not replicated. */
  private static final String WHERE = "SELECT port FROM here";

  private static final class Routed implements AutoCloseable {
    final MysqlRelease release;
    final MysqlCluster cluster;
    final MysqlNode node;

    Routed(MysqlRelease release, Consumer<TestConfiguration> wishes) {
      this.release = release;
      cluster = release.cluster().replicas(2).start();
      primary()
          .executeIn(
              "app",
              "CREATE TABLE here (port int)",
              "CREATE TABLE t (i int)",
              "CREATE TABLE lasting (i int) ENGINE = MyISAM");
      cluster.awaitReplay(PATIENCE);
      for (MysqlServer server : cluster.servers()) {
        boolean replica = release == MysqlRelease.MYSQL && server != primary();
        server.executeIn(
            "app",
            replica ? "SET GLOBAL super_read_only = 0" : "DO 0",
            "SET SESSION sql_log_bin = 0",
            "INSERT INTO here VALUES (" + server.port() + ")",
            replica ? "SET GLOBAL super_read_only = 1" : "DO 0");
      }
      node =
          MysqlNode.start(
              cluster,
              c -> {
                c.cluster(cluster);
                c.source("cluster.reads", "all");
                c.source("cluster.probe.positionInterval", "50ms");
                c.source("cluster.probe.timeout", "1s");
                wishes.accept(c);
              });
      awaitCatalogue();
    }

    /** What a write does to tables is unknown until then. */
    private void awaitCatalogue() {
      try (Connection operator = node.target().as("admin", "admin").jdbc()) {
        Await.until(
            "the catalogue was read",
            PATIENCE,
            () -> {
              execute(operator, "SELECT i FROM t");
              return "confirmed".equals(Jdbc.queryInfo(operator).get("catalog now"));
            },
            () -> node.servers().toString());
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    MysqlServer primary() {
      return cluster.primary();
    }

    MysqlServer first() {
      return cluster.replicas().get(0);
    }

    void replay(boolean on) {
      String verb = on ? "START" : "STOP";
      String noun = release == MysqlRelease.MYSQL ? "REPLICA" : "SLAVE";
      cluster.replicas().forEach(one -> one.execute(verb + " " + noun + " SQL_THREAD"));
    }

    /** How many statements the primary has carried out. */
    long questions() {
      return Long.parseLong(
          primary()
              .queryValue(
                  "app",
                  "SELECT variable_value FROM "
                      + (release == MysqlRelease.MYSQL
                          ? "performance_schema"
                          : "information_schema")
                      + ".global_status WHERE variable_name = 'Questions'"));
    }

    void awaitReplicaReads(Connection client) {
      Await.until(
          "reads go to replicas",
          PATIENCE,
          () -> !value(client, WHERE).equals(String.valueOf(primary().port())),
          () -> node.servers().toString());
    }

    @Override
    public void close() {
      node.close();
      cluster.close();
    }
  }

  @MariadbAndMysql
  void replicasAnswerReadsAndNoneMissesAWrite(MysqlRelease release) throws Exception {
    try (Routed routed = new Routed(release, c -> {});
        Connection client = routed.node.target().jdbc();
        Connection other = routed.node.target().jdbc()) {
      routed.awaitReplicaReads(client);
      for (int i = 1; i <= 40; i++) {
        execute(client, "INSERT INTO t VALUES (" + i + ")");
        String all = String.valueOf(i);
        assertThat(value(client, "SELECT count(*) FROM t")).as("its own").isEqualTo(all);
        assertThat(value(other, "SELECT count(*) FROM t")).as("another's").isEqualTo(all);
      }
      Set<String> servers = new TreeSet<>();
      Await.until(
          "several servers answer reads of a table that nobody writes",
          PATIENCE,
          () -> {
            servers.add(value(other, WHERE));
            return servers.size() > 1;
          },
          () -> routed.node.servers().toString());

      routed.replay(false);
      execute(client, "INSERT INTO t VALUES (41)");
      for (int i = 0; i < 5; i++) {
        assertThat(value(other, "SELECT count(*) FROM t")).isEqualTo("41");
      }
      routed.replay(true);
      String at = "SELECT concat(port, ' ', (SELECT count(*) FROM t)) FROM here";
      Await.until(
          "replicas have it",
          PATIENCE,
          () -> !value(other, at).equals(routed.primary().port() + " 41"),
          () -> routed.node.servers().toString());
      assertThat(value(other, at)).endsWith(" 41");
      whatAServerSaysOfItselfIsTheWriters(routed, release);
    }
  }

  private static void whatAServerSaysOfItselfIsTheWriters(Routed routed, MysqlRelease release)
      throws SQLException {
    List<String> said =
        new ArrayList<>(
            List.of(
                "@@GLOBAL.read_only",
                "@@read_only",
                "@@server_id",
                "@@hostname",
                "@@version",
                "@@`port`",
                "@@innodb_read_only",
                "@@SESSION.sql_mode",
                "connection_id()",
                "uuid_short()",
                "version()",
                "says_read_only()",
                "(SELECT count(*) FROM information_schema.processlist)"));
    routed
        .primary()
        .executeIn(
            "app",
            "DROP FUNCTION IF EXISTS says_read_only",
            "CREATE FUNCTION says_read_only() RETURNS INT NO SQL RETURN @@GLOBAL.read_only");
    said.addAll(
        release == MysqlRelease.MYSQL
            ? List.of("@@super_read_only", "@@GLOBAL.gtid_executed")
            : List.of("@@gtid_binlog_pos", "@@gtid_current_pos", "master_gtid_wait('', 0)"));
    try (Connection client = routed.node.target().jdbc()) {
      for (String what : said) {
        for (int i = 0; i < 4; i++) {
          assertThat(value(client, "SELECT port, " + what + " FROM here"))
              .as(what)
              .isEqualTo(String.valueOf(routed.primary().port()));
        }
      }
      for (int i = 0; i < 4; i++) {
        assertThat(value(client, "SELECT @@port"))
            .isEqualTo(String.valueOf(routed.primary().port()));
        assertThat(value(client, "SELECT @@GLOBAL.read_only")).isEqualTo("0");
      }
    }
  }

  @Test
  void sessionsFollowTheWriterWhenItIsKilled() throws Exception {
    killed(MysqlRelease.MARIADB);
  }

  @Test
  @Tag("long")
  void sessionsFollowTheWriterWhenItIsKilledOfMysql() throws Exception {
    killed(MysqlRelease.MYSQL);
  }

  private static void killed(MysqlRelease release) throws Exception {
    try (Routed routed = new Routed(release, c -> {});
        Connection client = routed.node.target().jdbc()) {
      execute(client, "INSERT INTO t VALUES (1)");
      routed.cluster.awaitReplay(PATIENCE);
      routed.primary().kill();
      CompletableFuture<String> read =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  execute(client, "INSERT INTO t VALUES (2)");
                  return value(client, "SELECT count(*) FROM t");
                } catch (SQLException e) {
                  return e.toString();
                }
              });
      routed.first().promote();
      assertThat(read.get(30, TimeUnit.SECONDS)).as("it has waited for the writer").isEqualTo("2");
      assertThat(routed.first().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  @MariadbAndMysql
  void completeReplicasAnswerReadsWithoutWriter(MysqlRelease release) throws Exception {
    try (Routed routed =
            new Routed(
                release,
                c -> {
                  c.source("cluster.failover.queueTimeout", "3s");
                  c.source("cluster.lag.maxStaleness", "500ms");
                });
        Connection reads = routed.node.target().jdbc();
        Connection writes = routed.node.target().jdbc()) {
      routed.awaitReplicaReads(reads);
      routed.awaitReplicaReads(writes);
      execute(writes, "INSERT INTO t VALUES (1)");
      routed.cluster.awaitReplay(PATIENCE);
      routed.replay(false);
      execute(writes, "INSERT INTO lasting VALUES (1)");
      long asked = routed.questions();
      Await.until(
          "the writer was asked several times since",
          PATIENCE,
          () -> routed.questions() > asked + 60,
          () -> routed.node.admin("SHOW NODES").toString());
      routed.primary().kill();
      Await.until(
          "the node knows",
          PATIENCE,
          () ->
              routed.node.admin("SHOW NODES").stream()
                  .noneMatch(row -> "writer".equals(row.get("role"))),
          () -> routed.node.admin("SHOW NODES").toString());

      assertThatThrownBy(() -> value(writes, "SELECT count(*) FROM lasting"))
          .as("its own write is on no replica")
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1105));
      routed.replay(true);
      Await.until(
          "replicas that are complete answer",
          PATIENCE,
          () -> answersOne(writes, "SELECT count(*) FROM lasting"),
          () -> routed.node.admin("SHOW NODES").toString());
      for (int i = 0; i < 50; i++) {
        assertThat(value(reads, "SELECT count(*) FROM t")).isEqualTo("1");
        assertThat(value(writes, WHERE)).isNotEqualTo(String.valueOf(routed.primary().port()));
      }
      try (Connection late = routed.node.target().jdbc()) {
        assertThat(value(late, "SELECT count(*) FROM t")).isEqualTo("1");
      }
    }
  }

  /** Whether a read is answered, with 1, rather than told that it has waited for long enough. */
  private static boolean answersOne(Connection client, String sql) throws SQLException {
    try {
      assertThat(value(client, sql)).isEqualTo("1");
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() != 1105) {
        throw e;
      }
      return false; // replicas begin to replay again, on a machine that may be busy
    }
  }

  /** Replicas that stand still do not say how far behind they are; where they are, they say. */
  @Test
  void readsMissTheEndOfWhatALostWriterWroteWhereTheyMay() throws Exception {
    try (Routed routed =
            new Routed(
                MysqlRelease.MARIADB,
                c -> {
                  c.source("cluster.failover.queueTimeout", "3s");
                  c.source("cluster.failover.staleReads", "10m");
                });
        Connection reads = routed.node.target().jdbc();
        Connection writes = routed.node.target().jdbc()) {
      routed.awaitReplicaReads(reads);
      routed.awaitReplicaReads(writes);
      execute(writes, "INSERT INTO t VALUES (1)");
      routed.cluster.awaitReplay(PATIENCE);
      routed.replay(false);
      execute(writes, "INSERT INTO lasting VALUES (1)");
      assertThat(value(reads, "SELECT count(*) FROM lasting")).as("at the writer").isEqualTo("1");
      long asked = routed.questions();
      Await.until(
          "the writer was asked several times since",
          PATIENCE,
          () -> routed.questions() > asked + 60,
          () -> routed.node.admin("SHOW NODES").toString());
      routed.primary().kill();
      Await.until(
          "the node knows",
          PATIENCE,
          () ->
              routed.node.admin("SHOW NODES").stream()
                  .noneMatch(row -> "writer".equals(row.get("role"))),
          () -> routed.node.admin("SHOW NODES").toString());

      for (Connection client : List.of(reads, writes)) {
        assertThat(value(client, "SELECT count(*) FROM lasting")).isEqualTo("0");
        assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("1");
      }
    }
  }

  @Test
  void aWriteThatIsRefusedAsReadOnlyWaitsForTheNextWriter() throws Exception {
    readOnly(MysqlRelease.MARIADB);
  }

  @Test
  @Tag("long")
  void aWriteThatIsRefusedAsReadOnlyWaitsForTheNextWriterOfMysql() throws Exception {
    readOnly(MysqlRelease.MYSQL);
  }

  private static void readOnly(MysqlRelease release) throws Exception {
    try (Routed routed = new Routed(release, c -> {});
        Connection client = routed.node.target().jdbc()) {
      execute(client, "INSERT INTO t VALUES (1)");
      routed.cluster.awaitReplay(PATIENCE);
      routed.primary().execute("SET GLOBAL read_only = 1");
      CompletableFuture<String> write =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  execute(client, "INSERT INTO t VALUES (2)");
                  return value(client, "SELECT count(*) FROM t");
                } catch (SQLException e) {
                  return e.toString();
                }
              });
      routed.cluster.awaitReplay(PATIENCE);
      routed.first().promote();
      assertThat(write.get(30, TimeUnit.SECONDS)).isEqualTo("2");
      assertThat(routed.first().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("2");
      assertThat(routed.primary().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("1");
    }
  }

  /** The writer is asked where commits are only where its answer has not said so. */
  @MariadbAndMysql
  void answersSayWhereTheirCommitsAre(MysqlRelease release) throws Exception {
    MysqlCluster cluster = release.shared();
    MysqlServer primary = cluster.primary();
    primary.executeIn("app", "CREATE TABLE told (i int)");
    try (MysqlNode node =
            MysqlNode.start(
                cluster,
                c -> {
                  c.cluster(cluster);
                  c.source("cluster.reads", "all");
                  c.source("cluster.probe.positionInterval", "1m");
                });
        Connection client = node.target().jdbc()) {
      execute(client, "INSERT INTO told VALUES (0)");
      primary.execute(
          "TRUNCATE mysql.general_log",
          "SET GLOBAL log_output = 'TABLE'",
          "SET GLOBAL general_log = 1");
      for (int i = 1; i <= 40; i++) {
        execute(client, "INSERT INTO told VALUES (" + i + ")");
      }
      primary.execute("SET GLOBAL general_log = 0");
      String asked =
          primary.queryValue(
              "mysql",
              "SELECT count(*) FROM general_log WHERE argument LIKE '%gtid%' AND argument NOT LIKE"
                  + " '%general_log%'");
      assertThat(Integer.parseInt(asked)).isLessThan(10);
    } finally {
      primary.executeIn("app", "DROP TABLE told");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReadWhoseReplicaIsKilledIsAnsweredByAnother(boolean prepared) throws Exception {
    try (Routed routed = new Routed(MysqlRelease.MARIADB, c -> {});
        Connection client =
            routed.node.target().jdbc("useServerPrepStmts", String.valueOf(prepared));
        PreparedStatement slow = client.prepareStatement("SELECT port + sleep(1) FROM here")) {
      routed.awaitReplicaReads(client);
      for (MysqlServer replica : routed.cluster.replicas()) {
        CompletableFuture<String> read =
            CompletableFuture.supplyAsync(
                () -> {
                  try (ResultSet rows = slow.executeQuery()) {
                    rows.next();
                    return rows.getString(1);
                  } catch (SQLException e) {
                    return e.toString();
                  }
                });
        Await.until(
            "the read is under way",
            () ->
                routed.node.servers().stream().anyMatch(row -> "active".equals(row.get("state"))));
        replica.kill();
        assertThat(read.get(30, TimeUnit.SECONDS)).matches("[0-9.]+");
      }
      assertThat(value(client, WHERE)).isEqualTo(String.valueOf(routed.primary().port()));
    }
  }

  @Test
  void aTransactionIsRunAgainOnTheNextWriter() throws Exception {
    try (Routed routed =
            new Routed(MysqlRelease.MARIADB, c -> c.vdb("transactionReplay.enabled", true));
        Connection client = routed.node.target().jdbc()) {
      routed.awaitReplicaReads(client);
      execute(client, "START TRANSACTION");
      execute(client, "INSERT INTO t VALUES (1)");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("1");
      routed.cluster.awaitReplay(PATIENCE);
      routed.primary().kill();
      routed.first().promote();
      execute(client, "INSERT INTO t VALUES (2)");
      execute(client, "COMMIT");
      assertThat(routed.first().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  /** Ends the connections that the primary has for the node. */
  private static void killConnections(Routed routed) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection primary = routed.primary().connect("app");
        Statement statement = primary.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id FROM information_schema.processlist WHERE user = 'app'")) {
      while (rows.next()) {
        ids.add("KILL " + rows.getString(1));
      }
    }
    for (String kill : ids) {
      try {
        routed.primary().execute(kill);
      } catch (ServerException e) {
        // it has ended by itself
      }
    }
  }

  @Test
  void whatWroteATableWithoutTransactionsIsNotRunAgain() throws Exception {
    try (Routed routed =
        new Routed(MysqlRelease.MARIADB, c -> c.vdb("transactionReplay.enabled", true))) {
      try (Connection client = routed.node.target().jdbc()) {
        routed.awaitReplicaReads(client);
        execute(client, "START TRANSACTION");
        execute(client, "INSERT INTO t VALUES (1)");
        killConnections(routed);
        execute(client, "INSERT INTO t VALUES (2)");
        execute(client, "COMMIT");
        assertThat(routed.primary().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("2");
      }
      try (Connection client = routed.node.target().jdbc()) {
        execute(client, "START TRANSACTION");
        execute(client, "INSERT INTO t VALUES (3)");
        execute(client, "INSERT INTO lasting VALUES (100)");
        killConnections(routed);
        assertThatThrownBy(() -> execute(client, "INSERT INTO t VALUES (4)"))
            .isInstanceOf(SQLException.class);
      }
      try (Connection client = routed.node.target().jdbc()) {
        Future<?> insert =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    execute(client, "INSERT INTO lasting SELECT seq + SLEEP(0.3) FROM seq_1_to_5");
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                });
        Await.until(
            "it is at its second row",
            PATIENCE,
            () ->
                routed
                    .primary()
                    .queryValue(
                        "app",
                        "SELECT count(*) FROM information_schema.processlist"
                            + " WHERE info LIKE 'INSERT INTO lasting%' AND time_ms > 500")
                    .equals("1"),
            () -> routed.node.servers().toString());
        killConnections(routed);
        assertThatThrownBy(() -> insert.get(30, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
      }
      assertThat(
              routed
                  .primary()
                  .queryValue("app", "SELECT count(*) - count(DISTINCT i) FROM lasting"))
          .as("rows that are there twice")
          .isEqualTo("0");
      assertThat(routed.primary().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  @Test
  void aTransactionThatBeganByItselfIsRunAgainOnTheNextWriter() throws Exception {
    beganByItself(MysqlRelease.MARIADB);
  }

  @Test
  @Tag("long")
  void aTransactionThatBeganByItselfIsRunAgainOnTheNextWriterOfMysql() throws Exception {
    beganByItself(MysqlRelease.MYSQL);
  }

  /** With autocommit off: a client that begins by reading, and one that prepares its statements. */
  private static void beganByItself(MysqlRelease release) throws Exception {
    try (Routed routed =
            new Routed(release, c -> c.vdb("transactionReplay.enabled", true).vdb("pool.size", 4));
        Connection client = routed.node.target().jdbc();
        Connection preparing = routed.node.target().jdbc("useServerPrepStmts", "true")) {
      routed.awaitReplicaReads(client);
      client.setAutoCommit(false);
      preparing.setAutoCommit(false);
      execute(client, "INSERT INTO t VALUES (1)");
      client.commit();
      assertThat(value(client, "SELECT count(*) FROM t")).as("its transaction").isEqualTo("1");
      execute(client, "INSERT INTO t VALUES (2)");
      try (PreparedStatement insert = preparing.prepareStatement("INSERT INTO t VALUES (?)")) {
        insert.setInt(1, 3);
        insert.executeUpdate();
        routed.cluster.awaitReplay(PATIENCE);
        routed.primary().kill();
        routed.first().promote();
        assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
        execute(client, "INSERT INTO t VALUES (4)");
        insert.setInt(1, 5);
        insert.executeUpdate();
        assertThat(routed.first().queryValue("app", "SELECT count(*) FROM t")).isEqualTo("1");
        client.commit();
        preparing.rollback();
        insert.setInt(1, 6);
        insert.executeUpdate();
        preparing.commit();
      }
      assertThat(routed.first().queryValue("app", "SELECT group_concat(i ORDER BY i) FROM t"))
          .isEqualTo("1,2,4,6");
    }
  }
}
