package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A primary with two streaming replicas, and a node whose data source they are. */
final class RoutedCluster implements AutoCloseable {
  private final PostgresCluster cluster;
  private final TestNode node;

  RoutedCluster(Consumer<TestConfiguration> wishes) {
    this(wishes, server -> {});
  }

  /**
   * @param prepare gets the primary before the node starts
   */
  RoutedCluster(Consumer<TestConfiguration> wishes, Consumer<PostgresServer> prepare) {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(2)
            .setting("max_connections", "200")
            .setting("max_prepared_transactions", "5")
            .start();
    primary().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    prepare.accept(primary());
    cluster.awaitReplay(Duration.ofSeconds(20));
    node = another(wishes);
  }

  /** Starts one more node, to be closed by the caller. */
  TestNode another(Consumer<TestConfiguration> wishes) {
    return TestNode.start(
        c -> {
          // The writer comes last: its place in the list says nothing.
          c.source(
              "url", "jdbc:postgresql://" + hosts(List.of(first(), second(), primary())) + "/app");
          c.cluster(cluster);
          c.source("cluster.reads", "none");
          c.source("cluster.probe.timeout", "1s");
          c.source("cluster.probe.positionInterval", "50ms");
          wishes.accept(c);
        });
  }

  /** Them in a URL. */
  static String hosts(List<PostgresServer> servers) {
    return servers.stream().map(s -> s.host() + ":" + s.port()).collect(Collectors.joining(","));
  }

  PostgresCluster cluster() {
    return cluster;
  }

  PostgresServer primary() {
    return cluster.primary();
  }

  PostgresServer first() {
    return cluster.replicas().get(0);
  }

  PostgresServer second() {
    return cluster.replicas().get(1);
  }

  TestNode node() {
    return node;
  }

  Connection connect(String... properties) throws SQLException {
    return node.target().jdbc(properties);
  }

  /** The same while the test goes on. */
  static CompletableFuture<Void> executeMeanwhile(Connection connection, String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            execute(connection, sql);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  /** Has the owner of the database do this at the primary, before the node reads the catalogue. */
  static void asOwner(PostgresServer primary, String... sql) {
    try (Connection owner = DriverManager.getConnection(primary.jdbcUrl("app"), "app", "app")) {
      for (String one : sql) {
        execute(owner, one);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has both replicas stand still where they are, or go on. */
  void pauseReplay(boolean pause) {
    for (PostgresServer replica : List.of(first(), second())) {
      if (pause) {
        pauseReplay(replica);
      } else {
        replica.execute("SELECT pg_wal_replay_resume()");
      }
    }
  }

  /** Has a replica stand still where it is. */
  static void pauseReplay(PostgresServer replica) {
    replica.execute("SELECT pg_wal_replay_pause()");
    Await.until(
        "replay stands",
        () ->
            "paused"
                .equals(replica.queryValue("postgres", "SELECT pg_get_wal_replay_pause_state()")));
  }

  /**
   * Waits until the node knows what is behind this table, and that nothing has happened since that
   * may have changed it, so that it can say what is written; for a client of simple queries who is
   * one of its operators.
   */
  static void awaitCatalogue(Connection client, String table) {
    Await.until(
        "the catalogue was read",
        () -> {
          value(client, "SELECT count(*) FROM " + table);
          Map<String, String> info = queryInfo(client);
          return "tables".equals(info.get("rests on"))
              && "confirmed".equals(info.get("catalog now"));
        });
  }

  /**
   * Waits until replicas have all that this client must not miss.
   *
   * @param fresh whether a read of this client was answered by a replica
   */
  void awaitReplicas(Await.Condition fresh) {
    Await.until(
        "replicas have all",
        () -> {
          // Reads have pages pruned, which counts as written and is sent with the next commit only.
          primary().executeIn("app", "SELECT pg_logical_emit_message(true, 'sent', '')");
          return fresh.holds();
        });
  }

  /** Waits until a node has asked the writer how far it is, once after this call at least. */
  void awaitKnown(TestNode by) {
    for (int round = 0; round < 2; round++) {
      // The first answer may be to a question of before.
      long written =
          Long.parseLong(
              primary()
                  .queryValue(
                      "postgres", "SELECT pg_logical_emit_message(true, 'x', '') - '0/0'::pg_lsn"));
      Await.until(
          "the node knows the writer's position",
          () ->
              by.admin("SHOW NODES").stream()
                  .anyMatch(
                      row ->
                          "writer".equals(row.get("role"))
                              && Long.parseLong(row.get("position")) >= written));
    }
  }

  /** Waits until reads of this client go to replicas. */
  void awaitReplicaReads(Connection client) {
    Await.until("reads go to replicas", () -> isReplica(port(client)));
  }

  /** Whether a replica listens on this port. */
  boolean isReplica(int port) {
    return port == first().port() || port == second().port();
  }

  /** The port of the server that answers. */
  static int port(Connection connection) throws SQLException {
    return Integer.parseInt(
        value(connection, "SELECT current_setting('port') FROM (SELECT 1) AS one"));
  }

  @Override
  public void close() {
    node.close();
    cluster.close();
  }
}
