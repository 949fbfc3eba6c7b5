package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsServer;
import dev.heimdall.test.tds.TdsTarget;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Histories of an availability group whose servers are killed, frozen and promoted under clients
 * that write and read: no acknowledged write is lost or done twice, and no read misses what a
 * client of the node had been told of before.
 */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "it fails servers of a group")
class SqlServerHistoriesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int WRITERS = 4;
  private static final int READERS = 4;
  private static final int SERVERS = 3;
  private static final int SERVERS_OF_REGION = 2;

  /** Clients' work, and what they have found. */
  private static final class Work {
    final List<SqlServerGroupNode> nodes;
    final boolean transactions;
    final AtomicBoolean stop = new AtomicBoolean();
    final AtomicLong numbers = new AtomicLong();
    final AtomicLong last = new AtomicLong();
    final AtomicLong reads = new AtomicLong();
    final Set<Long> told = ConcurrentHashMap.newKeySet();
    final Set<String> stale = ConcurrentHashMap.newKeySet();
    final Map<String, Integer> errors = new ConcurrentHashMap<>();

    /**
     * @param nodes each has its share of the clients
     * @param transactions whether each write is a longer transaction
     */
    Work(List<SqlServerGroupNode> nodes, boolean transactions) {
      this.nodes = nodes;
      this.transactions = transactions;
    }

    private interface Step {
      void run(Connection client, Random random) throws SQLException;
    }

    void loop(Step step, int client) {
      Random random = new Random(client);
      while (!stop.get()) {
        try (Connection connection = nodes.get(client % nodes.size()).connect()) {
          while (!stop.get()) {
            step.run(connection, random);
          }
        } catch (SQLException e) {
          errors.merge(e.getErrorCode() + " " + e.getMessage(), 1, Integer::sum);
        }
      }
    }

    /** A write of its own number, in one of several ways, and a read of it. */
    void write(Connection client, Random random) throws SQLException {
      long number = numbers.incrementAndGet();
      String insert = "INSERT INTO w (n) VALUES (" + number + ")";
      int way = transactions ? 2 : random.nextInt(3);
      if (way == 0) {
        execute(client, insert);
      } else if (way == 1) {
        try (PreparedStatement statement =
            client.prepareStatement("INSERT INTO w (n) VALUES (?)")) {
          statement.setLong(1, number);
          statement.executeUpdate();
        }
      } else {
        client.setAutoCommit(false);
        execute(client, insert);
        for (int i = 0; transactions && i < 40; i++) {
          execute(client, "UPDATE w SET n = n WHERE n = " + number);
        }
        client.commit();
        client.setAutoCommit(true);
      }
      told.add(number);
      last.accumulateAndGet(number, Math::max);
      expect(client, number, "its own write");
    }

    private void read(Connection client, Random random) throws SQLException {
      long number = last.get();
      if (number > 0) {
        expect(client, number, "a write that was acknowledged to a client");
      }
    }

    private void expect(Connection client, long number, String what) throws SQLException {
      try (PreparedStatement statement =
          client.prepareStatement("SELECT COUNT(*) FROM w WHERE n = ?")) {
        statement.setLong(1, number);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          if (row.getInt(1) == 0) {
            stale.add(number + ": " + what);
          }
          reads.incrementAndGet();
        }
      }
    }

    private static void execute(Connection client, String sql) throws SQLException {
      try (Statement statement = client.createStatement()) {
        statement.execute(sql);
      }
    }
  }

  /**
   * Outcome of a history.
   *
   * @param lost acknowledged writes that are not there
   * @param twice numbers that are there more than once
   * @param replayed transactions that were run again
   */
  private record Verdict(
      int written,
      long reads,
      double onReplicas,
      double replayed,
      Set<Long> lost,
      Set<Long> twice,
      Set<String> stale,
      Map<String, Integer> errors) {}

  private interface Trouble {
    void run(AvailabilityGroup group, Work work) throws Exception;
  }

  private static Verdict history(boolean replays, Trouble trouble) throws Exception {
    try (AvailabilityGroup group = AvailabilityGroup.start(SERVERS);
        SqlServerGroupNode node = SqlServerGroupNode.start(group, c -> reading(c, replays))) {
      return history(group, List.of(node), replays, trouble);
    }
  }

  /** One node for each region, and a store for both. */
  private static Verdict historyOfRegions(boolean replays, Trouble trouble) throws Exception {
    try (RedisProcess store = RedisProcess.running();
        AvailabilityGroup group = AvailabilityGroup.start(2 * SERVERS_OF_REGION);
        SqlServerGroupNode first = ofFleet(group, store, 1, replays);
        SqlServerGroupNode second = ofFleet(group, store, 2, replays)) {
      return history(group, List.of(first, second), replays, trouble);
    }
  }

  private static TestConfiguration reading(TestConfiguration configuration, boolean replays) {
    return configuration
        .source("cluster.reads", "all")
        .vdb("transactionReplay.enabled", replays)
        .source("cluster.lag.catchUpWait", "200ms")
        .vdb("pool.size", 6);
  }

  /** A node of a fleet, whose acknowledged writes clients of all nodes find. */
  private static SqlServerGroupNode ofFleet(
      AvailabilityGroup group, RedisProcess store, int id, boolean replays) {
    return SqlServerGroupNode.start(
        group,
        c ->
            reading(c, replays)
                .node("id", id)
                .node("store.servers", List.of(store.address()))
                .source("cluster.consistency", "strict"));
  }

  private static Verdict history(
      AvailabilityGroup group, List<SqlServerGroupNode> nodes, boolean replays, Trouble trouble)
      throws Exception {
    group.servers().forEach(server -> server.logging(false));
    try (Connection client = nodes.get(0).connect()) {
      Work.execute(client, "CREATE TABLE w (n BIGINT NOT NULL)");
      Work.execute(client, "CREATE INDEX w_n ON w (n)");
    }
    Work work = new Work(nodes, replays);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < WRITERS + READERS; i++) {
      int number = i;
      Work.Step step = i < WRITERS ? work::write : work::read;
      Thread thread = new Thread(() -> work.loop(step, number), "client-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    progress(work);
    trouble.run(group, work);
    progress(work);
    work.stop.set(true);
    for (Thread thread : threads) {
      thread.join(PATIENCE.toMillis());
      assertThat(thread.isAlive()).as(thread.getName() + " hangs").isFalse();
    }
    return judge(group, work);
  }

  private static Verdict judge(AvailabilityGroup group, Work work) throws SQLException {
    Map<Long, Integer> found = new HashMap<>();
    try (Connection client = TdsTarget.of(group.primary()).jdbc(";databaseName=app");
        Statement statement = client.createStatement();
        ResultSet row = statement.executeQuery("SELECT n FROM w")) {
      while (row.next()) {
        found.merge(row.getLong(1), 1, Integer::sum);
      }
    }
    Set<Long> lost = ConcurrentHashMap.newKeySet();
    work.told.stream().filter(number -> !found.containsKey(number)).forEach(lost::add);
    Set<Long> twice = ConcurrentHashMap.newKeySet();
    found.forEach(
        (number, times) -> {
          if (times > 1) {
            twice.add(number);
          }
        });
    double onReplicas = 0;
    double replayed = 0;
    for (SqlServerGroupNode node : work.nodes) {
      onReplicas +=
          node.metricOrZero(
              "heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}");
      replayed +=
          node.metricOrZero(
              "heimdall_transactions_replayed_total{database=\"app\",user=\"app\",vdb=\"app\"}");
    }
    Verdict verdict =
        new Verdict(
            work.told.size(),
            work.reads.get(),
            onReplicas,
            replayed,
            lost,
            twice,
            work.stale,
            work.errors);
    System.out.println("history of SQL Server: " + verdict);
    return verdict;
  }

  private static void progress(Work work) {
    int writes = work.told.size() + 30;
    long reads = work.reads.get() + 60;
    Await.until(
        "clients go on",
        PATIENCE,
        () -> work.told.size() >= writes && work.reads.get() >= reads,
        () -> work.errors.toString());
  }

  private static TdsServer other(AvailabilityGroup group, Random random) {
    List<TdsServer> others =
        group.servers().stream().filter(server -> server != group.primary()).toList();
    return others.get(random.nextInt(others.size()));
  }

  private static void event(AvailabilityGroup group, int kind, Random random) throws Exception {
    TdsServer primary = group.primary();
    TdsServer next = other(group, random);
    group.delay(next, Duration.ofMillis(random.nextInt(150)));
    switch (kind) {
      case 0 -> group.promote(next);
      case 1 -> {
        primary.crash();
        Thread.sleep(random.nextInt(300));
        group.promote(next);
        primary.restart();
      }
      case 2 -> {
        primary.freeze();
        Thread.sleep(200 + random.nextInt(300));
        group.promote(next);
        Thread.sleep(random.nextInt(300));
        primary.thaw();
      }
      case 3 -> {
        next.crash();
        Thread.sleep(random.nextInt(200));
        next.restart();
      }
      case 4 -> {
        next.freeze();
        Thread.sleep(200 + random.nextInt(400));
        next.thaw();
      }
      default -> {
        group.readOnly(primary, true);
        Thread.sleep(random.nextInt(200));
        group.promote(next);
        group.readOnly(primary, false);
      }
    }
  }

  /**
   * All servers of the primary's region are away at once, and those of the other go on.
   *
   * @param frozen whether they stand still, with open sockets, or end
   */
  private static void loseRegion(AvailabilityGroup group, boolean frozen, Random random)
      throws Exception {
    List<TdsServer> servers = group.servers();
    int lost = servers.indexOf(group.primary()) / SERVERS_OF_REGION;
    TdsServer next =
        servers.get((1 - lost) * SERVERS_OF_REGION + random.nextInt(SERVERS_OF_REGION));
    List<TdsServer> away =
        servers.subList(lost * SERVERS_OF_REGION, (lost + 1) * SERVERS_OF_REGION);
    group.delay(next, Duration.ofMillis(random.nextInt(150)));
    away.forEach(server -> leave(server, frozen));
    Thread.sleep(200 + random.nextInt(400));
    group.promote(next);
    Thread.sleep(random.nextInt(300));
    away.forEach(server -> comeBack(server, frozen));
  }

  private static void leave(TdsServer server, boolean frozen) {
    if (frozen) {
      server.freeze();
    } else {
      server.crash();
    }
  }

  private static void comeBack(TdsServer server, boolean frozen) {
    if (frozen) {
      server.thaw();
    } else {
      server.restart();
    }
  }

  private static Trouble events(int events, long seed) {
    Random random = new Random(seed);
    return (group, work) -> {
      for (int i = 0; i < events; i++) {
        event(group, i % 6, random);
        progress(work);
      }
    };
  }

  /** Every third is a lost region. */
  private static Trouble eventsOfRegions(int events, long seed) {
    Random random = new Random(seed);
    return (group, work) -> {
      for (int i = 0; i < events; i++) {
        if (i % 3 == 0) {
          loseRegion(group, i % 2 == 0, random);
        } else {
          event(group, random.nextInt(6), random);
        }
        progress(work);
      }
    };
  }

  private static Verdict judged(Verdict verdict) {
    assertThat(verdict.lost()).as("lost of %s", verdict).isEmpty();
    assertThat(verdict.twice()).as("twice of %s", verdict).isEmpty();
    assertThat(verdict.stale()).as("stale of %s", verdict).isEmpty();
    assertThat(verdict.onReplicas()).isPositive();
    return verdict;
  }

  private static Verdict judged(int events, long seed, boolean replays) throws Exception {
    return judged(history(replays, events(events, seed)));
  }

  @Test
  void eachEventOnceLosesNothing() throws Exception {
    judged(6, 1, false);
  }

  @Test
  void noneLosesOrRepeatsATransactionThatIsRunAgain() throws Exception {
    assertThat(judged(6, 2, true).replayed()).isPositive();
  }

  @Tag("long")
  @Test
  void manyEventsLoseNothing() throws Exception {
    judged(48, System.nanoTime(), false);
  }

  @Tag("long")
  @Test
  void manyEventsLoseAndRepeatNothingThatIsRunAgain() throws Exception {
    assertThat(judged(48, System.nanoTime(), true).replayed()).isPositive();
  }

  @Tag("ci")
  @Test
  void aLostRegionLosesNothingOfAFleet() throws Exception {
    judged(historyOfRegions(false, eventsOfRegions(2, 3)));
  }

  @Tag("long")
  @Test
  void manyLostRegionsLoseNothingOfAFleet() throws Exception {
    judged(historyOfRegions(false, eventsOfRegions(48, System.nanoTime())));
  }

  @Tag("long")
  @Test
  void manyLostRegionsLoseAndRepeatNothingThatIsRunAgain() throws Exception {
    Verdict verdict = judged(historyOfRegions(true, eventsOfRegions(48, System.nanoTime())));
    assertThat(verdict.replayed()).isPositive();
  }

  @Test
  void aFailoverWithLossAndSecondariesThatOverstateAreFound() throws Exception {
    Verdict verdict =
        history(
            false,
            (group, work) -> {
              for (int i = 1; i < SERVERS; i++) {
                group.overstate(group.server(i), true);
                group.delay(group.server(i), Duration.ofMillis(400));
              }
              progress(work);
              for (int i = 1; i < SERVERS; i++) {
                group.overstate(group.server(i), false);
              }
              group.server(0).crash();
              group.server(2).crash();
              group.force(group.server(1));
            });
    assertThat(verdict.stale()).as("stale of %s", verdict).isNotEmpty();
    assertThat(verdict.lost()).as("lost of %s", verdict).isNotEmpty();
  }
}
