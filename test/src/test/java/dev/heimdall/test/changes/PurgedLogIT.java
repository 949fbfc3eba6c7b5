package dev.heimdall.test.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The server throws away its log before a node has read it. */
@Tag("ci")
class PurgedLogIT {
  private static final String READ = "SELECT i FROM purged";

  /** Bytes a second: a client's small ones pass at once. */
  private static final int SLOW = 64 << 10;

  private static final int GONE = 1094;

  private MysqlCluster cluster;
  private TcpFaults way;
  private MysqlNode node;
  private Connection connection;
  private Statement client;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @BeforeEach
  void start() throws IOException, SQLException {
    cluster = release().cluster().start();
    server()
        .execute(
            "CREATE TABLE app.purged (i INT)",
            "INSERT INTO app.purged VALUES (0)",
            "CREATE TABLE app.bulk (t LONGTEXT)");
    if (server().flavour() == Flavour.MARIADB) {
      server().execute("SET GLOBAL slave_connections_needed_for_purge = 0");
    }
    way = new TcpFaults(server().host(), server().port());
    node =
        MysqlNode.start(
            cluster,
            c ->
                c.source(
                        "url", "jdbc:mysql://127.0.0.1:" + way.port() + "/" + MysqlRelease.DATABASE)
                    .cluster(cluster)
                    .catalog(cluster)
                    .source("changes.stream", true)
                    .vdb("cache.enabled", true)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", "{\"action\": \"cache\"}"));
    connection = node.connect();
    client = connection.createStatement();
    awaitFollowing();
  }

  @AfterEach
  void stop() throws Exception {
    way.throttle(0);
    way.latency(0);
    if (node != null) {
      client.close();
      connection.close();
      node.close();
    }
    way.close();
    cluster.close();
  }

  private MysqlServer server() {
    return cluster.primary();
  }

  private Map<String, String> feed() {
    return node.admin("SHOW CHANGES").get(0);
  }

  private long gaps() {
    return Long.parseLong(feed().get("gaps"));
  }

  private void awaitFollowing() {
    Await.until("the log is followed", () -> feed().get("phase").equals("following"));
  }

  private String read() throws SQLException {
    try (ResultSet row = client.executeQuery(READ)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Reads until that is answered from the cache. */
  private void keep() {
    Await.until(
        "it is kept",
        () -> {
          long before = hits();
          read();
          return hits() > before;
        });
  }

  private long hits() {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  /** Whatever the server has in its log but the last, empty file is gone. */
  private void purge() throws SQLException {
    try (Connection here = server().connect("");
        Statement statement = here.createStatement()) {
      statement.execute("FLUSH BINARY LOGS");
      List<String> files = files(statement);
      statement.execute("PURGE BINARY LOGS TO '" + files.get(files.size() - 1) + "'");
    }
  }

  private static List<String> files(Statement statement) throws SQLException {
    List<String> files = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery("SHOW BINARY LOGS")) {
      while (rows.next()) {
        files.add(rows.getString(1));
      }
    }
    return files;
  }

  /**
   * The server's side of streams; while they last, it keeps what they read.
   *
   * @return whether there were any
   */
  private boolean endStreams() throws SQLException {
    try (Connection here = server().connect("");
        Statement statement = here.createStatement()) {
      List<String> streams = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'")) {
        while (rows.next()) {
          streams.add(rows.getString(1));
        }
      }
      for (String each : streams) {
        kill(statement, each);
      }
      return !streams.isEmpty();
    }
  }

  private static void kill(Statement statement, String connection) throws SQLException {
    try {
      statement.execute("KILL " + connection);
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(e.getMessage()).isEqualTo(GONE);
    }
  }

  private int filesKept() throws SQLException {
    try (Connection here = server().connect("");
        Statement statement = here.createStatement()) {
      return files(statement).size();
    }
  }

  /** What is last in a log need not be a transaction. */
  @Test
  void whoHasReadAllThatThereIsIsNotBehind() throws SQLException {
    long gaps = gaps();
    try (Connection here = server().connect("");
        Statement statement = here.createStatement()) {
      for (String each :
          List.of("FLUSH BINARY LOGS", "UPDATE app.purged SET i = 1", "FLUSH BINARY LOGS")) {
        statement.execute(each);
        Await.until("all is read: " + each, () -> "0".equals(feed().get("behind_bytes")));
      }
    }
    assertThat(gaps()).isEqualTo(gaps);
  }

  /** As long as it is far behind nothing is served, and everything again when it has caught up. */
  @Test
  void aReaderThatIsFarBehindServesNothing() throws Exception {
    keep();
    way.throttle(SLOW);
    fill();
    server().execute("UPDATE app.purged SET i = 1");
    Await.until("it is noticed", () -> feed().get("phase").equals("behind"));
    assertThat(feed().get("detail"))
        .isEqualTo("what the server had written 5 s ago is not read yet");
    assertThat(Long.parseLong(feed().get("behind_bytes"))).isPositive();
    isRead("1");
    assertThat(feed().get("phase")).isEqualTo("behind");
    way.throttle(0);
    awaitFollowing();
    isRead("1");
    isHeardAgain("2");
  }

  /** More than waits in the buffers of a connection. */
  private void fill() {
    for (int i = 0; i < 16; i++) {
      server().execute("INSERT INTO app.bulk VALUES (REPEAT('long ', 400000))");
    }
  }

  /** As on a server that is made ready for something else while it runs. */
  @Test
  void aLogThatIsBegunAnewIsFollowed() throws Exception {
    keep();
    server()
        .execute(
            server().flavour() == Flavour.MARIADB ? "RESET MASTER" : "RESET BINARY LOGS AND GTIDS");
    server().execute("UPDATE app.purged SET i = 1");
    Await.until("the write is read", () -> read().equals("1"));
    awaitFollowing();
    isHeardAgain("2");
  }

  /** What it has not read is gone for good: all of it counts as written. */
  @Test
  void whatASlowReaderHasNotReadIsPurged() throws Exception {
    keep();
    long gaps = gaps();
    way.throttle(SLOW);
    fill();
    server().execute("UPDATE app.purged SET i = 1");
    assertThat(endStreams()).isTrue();
    Await.until(
        "the log was purged",
        () -> {
          purge();
          return filesKept() == 1;
        });
    way.throttle(0);
    Await.until("the gap was noticed", () -> gaps() > gaps);
    isRead("1");
    awaitFollowing();
    isRead("1");
    isHeardAgain("2");
  }

  private void isRead(String expected) throws SQLException {
    for (int i = 0; i < 20; i++) {
      assertThat(read()).isEqualTo(expected);
    }
  }

  private void isHeardAgain(String next) throws SQLException {
    keep();
    server().execute("UPDATE app.purged SET i = " + next);
    Await.until("it is heard again", () -> read().equals(next));
  }

  /** Between its two questions, how far the log is and what comes then, the log is thrown away. */
  @Test
  void theServerHasNoMoreWhatItHasJustNamed() throws Exception {
    keep();
    long gaps = gaps();
    way.latency(50);
    Await.until(
        "the reason is shown",
        () -> {
          endStreams(); // one that was faster
          purge();
          return feed().get("detail").contains("has the binary log no more");
        });
    assertThat(gaps()).isGreaterThan(gaps);
    server().execute("UPDATE app.purged SET i = 1");
    long hits = hits();
    assertThat(read()).isEqualTo("1");
    assertThat(hits()).isEqualTo(hits);
    way.latency(0);
    awaitFollowing();
    isRead("1");
    isHeardAgain("2");
  }
}
