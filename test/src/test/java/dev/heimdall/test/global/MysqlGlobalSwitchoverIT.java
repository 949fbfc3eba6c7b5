package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of a node write on while the writer of a global cluster moves to a server of another
 * region and back, when the line to it is cut, and when its region is lost: real servers of three
 * regions that replicate, 80 to 120 ms from each other.
 */
@ExtendWith(FirstRunCounts.class)
@Tag("long")
class MysqlGlobalSwitchoverIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration CUT = Duration.ofSeconds(4);
  private static final int CLIENTS = 4;

  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong last = new AtomicLong(); // when a write was acknowledged

  /** What fails is not tried again; when its connection is lost the client connects again. */
  private void write(MysqlNode node, int client) {
    int n = 0;
    while (!stop.get()) {
      try (Connection connection = node.connect();
          PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
        while (!stop.get() && !connection.isClosed()) {
          n++;
          insert.setInt(1, client);
          insert.setInt(2, n);
          insert(insert, client + "/" + n);
        }
      } catch (SQLException e) {
        errors.add(client + " without a connection: " + e.getSQLState() + " " + e.getMessage());
      }
    }
  }

  private void insert(PreparedStatement insert, String row) {
    try {
      insert.executeUpdate();
      last.set(System.nanoTime());
      acknowledged.add(row);
    } catch (SQLException e) {
      errors.add(row + ": " + e.getSQLState() + " " + e.getMessage());
    }
  }

  private static void awaitWriter(MysqlNode node, Region region) {
    Await.until(
        "the node follows the writer",
        PATIENCE,
        () ->
            node.admin("SHOW NODES").stream()
                .anyMatch(
                    row ->
                        "writer".equals(row.get("role"))
                            && "up".equals(row.get("state"))
                            && row.toString().contains(MysqlRegions.host(region) + ":")),
        () -> node.admin("SHOW NODES") + " " + node.admin("SHOW EVENTS"));
  }

  private void awaitMore() {
    int sofar = acknowledged.size();
    Await.until(
        "clients write",
        PATIENCE,
        () -> acknowledged.size() > sofar + 20 * CLIENTS,
        errors::toString);
  }

  /** Says how long after an event the first write was acknowledged. */
  private void awaitFirst(String event, long since) {
    Await.until("clients write", PATIENCE, () -> last.get() > since, errors::toString);
    System.out.printf(
        "%s: first write %d ms after%n", event, TimeUnit.NANOSECONDS.toMillis(last.get() - since));
  }

  private static Map<String, Integer> rows(MysqlServer server) throws SQLException {
    Map<String, Integer> found = new HashMap<>();
    try (Connection connection = server.connect("app");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT client, n FROM t")) {
      while (rows.next()) {
        found.merge(rows.getInt(1) + "/" + rows.getInt(2), 1, Integer::sum);
      }
    }
    return found;
  }

  private List<Thread> clients(MysqlNode node) {
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      Thread thread = new Thread(() -> write(node, client), "client-" + i);
      thread.start();
      clients.add(thread);
    }
    return clients;
  }

  private void end(List<Thread> clients) throws InterruptedException {
    stop.set(true);
    for (Thread client : clients) {
      client.join();
    }
  }

  private void switchOver(MysqlRegions regions, MysqlNode node, Region from, Region to) {
    regions.switchOver(from, to);
    awaitFirst("switchover to " + to, System.nanoTime());
    awaitWriter(node, to);
    awaitMore();
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void clientsWriteOnInAnotherRegionAndBackAndNothingIsLost(MysqlRelease release) throws Exception {
    try (MysqlRegions regions = new MysqlRegions(release)) {
      try (MysqlNode node = regions.node()) {
        awaitWriter(node, Region.FIRST);
        List<Thread> clients = clients(node);
        awaitMore();
        switchOver(regions, node, Region.FIRST, Region.SECOND);
        switchOver(regions, node, Region.SECOND, Region.FIRST);
        end(clients);
      }
      assertThat(errors).isEmpty();
      Map<String, Integer> rows = rows(regions.server(Region.FIRST));
      assertThat(rows.keySet()).containsAll(acknowledged);
      assertThat(rows.values()).containsOnly(1);
    }
  }

  /** One direction after the other; what a client does not know may be there, what failed not. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void clientsWriteOnWhenACutLineIsWholeAndNothingIsLost(MysqlRelease release) throws Exception {
    try (MysqlRegions regions = new MysqlRegions(release)) {
      try (MysqlNode node = regions.node()) {
        awaitWriter(node, Region.FIRST);
        List<Thread> clients = clients(node);
        awaitMore();
        for (List<Region> way :
            List.of(List.of(Region.FIRST, Region.THIRD), List.of(Region.THIRD, Region.FIRST))) {
          regions.cut(way.get(0), way.get(1), true);
          LockSupport.parkNanos(CUT.toNanos());
          regions.cut(way.get(0), way.get(1), false);
          awaitFirst("cut from " + way.get(0), System.nanoTime());
          awaitWriter(node, Region.FIRST);
          awaitMore();
        }
        end(clients);
      }
      Map<String, Integer> rows = rows(regions.server(Region.FIRST));
      assertThat(errors).allMatch(error -> error.contains(": 08S01 "));
      assertThat(rows.keySet()).containsAll(acknowledged);
      assertThat(rows.values()).containsOnly(1);
    }
  }

  /** All of it is silent, and what it had not passed on is lost with it. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void ofALostRegionOnlyWhatItHadNotPassedOnIsLost(MysqlRelease release) throws Exception {
    try (MysqlRegions regions = new MysqlRegions(release)) {
      MysqlServer first = regions.server(Region.FIRST);
      MysqlServer second = regions.server(Region.SECOND);
      Set<String> before;
      try (MysqlNode node = regions.node()) {
        awaitWriter(node, Region.FIRST);
        List<Thread> clients = clients(node);
        awaitMore();
        regions.lose(Region.FIRST);
        second.promote();
        before = Set.copyOf(acknowledged);
        regions.writes(Region.SECOND);
        long promoted = System.nanoTime();
        regions.follow(Region.THIRD, Region.SECOND);
        awaitFirst("region lost", promoted);
        awaitWriter(node, Region.SECOND);
        awaitMore();
        end(clients);
      } finally {
        first.thaw();
      }
      Map<String, Integer> rows = rows(second);
      Set<String> gone = new TreeSet<>(acknowledged);
      gone.removeAll(rows.keySet());
      System.out.println("lost before replication: " + gone);
      assertThat(before).as("acknowledged by the lost writer").containsAll(gone);
      assertThat(rows(first).keySet()).as("what the lost writer has").containsAll(gone);
      assertThat(rows.values()).containsOnly(1);
      Set<String> since = new TreeSet<>(acknowledged);
      since.removeAll(before);
      assertThat(since).isNotEmpty();
      assertThat(rows(first).keySet()).doesNotContainAnyElementsOf(since);
    }
  }
}
