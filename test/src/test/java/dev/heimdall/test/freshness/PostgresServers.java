package dev.heimdall.test.freshness;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first replica is synchronous, and the second follows the first, so that it can go on when
 * that is promoted.
 */
public final class PostgresServers implements Servers {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> DELAYS = List.of("80ms", "50ms");

  private final PostgresCluster cluster =
      PostgresCluster.builder()
          .ephemeralPorts()
          .replicas(2)
          .setting("max_connections", "200")
          // What a read changes on a page is written down as well, and nobody has it flushed; a
          // mark may be at that position, which replicas then wait for.
          .setting("wal_writer_delay", "10ms")
          .start();
  private volatile PostgresServer writer = cluster.primary();

  @Override
  public void create(List<String> schema) {
    PostgresServer primary = cluster.primary();
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    try (Connection owner = toWriter();
        Statement statement = owner.createStatement()) {
      for (String sql : schema) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    String conninfo = replica(1).queryValue("postgres", "SHOW primary_conninfo");
    replica(1)
        .execute(
            "ALTER SYSTEM SET primary_conninfo = '"
                + conninfo
                    .replace("port=" + primary.port(), "port=" + replica(0).port())
                    .replace("'", "''")
                + "'",
            "SELECT pg_reload_conf()");
    primary.execute(
        "ALTER SYSTEM SET synchronous_standby_names = '" + replica(0).name() + "'",
        "SELECT pg_reload_conf()");
    cluster.awaitReplay(PATIENCE);
  }

  @Override
  public List<String> routines() {
    List<String> sql = new ArrayList<>();
    sql.add(
        """
        CREATE FUNCTION raise_any_counter(name text) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE made bigint; BEGIN
          EXECUTE format('UPDATE %I SET v = v + 1 RETURNING v', name) INTO made; RETURN made;
        END $$\
        """);
    sql.add(
        """
        CREATE FUNCTION raise_known_counter() RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE made bigint; BEGIN
          UPDATE %s SET v = v + 1 RETURNING v INTO made; RETURN made;
        END $$\
        """
            .formatted(Fleet.WITH_FUNCTION));
    sql.add(
        """
        CREATE FUNCTION read_known_counter() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
          RETURN (SELECT v FROM %s);
        END $$\
        """
            .formatted(Fleet.WITH_FUNCTION));
    sql.add(
        """
        CREATE FUNCTION copy_counter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE %s SET v = NEW.v; RETURN NEW;
        END $$\
        """
            .formatted(Fleet.WRITTEN_BY_TRIGGER));
    sql.add(
        "CREATE TRIGGER copies AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION copy_counter()"
            .formatted(Fleet.WITH_TRIGGER));
    sql.addAll(Redefinitions.schema());
    return sql;
  }

  @Override
  public RunningNode node(Consumer<TestConfiguration> wishes) {
    String hosts =
        Stream.of(replica(0), replica(1), cluster.primary())
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    return TestNode.start(
        c -> {
          c.source("url", "jdbc:postgresql://" + hosts + "/app");
          c.cluster(cluster);
          wishes.accept(c);
        });
  }

  @Override
  public ClientOfNode client(RunningNode node, boolean simple) throws SQLException {
    return new PostgresClient(node.connect("preferQueryMode", simple ? "simple" : "extended"));
  }

  @Override
  public Connection toWriter() throws SQLException {
    return DriverManager.getConnection(writer.jdbcUrl("app"), "app", "app");
  }

  private PostgresServer replica(int number) {
    return cluster.replicas().get(number);
  }

  @Override
  public void delay(int replica, boolean on) {
    String by = on ? DELAYS.get(replica) : "0";
    replica(replica)
        .execute(
            "ALTER SYSTEM SET recovery_min_apply_delay = '" + by + "'", "SELECT pg_reload_conf()");
    Await.until(
        "the replica has the delay",
        () -> by.equals(replica(replica).queryValue("postgres", "SHOW recovery_min_apply_delay")));
  }

  @Override
  public void pause(int replica) {
    replica(replica).execute("SELECT pg_wal_replay_pause()");
  }

  @Override
  public void resume(int replica) {
    replica(replica).execute("SELECT pg_wal_replay_resume()");
  }

  @Override
  public void kill(int replica) {
    replica(replica).kill();
  }

  @Override
  public void start(int replica) {
    replica(replica).start();
  }

  @Override
  public int replicaInTransaction() {
    for (int i = 0; i < 2; i++) {
      if (!replica(i).isRunning()) {
        continue;
      }
      String open =
          replica(i)
              .queryValue(
                  "app",
                  "SELECT count(*) FROM pg_stat_activity"
                      + " WHERE usename = 'app' AND state = 'idle in transaction'");
      if (!"0".equals(open)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public List<Runnable> changesOfWriter() {
    return List.of(this::failOver);
  }

  private void failOver() {
    cluster.primary().kill();
    writer = replica(0);
    writer.promote();
  }

  @Override
  public void close() {
    cluster.close();
  }

  private record PostgresClient(Connection connection) implements ClientOfNode {
    @Override
    public String[] ask(String sql) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        return Fleet.firstRow(rows);
      }
    }

    @Override
    public long raise(String counter, int way) throws SQLException {
      String update = "UPDATE " + counter + " SET v = v + 1 RETURNING v";
      boolean plain = Math.floorMod(way, 13) != 0;
      return Long.parseLong(ask(plain ? update : "WITH w AS (" + update + ") SELECT v FROM w")[0]);
    }

    @Override
    public String raisingAny(String counter) {
      return "SELECT raise_any_counter('" + counter + "')";
    }

    @Override
    public String ofTheMoment() {
      return "current_setting('port'), random()";
    }
  }
}
