package dev.heimdall.test.global;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A PostgreSQL server in each region. Functions of Aurora's names and columns tell what is so. What
 * Aurora does with its storage is done with the server: a planned switchover ends the sessions,
 * lets no more writes in, waits for the successor to have everything and restarts the former writer
 * as its follower.
 */
final class PostgresGlobalDatabase implements GlobalDatabase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Region> regions;
  private final int port;
  private final PostgresCluster cluster;
  private final Map<Region, PostgresServer> servers = new LinkedHashMap<>();
  private Region writer;

  /**
   * @param port at which each region's server is found at its region's addresses
   */
  PostgresGlobalDatabase(List<Region> regions, int port) {
    this.regions = regions;
    this.port = port;
    this.writer = regions.get(0);
    cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(regions.size() - 1)
            .setting("max_connections", "300")
            .setting("track_commit_timestamp", "on")
            .setting("max_standby_streaming_delay", "500ms")
            .setting("wal_receiver_timeout", "5s")
            .setting("wal_sender_timeout", "5s")
            // Aurora's storage does not rest before it goes on after a line was cut.
            .setting("wal_retrieve_retry_interval", "200ms")
            .start();
    for (Region region : regions) {
      servers.put(region, cluster.servers().get(servers.size()));
    }
    cluster
        .primary()
        .execute(
            "CREATE ROLE app LOGIN PASSWORD 'app'",
            "GRANT pg_monitor TO app",
            "CREATE DATABASE " + DATABASE + " OWNER app",
            "ALTER DATABASE " + DATABASE + " SET synchronous_commit = on");
    cluster.awaitReplay(PATIENCE);
  }

  @Override
  public Sql sql() {
    return Sql.POSTGRES;
  }

  @Override
  public Map<String, Object> source(List<String> hosts) {
    return Map.of(
        "url",
        "jdbc:postgresql://" + String.join(",", hosts) + "/" + DATABASE,
        "user",
        Sql.POSTGRES.user(),
        "password",
        Sql.POSTGRES.password());
  }

  @Override
  public Map<String, Object> probes() {
    return Map.of();
  }

  @Override
  public InetSocketAddress at(Region region) {
    return new InetSocketAddress("127.0.0.1", server(region).port());
  }

  @Override
  public long pid(Region region) {
    return server(region).pid();
  }

  @Override
  public List<Region> regions() {
    return regions;
  }

  @Override
  public Region writer() {
    return writer;
  }

  private PostgresServer server(Region region) {
    return servers.get(region);
  }

  /** Gives each server its name as well. */
  @Override
  public void connect() {
    servers.values().forEach(server -> server.stop(StopMode.FAST));
    servers.forEach(
        (region, server) -> {
          append(
              server,
              List.of(
                  "aurora.server_id = '" + region.instance() + "'",
                  "aurora.region = '" + region.name() + "'"));
          if (region != writer) {
            append(server, List.of(source(region, writer)));
          }
        });
    servers.values().forEach(PostgresServer::start);
    create();
    for (Region region : regions) {
      awaitReplication(region);
    }
  }

  private void create() {
    PostgresServer primary = server(writer);
    List<String> members = new ArrayList<>();
    for (Region region : regions) {
      members.add(
          "INSERT INTO public.aurora_member VALUES ('%s', '%s', %s)"
              .formatted(region.instance(), region.name(), region == writer));
    }
    primary.executeIn(
        DATABASE, "SET ROLE app", AuroraFunctions.HISTORY, AuroraFunctions.HISTORY_INDEX);
    primary.executeIn(DATABASE, AuroraFunctions.MEMBERS);
    primary.executeIn(DATABASE, members.toArray(String[]::new));
    primary.executeIn(DATABASE, AuroraFunctions.ALL.toArray(String[]::new));
  }

  private String source(Region region, Region from) {
    return "primary_conninfo = 'host=%s port=%d user=%s password=%s application_name=%s"
            .formatted(
                region.toward(from, Region.DATABASE),
                port,
                cluster.superuser(),
                cluster.password(),
                region.instance())
        + " connect_timeout=5'";
  }

  private static void append(PostgresServer server, List<String> lines) {
    try {
      Path file = server.dataDirectory().resolve("postgresql.auto.conf");
      List<String> all = new ArrayList<>(Files.readAllLines(file));
      // The last one counts; what ALTER SYSTEM would complain of twice is left out.
      for (String line : lines) {
        String name = line.substring(0, line.indexOf(' '));
        all.removeIf(old -> old.startsWith(name + " "));
        all.add(line);
      }
      Files.write(file, all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(PostgresServer server, String setting) {
    try {
      Path file = server.dataDirectory().resolve("postgresql.auto.conf");
      List<String> all = new ArrayList<>(Files.readAllLines(file));
      all.removeIf(old -> old.startsWith(setting + " "));
      Files.write(file, all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void becomeStandby(PostgresServer server) {
    try {
      Path signal = Files.write(server.dataDirectory().resolve("standby.signal"), List.of());
      Files.setPosixFilePermissions(signal, PosixFilePermissions.fromString("rw-rw-rw-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String position(PostgresServer of) {
    return of.queryValue(
        "postgres", "SELECT pg_logical_emit_message(false, 'simulation', '', true)");
  }

  @Override
  public void awaitReplication(Region region) {
    if (region == writer) {
      return;
    }
    String position = position(server(writer));
    Await.until(
        region + " has replayed " + position,
        PATIENCE,
        () ->
            "t"
                .equals(
                    server(region)
                        .queryValue(
                            "postgres",
                            "SELECT pg_last_wal_replay_lsn() >= '" + position + "'::pg_lsn")),
        () -> "");
  }

  @Override
  public void stopWrites() {
    server(writer)
        .execute(
            "ALTER SYSTEM SET default_transaction_read_only = on",
            "SELECT pg_reload_conf()",
            // The postmaster passes it on at its leisure: none that is ended comes back writable.
            "SELECT pg_sleep(0.05)",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
  }

  @Override
  public void handOver(Region successor, Runnable promoted) {
    Region former = writer;
    awaitReplication(successor);
    PostgresServer old = server(former);
    // It ends when its followers have all that it wrote, so that it can follow one of them.
    old.stop(StopMode.FAST);
    promote(successor);
    promoted.run();
    remove(old, "default_transaction_read_only");
    append(old, List.of(source(former, successor)));
    becomeStandby(old);
    old.start();
    followers(former);
    awaitReplication(former);
  }

  @Override
  public void promote(Region successor) {
    server(successor).promote();
    writer = successor;
    server(successor)
        .executeIn(
            DATABASE,
            "UPDATE public.aurora_member SET writer = server_id = '" + successor.instance() + "'");
  }

  @Override
  public void followers(Region former) {
    for (Region region : regions) {
      if (region != writer && region != former) {
        append(server(region), List.of(source(region, writer)));
        server(region).execute("SELECT pg_reload_conf()");
      }
    }
  }

  @Override
  public void freeze(Region region) {
    server(region).freeze();
  }

  @Override
  public void thaw(Region region) {
    server(region).thaw();
  }

  @Override
  public Set<Write.Key> tail(Region former) {
    // One that was sent half a batch waits for the rest, which nobody sends any more.
    String active =
        "SELECT %s FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'"
            + " AND wait_event_type IS DISTINCT FROM 'Client' AND pid <> pg_backend_pid()";
    Await.until(
        "the former writer has finished what it was sent",
        PATIENCE,
        () -> "0".equals(server(former).queryValue("postgres", active.formatted("count(*)"))),
        () ->
            server(former)
                .queryValue(
                    "postgres",
                    active.formatted(
                        "string_agg(concat_ws(' ', wait_event_type, wait_event, query), '; ')")));
    Set<Write.Key> carried = new HashSet<>(rows(writer));
    Set<Write.Key> tail = new HashSet<>();
    long lastCarried = Long.MIN_VALUE;
    long firstLost = Long.MAX_VALUE;
    try (Connection connection = server(former).connect(DATABASE);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT client, n, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) *"
                    + " 1000)::bigint FROM history WHERE timeline = (SELECT max(timeline) FROM"
                    + " history)")) {
      while (rows.next()) {
        Write.Key key = new Write.Key(rows.getInt(1), rows.getInt(2));
        if (carried.contains(key)) {
          lastCarried = Math.max(lastCarried, rows.getLong(3));
        } else {
          firstLost = Math.min(firstLost, rows.getLong(3));
          tail.add(key);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    GlobalDatabase.assertTheEnd(firstLost, lastCarried);
    return tail;
  }

  /** From a copy of the present writer. */
  @Override
  public void rebuild(Region former) {
    PostgresServer old = server(former);
    old.stop(StopMode.IMMEDIATE);
    BaseBackup.copy(server(writer), old);
    append(
        old,
        List.of(
            "aurora.server_id = '" + former.instance() + "'",
            "aurora.region = '" + former.name() + "'",
            source(former, writer)));
    becomeStandby(old);
    old.start();
    awaitReplication(former);
  }

  @Override
  public List<Write.Key> rows(Region region) {
    try (Connection connection = server(region).connect(DATABASE);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT client, n FROM history")) {
      List<Write.Key> all = new ArrayList<>();
      while (rows.next()) {
        all.add(new Write.Key(rows.getInt(1), rows.getInt(2)));
      }
      return all;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    servers.values().stream().filter(PostgresServer::isRunning).forEach(PostgresServer::thaw);
    cluster.close();
  }
}
