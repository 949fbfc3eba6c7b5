package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import java.io.IOException;
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
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of a node write on while the writer of a global cluster moves to a server of another
 * region and back, and when its server is lost without a word: real servers of three regions that
 * replicate, asked through {@link AuroraWords}.
 */
class MysqlGlobalSwitchoverIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";
  private static final String ELSEWHERE = "ap-south-1";

  /** A server's name is the end of its relay's address; all relays have the same port. */
  private static final String PATTERN = "127.0.0.?";

  private static final String FIRST = "2";
  private static final String SECOND = "3";
  private static final String THIRD = "4";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS = 4;

  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean stop = new AtomicBoolean();

  private static String host(String server) {
    return PATTERN.replace("?", server);
  }

  private static MysqlNode node(MysqlCluster cluster, int port) {
    return MysqlNode.start(
        cluster,
        c ->
            c.source("url", "jdbc:mysql://" + host(FIRST) + ":" + port + "/app")
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source(
                    "cluster.hostPatterns",
                    Map.of(HERE, PATTERN, THERE, PATTERN, ELSEWHERE, PATTERN))
                .source("cluster.reads", "all")
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .source("cluster.probe.positionInterval", "50ms")
                .source("catalog.user", cluster.superuser())
                .source("catalog.password", cluster.password()));
  }

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
      acknowledged.add(row);
    } catch (SQLException e) {
      errors.add(row + ": " + e.getSQLState() + " " + e.getMessage());
    }
  }

  /** Nobody writes, the other one has everything and writes, and the former one follows it. */
  private static void switchOver(MysqlServer from, MysqlServer to, String region) {
    from.execute("SET GLOBAL read_only = 1");
    String position = from.position();
    assertThat(to.reaches(position, PATIENCE)).isTrue();
    to.promote();
    GlobalTables.writes(to, region);
    from.follow(to);
  }

  private static void awaitWriter(MysqlNode node, String server) {
    Await.until(
        "the node follows the writer",
        PATIENCE,
        () ->
            node.admin("SHOW NODES").stream()
                .anyMatch(
                    row ->
                        "writer".equals(row.get("role"))
                            && "up".equals(row.get("state"))
                            && row.toString().contains(host(server) + ":")),
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

  /** Servers of three regions, of which the first one writes, and what stands before them. */
  private static final class Regions implements AutoCloseable {
    private final MysqlCluster cluster;
    private final List<AuroraWords> words = new ArrayList<>();
    private final int port = FreePort.any();

    Regions(MysqlRelease release) throws IOException {
      cluster = release.cluster().replicas(2).start();
      words.add(AuroraWords.before(first().port(), host(FIRST), port));
      words.add(AuroraWords.before(second().port(), host(SECOND), port));
      words.add(AuroraWords.before(third().port(), host(THIRD), port));
      GlobalTables.install(
          first(),
          Map.of(
              HERE,
              Map.of(FIRST, first()),
              THERE,
              Map.of(SECOND, second()),
              ELSEWHERE,
              Map.of(THIRD, third())),
          HERE);
      first().executeIn("app", "CREATE TABLE t (client INT, n INT)");
      cluster.awaitReplay(PATIENCE);
    }

    MysqlServer first() {
      return cluster.primary();
    }

    MysqlServer second() {
      return cluster.replicas().get(0);
    }

    MysqlServer third() {
      return cluster.replicas().get(1);
    }

    MysqlNode node() {
      return MysqlGlobalSwitchoverIT.node(cluster, port);
    }

    @Override
    public void close() throws IOException {
      for (AuroraWords one : words) {
        one.close();
      }
      cluster.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void clientsWriteOnInAnotherRegionAndBackAndNothingIsLost(MysqlRelease release) throws Exception {
    try (Regions regions = new Regions(release)) {
      MysqlServer first = regions.first();
      MysqlServer second = regions.second();
      try (MysqlNode node = regions.node()) {
        awaitWriter(node, FIRST);
        List<Thread> clients = clients(node);
        awaitMore();
        switchOver(first, second, THERE);
        regions.third().follow(second);
        awaitWriter(node, SECOND);
        awaitMore();
        switchOver(second, first, HERE);
        regions.third().follow(first);
        awaitWriter(node, FIRST);
        awaitMore();
        end(clients);
      }
      assertThat(errors).isEmpty();
      Map<String, Integer> rows = rows(first);
      assertThat(rows.keySet()).containsAll(acknowledged);
      assertThat(rows.values()).containsOnly(1);
    }
  }

  /** It is silent, as all of its region would be, and what it had not passed on is lost with it. */
  @ParameterizedTest
  @EnumSource(names = "MARIADB")
  void ofALostWriterOnlyWhatItHadNotPassedOnIsLost(MysqlRelease release) throws Exception {
    try (Regions regions = new Regions(release)) {
      MysqlServer first = regions.first();
      MysqlServer second = regions.second();
      Set<String> before;
      try (MysqlNode node = regions.node()) {
        awaitWriter(node, FIRST);
        List<Thread> clients = clients(node);
        awaitMore();
        first.freeze();
        second.promote();
        before = Set.copyOf(acknowledged);
        GlobalTables.writes(second, THERE);
        regions.third().follow(second);
        awaitWriter(node, SECOND);
        awaitMore();
        end(clients);
      } finally {
        first.thaw();
      }
      Map<String, Integer> rows = rows(second);
      Set<String> gone = new TreeSet<>(acknowledged);
      gone.removeAll(rows.keySet());
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
