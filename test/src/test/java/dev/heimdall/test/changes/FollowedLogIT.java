package dev.heimdall.test.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.SlowCommits;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node follows the binary log of the writer, whatever becomes of that. */
@Tag("ci")
class FollowedLogIT {
  private MysqlCluster cluster;
  private MysqlNode node;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  private void start(MysqlCluster.Builder of) {
    cluster = of.start();
    cluster.primary().execute("CREATE TABLE app.followed (i INT)");
    node =
        MysqlNode.start(
            cluster,
            c ->
                c.cluster(cluster)
                    .catalog(cluster)
                    .source("changes.stream", true)
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
  }

  @AfterEach
  void stop() throws Exception {
    if (node != null) {
      node.close();
    }
    cluster.close();
  }

  private Map<String, String> feed() {
    return node.admin("SHOW CHANGES").get(0);
  }

  private long count(String column) {
    return Long.parseLong(feed().get(column));
  }

  private void awaitFollowing(MysqlServer server) {
    Await.until(
        server + " is followed",
        Duration.ofSeconds(90),
        () ->
            feed().get("phase").equals("following")
                && feed().get("server").endsWith(":" + server.port()),
        () -> feed().toString());
  }

  /** What is written past the node is heard of, unless it falls into a gap. */
  private void hears(MysqlServer server) {
    long before = count("changes");
    Await.until(
        "a write is heard of",
        () -> {
          server.execute("INSERT INTO app.followed VALUES (1)");
          return count("changes") > before;
        });
  }

  private long hits() {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  private static String read(Statement client, String sql) throws SQLException {
    try (ResultSet row = client.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Reads until that is answered from the cache. */
  private void keep(Statement client, String sql) {
    Await.until(
        "kept: " + sql,
        () -> {
          long before = hits();
          read(client, sql);
          return hits() > before;
        });
  }

  @Test
  void whatIsWrittenPastTheNodeIsReadSoon() throws Exception {
    start(release().cluster());
    MysqlServer server = cluster.primary();
    server.execute(
        "CREATE TABLE app.kept (i INT PRIMARY KEY, j INT)",
        "INSERT INTO app.kept VALUES (1, 0)",
        "CREATE TABLE app.hanging (i INT, FOREIGN KEY (i) REFERENCES app.kept (i)"
            + " ON DELETE CASCADE)",
        "INSERT INTO app.hanging VALUES (1)");
    awaitFollowing(server);
    try (Connection connection = node.connect();
        Statement client = connection.createStatement()) {
      String counted = "SELECT j FROM kept";
      keep(client, counted);
      for (int i = 1; i <= 20; i++) {
        server.execute("UPDATE app.kept SET j = " + i);
        String expected = String.valueOf(i);
        Await.until("it is read", () -> read(client, counted).equals(expected));
      }
      String others = "SELECT COUNT(*) FROM hanging";
      keep(client, others);
      server.execute("DELETE FROM app.kept");
      Await.until("the cascade is read", () -> read(client, others).equals("0"));

      // Tables that nobody writes are served on.
      server.execute("CREATE TABLE app.still (i INT)", "INSERT INTO app.still VALUES (1)");
      String still = "SELECT i FROM still";
      Await.until("read", () -> read(client, still).equals("1"));
      keep(client, still);
      hears(server);
      long before = hits();
      read(client, still);
      assertThat(hits()).isGreaterThan(before);
    }
  }

  /** The log has a write before who reads sees it: what is read then must not be kept as newer. */
  @Test
  void whatIsWrittenToAMergeTableIsReadInThoseItUnites() throws Exception {
    start(release().cluster());
    MysqlServer server = cluster.primary();
    server.execute(
        "CREATE TABLE app.lower (i INT) ENGINE = MyISAM",
        "CREATE TABLE app.upper (i INT) ENGINE = MyISAM",
        "CREATE TABLE app.united (i INT) ENGINE = MERGE UNION = (app.lower, app.upper)"
            + " INSERT_METHOD = LAST");
    awaitFollowing(server);
    try (Connection connection = node.connect();
        Statement client = connection.createStatement()) {
      String read = "SELECT COALESCE(SUM(i), 0) FROM upper";
      for (String write :
          List.of(
              "INSERT INTO app.united VALUES (1)",
              "UPDATE app.united SET i = i + 1",
              "INSERT INTO app.united SELECT i + 1 FROM app.united",
              "DELETE FROM app.united")) {
        keep(client, read);
        String before = read(client, read);
        server.execute(write);
        Await.until(write + " is read", () -> !read(client, read).equals(before));
      }
    }
  }

  @Test
  void whatIsReadWhileItIsCommittedIsNotOldForGood() throws Exception {
    start(release().cluster());
    MysqlServer server = cluster.primary();
    server.execute("CREATE TABLE app.slow (i INT)", "INSERT INTO app.slow VALUES (0)");
    awaitFollowing(server);
    try (SlowCommits slow = new SlowCommits(server);
        Connection connection = node.connect();
        Statement client = connection.createStatement()) {
      String read = "SELECT i FROM slow";
      keep(client, read);
      Thread writer = new Thread(() -> server.execute("UPDATE app.slow SET i = 1"));
      writer.start();
      while (writer.isAlive()) {
        read(client, read);
      }
      Await.until(
          "the write is read",
          Duration.ofSeconds(20),
          () -> read(client, read).equals("1"),
          () -> node.admin("SHOW CHANGES") + " " + node.admin("SHOW CACHE"));
    }
  }

  @Test
  void ofItsOwnWritesTheNodeKnows() throws Exception {
    start(release().cluster());
    awaitFollowing(cluster.primary());
    try (Connection connection = node.connect();
        Statement client = connection.createStatement()) {
      // Now and then the log is faster than the server's answer: that is news.
      Await.until(
          "the node knows some of its writes",
          () -> {
            client.execute("INSERT INTO followed VALUES (2)");
            return count("known") > 10;
          });
    }
  }

  @Test
  void theFeedGoesOnAfterEachFailureAndWithANewWriter() {
    start(release().cluster().replicas(1));
    MysqlServer first = cluster.primary();
    awaitFollowing(first);
    assertThat(count("gaps")).isZero();
    hears(first);

    first.restart();
    Await.until("the gap was noticed", () -> count("gaps") >= 1);
    awaitFollowing(first);
    hears(first);

    // It says nothing, and its connections stay.
    first.freeze();
    try {
      Await.until("the silence was noticed", () -> !feed().get("phase").equals("following"));
    } finally {
      first.thaw();
    }
    awaitFollowing(first);
    hears(first);

    MysqlServer second = cluster.replicas().get(0);
    cluster.awaitReplay(Duration.ofSeconds(30));
    first.kill();
    second.promote();
    awaitFollowing(second);
    hears(second);
    assertThat(node.admin("SHOW CHANGES")).hasSize(1);
  }

  @Test
  void aServerWithoutALogSaysWhatToDo() {
    start(release().cluster().option("skip-log-bin", "ON"));
    Await.until(
        "the reason is shown",
        Duration.ofSeconds(60),
        () -> feed().get("detail").contains("log_bin is OFF"),
        () -> feed().toString());
    assertThat(feed().get("phase")).isEqualTo("away");
  }

  @Test
  void aServerThatLeavesDatabasesOutIsNotFollowed() {
    start(release().cluster().option("binlog-ignore-db", "app"));
    Await.until(
        "the reason is shown",
        Duration.ofSeconds(60),
        () -> feed().get("detail").contains("binlog_ignore_db is app"),
        () -> feed().toString());
  }
}
