package dev.heimdall.test.global;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.GlobalTables;
import dev.heimdall.test.fixture.MysqlRelease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A MariaDB in each region, which is asked as Aurora MySQL is. The writer leaves a beat every tenth
 * of a second, by whose age the others know how far they are behind.
 */
final class MariadbGlobalDatabase implements GlobalDatabase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BEAT = Duration.ofMillis(100);
  private static final String CLIENTS =
      "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + MysqlRelease.USER + "'";

  private final List<Region> regions;
  private final int port;
  private final MysqlCluster cluster;
  private final Map<Region, MysqlServer> servers = new LinkedHashMap<>();
  private final Map<Region, AuroraWords> words = new LinkedHashMap<>();
  private final Map<Region, Integer> promotions = new HashMap<>();

  /** Held while a beat is left in a region. */
  private final Map<Region, Object> beating = new HashMap<>();

  /** Up to where a successor had what its predecessor wrote. */
  private final Map<Region, String> carried = new HashMap<>();

  private volatile Region writer;
  private volatile boolean closing;

  /** Whether nothing at all is written any more, as the writer is about to be another one. */
  private boolean handingOver;

  /**
   * @param port at which each region's server is found at its region's addresses
   */
  MariadbGlobalDatabase(List<Region> regions, int port) {
    this.regions = regions;
    this.port = port;
    this.writer = regions.get(0);
    cluster =
        MysqlRelease.MARIADB
            .cluster()
            .replicas(regions.size() - 1)
            .option("binlog-format", "ROW")
            .start();
    try {
      for (Region region : regions) {
        MysqlServer server = cluster.servers().get(servers.size());
        servers.put(region, server);
        words.put(region, AuroraWords.before(server.port()));
        beating.put(region, new Object());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Sql sql() {
    return Sql.MARIADB;
  }

  @Override
  public Map<String, Object> source(List<String> hosts) {
    return Map.of(
        "url",
        "jdbc:mysql://" + String.join(",", hosts) + "/" + DATABASE,
        "user",
        MysqlRelease.USER,
        "password",
        MysqlRelease.PASSWORD,
        "catalog",
        probes());
  }

  @Override
  public Map<String, Object> probes() {
    return Map.of("user", cluster.superuser(), "password", cluster.password());
  }

  @Override
  public InetSocketAddress at(Region region) {
    return new InetSocketAddress("127.0.0.1", words.get(region).port());
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

  private MysqlServer server(Region region) {
    return servers.get(region);
  }

  @Override
  public void connect() {
    Map<String, Map<String, MysqlServer>> members = new LinkedHashMap<>();
    for (Region region : regions) {
      members.put(region.name(), Map.of(region.instance(), server(region)));
      isWriterOnceMore(region);
    }
    MysqlServer primary = server(writer);
    GlobalTables.install(primary, members, writer.name());
    // What has no key a former writer could not catch up with.
    primary.execute(
        "ALTER TABLE aurora.beat ADD id INT NOT NULL DEFAULT 1 PRIMARY KEY",
        "ALTER TABLE aurora.region MODIFY name VARCHAR(40) NOT NULL PRIMARY KEY");
    primary.executeIn(
        DATABASE,
        """
        CREATE TABLE history (
          id BIGINT AUTO_INCREMENT PRIMARY KEY, client INT NOT NULL, n INT NOT NULL,
          server INT NOT NULL, at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
          KEY (client, n))
        """);
    cluster.awaitReplay(PATIENCE);
    regions.stream().filter(region -> region != writer).forEach(one -> follow(one, writer));
    regions.forEach(this::awaitReplication);
    for (Region region : regions) {
      Thread beats = new Thread(() -> beats(region), "beats-" + region);
      beats.setDaemon(true);
      beats.start();
    }
  }

  /** By its number clients know who took a write, and the how manyth time it was the writer. */
  private void isWriterOnceMore(Region region) {
    int times = promotions.merge(region, 1, Integer::sum);
    server(region)
        .execute("SET GLOBAL server_id = %d".formatted(region.number() * Sql.NUMBERS + times));
  }

  private void beats(Region region) {
    while (!closing) {
      synchronized (beating.get(region)) {
        if (region == writer && !isHandingOver()) {
          try {
            server(region).execute("UPDATE aurora.beat SET at = NOW(6)");
          } catch (RuntimeException e) {
            // It is not there, or about to go; the next one will tell.
          }
        }
      }
      LockSupport.parkNanos(BEAT.toNanos());
    }
  }

  private synchronized boolean isHandingOver() {
    return handingOver;
  }

  private synchronized void handsOver(boolean now) {
    handingOver = now;
  }

  /** A region's server replicates from that of another one, over the line between them. */
  private void follow(Region follower, Region of) {
    server(follower).follow(server(of));
    server(follower)
        .execute(
            "STOP SLAVE",
            "CHANGE MASTER TO MASTER_HOST = '%s', MASTER_PORT = %d, MASTER_USE_GTID = slave_pos"
                .formatted(follower.toward(of, Region.DATABASE), port),
            "START SLAVE");
    GlobalTables.follows(server(of), follower.name(), true);
  }

  @Override
  public void awaitReplication(Region region) {
    if (region == writer) {
      return;
    }
    String position = server(writer).position();
    if (!server(region).reaches(position, PATIENCE)) {
      throw new AssertionError("%s has not replayed %s".formatted(region, position));
    }
  }

  @Override
  public void stopWrites() {
    handsOver(true);
    MysqlServer former = server(writer);
    synchronized (beating.get(writer)) { // the last beat is over
      former.execute("SET GLOBAL read_only = 1");
      endClients(former);
    }
  }

  private static void endClients(MysqlServer of) {
    try (Connection connection = of.connect("");
        Statement statement = connection.createStatement()) {
      List<Long> sessions = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery(CLIENTS)) {
        while (rows.next()) {
          sessions.add(rows.getLong(1));
        }
      }
      for (long session : sessions) {
        end(statement, session);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void end(Statement statement, long session) {
    try {
      statement.execute("KILL CONNECTION " + session);
    } catch (SQLException e) {
      // It has ended by itself.
    }
  }

  @Override
  public void handOver(Region successor, Runnable promoted) {
    Region former = writer;
    awaitReplication(successor);
    promote(successor);
    promoted.run();
    follow(former, successor);
    followers(former);
    awaitReplication(former);
  }

  @Override
  public void promote(Region successor) {
    MysqlServer next = server(successor);
    Region former = writer;
    next.finish();
    carried.put(former, next.queryValue("", "SELECT @@global.gtid_slave_pos"));
    isWriterOnceMore(successor);
    next.promote();
    GlobalTables.writes(next, successor.name());
    GlobalTables.follows(next, former.name(), false);
    GlobalTables.follows(next, successor.name(), true);
    writer = successor;
    handsOver(false);
  }

  @Override
  public void followers(Region former) {
    for (Region region : regions) {
      if (region != writer && region != former) {
        follow(region, writer);
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
    String active =
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '"
            + MysqlRelease.USER
            + "' AND COMMAND IN ('Query', 'Execute')";
    Await.until(
        "the former writer has finished what it was sent",
        PATIENCE,
        () -> "0".equals(server(former).queryValue("", active)),
        () -> server(former).queryValue("", active));
    Set<Write.Key> there = new HashSet<>(rows(writer));
    Set<Write.Key> tail = new HashSet<>();
    long lastCarried = Long.MIN_VALUE;
    long firstLost = Long.MAX_VALUE;
    try (Connection connection = server(former).connect(DATABASE);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT client, n, FLOOR(UNIX_TIMESTAMP(at) * 1000) FROM history"
                    + " WHERE server = @@global.server_id")) {
      while (rows.next()) {
        Write.Key key = new Write.Key(rows.getInt(1), rows.getInt(2));
        if (there.contains(key)) {
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

  /**
   * It forgets what its successor never got, and goes on behind what that had. Nothing but clients'
   * rows and beats is written, and beats are one row, which the next one writes anew.
   */
  @Override
  public void rebuild(Region former) {
    MysqlServer old = server(former);
    synchronized (beating.get(former)) { // a beat that stood still with it is over
      old.execute("SET GLOBAL read_only = 1");
      endClients(old);
      Set<Write.Key> there = new HashSet<>(rows(writer));
      List<String> sql = new ArrayList<>(List.of("SET sql_log_bin = 0"));
      for (Write.Key key : rows(former)) {
        if (!there.contains(key)) {
          sql.add(
              "DELETE FROM history WHERE client = %d AND n = %d".formatted(key.client(), key.n()));
        }
      }
      old.executeIn(DATABASE, sql.toArray(String[]::new));
      old.execute("RESET MASTER", "SET GLOBAL gtid_slave_pos = '" + carried.get(former) + "'");
      follow(former, writer);
    }
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
    closing = true;
    servers.values().stream().filter(MysqlServer::isRunning).forEach(MysqlServer::thaw);
    try {
      for (AuroraWords one : words.values()) {
        one.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cluster.close();
  }
}
