package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.RoutedCluster.executeMeanwhile;
import static dev.heimdall.test.cluster.WithoutWriter.COUNT;
import static dev.heimdall.test.cluster.WithoutWriter.otherMeanwhile;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A writer that keeps all connections open and answers nothing. Probes are given a minute, so that
 * it does not count as down in any of these tests: whatever goes on does so before that.
 */
@Tag("ci")
class SilentWriterIT {
  private static final String WAITING =
      "SELECT count(*)::text FROM pg_locks WHERE relation = 'other'::regclass AND NOT granted";

  private static RoutedCluster start(String staleReads) {
    Consumer<TestConfiguration> wishes =
        c ->
            c.node("loops", 1)
                .source("cluster.reads", "all")
                .source("cluster.lag.maxStaleness", "60s")
                .source("cluster.failover.queueTimeout", "60s")
                .source("cluster.failover.staleReads", staleReads)
                .source("cluster.probe.timeout", "1m")
                .user("app", "admin", true);
    return new RoutedCluster(
        wishes,
        primary -> asOwner(primary, "CREATE TABLE other (i int)", "INSERT INTO other VALUES (1)"));
  }

  private static Map<String, String> writerNow(RoutedCluster routed) {
    return routed.node().admin("SHOW NODES").stream()
        .filter(row -> "writer".equals(row.get("role")))
        .findFirst()
        .orElse(Map.of("state", "none"));
  }

  private static String writerState(RoutedCluster routed) {
    return writerNow(routed).get("state");
  }

  private static String answer(CompletableFuture<String> read) throws Exception {
    return read.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "5m"})
  void readsThatReplicasMayAnswerDoNotWaitForIt(String staleReads) throws Exception {
    boolean stale = !staleReads.equals("0");
    try (RoutedCluster routed = start(staleReads);
        Connection simple = routed.connect("preferQueryMode", "simple");
        Connection prepared = routed.connect("prepareThreshold", "1");
        Connection other = routed.connect("options", "-c work_mem=7MB");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      List<Connection> readers = List.of(simple, prepared, other);
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      for (Connection reader : readers) {
        assertThat(value(reader, COUNT)).as("at the writer").isEqualTo("2");
      }
      routed.awaitKnown(routed.node());

      CompletableFuture<Void> setting;
      routed.primary().freeze();
      try {
        List<CompletableFuture<String>> reads = new ArrayList<>();
        readers.forEach(reader -> reads.add(otherMeanwhile(reader)));
        Await.until("it is suspect", () -> "suspect".equals(writerState(routed)));
        if (!stale) {
          assertThat(reads).as("no replica has what was written").noneMatch(r -> r.isDone());
          routed.pauseReplay(false);
        }
        String seen = stale ? "1" : "2";
        for (CompletableFuture<String> read : reads) {
          assertThat(answer(read)).isEqualTo(seen);
        }
        setting = executeMeanwhile(writes, "SET work_mem = '9MB'");
        for (Connection reader : readers) {
          assertThat(answer(otherMeanwhile(reader))).as("one that begins later").isEqualTo(seen);
        }
        assertThat(setting.isDone()).as("a setting is no read").isFalse();
        assertThat(writerState(routed)).as("it was not found down meanwhile").isEqualTo("suspect");
      } finally {
        routed.primary().thaw();
      }
      Await.until("it is back", () -> "up".equals(writerState(routed)));
      setting.get(60, TimeUnit.SECONDS);
      assertThat(value(simple, COUNT)).as("as the level says").isEqualTo("2");
      execute(writes, "INSERT INTO other VALUES (3)");
      assertThat(value(writes, COUNT)).isEqualTo("3");
    }
  }

  /** What a connection does not have of a client's statements it is asked about first. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "5m"})
  void aStatementThatIsParsedAnewDoesNotWaitForIt(String staleReads) throws Exception {
    boolean stale = !staleReads.equals("0");
    try (RoutedCluster routed = start(staleReads);
        Connection client = routed.connect("prepareThreshold", "1");
        PreparedStatement prepared = client.prepareStatement(COUNT);
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      assertThat(first(prepared)).as("at the writer").isEqualTo("2");
      assertThat(first(prepared)).as("by name").isEqualTo("2");
      routed.node().admin("RECONNECT");
      assertThat(value(writes, COUNT)).as("over a connection without it").isEqualTo("2");
      routed.awaitKnown(routed.node());

      routed.primary().freeze();
      try {
        CompletableFuture<String> read = firstMeanwhile(prepared);
        Await.until("it is suspect", () -> "suspect".equals(writerState(routed)));
        if (!stale) {
          assertThat(read.isDone()).as("no replica has what was written").isFalse();
          routed.pauseReplay(false);
        }
        assertThat(answer(read)).isEqualTo(stale ? "1" : "2");
        assertThat(answer(firstMeanwhile(prepared))).as("the next").isEqualTo(stale ? "1" : "2");
        assertThat(writerState(routed)).as("it was not found down meanwhile").isEqualTo("suspect");
      } finally {
        routed.primary().thaw();
      }
      Await.until("it is back", () -> "up".equals(writerState(routed)));
      assertThat(answer(firstMeanwhile(prepared))).isEqualTo("2");
    }
  }

  /**
   * Probes alone take longer: one packet may be lost, and one statement take long. Clients wait for
   * the server already when it falls silent: whether they attest it does not depend on who of them
   * and the probe asks first.
   */
  @Test
  void itIsSuspectSoonerWhereSeveralClientsWaitForIt() throws Exception {
    try (RoutedCluster routed = start("5m");
        Connection one = routed.connect("preferQueryMode", "simple");
        Connection other = routed.connect("preferQueryMode", "simple");
        Connection third = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(one, "other");
      routed.pauseReplay(true);
      execute(one, "INSERT INTO other VALUES (2)");
      routed.awaitKnown(routed.node());
      List<Connection> clients = List.of(one, other, third);
      List<String> reasons = new ArrayList<>();
      Await.until(
          "clients have shown it, on a machine that was not too busy",
          Duration.ofMinutes(2),
          () -> {
            for (Connection client : clients) {
              assertThat(value(client, COUNT)).as("at the writer").isEqualTo("2");
            }
            reasons.add(whyItIsSuspect(routed, clients));
            return reasons.get(reasons.size() - 1).endsWith("nor any connection of clients");
          },
          reasons::toString);
    }
  }

  /** While clients wait for a table that is locked at the writer, which they read at a replica. */
  private static String whyItIsSuspect(RoutedCluster routed, List<Connection> clients)
      throws Exception {
    try (Connection locks = routed.primary().connect("app")) {
      locks.setAutoCommit(false);
      execute(locks, "LOCK TABLE other IN ACCESS EXCLUSIVE MODE");
      List<CompletableFuture<String>> reads =
          clients.stream().map(client -> otherMeanwhile(client)).toList();
      Await.until(
          "all wait at the writer",
          () -> routed.primary().queryValue("app", WAITING).equals("" + reads.size()));
      assertThat(writerState(routed)).as("it answers").isEqualTo("up");
      routed.primary().freeze();
      try {
        for (CompletableFuture<String> read : reads) {
          assertThat(answer(read)).isEqualTo("1");
        }
        return writerNow(routed).get("why");
      } finally {
        routed.primary().thaw();
        Await.until("it is back", () -> "up".equals(writerState(routed)));
        locks.rollback();
      }
    }
  }

  /**
   * By drivers that want to know columns before they run anything, and may close in the same batch
   * what their client has dropped.
   */
  @ParameterizedTest
  @CsvSource({"0, 256", "0, 0", "5m, 0"})
  void aReadThatIsOnlyPreparedDoesNotWaitForIt(String staleReads, String kept) throws Exception {
    boolean stale = !staleReads.equals("0");
    try (RoutedCluster routed = start(staleReads);
        Connection client =
            routed.connect("prepareThreshold", "1", "preparedStatementCacheQueries", kept);
        PreparedStatement read = client.prepareStatement("SELECT i FROM other");
        PreparedStatement later = client.prepareStatement("SELECT i AS j FROM other");
        Connection other = routed.connect("prepareThreshold", "1");
        PreparedStatement write =
            other.prepareStatement("INSERT INTO other VALUES (9) RETURNING i");
        Connection writes = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO other VALUES (2)");
      dropped(client);
      routed.awaitKnown(routed.node());

      CompletableFuture<String> written;
      routed.primary().freeze();
      try {
        CompletableFuture<String> column = columnMeanwhile(read);
        written = columnMeanwhile(write);
        Await.until("it is suspect", () -> "suspect".equals(writerState(routed)));
        if (!stale) {
          assertThat(column.isDone()).as("no replica has all that was written").isFalse();
          routed.pauseReplay(false);
        }
        assertThat(answer(column)).isEqualTo("i");
        read.close();
        assertThat(answer(columnMeanwhile(later))).as("one that begins later").isEqualTo("j");
        assertThat(written.isDone()).as("a write is for the writer").isFalse();
        assertThat(writerState(routed)).as("it was not found down meanwhile").isEqualTo("suspect");
      } finally {
        routed.primary().thaw();
      }
      Await.until("it is back", () -> "up".equals(writerState(routed)));
      assertThat(answer(written)).isEqualTo("i");
      assertThat(first(later)).isEqualTo("1");
    }
  }

  /** What the driver closes, unless it keeps it, with the next that it sends. */
  private static void dropped(Connection client) throws SQLException {
    try (PreparedStatement read = client.prepareStatement(COUNT)) {
      assertThat(first(read)).as("at the writer").isEqualTo("2");
    }
  }

  private static CompletableFuture<String> columnMeanwhile(PreparedStatement statement) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return statement.getMetaData().getColumnName(1);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  private static String first(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static CompletableFuture<String> firstMeanwhile(PreparedStatement statement) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return first(statement);
          } catch (SQLException e) {
            throw new CompletionException(e);
          }
        });
  }

  /** Which are not sent twice, and whose sessions go on where they stood. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "5m"})
  void writesAndTransactionsWaitForIt(String staleReads) throws Exception {
    try (RoutedCluster routed = start(staleReads);
        Connection writes = routed.connect("preferQueryMode", "simple");
        Connection within = routed.connect("preferQueryMode", "simple")) {
      awaitCatalogue(writes, "other");
      routed.awaitKnown(routed.node());
      execute(within, "BEGIN");
      execute(within, "INSERT INTO other VALUES (2)");

      routed.primary().freeze();
      CompletableFuture<String> read;
      CompletableFuture<Void> write;
      try {
        read = otherMeanwhile(within);
        write = executeMeanwhile(writes, "INSERT INTO other VALUES (3)");
        Await.until("it is suspect", () -> "suspect".equals(writerState(routed)));
        assertThat(read.isDone() || write.isDone()).isFalse();
      } finally {
        routed.primary().thaw();
      }
      assertThat(answer(read)).as("its own row, uncommitted").isIn("2", "3");
      write.get(60, TimeUnit.SECONDS);
      execute(within, "COMMIT");
      assertThat(value(within, COUNT)).isEqualTo("3");
    }
  }
}
