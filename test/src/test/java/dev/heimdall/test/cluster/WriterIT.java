package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.cluster.RoutedCluster.port;
import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sessions follow the writer of a cluster. */
@Tag("ci")
class WriterIT {
  private static final String WHERE = "SELECT current_setting('port')";
  private static final Set<String> LOST = Set.of("08006", "57P01", "57P02", "40001", "25P02");

  private static void promote(RoutedCluster routed) {
    routed.first().promote();
  }

  @Test
  void statementsGoToTheWriterWhateverItsPlaceInTheUrl() throws Exception {
    try (RoutedCluster routed = new RoutedCluster(c -> {});
        Connection client = routed.connect()) {
      assertThat(port(client)).isEqualTo(routed.primary().port());
      execute(client, "CREATE TABLE t (i int)");
      assertThat(value(client, "SELECT pg_is_in_recovery()")).isEqualTo("f");
    }
  }

  /** What one client does until it is told to stop. */
  private static final class Client implements Runnable {
    private final RoutedCluster routed;
    private final int number;
    private final AtomicBoolean stop;
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<String> errors = new ArrayList<>();
    private final AtomicInteger afterwards = new AtomicInteger();
    private volatile boolean promoted;
    private volatile String died;

    Client(RoutedCluster routed, int number, AtomicBoolean stop) {
      this.routed = routed;
      this.number = number;
      this.stop = stop;
    }

    @Override
    public void run() {
      try (Connection client =
          number % 2 == 0 ? routed.connect() : routed.connect("preferQueryMode", "simple")) {
        for (int i = number * 1_000_000; !stop.get(); i++) {
          try {
            if (i % 3 == 0) {
              value(client, "SELECT count(*) FROM written");
            } else if (i % 3 == 1) {
              execute(client, "INSERT INTO written VALUES (" + i + ")");
              acknowledged.add(i);
            } else {
              transaction(client, i);
            }
            if (promoted) {
              afterwards.incrementAndGet();
            }
          } catch (SQLException e) {
            errors.add(e.getSQLState() + " " + (i % 3) + " " + e.getMessage());
            if (client.isClosed()) {
              died = e.toString();
              return;
            }
            if (!client.getAutoCommit()) {
              client.rollback();
              client.setAutoCommit(true);
            }
          }
        }
      } catch (SQLException e) {
        died = e.toString();
      }
    }

    private void transaction(Connection client, int i) throws SQLException {
      client.setAutoCommit(false);
      try (PreparedStatement insert = client.prepareStatement("INSERT INTO written VALUES (?)")) {
        insert.setInt(1, i);
        insert.executeUpdate();
      }
      client.commit();
      client.setAutoCommit(true);
      acknowledged.add(i);
    }
  }

  @Test
  void aKilledPrimaryCostsBusyClientsNoMoreThanTheirTransactionsInFlight() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Client> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c -> c.vdb("pool.size", 4).user("app", "admin", true),
            primary -> {
              primary.queryValue("app", "SELECT 1");
              primary.execute(
                  "ALTER SYSTEM SET synchronous_standby_names = '2 (*)'",
                  "SELECT pg_reload_conf()");
            })) {
      try (Connection client = routed.connect("preferQueryMode", "simple")) {
        execute(client, "CREATE TABLE written (i int PRIMARY KEY)");
        awaitCatalogue(client, "written"); // what it does not know is no read
      }
      for (int i = 0; i < 8; i++) {
        Client client = new Client(routed, i, stop);
        clients.add(client);
        Thread thread = new Thread(client, "client-" + i);
        threads.add(thread);
        thread.start();
      }
      Await.until(
          "all clients have written",
          () -> clients.stream().allMatch(client -> client.acknowledged.size() > 5));

      routed.primary().kill();
      promote(routed);
      clients.forEach(client -> client.promoted = true);
      Await.until(
          "all clients go on at the new writer",
          Duration.ofSeconds(30),
          () -> clients.stream().allMatch(client -> client.afterwards.get() > 10),
          () -> clients.stream().map(c -> c.errors + " " + c.died).toList().toString());
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }

      assertThat(clients).allSatisfy(client -> assertThat(client.died).isNull());
      for (Client client : clients) {
        assertThat(client.errors).hasSizeLessThanOrEqualTo(1);
        assertThat(client.errors).allSatisfy(e -> assertThat(LOST).contains(e.substring(0, 5)));
        assertThat(client.errors)
            .as("a read is carried out elsewhere")
            .noneMatch(e -> e.startsWith(" 0 ", 5));
      }
      Set<Integer> kept = ConcurrentHashMap.newKeySet();
      try (Connection client = routed.connect();
          var rows = client.createStatement().executeQuery("SELECT i FROM written")) {
        while (rows.next()) {
          kept.add(rows.getInt(1));
        }
      }
      for (Client client : clients) {
        assertThat(kept).containsAll(client.acknowledged);
      }
    } finally {
      stop.set(true);
    }
  }

  @Test
  void aReadThatWasUnderWayIsCarriedOutByTheNewWriter() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> {},
                primary -> {
                  // Before the node reads the catalogue: what it does not know is no read.
                  try (Connection owner =
                      DriverManager.getConnection(primary.jdbcUrl("app"), "app", "app")) {
                    execute(owner, "CREATE TABLE t (i int)");
                    execute(owner, "INSERT INTO t VALUES (7)");
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                });
        Connection client = routed.connect()) {
      CompletableFuture<String> read =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return value(
                      client, "SELECT i || ' at ' || current_setting('port') FROM t, pg_sleep(6)");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      Await.until(
          "the read runs",
          () ->
              "1"
                  .equals(
                      routed
                          .primary()
                          .queryValue(
                              "app",
                              "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(6)'"
                                  + " AND state = 'active' AND pid <> pg_backend_pid()")));

      routed.primary().kill();
      promote(routed);

      assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("7 at " + routed.first().port());
    }
  }

  @Test
  void anOpenTransactionGetsAnErrorThatAsksForARepetition() throws Exception {
    try (RoutedCluster routed = new RoutedCluster(c -> {});
        Connection client = routed.connect()) {
      execute(client, "CREATE TABLE t (i int)");
      client.setAutoCommit(false);
      execute(client, "INSERT INTO t VALUES (1)");
      routed.cluster().awaitReplay(Duration.ofSeconds(20));
      routed.primary().kill();
      promote(routed);

      SQLException lost =
          catchThrowableOfType(
              SQLException.class, () -> execute(client, "INSERT INTO t VALUES (2)"));
      assertThat(lost.getSQLState()).isEqualTo("40001");
      client.rollback();
      execute(client, "INSERT INTO t VALUES (3)");
      client.commit();
      assertThat(value(client, "SELECT string_agg(i::text, ',') FROM t")).isEqualTo("3");
      assertThat(port(client)).isEqualTo(routed.first().port());
    }
  }

  @Test
  void aWriterThatIsReplacedWhileItLivesLosesItsSessionsAtOnce() throws Exception {
    try (RoutedCluster routed = new RoutedCluster(c -> {});
        Connection client = routed.connect();
        Connection inTransaction = routed.connect()) {
      execute(client, "CREATE TABLE t (i int)");
      inTransaction.setAutoCommit(false);
      execute(inTransaction, "INSERT INTO t VALUES (1)");

      promote(routed);
      Await.until("statements go to the new writer", () -> port(client) == routed.first().port());

      SQLException lost =
          catchThrowableOfType(SQLException.class, () -> execute(inTransaction, "SELECT 1"));
      assertThat(lost.getSQLState()).isEqualTo("40001");
      Await.until(
          "nobody is left on the old one",
          () ->
              "0"
                  .equals(
                      routed
                          .primary()
                          .queryValue(
                              "app",
                              "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"
                                  + " AND application_name NOT LIKE 'heimdall%'")));
    }
  }

  @Test
  void withoutAWriterStatementsWaitUpToTheLimits() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> {
                  c.source("cluster.failover.queueTimeout", "6s");
                  c.source("cluster.failover.maxQueue", 1);
                });
        Connection first = routed.connect();
        Connection second = routed.connect()) {
      execute(first, "SELECT 1");
      execute(second, "SELECT 1");
      routed.primary().kill();
      Await.until(
          "the node knows",
          () ->
              routed.node().admin("SHOW NODES").stream()
                  .noneMatch(row -> "writer".equals(row.get("role"))));

      CompletableFuture<SQLException> waits =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      SQLException.class, () -> execute(first, "CREATE TABLE t (i int)")));
      Await.until(
          "one waits",
          () ->
              routed.node().admin("SHOW POOLS").stream()
                  .anyMatch(row -> "1".equals(row.get("cl_waiting"))));
      SQLException full =
          catchThrowableOfType(SQLException.class, () -> execute(second, "CREATE TABLE u (i int)"));
      assertThat(full.getSQLState()).isEqualTo("57P03");
      assertThat(full.getMessage()).contains("cluster.failover.maxQueue");
      assertThat(waits.get(20, TimeUnit.SECONDS).getSQLState()).isEqualTo("57P03");

      promote(routed);
      Await.until(
          "the same sessions write again",
          () -> {
            try {
              execute(first, "CREATE TABLE v (i int)");
              return true;
            } catch (SQLException e) {
              assertThat(e.getSQLState()).isEqualTo("57P03");
              return false;
            }
          });
    }
  }

  @Test
  void aWriteThatIsRefusedAsReadOnlyIsSentOnceMore() throws Exception {
    for (String mode : List.of("simple", "extended")) {
      try (RoutedCluster routed = new RoutedCluster(c -> {});
          Connection client = routed.connect("preferQueryMode", mode)) {
        execute(client, "CREATE TABLE t (i int)");
        execute(client, "CREATE SEQUENCE tries");
        execute(
            client,
            "CREATE FUNCTION refused_once() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
                + " IF nextval('tries') = 1 THEN RAISE 'not here' USING ERRCODE = '25006'; END IF;"
                + " RETURN 1; END $$");
        execute(client, "INSERT INTO t SELECT refused_once()");
        assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("1");
        assertThat(value(client, "SELECT last_value FROM tries")).isEqualTo("2");

        // Not twice, and not inside a transaction.
        execute(
            client,
            "CREATE FUNCTION refused() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
                + " IF nextval('tries') > 0 THEN RAISE 'not here' USING ERRCODE = '25006'; END IF;"
                + " RETURN 1; END $$");
        try (Connection other = routed.connect("preferQueryMode", mode)) {
          assertThat(refused(other)).isEqualTo("25006");
          assertThat(value(client, "SELECT last_value FROM tries")).isEqualTo("4");
        }
        try (Connection other = routed.connect("preferQueryMode", mode)) {
          other.setAutoCommit(false);
          assertThat(refused(other)).isEqualTo("25006");
          assertThat(value(client, "SELECT last_value FROM tries")).isEqualTo("5");
        }
      }
    }
  }

  private static void letWrite(PostgresServer server, boolean on) {
    server.execute(
        on
            ? "ALTER SYSTEM RESET default_transaction_read_only"
            : "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()");
  }

  private static void awaitWriter(RoutedCluster routed, String state) {
    Await.until(
        "the writer is " + state,
        () ->
            routed.node().admin("SHOW NODES").stream()
                .anyMatch(
                    row -> "writer".equals(row.get("role")) && state.equals(row.get("state"))));
  }

  @Test
  void aWriteWaitsAsLongAsTheWriterLetsNobodyWriteUnlessItIsCancelledOrTakesTooLong()
      throws Exception {
    for (boolean simple : List.of(true, false)) {
      try (RoutedCluster routed = new RoutedCluster(c -> {});
          RawClient client = RawClient.logIn(routed.node().target())) {
        client.value("CREATE TABLE t (i int)");
        letWrite(routed.primary(), false);
        awaitWriter(routed, "read-only");

        // It does not go, and neither does what only reads.
        assertThat(client.value(WHERE)).isEqualTo(String.valueOf(routed.primary().port()));
        CompletableFuture<String> cancelled = writing(client, simple, 1);
        Await.until(
            "it is cancelled",
            () -> {
              client.cancel(); // again and again: one may come while a server still refuses
              return cancelled.isDone();
            });
        assertThat(cancelled.get()).isEqualTo("57014");
        assertThat(client.value(WHERE)).isEqualTo(String.valueOf(routed.primary().port()));

        routed.node().change(c -> c.vdb("clients.queryTimeout", "500ms"));
        assertThat(writing(client, simple, 2).get(20, TimeUnit.SECONDS)).isEqualTo("57014");
        routed.node().change(c -> c.vdb("clients.queryTimeout", "0"));

        CompletableFuture<String> waits = writing(client, simple, 3);
        letWrite(routed.primary(), true);
        assertThat(waits.get(20, TimeUnit.SECONDS)).isEqualTo("written");
        awaitWriter(routed, "up");
        assertThat(client.value("SELECT string_agg(i::text, ',') FROM t")).isEqualTo("3");
      }
    }
  }

  /** Its SQLSTATE when it could not. */
  private static CompletableFuture<String> writing(RawClient client, boolean simple, int value)
      throws IOException {
    String insert = "INSERT INTO t VALUES (" + value + ")";
    client.send(simple ? query(insert) : all(statement(insert), sync()));
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.untilReady().stream()
                .filter(message -> message.type() == 'E')
                .map(Message::sqlState)
                .findFirst()
                .orElse("written");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static String refused(Connection client) {
    return catchThrowableOfType(
            SQLException.class, () -> execute(client, "INSERT INTO t SELECT refused()"))
        .getSQLState();
  }

  @Test
  void aSwitchoverBehindAPauseCostsNobodyAnError() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Client> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed = new RoutedCluster(c -> {})) {
      try (Connection client = routed.connect()) {
        execute(client, "CREATE TABLE written (i int PRIMARY KEY)");
      }
      for (int i = 0; i < 4; i++) {
        Client client = new Client(routed, i, stop);
        clients.add(client);
        threads.add(new Thread(client, "client-" + i));
        threads.get(i).start();
      }
      Await.until(
          "all clients have written",
          () -> clients.stream().allMatch(client -> client.acknowledged.size() > 5));

      routed.node().admin("PAUSE app");
      routed.cluster().awaitReplay(Duration.ofSeconds(20));
      routed.primary().stop(StopMode.FAST);
      promote(routed);
      routed.node().admin("RESUME app");
      clients.forEach(client -> client.promoted = true);
      Await.until(
          "all clients go on",
          Duration.ofSeconds(30),
          () -> clients.stream().allMatch(client -> client.afterwards.get() > 10),
          () -> clients.stream().map(c -> c.errors + " " + c.died).toList().toString());
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      assertThat(clients)
          .allSatisfy(
              client -> {
                assertThat(client.died).isNull();
                assertThat(client.errors).isEmpty();
              });
    } finally {
      stop.set(true);
    }
  }

  @Test
  void virtualDatabasesShareAWatchAndAReloadKeepsThemGoing() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> {
                  c.vdb("second", "address", "127.0.0.1");
                  c.vdb("second", "ports", List.of(0));
                  c.vdb("second", "source", "main");
                });
        Connection one = routed.connect();
        Connection other = routed.node().target("second").jdbc()) {
      assertThat(port(one)).isEqualTo(port(other)).isEqualTo(routed.primary().port());
      String asking =
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'heimdall cluster'";
      // A server may take its time to end a session whose client has left.
      Await.until(
          "one watch has asked",
          () -> Integer.parseInt(routed.primary().queryValue("postgres", asking)) <= 2);

      routed.node().change(c -> c.source("cluster.probe.positionInterval", "60ms"));
      assertThat(port(one)).isEqualTo(routed.primary().port());

      routed.primary().kill();
      promote(routed);
      assertThat(port(one)).isEqualTo(port(other)).isEqualTo(routed.first().port());

      List<Map<String, String>> events = routed.node().admin("SHOW EVENTS");
      assertThat(events).anySatisfy(row -> assertThat(row).containsEntry("event", "writer"));

      // The same source as if it were this one server.
      routed
          .node()
          .change(
              c -> {
                c.source("url", "jdbc:postgresql://127.0.0.1:" + routed.first().port() + "/app");
                c.source("cluster.kind", "none");
              });
      assertThat(port(one)).isEqualTo(port(other)).isEqualTo(routed.first().port());
      Await.until(
          "nobody asks any more", () -> "0".equals(routed.first().queryValue("postgres", asking)));
    }
  }
}
