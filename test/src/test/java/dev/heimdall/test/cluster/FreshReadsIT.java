package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cluster.ClusterTracker;
import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.route.LoopRouter;
import dev.heimdall.engine.route.ReadRequest;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Counters that only grow, written on the writer and read wherever the router says: no read may
 * find less than what had been acknowledged before it began. One replica is delayed, the other one
 * is stopped now and then.
 */
class FreshReadsIT {
  private static final int TABLES = 4;
  private static final int WRITES = 400;

  /** After so many writes, a writer waits for a replica that has caught up. */
  private static final int PAUSE = 20;

  private static final Driver DRIVER =
      new Driver(
          "d",
          "jdbc:postgresql://${readers}?targetServerType=primary",
          "jdbc:postgresql://${reader}?targetServerType=preferSecondary",
          Optional.empty());

  private static PostgresCluster cluster;

  @BeforeAll
  static void start() {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    List<String> sql = new ArrayList<>();
    for (int i = 0; i < TABLES; i++) {
      sql.add("CREATE TABLE t" + i + " (v bigint)");
      sql.add("INSERT INTO t" + i + " VALUES (0)");
    }
    cluster.primary().execute(sql.toArray(String[]::new));
    cluster.replicas().get(0).execute("ALTER SYSTEM SET recovery_min_apply_delay = '50ms'");
    cluster.replicas().get(0).execute("SELECT pg_reload_conf()");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** What was acknowledged, what was read where, and what should not have been. */
  private static final class Ledger {
    final AtomicLongArray acknowledged = new AtomicLongArray(TABLES);
    final AtomicIntegerArray onReplicas = new AtomicIntegerArray(TABLES);
    final AtomicInteger stale = new AtomicInteger();
    final AtomicBoolean over = new AtomicBoolean();
  }

  /** The doors that a node has to its cluster, as it would open them. */
  private static final class Doors implements AutoCloseable {
    final DataSource source = Watched.source(cluster, cluster.servers());
    final ClusterTracker tracker;
    final WritePositions positions;
    final ClusterView view;
    private volatile ClusterView told;

    Doors() {
      tracker =
          new ClusterTracker(
              source,
              new SourceLogins().ofProbes(source).orElseThrow(),
              new PostgresClusters(),
              (topology, events) -> {
                if (told != null) {
                  told.changed(topology, System.nanoTime());
                }
              });
      positions = new WritePositions(tracker::writtenByNow);
      view =
          new ClusterView(
              source,
              DRIVER,
              positions,
              Definitions.NONE,
              new SingleNode(),
              false,
              Optional::empty);
      told = view;
      tracker.start();
      Await.until("all servers are known", () -> ready(view.topology()));
    }

    private static boolean ready(Topology topology) {
      return topology.writer().isPresent()
          && topology.nodes().stream().allMatch(node -> node.state() == NodeState.UP);
    }

    @Override
    public void close() {
      tracker.close();
    }
  }

  private static Callable<Void> writer(Doors doors, Ledger ledger, int table) {
    return () -> {
      try (Connection connection = cluster.primary().connect("postgres");
          PreparedStatement update =
              connection.prepareStatement("UPDATE t" + table + " SET v = ?")) {
        for (long value = 1; value <= WRITES; value++) {
          update.setLong(1, value);
          update.executeUpdate();
          doors.view.committed(Set.of("t" + table), false).told().get(20, TimeUnit.SECONDS);
          ledger.acknowledged.set(table, value);
          if (value % PAUSE == 0) {
            int before = ledger.onReplicas.get(table);
            Await.until("a replica has answered", () -> ledger.onReplicas.get(table) > before);
          }
        }
      }
      return null;
    };
  }

  private static Callable<Void> reader(Doors doors, Ledger ledger, long seed, boolean careless) {
    return () -> {
      Random random = new Random(seed);
      LoopRouter router =
          new LoopRouter(doors.view, doors.source.cluster().balance(), random::nextDouble);
      Map<ServerAddress, Connected> connections = new HashMap<>();
      try {
        while (!ledger.over.get()) {
          int table = random.nextInt(TABLES);
          long expected = ledger.acknowledged.get(table);
          Optional<ServerAddress> replica =
              router.replica(
                  new ReadRequest(
                      Set.of("t" + table),
                      null,
                      Position.NONE,
                      careless,
                      known(doors, connections)),
                  System.nanoTime());
          ServerAddress at = replica.or(doors.view::writer).orElseThrow();
          try {
            long found = read(connections.get(at).connection(), table);
            if (found < expected) {
              ledger.stale.incrementAndGet();
            }
            if (replica.isPresent()) {
              ledger.onReplicas.incrementAndGet(table);
            }
          } catch (SQLException e) {
            // It was being stopped.
            connections.remove(at).connection().close();
          }
        }
      } finally {
        for (Connected connected : connections.values()) {
          connected.connection().close();
        }
      }
      return null;
    };
  }

  /** A connection, and when it was made. */
  private record Connected(Connection connection, long at) {}

  /** The servers to which there are connections that may be used; others get one first. */
  private static long known(Doors doors, Map<ServerAddress, Connected> connections) {
    for (PostgresServer server : cluster.servers()) {
      ServerAddress at = Watched.at(server);
      if (!connections.containsKey(at)) {
        try {
          connections.put(at, new Connected(server.connect("postgres"), System.nanoTime()));
        } catch (SQLException e) {
          // It is being started; another one answers meanwhile.
        }
      }
    }
    return doors.view.matching(
        node -> {
          Connected connected = connections.get(node.address());
          return connected != null && doors.view.knows(node.address(), connected.at());
        });
  }

  private static long read(Connection connection, int table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT v FROM t" + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Ledger run(boolean careless) throws Exception {
    Ledger ledger = new Ledger();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Doors doors = new Doors()) {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(threads.submit(reader(doors, ledger, i, careless)));
      }
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < TABLES; i++) {
        writers.add(threads.submit(writer(doors, ledger, i)));
      }
      PostgresServer second = cluster.replicas().get(1);
      second.queryValue("postgres", "SELECT pg_wal_replay_pause()");
      for (Future<?> writer : writers.subList(0, 2)) {
        writer.get(120, TimeUnit.SECONDS);
      }
      second.queryValue("postgres", "SELECT pg_wal_replay_resume()");
      second.restart();
      for (Future<?> writer : writers.subList(2, TABLES)) {
        writer.get(120, TimeUnit.SECONDS);
      }
      ledger.over.set(true);
      for (Future<?> reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }
    } finally {
      ledger.over.set(true);
      threads.shutdownNow();
    }
    return ledger;
  }

  @Test
  void noReadFindsLessThanWhatWasAcknowledged() throws Exception {
    assertThat(run(false).stale).hasValue(0);
  }

  @Test
  void aRouterThatIgnoresLagIsCaught() throws Exception {
    assertThat(run(true).stale.get()).isPositive();
  }
}
