package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.pipelining.SharingNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * A node in front of MySQL or MariaDB whose clients share as much as they can: one event loop, and
 * texts with {@code shared} in a comment share from the first time on, however long they take.
 */
final class MysqlSharing implements AutoCloseable {
  /** What waits for {@link #shut}, and others may stand behind. */
  static final String FIRST = "SELECT answer FROM pipe_gate /* shared */";

  private static final String READ = "SELECT name FROM pipe_rows WHERE id = 1 /* shared */";

  private final MysqlNode node;
  private final MysqlTarget server;

  private MysqlSharing(MysqlNode node, MysqlTarget server) {
    this.node = node;
    this.server = server;
  }

  static MysqlSharing start(MysqlRelease release, int size) {
    return start(release, size, c -> {});
  }

  static MysqlSharing start(MysqlRelease release, int size, Consumer<TestConfiguration> wishes) {
    MysqlSharing sharing = begin(release, size, wishes);
    try (RawMysqlClient client = sharing.logIn()) {
      sharing.awaitShares(client);
      return sharing;
    } catch (IOException | RuntimeException e) {
      sharing.close();
      throw new IllegalStateException(e);
    }
  }

  /** One whose clients cannot share. */
  static MysqlSharing startUnshared(MysqlRelease release, Consumer<TestConfiguration> wishes) {
    return begin(release, 1, wishes);
  }

  private static MysqlSharing begin(
      MysqlRelease release, int size, Consumer<TestConfiguration> wishes) {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "CREATE TABLE IF NOT EXISTS pipe_gate (answer VARCHAR(9))",
            "DELETE FROM pipe_gate",
            "INSERT INTO pipe_gate VALUES ('first')",
            "CREATE TABLE IF NOT EXISTS pipe_rows (id INT PRIMARY KEY, name VARCHAR(20))",
            "REPLACE INTO pipe_rows VALUES (1, 'row 1'), (2, 'row 2'), (3, '3x')");
    MysqlNode node =
        MysqlNode.start(
            release,
            c -> {
              SharingNode.settings(c, size);
              wishes.accept(c);
            });
    return new MysqlSharing(node, MysqlTarget.of(release.shared().primary()));
  }

  MysqlNode node() {
    return node;
  }

  /** The server itself. */
  MysqlTarget server() {
    return server;
  }

  RawMysqlClient logIn() throws IOException {
    return RawMysqlClient.logIn(node.target());
  }

  /** Waits until there is a connection with the client's settings, and the catalogue is read. */
  void awaitShares(RawMysqlClient client) {
    awaitShares(() -> client.value(READ));
  }

  /** The same for one whose driver has settings of its own. */
  void awaitShares(Connection client) {
    awaitShares(() -> RandomClient.run(client, READ));
  }

  private void awaitShares(Callable<String> reads) {
    Await.until(
        "a read is shared",
        Duration.ofSeconds(30),
        () -> {
          long before = pipelined();
          reads.call();
          return pipelined() > before;
        },
        () -> node.admin("SHOW STATS").toString());
  }

  /** Nobody is answered {@link #FIRST} until this is closed. */
  Connection shut() throws SQLException {
    Connection gate = server.jdbc();
    try (Statement statement = gate.createStatement()) {
      statement.execute("LOCK TABLES pipe_gate WRITE");
    }
    return gate;
  }

  /** Has the client stand first in the shared pipeline, behind a gate that is shut. */
  void occupy(RawMysqlClient client) throws IOException {
    awaitShares(client);
    client.send(RawMysqlClient.query(FIRST));
    awaitDepth(1);
  }

  /** Waits until so many statements are in shared pipelines. */
  void awaitDepth(int depth) {
    Await.until(
        depth + " statements in the pipeline",
        Duration.ofMinutes(1),
        () -> sum("SHOW POOLS", "pipelined") == depth,
        () -> node.admin("SHOW POOLS") + " " + node.admin("SHOW STATS"));
  }

  long pipelined() {
    return sum("SHOW STATS", "pipelined");
  }

  /** Those that stood behind others. */
  long queued() {
    return sum("SHOW STATS", "pipeline_queued");
  }

  /** Those that ran again by themselves. */
  long repeated() {
    return sum("SHOW STATS", "pipeline_repeated");
  }

  /** Why statements did not share, with how many. */
  String unshared() {
    return node.admin("SHOW STATS").stream().map(row -> row.get("unshared")).toList().toString();
  }

  private long sum(String command, String column) {
    return node.admin(command).stream().mapToLong(row -> Long.parseLong(row.get(column))).sum();
  }

  @Override
  public void close() {
    node.close();
  }
}
