package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.execute;
import static dev.heimdall.test.cluster.RoutedCluster.port;
import static dev.heimdall.test.cluster.RoutedCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Transactions that are run again at the new writer of a cluster, or at another replica. */
class ReplayedTransactionsIT {
  private static final int ACCOUNTS = 20;

  /** What a COMMIT whose outcome is not known may say. */
  private static final Set<String> UNKNOWN = Set.of("08006", "57P01", "57P02", "25006");

  /** Moves money between accounts, and writes down what it has moved in the same transaction. */
  private static final class Teller implements Runnable {
    private final RoutedCluster routed;
    private final int number;
    private final AtomicBoolean stop;
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
    private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
    private final List<String> errors = new ArrayList<>();
    private final AtomicInteger afterwards = new AtomicInteger();
    private volatile boolean promoted;
    private volatile String died;

    Teller(RoutedCluster routed, int number, AtomicBoolean stop) {
      this.routed = routed;
      this.number = number;
      this.stop = stop;
    }

    @Override
    public void run() {
      Random random = new Random(number);
      String[] mode =
          switch (number % 3) {
            case 0 -> new String[] {"preferQueryMode", "simple"};
            case 1 -> new String[] {"prepareThreshold", "1"};
            default -> new String[0];
          };
      try (Connection client = routed.connect(mode)) {
        client.setAutoCommit(false);
        for (int id = number * 1_000_000; !stop.get(); id++) {
          boolean commits = false;
          try {
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            move(client, id, Math.min(from, to), Math.max(from, to));
            commits = true;
            client.commit();
            acknowledged.add(id);
            if (promoted) {
              afterwards.incrementAndGet();
            }
          } catch (SQLException e) {
            (commits && UNKNOWN.contains(e.getSQLState()) ? unknown : refused).add(id);
            errors.add(e.getSQLState() + (commits ? " commit " : " ") + e.getMessage());
            if (client.isClosed()) {
              died = e.toString();
              return;
            }
            client.rollback();
          }
        }
      } catch (SQLException e) {
        died = e.toString();
      }
    }

    private static void move(Connection client, int id, int from, int to) throws SQLException {
      add(client, "UPDATE account SET balance = balance - 1 WHERE id = ?", from);
      add(client, "UPDATE account SET balance = balance + 1 WHERE id = ?", to);
      try (PreparedStatement insert = client.prepareStatement("INSERT INTO moved VALUES (?)")) {
        insert.setInt(1, id);
        insert.executeUpdate();
      }
      assertThat(value(client, "SELECT count(*) FROM account")).isEqualTo("" + ACCOUNTS);
    }

    private static void add(Connection client, String sql, int account) throws SQLException {
      try (PreparedStatement update = client.prepareStatement(sql)) {
        update.setInt(1, account);
        assertThat(update.executeUpdate()).isEqualTo(1);
      }
    }
  }

  @Test
  void aKilledPrimaryCostsBusyClientsNothingButCommitsInFlight() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Teller> tellers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c -> {
              c.vdb("pool.size", 4);
              c.vdb("transactionReplay.enabled", true);
            },
            primary -> {
              asOwner(
                  primary,
                  "CREATE TABLE account (id int PRIMARY KEY, balance int)",
                  "INSERT INTO account SELECT i, 1000 FROM generate_series(0, 19) i",
                  // No key: what was done twice would be there twice.
                  "CREATE TABLE moved (id int)");
              primary.execute(
                  "ALTER SYSTEM SET synchronous_standby_names = '2 (*)'",
                  "SELECT pg_reload_conf()");
            })) {
      for (int i = 0; i < 9; i++) {
        tellers.add(new Teller(routed, i, stop));
        threads.add(new Thread(tellers.get(i), "teller-" + i));
        threads.get(i).start();
      }
      Await.until(
          "all have moved money",
          () -> tellers.stream().allMatch(teller -> teller.acknowledged.size() > 5));

      routed.primary().kill();
      routed.first().promote();
      tellers.forEach(teller -> teller.promoted = true);
      Await.until(
          "all go on at the new writer",
          Duration.ofSeconds(30),
          () -> tellers.stream().allMatch(teller -> teller.afterwards.get() > 10),
          () -> tellers.stream().map(t -> t.errors + " " + t.died).toList().toString());
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }

      assertThat(tellers).allSatisfy(teller -> assertThat(teller.died).isNull());
      for (Teller teller : tellers) {
        assertThat(teller.errors)
            .as("only what must not be run again, or answers differently")
            .allSatisfy(
                e -> assertThat(e.contains(" commit ") || e.startsWith("40001")).as(e).isTrue());
        assertThat(teller.errors).hasSizeLessThanOrEqualTo(1);
      }
      Map<Integer, Integer> moved = new HashMap<>();
      try (Connection client = routed.connect()) {
        assertThat(value(client, "SELECT sum(balance) FROM account")).isEqualTo("20000");
        try (ResultSet rows = client.createStatement().executeQuery("SELECT id FROM moved")) {
          while (rows.next()) {
            moved.merge(rows.getInt(1), 1, Integer::sum);
          }
        }
      }
      Set<Integer> acknowledged = new HashSet<>();
      Set<Integer> possible = new HashSet<>();
      for (Teller teller : tellers) {
        acknowledged.addAll(teller.acknowledged);
        possible.addAll(teller.acknowledged);
        possible.addAll(teller.unknown);
        assertThat(teller.refused).noneMatch(moved::containsKey);
      }
      assertThat(moved.values()).as("nothing is there twice").allMatch(times -> times == 1);
      assertThat(moved.keySet()).containsAll(acknowledged).isSubsetOf(possible);
    } finally {
      stop.set(true);
    }
  }

  @Test
  void openTransactionsWaitForTheNewWriterAndGoOnThere() throws Exception {
    try (RoutedCluster routed =
            new RoutedCluster(
                c -> c.vdb("transactionReplay.enabled", true),
                primary -> asOwner(primary, "CREATE TABLE t (i int)"));
        Connection client = routed.connect();
        Connection idle = routed.connect("preferQueryMode", "simple")) {
      for (Connection each : List.of(client, idle)) {
        each.setAutoCommit(false);
        execute(each, "INSERT INTO t VALUES (1)");
        assertThat(value(each, "SELECT 7")).isEqualTo("7"); // not what the other one may change
      }
      routed.primary().kill();
      routed.first().promote();
      execute(client, "INSERT INTO t VALUES (2)");
      client.commit();
      idle.commit();
      assertThat(value(client, "SELECT string_agg(i::text, ',' ORDER BY i) FROM t"))
          .isEqualTo("1,1,2");
      assertThat(port(client)).isEqualTo(routed.first().port());
      client.rollback();
    }
  }

  @Test
  void aReadOnlyTransactionGoesOnWhenItsReplicaDies() throws Exception {
    for (boolean delayed : List.of(false, true)) {
      try (RoutedCluster routed =
              new RoutedCluster(
                  c -> {
                    c.source("cluster.reads", "all");
                    c.vdb("delayedTransaction", delayed);
                    c.vdb("transactionReplay.enabled", true);
                  },
                  primary ->
                      asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (7)"));
          Connection client = routed.connect("preferQueryMode", "simple")) {
        routed.awaitReplicaReads(client);
        client.setAutoCommit(false);
        client.setReadOnly(true);
        AtomicInteger at = new AtomicInteger();
        Await.until(
            "a transaction is on a replica",
            () -> {
              client.rollback();
              value(client, "SELECT i FROM t");
              at.set(serverOf(routed));
              return at.get() != 0;
            });
        PostgresServer replica =
            routed.first().port() == at.get() ? routed.first() : routed.second();
        replica.kill();
        assertThat(value(client, "SELECT i FROM t")).isEqualTo("7");
        assertThat(port(client)).isNotEqualTo(at.get());
        client.commit();
      }
    }
  }

  /** The port of the replica on which a client's transaction is open; 0 for none. */
  private static int serverOf(RoutedCluster routed) {
    for (PostgresServer server : List.of(routed.first(), routed.second())) {
      String open =
          server.queryValue(
              "app",
              "SELECT count(*) FROM pg_stat_activity"
                  + " WHERE usename = 'app' AND state = 'idle in transaction'");
      if (!"0".equals(open)) {
        return server.port();
      }
    }
    return 0;
  }
}
