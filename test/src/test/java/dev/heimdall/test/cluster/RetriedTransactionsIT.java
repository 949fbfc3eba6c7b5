package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.freshness.MysqlFamilyServers;
import dev.heimdall.test.freshness.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
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
import org.junit.jupiter.api.Tag;

/**
 * A failover of MariaDB or MySQL under clients that are all in transactions: none loses its
 * connection but by a COMMIT of unknown outcome, and what each runs again is there once.
 */
@Tag("long")
class RetriedTransactionsIT {
  private static final int CLIENTS = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Of a COMMIT that drivers take to be lost with its connection. */
  private static final Set<String> UNKNOWN = Set.of("08S01", "08007");

  @MariadbAndMysql
  void clientsInTransactionsKeepTheirConnections(MysqlRelease release) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<TransferClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (Servers servers = new MysqlFamilyServers(release)) {
      servers.create(TransferClient.SCHEMA);
      try (RunningNode node =
          servers.node(
              c -> {
                c.source("cluster.probe.timeout", "1s");
                c.source("cluster.probe.positionInterval", "50ms");
                c.source("cluster.reads", "none");
                c.vdb("pool.size", CLIENTS);
              })) {
        for (int i = 0; i < CLIENTS; i++) {
          String[] properties = {"useServerPrepStmts", String.valueOf(i % 2 == 1)};
          clients.add(new TransferClient(node, i, stop, UNKNOWN, properties));
          threads.add(new Thread(clients.get(i), "client-" + i));
          threads.get(i).start();
        }
        awaitProgress(clients);
        for (Runnable change : servers.changesOfWriter()) {
          change.run();
          awaitProgress(clients);
        }
        stop.set(true);
        for (Thread thread : threads) {
          thread.join(TimeUnit.SECONDS.toMillis(60));
        }
        assertThat(threads).noneMatch(Thread::isAlive);
      } finally {
        stop.set(true);
      }
      check(clients);
      check(servers, clients);
    }
  }

  private static void awaitProgress(List<TransferClient> clients) {
    int[] before = clients.stream().mapToInt(client -> client.acknowledged.size()).toArray();
    for (int i = 0; i < before.length; i++) {
      TransferClient client = clients.get(i);
      int enough = before[i] + 2;
      Await.until(
          "all move money",
          PATIENCE,
          () -> client.acknowledged.size() >= enough,
          () -> clients.stream().map(c -> c.complaints + " " + c.ended).toList().toString());
    }
  }

  private static void check(List<TransferClient> clients) {
    int lost = 0;
    for (TransferClient client : clients) {
      List<TransferClient.Complaint> inDoubt =
          client.complaints.stream()
              .filter(told -> told.commits() && UNKNOWN.contains(told.state()))
              .toList();
      assertThat(client.complaints)
          .filteredOn(told -> !inDoubt.contains(told))
          .allMatch(told -> Set.of("40001", "HY000").contains(told.state()))
          .noneMatch(told -> TransferClient.NOTHING.equals(told.message()));
      assertThat(client.ended.get())
          .as("connections that were lost, of a client that was told %s", client.complaints)
          .isLessThanOrEqualTo(inDoubt.size());
      lost += client.complaints.size() - inDoubt.size();
    }
    assertThat(lost).as("transactions that were lost").isPositive();
  }

  private static void check(Servers servers, List<TransferClient> clients) throws Exception {
    Map<Integer, Integer> moved = new HashMap<>();
    try (Connection writer = servers.toWriter();
        Statement statement = writer.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id FROM moved")) {
      while (rows.next()) {
        moved.merge(rows.getInt(1), 1, Integer::sum);
      }
    }
    try (Connection writer = servers.toWriter()) {
      assertThat(value(writer, "SELECT sum(balance) FROM account")).isEqualTo("20000");
    }
    Set<Integer> possible = new HashSet<>();
    for (TransferClient client : clients) {
      assertThat(moved.keySet()).containsAll(client.acknowledged);
      assertThat(client.refused).noneMatch(moved::containsKey);
      possible.addAll(client.acknowledged);
      possible.addAll(client.unknown);
    }
    assertThat(moved.values()).as("nothing is there twice").allMatch(times -> times == 1);
    assertThat(moved.keySet()).isSubsetOf(possible);
    System.out.printf(
        "retried transactions: %d there, %d told, %d connections lost%n",
        moved.size(),
        clients.stream().mapToInt(client -> client.complaints.size()).sum(),
        clients.stream().mapToInt(client -> client.ended.get()).sum());
  }
}
