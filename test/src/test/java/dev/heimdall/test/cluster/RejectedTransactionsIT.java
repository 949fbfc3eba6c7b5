package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Transactions whose writes are rejected, by a server that has become read-only, or for clients.
 */
@Tag("ci")
class RejectedTransactionsIT {
  private static final String INSERT = "INSERT INTO t VALUES (2)";

  private static void readOnly(RoutedCluster routed, boolean on) {
    makeReadOnly(routed, on);
    Await.until(
        "the node knows",
        () ->
            routed.node().admin("SHOW NODES").stream()
                .filter(row -> "writer".equals(row.get("role")))
                .anyMatch(row -> (on ? "read-only" : "up").equals(row.get("state"))));
  }

  private static void makeReadOnly(RoutedCluster routed, boolean on) {
    routed
        .primary()
        .execute(
            on
                ? "ALTER SYSTEM SET default_transaction_read_only = on"
                : "ALTER SYSTEM RESET default_transaction_read_only");
    routed.primary().execute("SELECT pg_reload_conf()");
  }

  /** With which SQLSTATE the last of these statements is rejected; the transaction ends then. */
  private static String rejected(Connection client, String... statements) throws SQLException {
    for (int i = 0; i < statements.length - 1; i++) {
      execute(client, statements[i]);
    }
    String state =
        catchThrowableOfType(
                SQLException.class, () -> execute(client, statements[statements.length - 1]))
            .getSQLState();
    assertThat(
            catchThrowableOfType(SQLException.class, () -> value(client, "SELECT 1")).getSQLState())
        .as("the transaction has failed")
        .isEqualTo("25P02");
    execute(client, "ROLLBACK");
    return state;
  }

  private static void assertOwnReadOnlyStays(Connection client) throws SQLException {
    assertThat(rejected(client, "BEGIN READ ONLY", INSERT)).isEqualTo("25006");
    assertThat(rejected(client, "BEGIN", "SET TRANSACTION READ ONLY", INSERT)).isEqualTo("25006");
    execute(client, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
    assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("25006");
    execute(client, "RESET default_transaction_read_only");
    execute(client, "SET default_transaction_read_only = on");
    assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("25006");
    execute(client, "RESET default_transaction_read_only");
    assertThat(
            rejected(
                client,
                "BEGIN",
                "DO $$BEGIN RAISE 'cannot execute INSERT in a read-only transaction'"
                    + " USING ERRCODE = '25006'; END$$"))
        .as("what code raises")
        .isEqualTo("25006");
  }

  @ParameterizedTest
  @CsvSource({"simple, false", "extended, false", "simple, true"})
  void aServerThatHasBecomeReadOnlyMakesThemRetryableAndClientsOwnWishesDoNot(
      String mode, boolean delayed) throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c ->
                    c.user("app", "admin", true)
                        .source("cluster.failover.queueTimeout", "5m")
                        .vdb("delayedTransaction", delayed),
                primary ->
                    asOwner(
                        primary,
                        "CREATE TABLE t (i int)",
                        "INSERT INTO t VALUES (1)",
                        "CREATE PROCEDURE p() LANGUAGE sql AS 'INSERT INTO t VALUES (2)'"));
        Connection client = routed.connect("preferQueryMode", mode)) {
      if (!delayed) {
        assertOwnReadOnlyStays(
            client); // of what the session is pinned, and delays nothing any more
      }

      execute(client, "BEGIN");
      execute(client, INSERT);
      readOnly(routed, true);
      execute(client, "COMMIT");
      assertThat(rejected(client, "BEGIN READ ONLY", INSERT)).isEqualTo("25006");
      assertThat(value(client, "SELECT count(*) FROM t")).as("it was begun before").isEqualTo("2");

      assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("40001");
      if (delayed) {
        return; // each further one waits for a writer first, as the session keeps no connection
      }
      assertThat(rejected(client, "BEGIN", "SELECT 1", "CREATE TABLE u (i int)"))
          .isEqualTo("40001");
      assertThat(
              rejected(client, "BEGIN", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED", INSERT))
          .isEqualTo("40001");
      assertThat(rejected(client, "BEGIN", "CALL p()"))
          .as("it may have committed something")
          .isEqualTo("25006");
      assertThat(rejected(client, "BEGIN", "DO $$BEGIN INSERT INTO t VALUES (2); END$$"))
          .as("so may this")
          .isEqualTo("25006");
      assertOwnReadOnlyStays(client);
      assertThat(rejected(client, "BEGIN", INSERT)).as("that is over").isEqualTo("40001");

      readOnly(routed, false);
      execute(client, "BEGIN");
      execute(client, INSERT);
      execute(client, "COMMIT");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("3");
    }
  }

  private static RoutedCluster start(String setting, String value) {
    return new RoutedCluster(
        c -> c.source(setting, value),
        primary -> asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)"));
  }

  /** An operator may want that, or its disk is full. */
  @Test
  void aServerThatStaysReadOnlyIsNotToBeTriedForEver() throws Exception {
    try (RoutedCluster routed = start("cluster.failover.queueTimeout", "5s");
        Connection client = routed.connect()) {
      execute(client, "BEGIN");
      execute(client, "COMMIT");
      readOnly(routed, true);
      assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("40001");
      Await.until("it says what it says", () -> rejected(client, "BEGIN", INSERT).equals("25006"));
      assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("25006");
      readOnly(routed, false);
      readOnly(routed, true);
      assertThat(rejected(client, "BEGIN", INSERT)).as("another time").isEqualTo("40001");
    }
  }

  private static long rejections(RoutedCluster routed) throws IOException {
    return Files.readString(routed.primary().log())
        .lines()
        .filter(line -> line.contains("cannot execute INSERT in a read-only transaction"))
        .count();
  }

  /** It is rejected once: whoever waits for a writer is rejected again when that is over. */
  @ParameterizedTest
  @CsvSource({"simple", "extended"})
  void aSingleWriteDoesNotWaitWhereTheWriterStaysReadOnly(String mode) throws Exception {
    try (RoutedCluster routed = start("cluster.failover.queueTimeout", "5s");
        Connection client = routed.connect("preferQueryMode", mode)) {
      readOnly(routed, true);
      Await.until("it stays so", () -> rejected(client, "BEGIN", INSERT).equals("25006"));
      long before = rejections(routed);
      assertThat(
              catchThrowableOfType(SQLException.class, () -> execute(client, INSERT)).getSQLState())
          .isEqualTo("25006");
      assertThat(rejections(routed)).isEqualTo(before + 1);
      readOnly(routed, false);
      execute(client, INSERT);
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  /** In the same batch a driver closes what its client has dropped. */
  @Test
  void aSingleWriteBehindAClosedStatementWaitsForAWriterToo() throws Exception {
    try (RoutedCluster routed = start("cluster.failover.queueTimeout", "60s");
        Connection client =
            routed.connect("prepareThreshold", "1", "preparedStatementCacheQueries", "0")) {
      try (PreparedStatement dropped = client.prepareStatement("SELECT count(*) FROM t")) {
        dropped.executeQuery().close();
      }
      readOnly(routed, true);
      CompletableFuture<Void> write = RoutedCluster.executeMeanwhile(client, INSERT);
      Await.until("it was rejected", () -> rejections(routed) == 1);
      readOnly(routed, false);
      write.get(60, TimeUnit.SECONDS);
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  /** As soon as it is known that there will be none, and not after a time of its own. */
  @Test
  void aWriteThatWaitsForAWriterDoesNotWaitLongerThanThatMayTake() throws Exception {
    Duration most = Duration.ofSeconds(10);
    try (RoutedCluster routed = start("cluster.failover.queueTimeout", "10s");
        Connection first = routed.connect("preferQueryMode", "simple");
        Connection later = routed.connect("preferQueryMode", "simple")) {
      readOnly(routed, true);
      CompletableFuture<Void> one = RoutedCluster.executeMeanwhile(first, INSERT);
      Await.until("it was rejected, and waits", () -> rejections(routed) == 1);
      long waits = System.nanoTime();
      Await.until(
          "half of that time is over",
          () -> System.nanoTime() - waits > most.dividedBy(2).toNanos());
      CompletableFuture<Void> other = RoutedCluster.executeMeanwhile(later, INSERT);
      CompletableFuture<Void> whole = new CompletableFuture<>();
      whole.completeOnTimeout(null, most.toMillis(), TimeUnit.MILLISECONDS);

      CompletableFuture.anyOf(other.handle((done, error) -> null), whole).join();
      assertThat(other).as("before its own time was over").isCompletedExceptionally();
      assertThat(one.handle((done, error) -> error).get(60, TimeUnit.SECONDS))
          .hasMessageContaining("read-only transaction");
    }
  }

  /** The server reports it on the connection itself, from version 14 on. */
  @Test
  void aServerThatHasBecomeReadOnlySaysSoBeforeAProbeHasFoundIt() throws Exception {
    try (RoutedCluster routed = start("cluster.probe.positionInterval", "1m");
        Connection client = routed.connect()) {
      execute(client, "BEGIN");
      execute(client, INSERT);
      execute(client, "COMMIT");
      makeReadOnly(routed, true);
      Await.until(
          "its sessions have heard of it",
          () -> {
            execute(client, "BEGIN");
            boolean on = "on".equals(value(client, "SHOW transaction_read_only"));
            execute(client, "COMMIT");
            return on;
          });
      assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("40001");
    }
  }

  /** A server that nobody had to judge statements of when this one was prepared. */
  @Test
  void aCallThatWasNotJudgedMayHaveCommittedSomething() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c ->
                    c.source("catalog.enabled", false)
                        .source("cluster.failover.queueTimeout", "5m"),
                primary ->
                    asOwner(
                        primary,
                        "CREATE TABLE t (i int)",
                        "CREATE PROCEDURE p() LANGUAGE sql AS 'INSERT INTO t VALUES (2)'"));
        Connection client = routed.connect("prepareThreshold", "1");
        PreparedStatement call = client.prepareStatement("CALL p()")) {
      call.execute();
      routed
          .node()
          .change(
              c ->
                  c.vdb("rules", List.of("logged"))
                      .rules("logged", "{\"match\": \"nothing\", \"action\": \"log\"}"));
      execute(client, "BEGIN");
      execute(client, "COMMIT"); // what was set before is no matter any more
      readOnly(routed, true);
      execute(client, "BEGIN");
      SQLException rejected = catchThrowableOfType(SQLException.class, call::execute);
      assertThat(rejected.getSQLState()).isEqualTo("25006");
      execute(client, "ROLLBACK");
      readOnly(routed, false);
      value(client, "SELECT 1"); // which has waited for a writer
      readOnly(routed, true);
      assertThat(rejected(client, "BEGIN", INSERT)).isEqualTo("40001");
    }
  }
}
