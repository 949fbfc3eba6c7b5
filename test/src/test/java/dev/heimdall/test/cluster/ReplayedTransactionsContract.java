package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.freshness.Servers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Transactions of any engine that are run again at the new writer of a cluster, or at another
 * replica.
 */
abstract class ReplayedTransactionsContract {
  private static final int TELLERS = 9;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Servers of the engine, which the caller closes. */
  abstract Servers servers();

  /** Properties of the driver for a client, each in its way; 0 prepares nothing. */
  abstract String[] properties(int client);

  /** SQLSTATEs of a COMMIT whose outcome is not known. */
  abstract Set<String> unknown();

  /**
   * SQLSTATEs of a statement that is not a COMMIT: those of a transaction that would be answered
   * differently, or that has come to a server that takes no writes any more.
   */
  abstract Set<String> refusals();

  /** Whether a session may end with what it was told. */
  abstract boolean mayEnd(TransferClient.Complaint complaint);

  static RunningNode node(Servers servers, Consumer<TestConfiguration> wishes) {
    return servers.node(
        c -> {
          c.source("cluster.probe.timeout", "1s");
          c.source("cluster.probe.positionInterval", "50ms");
          c.source("cluster.reads", "none");
          c.vdb("transactionReplay.enabled", true);
          c.user("app", "admin", true);
          wishes.accept(c);
        });
  }

  /** By a statement that is prepared, where the client does so, and closed at once. */
  private static void insert(Connection connection, int value) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      statement.setInt(1, value);
      statement.executeUpdate();
    }
  }

  /** Waits until the node knows what tables there are: what it does not know is not run again. */
  final void awaitCatalogue(RunningNode node, String table) throws SQLException {
    try (Connection client = node.connect(properties(0))) {
      Await.until(
          "the catalogue was read",
          PATIENCE,
          () -> {
            value(client, "SELECT count(*) FROM " + table);
            Map<String, String> info = queryInfo(client);
            return "tables".equals(info.get("rests on"))
                && "confirmed".equals(info.get("catalog now"));
          },
          () -> node.servers().toString());
    }
  }

  @Test
  void aNewWriterCostsBusyClientsNothingButCommitsInFlight() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<TransferClient> tellers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (Servers servers = servers()) {
      servers.create(TransferClient.SCHEMA);
      try (RunningNode node = node(servers, c -> c.vdb("pool.size", 4))) {
        awaitCatalogue(node, "moved");
        for (int i = 0; i < TELLERS; i++) {
          tellers.add(new TransferClient(node, i, stop, unknown(), properties(i)));
          threads.add(new Thread(tellers.get(i), "teller-" + i));
          threads.get(i).start();
        }
        awaitProgress(tellers);
        List<Runnable> changes = servers.changesOfWriter();
        for (Runnable change : changes) {
          change.run();
          awaitProgress(tellers);
        }
        stop.set(true);
        for (Thread thread : threads) {
          thread.join(TimeUnit.SECONDS.toMillis(60));
        }
        assertThat(threads).noneMatch(Thread::isAlive);
        check(tellers, changes.size());
        check(servers, tellers);
      }
    } finally {
      stop.set(true);
    }
  }

  /** Waits until each has moved money again. */
  private static void awaitProgress(List<TransferClient> tellers) {
    int[] before = tellers.stream().mapToInt(teller -> teller.acknowledged.size()).toArray();
    for (int i = 0; i < before.length; i++) {
      TransferClient teller = tellers.get(i);
      int enough = before[i] + 8;
      Await.until(
          "all move money",
          PATIENCE,
          () -> teller.acknowledged.size() >= enough,
          () -> tellers.stream().map(t -> t.complaints + " " + t.ended).toList().toString());
    }
  }

  /** What clients have noticed. */
  private void check(List<TransferClient> tellers, int changes) {
    for (TransferClient teller : tellers) {
      assertThat(teller.complaints)
          .as("only what must not be run again, or answers differently")
          .allMatch(complaint -> complaint.commits() || refusals().contains(complaint.state()))
          .noneMatch(complaint -> TransferClient.NOTHING.equals(complaint.message()))
          .hasSizeLessThanOrEqualTo(changes);
      assertThat(teller.ended.get())
          .as("sessions that ended, of one that was told %s", teller.complaints)
          .isLessThanOrEqualTo((int) teller.complaints.stream().filter(this::mayEnd).count());
    }
  }

  /** What is in the database. */
  private static void check(Servers servers, List<TransferClient> tellers) throws SQLException {
    Map<Integer, Integer> moved = new HashMap<>();
    try (Connection writer = servers.toWriter();
        Statement statement = writer.createStatement()) {
      assertThat(value(writer, "SELECT sum(balance) FROM account")).isEqualTo("20000");
      try (ResultSet rows = statement.executeQuery("SELECT id FROM moved")) {
        while (rows.next()) {
          moved.merge(rows.getInt(1), 1, Integer::sum);
        }
      }
    }
    Set<Integer> acknowledged = new HashSet<>();
    Set<Integer> possible = new HashSet<>();
    int refused = 0;
    for (TransferClient teller : tellers) {
      acknowledged.addAll(teller.acknowledged);
      possible.addAll(teller.acknowledged);
      possible.addAll(teller.unknown);
      refused += teller.refused.size();
      assertThat(teller.refused).noneMatch(moved::containsKey);
    }
    System.out.printf(
        "replayed transactions: %d acknowledged, %d of unknown outcome, %d refused, %d there%n",
        acknowledged.size(), possible.size() - acknowledged.size(), refused, moved.size());
    assertThat(moved.values()).as("nothing is there twice").allMatch(times -> times == 1);
    assertThat(moved.keySet()).containsAll(acknowledged).isSubsetOf(possible);
  }

  @Test
  void openTransactionsWaitForTheNewWriterAndGoOnThere() throws Exception {
    try (Servers servers = servers()) {
      servers.create(List.of("CREATE TABLE t (i int)"));
      try (RunningNode node = node(servers, c -> {});
          Connection client = node.connect(properties(1));
          Connection idle = node.connect(properties(0))) {
        awaitCatalogue(node, "t");
        for (Connection each : List.of(client, idle)) {
          each.setAutoCommit(false);
          insert(each, 1);
          assertThat(value(each, "SELECT 7")).isEqualTo("7"); // not what the other may change
        }
        List<Runnable> changes = servers.changesOfWriter();
        changes.get(changes.size() - 1).run();
        insert(client, 2);
        client.commit();
        idle.commit();
        try (Connection writer = servers.toWriter()) {
          assertThat(value(writer, "SELECT count(*) FROM t")).isEqualTo("3");
          assertThat(value(writer, "SELECT sum(i) FROM t")).isEqualTo("4");
        }
      }
    }
  }

  @Test
  void aReadOnlyTransactionGoesOnWhenItsReplicaDies() throws Exception {
    try (Servers servers = servers()) {
      servers.create(List.of("CREATE TABLE t (i int)", "INSERT INTO t VALUES (7)"));
      for (boolean delayed : List.of(false, true)) {
        try (RunningNode node =
                node(
                    servers,
                    c -> c.source("cluster.reads", "all").vdb("delayedTransaction", delayed));
            Connection client = node.connect(properties(0))) {
          awaitCatalogue(node, "t");
          AtomicInteger at = new AtomicInteger();
          Await.until(
              "a transaction is on a replica",
              PATIENCE,
              () -> {
                execute(client, "ROLLBACK");
                execute(client, "START TRANSACTION READ ONLY");
                value(client, "SELECT i FROM t");
                at.set(servers.replicaInTransaction());
                return at.get() >= 0;
              },
              () -> node.servers().toString());
          servers.kill(at.get());
          assertThat(value(client, "SELECT i FROM t")).isEqualTo("7");
          assertThat(servers.replicaInTransaction()).isNotEqualTo(at.get());
          execute(client, "COMMIT");
          servers.start(at.get());
        }
      }
    }
  }
}
