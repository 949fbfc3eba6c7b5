package dev.heimdall.test.freshness;

import dev.heimdall.model.Consistency;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.operate.Door;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Two nodes over a primary with two replicas, and a store over which the nodes tell each other of
 * writes.
 */
final class Fleet implements AutoCloseable {
  static final int NODES = 2;

  /** Counters are tables {@code c0}, {@code c1}…, each also a view {@code vc0}. */
  static final int COUNTERS = 200;

  /** Lists are tables {@code l0}, {@code l1}… */
  static final int LISTS = 24;

  /** A trigger writes what this counter becomes into {@link #WRITTEN_BY_TRIGGER}. */
  static final String WITH_TRIGGER = "c" + (COUNTERS - 2);

  /** A counter that no client writes itself. */
  static final String WRITTEN_BY_TRIGGER = "c" + (COUNTERS - 1);

  /** A counter that is also raised and read by functions whose bodies say so. */
  static final String WITH_FUNCTION = "c" + (COUNTERS - 3);

  /** Until when all nodes know of a write with the consistency {@code fleet}, at the latest. */
  static final Duration STALENESS = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Servers servers;
  private final RedisProcess store = RedisProcess.running();
  private final List<RunningNode> nodes = new ArrayList<>();
  private final List<Door> doors = new ArrayList<>();

  /**
   * @param servers nothing is in them yet; they are closed with this
   * @param wishes what differs for both nodes
   */
  Fleet(Servers servers, Consistency consistency, Consumer<TestConfiguration> wishes) {
    this.servers = servers;
    servers.create(schema());
    for (int id = 1; id <= NODES; id++) {
      int number = id;
      nodes.add(
          servers.node(
              c -> {
                c.node("id", number);
                c.node("loops", 2);
                c.node("store.servers", List.of(store.address()));
                c.source("cluster.reads", "all");
                c.source("cluster.consistency", consistency.name().toLowerCase(Locale.ROOT));
                c.source("cluster.probe.timeout", "1s");
                c.source("cluster.probe.positionInterval", "20ms");
                c.source("cluster.lag.maxStaleness", STALENESS.toMillis() + "ms");
                c.source("cluster.balance.slowStart", "0");
                c.vdb("pool.size", 8);
                wishes.accept(c);
              }));
      doors.add(new Door(nodes.get(id - 1).httpPort()));
    }
  }

  /** Waits until replicas answer through both nodes. */
  void awaitReplicas() {
    for (int i = 0; i < NODES; i++) {
      RunningNode node = nodes.get(i);
      Door door = doors.get(i);
      try (Connection connection = node.connect()) {
        Await.until(
            "a replica answers",
            PATIENCE,
            () -> {
              value(connection, "SELECT v FROM c0");
              return readsOnReplicas(door) > 0;
            },
            () -> node.admin("SHOW NODES").toString());
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private List<String> schema() {
    List<String> sql = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      sql.add("CREATE TABLE c%d (v bigint NOT NULL)".formatted(i));
      sql.add("INSERT INTO c%d VALUES (0)".formatted(i));
      sql.add("CREATE VIEW vc%1$d AS SELECT v FROM c%1$d".formatted(i));
    }
    for (int i = 0; i < LISTS; i++) {
      sql.add("CREATE TABLE l%d (e text NOT NULL)".formatted(i));
      sql.add("INSERT INTO l%d VALUES ('')".formatted(i));
    }
    sql.addAll(servers.routines());
    return sql;
  }

  Servers servers() {
    return servers;
  }

  RedisProcess store() {
    return store;
  }

  RunningNode node(int index) {
    return nodes.get(index);
  }

  /** How many reads both nodes have sent to replicas. */
  long readsOnReplicas() {
    return doors.stream().mapToLong(Fleet::readsOnReplicas).sum();
  }

  private static long readsOnReplicas(Door door) {
    return (long)
        door.metricOrZero(
            "heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}");
  }

  /**
   * What the counters are now.
   *
   * @param more others, each with the query that tells its value
   */
  Map<String, Long> counters(Stream<String[]> more) throws SQLException {
    Map<String, Long> found = new HashMap<>();
    try (Connection connection = servers.toWriter()) {
      for (int i = 0; i < COUNTERS; i++) {
        found.put("c" + i, Long.valueOf(value(connection, "SELECT v FROM c" + i)));
      }
      for (String[] counter : more.toList()) {
        found.put(counter[0], Long.valueOf(value(connection, counter[1])));
      }
    }
    return found;
  }

  /** What the lists hold now. */
  Map<String, List<Long>> lists() throws SQLException {
    Map<String, List<Long>> found = new HashMap<>();
    try (Connection connection = servers.toWriter()) {
      for (int i = 0; i < LISTS; i++) {
        String text = value(connection, "SELECT e FROM l" + i);
        found.put("l" + i, elements(text));
      }
    }
    return found;
  }

  /** The elements of a list, from its text with commas. */
  static List<Long> elements(String text) {
    return text.isEmpty() ? List.of() : Stream.of(text.split(",")).map(Long::valueOf).toList();
  }

  /** The first row of a result, as texts. */
  static String[] firstRow(ResultSet row) throws SQLException {
    row.next();
    String[] values = new String[row.getMetaData().getColumnCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getString(i + 1);
    }
    return values;
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return firstRow(row)[0];
    }
  }

  @Override
  public void close() {
    nodes.forEach(RunningNode::close);
    store.close();
    servers.close();
  }
}
