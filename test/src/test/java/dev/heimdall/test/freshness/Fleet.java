package dev.heimdall.test.freshness;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.Consistency;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.operate.Door;
import java.sql.Connection;
import java.sql.DriverManager;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two nodes over a primary with two replicas, of which the first is synchronous and the second
 * follows the first, so that it can go on when that is promoted; and a store over which the nodes
 * tell each other of writes.
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

  private final PostgresCluster cluster;
  private final RedisProcess store = RedisProcess.running();
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<Door> doors = new ArrayList<>();
  private volatile PostgresServer writer;

  /**
   * @param wishes what differs for both nodes
   */
  Fleet(Consistency consistency, Consumer<TestConfiguration> wishes) {
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(2)
            .setting("max_connections", "200")
            // What a read changes on a page is written down as well, and nobody has it flushed; a
            // mark may be at that position, which replicas then wait for.
            .setting("wal_writer_delay", "10ms")
            .start();
    writer = cluster.primary();
    prepareServers();
    for (int id = 1; id <= NODES; id++) {
      int number = id;
      nodes.add(
          TestNode.start(
              c -> {
                c.node("id", number);
                c.node("loops", 2);
                c.node("store.servers", List.of(store.address()));
                c.source("url", "jdbc:postgresql://" + hosts() + "/app");
                c.source("cluster.kind", "postgres");
                c.source("cluster.reads", "all");
                c.source("cluster.consistency", consistency.name().toLowerCase(Locale.ROOT));
                c.source("cluster.probe.user", cluster.superuser());
                c.source("cluster.probe.password", cluster.password());
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
      TestNode node = nodes.get(i);
      Door door = doors.get(i);
      try (Connection connection = node.target().jdbc()) {
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

  private void prepareServers() {
    PostgresServer primary = cluster.primary();
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    try (Connection owner = DriverManager.getConnection(primary.jdbcUrl("app"), "app", "app");
        Statement statement = owner.createStatement()) {
      for (String sql : schema()) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    String conninfo = second().queryValue("postgres", "SHOW primary_conninfo");
    second()
        .execute(
            "ALTER SYSTEM SET primary_conninfo = '"
                + conninfo
                    .replace("port=" + primary.port(), "port=" + first().port())
                    .replace("'", "''")
                + "'",
            "SELECT pg_reload_conf()");
    primary.execute(
        "ALTER SYSTEM SET synchronous_standby_names = '" + first().name() + "'",
        "SELECT pg_reload_conf()");
    cluster.awaitReplay(PATIENCE);
  }

  private static List<String> schema() {
    List<String> sql = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      sql.add("CREATE TABLE c%d (v bigint NOT NULL)".formatted(i));
      sql.add("INSERT INTO c%d VALUES (0)".formatted(i));
      sql.add("CREATE VIEW vc%1$d AS SELECT v FROM c%1$d".formatted(i));
    }
    for (int i = 0; i < LISTS; i++) {
      sql.add("CREATE TABLE l%d (e bigint[] NOT NULL)".formatted(i));
      sql.add("INSERT INTO l%d VALUES ('{}')".formatted(i));
    }
    sql.add(
        """
        CREATE FUNCTION raise_any_counter(name text) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE made bigint; BEGIN
          EXECUTE format('UPDATE %I SET v = v + 1 RETURNING v', name) INTO made; RETURN made;
        END $$""");
    sql.add(
        """
        CREATE FUNCTION raise_known_counter() RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE made bigint; BEGIN
          UPDATE %s SET v = v + 1 RETURNING v INTO made; RETURN made;
        END $$"""
            .formatted(WITH_FUNCTION));
    sql.add(
        """
        CREATE FUNCTION read_known_counter() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
          RETURN (SELECT v FROM %s);
        END $$"""
            .formatted(WITH_FUNCTION));
    sql.add(
        """
        CREATE FUNCTION copy_counter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE %s SET v = NEW.v; RETURN NEW;
        END $$"""
            .formatted(WRITTEN_BY_TRIGGER));
    sql.add(
        "CREATE TRIGGER copies AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION copy_counter()"
            .formatted(WITH_TRIGGER));
    sql.addAll(Redefinitions.schema());
    return sql;
  }

  private String hosts() {
    return Stream.of(first(), second(), cluster.primary())
        .map(server -> server.host() + ":" + server.port())
        .collect(Collectors.joining(","));
  }

  PostgresServer first() {
    return cluster.replicas().get(0);
  }

  PostgresServer second() {
    return cluster.replicas().get(1);
  }

  RedisProcess store() {
    return store;
  }

  TestNode node(int index) {
    return nodes.get(index);
  }

  /** How many reads both nodes have sent to replicas. */
  long readsOnReplicas() {
    return doors.stream().mapToLong(Fleet::readsOnReplicas).sum();
  }

  private static long readsOnReplicas(Door door) {
    return (long)
        door.metric("heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}");
  }

  /** Kills the primary and makes the first replica the writer. */
  void failOver() {
    cluster.primary().kill();
    writer = first();
    first().promote();
  }

  /** A connection past the nodes, as the owner of the schema. */
  Connection toWriter() throws SQLException {
    return DriverManager.getConnection(writer.jdbcUrl("app"), "app", "app");
  }

  /** What the counters are now. */
  Map<String, Long> counters() throws SQLException {
    Map<String, Long> found = new HashMap<>();
    try (Connection connection = writer.connect("app")) {
      for (int i = 0; i < COUNTERS; i++) {
        found.put("c" + i, Long.valueOf(value(connection, "SELECT v FROM c" + i)));
      }
      for (String[] counter : Redefinitions.counters().toList()) {
        found.put(counter[0], Long.valueOf(value(connection, counter[1])));
      }
    }
    return found;
  }

  /** What the lists hold now. */
  Map<String, List<Long>> lists() throws SQLException {
    Map<String, List<Long>> found = new HashMap<>();
    try (Connection connection = writer.connect("app")) {
      for (int i = 0; i < LISTS; i++) {
        String text = value(connection, "SELECT array_to_string(e, ',') FROM l" + i);
        found.put("l" + i, elements(text));
      }
    }
    return found;
  }

  /** The elements of a list, from its text with commas. */
  static List<Long> elements(String text) {
    return text.isEmpty() ? List.of() : Stream.of(text.split(",")).map(Long::valueOf).toList();
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Override
  public void close() {
    nodes.forEach(TestNode::close);
    store.close();
    cluster.close();
  }
}
