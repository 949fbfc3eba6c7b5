package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** How clusters come to have no writer, and what their clients ask then. */
final class WithoutWriter {
  static final String WHERE = "SELECT current_setting('port') FROM t LIMIT 1";

  static final String COUNT = "SELECT count(*) FROM other";

  private WithoutWriter() {}

  static void twoTables(PostgresServer primary) {
    asOwner(
        primary,
        "CREATE TABLE t (i int)",
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE other (i int)",
        "INSERT INTO other VALUES (1)");
  }

  static void loseWriter(RoutedCluster routed) {
    routed.primary().kill();
    awaitNoWriter(routed);
  }

  static void awaitNoWriter(RoutedCluster routed) {
    Await.until(
        "the node knows",
        () ->
            routed.node().admin("SHOW NODES").stream()
                .noneMatch(row -> "writer".equals(row.get("role"))));
  }

  /** Waits until replicas have got all that the writer has; they may not have replayed it. */
  static void awaitReceived(RoutedCluster routed) {
    String written =
        routed.primary().queryValue("postgres", "SELECT pg_current_wal_flush_lsn()::text");
    for (PostgresServer replica : List.of(routed.first(), routed.second())) {
      Await.until(
          "the replica has received all",
          () ->
              "t"
                  .equals(
                      replica.queryValue(
                          "postgres",
                          "SELECT pg_last_wal_receive_lsn() >= '" + written + "'::pg_lsn")));
    }
  }

  static int where(Connection client) throws SQLException {
    return Integer.parseInt(value(client, WHERE));
  }

  static String other(Connection client) throws SQLException {
    return value(client, COUNT);
  }

  /** The same while the test goes on. */
  static CompletableFuture<String> otherMeanwhile(Connection client) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return other(client);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  static boolean isCached(Connection client) throws SQLException {
    return Jdbc.queryInfo(client).getOrDefault("cached", "").startsWith("yes");
  }

  static String refused(Connection client, String sql) {
    SQLException refused = catchThrowableOfType(SQLException.class, () -> value(client, sql));
    return refused == null ? "answered" : refused.getSQLState();
  }

  /** A write that the primary is at; what becomes of it. */
  static CompletableFuture<String> beginWrite(RoutedCluster routed, Connection writes) {
    CompletableFuture<String> outcome =
        CompletableFuture.supplyAsync(
            () ->
                refused(
                    writes,
                    "WITH slow AS (SELECT pg_sleep(30)), new AS (INSERT INTO other SELECT 2 FROM"
                        + " slow RETURNING i) SELECT i FROM new"));
    Await.until(
        "it is under way",
        () ->
            "1"
                .equals(
                    routed
                        .primary()
                        .queryValue(
                            "postgres",
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")));
    return outcome;
  }
}
