package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.changes.FeedFault;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.SlowCommits;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the binary log of real servers tells of writes. */
@Tag("ci")
class BinaryLogIT {
  private static final String MARK = "logged.mark";

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  static LogListener listen(MysqlCluster cluster) {
    return LogListener.to(
        LogListener.source(
            cluster.primary(), cluster.superuser(), cluster.password(), BackendTls.defaults()));
  }

  private static BackendTls tls(TlsMode mode) {
    BackendTls defaults = BackendTls.defaults();
    return new BackendTls(
        mode,
        Optional.of(TestCertificate.localhost().inFiles().certificate()),
        Optional.empty(),
        Optional.empty(),
        defaults.channelBinding(),
        defaults.direct());
  }

  static MysqlServer tables(MysqlCluster cluster) {
    MysqlServer server = cluster.primary();
    server.execute(
        "CREATE DATABASE IF NOT EXISTS logged",
        "CREATE TABLE IF NOT EXISTS logged.mark (a INT)",
        "CREATE TABLE IF NOT EXISTS logged.plain (a INT PRIMARY KEY, b LONGTEXT)",
        "CREATE TABLE IF NOT EXISTS logged.other (a INT PRIMARY KEY, b INT)",
        "CREATE TABLE IF NOT EXISTS logged.lasting (a INT) ENGINE=MyISAM",
        "CREATE TABLE IF NOT EXISTS logged.parent (a INT PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS logged.child (a INT PRIMARY KEY, p INT,"
            + " FOREIGN KEY (p) REFERENCES logged.parent (a) ON DELETE CASCADE)",
        "CREATE TABLE IF NOT EXISTS logged.grandchild (c INT,"
            + " FOREIGN KEY (c) REFERENCES logged.child (a) ON DELETE SET NULL)",
        "CREATE TABLE IF NOT EXISTS logged.watched (a INT)",
        "CREATE TABLE IF NOT EXISTS logged.seen (a INT)",
        "DROP TRIGGER IF EXISTS logged.watch",
        "CREATE TRIGGER logged.watch AFTER INSERT ON logged.watched FOR EACH ROW"
            + " INSERT INTO logged.seen VALUES (NEW.a)",
        "CREATE TABLE IF NOT EXISTS logged.`größe` (a INT)",
        "CREATE TABLE IF NOT EXISTS logged.parted (a INT) PARTITION BY HASH (a) PARTITIONS 3");
    return server;
  }

  /** Writes to a table that marks the end, and returns what was heard of before that. */
  static List<Set<String>> heardAfter(MysqlServer server, LogListener listener, String... sql) {
    server.executeIn("logged", sql);
    return upToMark(server, listener);
  }

  private static List<Set<String>> upToMark(MysqlServer server, LogListener listener) {
    server.execute("INSERT INTO logged.mark VALUES (1)");
    List<Set<String>> heard = new ArrayList<>();
    Await.until(
        "the mark was heard of",
        () -> {
          listener.take().forEach(one -> heard.add(one.tables()));
          return heard.contains(Set.of(MARK));
        });
    heard.remove(Set.of(MARK));
    return heard;
  }

  @Test
  void allKindsOfWritesNameTheirTables() throws Exception {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "INSERT INTO plain VALUES (1, 'x'), (2, 'y')",
                  "UPDATE plain SET b = 'z'",
                  "REPLACE INTO plain VALUES (1, 'w')",
                  "INSERT INTO plain VALUES (1, 'x') ON DUPLICATE KEY UPDATE b = 'v'",
                  "DELETE FROM plain"))
          .hasSize(5)
          .containsOnly(Set.of("logged.plain"));
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "BEGIN",
                  "INSERT INTO plain VALUES (1, 'x')",
                  "SAVEPOINT s",
                  "INSERT INTO other VALUES (1, 1)",
                  "ROLLBACK TO s",
                  "INSERT INTO `größe` VALUES (1)",
                  "COMMIT"))
          .containsExactly(Set.of("logged.plain", "logged.größe"));
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "INSERT INTO other VALUES (1, 1)",
                  "UPDATE plain, other SET plain.b = 'u', other.b = 2",
                  "DELETE plain, other FROM plain JOIN other USING (a)"))
          .containsExactly(
              Set.of("logged.other"),
              Set.of("logged.other", "logged.plain"),
              Set.of("logged.other", "logged.plain"));
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "BEGIN",
                  "INSERT INTO plain VALUES (7, 'x')",
                  "ROLLBACK",
                  "UPDATE plain SET b = 'none' WHERE a = 99"))
          .isEmpty();
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "BEGIN",
                  "INSERT INTO lasting VALUES (1)",
                  "INSERT INTO plain VALUES (7, 'x')",
                  "ROLLBACK"))
          .anyMatch(tables -> tables.contains("logged.lasting"));
      assertThat(heardAfter(server, listener, "INSERT INTO watched VALUES (1)"))
          .containsExactly(Set.of("logged.watched", "logged.seen"));
      assertThat(
              heardAfter(
                  server, listener, "INSERT INTO parted VALUES (1), (2), (3)", "TRUNCATE parted"))
          .containsExactly(Set.of("logged.parted"), Set.of("logged.parted"));
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "CREATE TEMPORARY TABLE passing (a INT)",
                  "INSERT INTO passing VALUES (1)",
                  "DROP TEMPORARY TABLE passing"))
          .isEmpty();
      assertThat(listener.takeMissed()).isZero();
      assertThat(listener.takeDefined()).isEmpty();
    }
  }

  @Test
  void whatForeignKeysChangeIsHeardOfThoughTheLogDoesNotHaveIt() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "INSERT INTO parent VALUES (1)",
                  "INSERT INTO child VALUES (1, 1)",
                  "INSERT INTO grandchild VALUES (1)",
                  "DELETE FROM parent"))
          .containsExactly(
              Set.of("logged.parent"),
              Set.of("logged.child"),
              Set.of("logged.grandchild"),
              Set.of("logged.parent", "logged.child", "logged.grandchild"));
    }
  }

  @Test
  void definitionsAreHeardOf() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      for (String sql :
          List.of(
              "CREATE TABLE fresh (a INT)",
              "ALTER TABLE fresh ADD b INT",
              "RENAME TABLE fresh TO stale",
              "DROP TABLE stale",
              "CREATE TABLE selected AS SELECT a FROM other",
              "DROP TABLE selected",
              "CREATE VIEW looks AS SELECT a FROM other",
              "DROP VIEW looks")) {
        upToMark(server, listener);
        server.executeIn("logged", sql);
        Await.until(sql + " is heard of", () -> listener.takeDefined().contains("logged"));
      }
    }
  }

  @Test
  void whatIsPreparedIsHeardOfWhenItIsCommitted() throws Exception {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "XA START 'one','part',7",
                  "INSERT INTO other VALUES (71, 1)",
                  "XA END 'one','part',7",
                  "XA PREPARE 'one','part',7"))
          .isEmpty();
      assertThat(heardAfter(server, listener, "XA COMMIT 'one','part',7"))
          .containsExactly(Set.of("logged.other"));
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "XA START 'two'",
                  "DELETE FROM other",
                  "XA END 'two'",
                  "XA PREPARE 'two'",
                  "XA ROLLBACK 'two'"))
          .isEmpty();
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "XA START 'three'",
                  "DELETE FROM other",
                  "XA END 'three'",
                  "XA COMMIT 'three' ONE PHASE"))
          .containsExactly(Set.of("logged.other"));
      assertThat(listener.takeMissed()).isZero();
    }
  }

  @Test
  void statementsInTheLogAreReadAsFarAsTheyCanBe() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "SET SESSION binlog_format = STATEMENT",
                  "INSERT INTO other VALUES (81, 1)",
                  "BEGIN",
                  "UPDATE other SET b = 82 WHERE a = 81",
                  "INSERT INTO plain VALUES (81, 'x')",
                  "COMMIT",
                  "DELETE FROM parent",
                  "INSERT INTO watched VALUES (2)",
                  "SET SESSION sql_mode = 'ANSI_QUOTES'",
                  "DELETE FROM \"plain\" WHERE a = 81"))
          .containsExactly(
              Set.of("logged.other"),
              Set.of("logged.other", "logged.plain"),
              Set.of("logged.parent", "logged.child", "logged.grandchild"),
              Set.of("logged.watched", "logged.seen"),
              Set.of("logged.plain"));
      assertThat(listener.takeMissed()).isZero();
      heardAfter(
          server,
          listener,
          "SET SESSION binlog_format = STATEMENT",
          "INSERT INTO `größe` VALUES (1)");
      assertThat(listener.takeMissed()).isEqualTo(1);
    }
  }

  @Test
  void whileDefinitionsAreChangedAWriteCountsForAllTables() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      upToMark(server, listener);
      Runnable over = listener.changing();
      server.execute("INSERT INTO logged.other VALUES (91, 1)");
      Await.until("rows are", () -> listener.takeMissed() == 1);
      server.executeIn(
          "logged", "SET SESSION binlog_format = STATEMENT", "DELETE FROM other WHERE a = 91");
      Await.until("a text is", () -> listener.takeMissed() == 1);
      over.run();
    }
  }

  @Test
  void transactionsHaveTheNamesThatTheirSessionsAreTold() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      upToMark(server, listener);
      String before = server.position();
      server.execute("INSERT INTO logged.mark VALUES (2)");
      String after = server.position();
      Await.until("it was heard of", () -> listener.count() == 1);
      LogListener.Heard heard = listener.take().get(0);
      switch (release().flavour()) {
        case MARIADB -> assertThat(heard.at()).isEqualTo(MariadbGtids.parse(after));
        case MYSQL -> {
          assertThat(heard.at()).isInstanceOf(GtidSet.class);
          assertThat(GtidSet.parse(before).covers(heard.at())).isFalse();
          assertThat(GtidSet.parse(before).with(heard.at())).isEqualTo(GtidSet.parse(after));
        }
      }
    }
  }

  /**
   * A server sends a transaction when it is in the log. Here it waits for a replica then, before it
   * commits: longer than usual, as none is going to answer.
   */
  @Test
  void whatIsReportedIsVisible() throws Exception {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    server.execute("DELETE FROM logged.other", "INSERT INTO logged.other VALUES (1, 0)");
    List<Integer> seen = new CopyOnWriteArrayList<>();
    try (LogListener listener = listen(cluster);
        SlowCommits slow = new SlowCommits(server);
        Connection reading = server.connect("logged");
        Statement reader = reading.createStatement()) {
      listener.visit(
          heard -> {
            try (ResultSet row = reader.executeQuery("SELECT b FROM other")) {
              row.next();
              seen.add(row.getInt(1));
            } catch (SQLException e) {
              seen.add(-1);
            }
          });
      server.execute("UPDATE logged.other SET b = 1");
      Await.until("it was heard of", () -> listener.count() == 1);
      assertThat(seen).containsExactly(1);
    }
  }

  /** However large a row is, no more than a part of it is kept. */
  @Test
  void largeRowsAndTransactionsAreReadWithoutKeepingThem() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    String most = server.queryValue("", "SELECT @@global.max_allowed_packet");
    server.execute("SET GLOBAL max_allowed_packet = 134217728");
    // Without TLS: in a test, Java's own decrypts a megabyte in a tenth of a second.
    try (LogListener listener =
        LogListener.to(
            LogListener.source(
                server, cluster.superuser(), cluster.password(), tls(TlsMode.DISABLE)))) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "DELETE FROM plain",
                  "INSERT INTO plain VALUES (1000, REPEAT('x', 20000000))",
                  "DELETE FROM plain WHERE a = 1000",
                  // Packets that are exactly full, or one byte off.
                  "INSERT INTO plain VALUES (1001, REPEAT('x', 16777215 - 60))",
                  "DELETE FROM plain WHERE a = 1001",
                  "BEGIN",
                  "INSERT INTO plain SELECT 2000 + n, REPEAT('y', 5000) FROM (WITH RECURSIVE c (n)"
                      + " AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 499) SELECT n FROM"
                      + " c) counted",
                  "DELETE FROM plain",
                  "COMMIT"))
          .isNotEmpty()
          .containsOnly(Set.of("logged.plain"));
    } finally {
      server.execute("SET GLOBAL max_allowed_packet = " + most);
    }
  }

  @Test
  void aLogThatChangesItsFileGoesOn() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      server.execute("FLUSH BINARY LOGS");
      assertThat(heardAfter(server, listener, "INSERT INTO parted VALUES (9)"))
          .containsExactly(Set.of("logged.parted"));
      String checksum = server.queryValue("", "SELECT @@global.binlog_checksum");
      server.execute("SET GLOBAL binlog_checksum = NONE");
      try {
        assertThat(heardAfter(server, listener, "INSERT INTO parted VALUES (9)"))
            .containsExactly(Set.of("logged.parted"));
      } finally {
        server.execute("SET GLOBAL binlog_checksum = " + checksum);
      }
      assertThat(heardAfter(server, listener, "INSERT INTO parted VALUES (9)"))
          .containsExactly(Set.of("logged.parted"));
    }
  }

  @Test
  void aStreamThatIsKilledEnds() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      String own =
          "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
              + " AND host LIKE '127.0.0.1%' AND user = '"
              + cluster.superuser()
              + "' ORDER BY id DESC LIMIT 1";
      server.execute("KILL " + server.queryValue("", own));
      assertThat(listener.end()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whoMayNotReadTheLogIsToldWhatToGrant() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    for (String rights : List.of("SELECT", "SELECT, REPLICATION CLIENT")) {
      server.execute(
          "DROP USER IF EXISTS log_reader@'%'",
          "CREATE USER log_reader@'%' IDENTIFIED BY 'log-secret'",
          "GRANT " + rights + " ON *.* TO log_reader@'%'");
      try (LogListener listener =
          LogListener.begin(
              LogListener.source(server, "log_reader", "log-secret", BackendTls.defaults()))) {
        assertThat(listener.end())
            .isInstanceOf(FeedFault.class)
            .hasMessageContaining("REPLICATION SLAVE");
      }
    }
    server.execute("GRANT REPLICATION SLAVE ON *.* TO log_reader@'%'");
    LogListener.to(LogListener.source(server, "log_reader", "log-secret", BackendTls.defaults()))
        .close();
  }

  @Test
  void theLogIsReadWithTlsAndWithout() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    server.execute(
        "CREATE USER IF NOT EXISTS log_tls@'%' IDENTIFIED BY 'log-secret' REQUIRE SSL",
        "CREATE USER IF NOT EXISTS log_plain@'%' IDENTIFIED BY 'log-secret'",
        "GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO log_tls@'%', log_plain@'%'");
    for (TlsMode mode : List.of(TlsMode.DISABLE, TlsMode.REQUIRE, TlsMode.VERIFY_FULL)) {
      String user = mode == TlsMode.DISABLE ? "log_plain" : "log_tls";
      try (LogListener listener =
          LogListener.to(LogListener.source(server, user, "log-secret", tls(mode)))) {
        assertThat(heardAfter(server, listener, "INSERT INTO parted VALUES (5)"))
            .as(mode.toString())
            .containsExactly(Set.of("logged.parted"));
      }
    }
  }
}
