package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.pipelining.SharingNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several clients at random, over connections of their own and over the few that a node shares out
 * between them: each is answered the same, word by word, so that nothing of one's session is seen
 * by another, and nothing of its own is lost.
 */
@Tag("long")
class MysqlDifferentialIT {
  private static final long SEED = Long.getLong("random.seed", 1000);
  private static final int SEEDS = Integer.getInteger("random.seeds", 40);
  private static final int CLIENTS = 3;
  private static final int STEPS = 120;

  /** Of a client that works at the same time as others. */
  private static final int STEPS_AT_ONCE = 25;

  /** How many of ten steps of clients that share execute a statement that they have in common. */
  private static final int READS = 6;

  /** How many steps a failure names ahead of the one that differs. */
  private static final int SHOWN = 25;

  private static final String[] PROPERTIES = {
    "allowMultiQueries", "true",
    "useServerPrepStmts", "true",
    "cachePrepStmts", "false",
    "useCursorFetch", "true"
  };

  private static RandomClient client(
      Connection connection, int number, MysqlRelease release, int reads, long seed) {
    return client(connection, number, release, true, reads, seed);
  }

  private static RandomClient client(
      Connection connection,
      int number,
      MysqlRelease release,
      boolean collations,
      int reads,
      long seed) {
    String isolation = release == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
    return new RandomClient(connection, number, isolation, collations, reads, seed);
  }

  private static void begin(MysqlTarget target, int number) throws SQLException {
    try (Connection connection = target.jdbc();
        Statement statement = connection.createStatement()) {
      RandomClient.begin(statement, number);
    }
  }

  // ---- one at a time

  /** Makes what says step by step what a client of this number is answered. */
  private interface Players {
    Supplier<String> client(Connection connection, int number, long seed);
  }

  /**
   * @param begun waits until they can go on
   */
  private static List<String> play(MysqlTarget target, Players players, Runnable begun, long seed)
      throws SQLException {
    List<String> said = new ArrayList<>();
    List<Connection> connections = new ArrayList<>();
    try {
      List<Supplier<String>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        begin(target, i);
      }
      begun.run();
      for (int i = 0; i < CLIENTS; i++) {
        Connection connection = target.jdbc(PROPERTIES);
        connections.add(connection);
        clients.add(players.client(connection, i, seed * CLIENTS + i));
      }
      Random turns = new Random(seed);
      for (int step = 0; step < STEPS; step++) {
        int who = turns.nextInt(CLIENTS);
        said.add(who + ": " + clients.get(who).get());
      }
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
    return said;
  }

  private static void compare(MysqlRelease release, long first, int seeds) throws SQLException {
    compare(
        release,
        first,
        seeds,
        (by, i, seed) -> client(by, i, release, 0, seed)::step,
        node -> {},
        c -> {});
  }

  /** Returns how many results were kept, and how often they were served. */
  private static List<Long> compare(
      MysqlRelease release,
      long first,
      int seeds,
      Players players,
      Consumer<MysqlNode> begun,
      Consumer<TestConfiguration> wishes)
      throws SQLException {
    MysqlServer server = release.shared().primary();
    for (int i = 0; i < CLIENTS; i++) {
      RandomClient.create(server, i);
    }
    List<String> differences = new ArrayList<>();
    List<Long> cached;
    try (MysqlNode node =
        MysqlNode.start(release, c -> wishes.accept(c.vdb("pool.size", CLIENTS)))) {
      awaitCatalogue(node); // which knows what views ask
      for (long seed = first; seed < first + seeds; seed++) {
        List<String> direct = play(MysqlTarget.of(server), players, () -> {}, seed);
        List<String> through = play(node.target(), players, () -> begun.accept(node), seed);
        difference("seed " + seed, direct, through).ifPresent(differences::add);
      }
      cached =
          node.admin("SHOW CACHE").stream()
              .flatMap(row -> Stream.of(row.get("stored"), row.get("hits")))
              .map(Long::valueOf)
              .toList();
    }
    assertThat(differences).isEmpty();
    return cached;
  }

  /** What reads and writes do is known again, now that tables were emptied. */
  private static void awaitCatalogue(MysqlNode node) {
    awaitCatalogue(node, "SELECT count(*) FROM t0");
  }

  /** What this statement does is known. */
  static void awaitCatalogue(MysqlNode node, String sql) {
    try (Connection operator = node.target().as("admin", "admin").jdbc();
        Statement statement = operator.createStatement()) {
      Await.until(
          "the catalogue is read",
          () -> {
            statement.execute(sql);
            return "confirmed".equals(Jdbc.queryInfo(operator).get("catalog now"));
          });
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rules have all reads cached that can be. */
  private static TestConfiguration caching(MysqlRelease release, TestConfiguration c) {
    return c.cluster(release.shared())
        .catalog(release.shared())
        .vdb("cache.enabled", true)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"action\": \"cache\"}");
  }

  /** The first step that was answered in another way, with those before it. */
  private static Optional<String> difference(
      String where, List<String> direct, List<String> through) {
    for (int i = 0; i < direct.size(); i++) {
      if (!direct.get(i).equals(through.get(i))) {
        List<String> before = direct.subList(Math.max(0, i - SHOWN), i);
        return Optional.of(
            "%n%s%n  %s%n  directly: %s%n  through the node: %s%n"
                .formatted(where, String.join("\n  ", before), direct.get(i), through.get(i)));
      }
    }
    return Optional.empty();
  }

  @Test
  void theNodeAnswersAsTheServerDoes() throws SQLException {
    compare(MysqlRelease.MARIADB, 1, 2);
  }

  private static List<Long> cached(MysqlRelease release, long first, int seeds)
      throws SQLException {
    return compare(
        release,
        first,
        seeds,
        (by, i, seed) -> new ReadingClient(by, i, seed)::step,
        MysqlDifferentialIT::awaitCatalogue,
        c -> caching(release, c));
  }

  @Test
  void whatIsCachedIsAnsweredAsTheServerDoes() throws SQLException {
    MysqlRelease release = MysqlRelease.MARIADB;
    assertThat(cached(release, 1, 4)).allMatch(count -> count > 20);
  }

  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void whatIsCachedIsAnsweredAsTheServerDoesForLong(MysqlRelease release) throws SQLException {
    assertThat(cached(release, SEED, SEEDS)).allMatch(count -> count > 20);
  }

  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void theNodeAnswersAsTheServerDoesForLong(MysqlRelease release) throws SQLException {
    compare(release, SEED, SEEDS);
  }

  // ---- at once

  /** What one client was told in some sessions, one after the other. */
  private static List<String> sessions(
      MysqlTarget target, Players players, int number, long seed, int sessions)
      throws SQLException {
    List<String> said = new ArrayList<>();
    begin(target, number);
    for (int session = 0; session < sessions; session++) {
      try (Connection connection = target.jdbc(PROPERTIES)) {
        Supplier<String> client = players.client(connection, number, seed * 1000 + session);
        for (int step = 0; step < STEPS_AT_ONCE; step++) {
          said.add("session " + session + ": " + client.get());
        }
      }
    }
    return said;
  }

  private static List<List<String>> atOnce(
      MysqlTarget target, Players players, int clients, long seed, int sessions) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<Future<List<String>>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int number = i;
        running.add(
            threads.submit(
                () -> sessions(target, players, number, seed * clients + number, sessions)));
      }
      List<List<String>> said = new ArrayList<>();
      for (Future<List<String>> one : running) {
        said.add(one.get(5, TimeUnit.MINUTES));
      }
      return said;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Returns how many statements have shared a connection. */
  private static long compareAtOnce(
      MysqlRelease release,
      int clients,
      Players players,
      long first,
      int seeds,
      int sessions,
      Consumer<TestConfiguration> wishes)
      throws Exception {
    MysqlServer server = release.shared().primary();
    for (int i = 0; i < clients; i++) {
      RandomClient.create(server, i);
      if (release == MysqlRelease.MYSQL) {
        // It warns of transactions with tables of both kinds (6414), but not each time.
        server.executeIn("app", "ALTER TABLE m" + i + " ENGINE=InnoDB");
      }
    }
    List<String> differences = new ArrayList<>();
    long shared;
    try (MysqlNode node = MysqlNode.start(release, wishes)) {
      awaitCatalogue(node);
      for (long seed = first; seed < first + seeds; seed++) {
        List<List<String>> direct =
            atOnce(MysqlTarget.of(server), players, clients, seed, sessions);
        List<List<String>> through = atOnce(node.target(), players, clients, seed, sessions);
        for (int i = 0; i < clients; i++) {
          difference("seed " + seed + ", client " + i, direct.get(i), through.get(i))
              .ifPresent(differences::add);
        }
      }
      shared =
          node.admin("SHOW STATS").stream()
              .mapToLong(row -> Long.parseLong(row.get("pipelined")))
              .sum();
    }
    assertThat(differences).isEmpty();
    return shared;
  }

  private static Players randoms(MysqlRelease release, int reads) {
    return (by, i, seed) -> client(by, i, release, reads, seed)::step;
  }

  @Test
  void clientsAtOnceSeeNothingOfEachOther() throws Exception {
    compareAtOnce(
        MysqlRelease.MARIADB,
        8,
        randoms(MysqlRelease.MARIADB, 0),
        1,
        1,
        2,
        c -> c.vdb("pool.size", 3));
  }

  @MariadbAndMysql
  void clientsThatShareConnectionsSeeNothingOfEachOther(MysqlRelease release) throws Exception {
    long shared = 0;
    for (int reads : new int[] {0, READS}) {
      shared +=
          compareAtOnce(
              release, 8, randoms(release, reads), 8, 1, 3, c -> SharingNode.settings(c, 3));
    }
    assertThat(shared).isPositive();
  }

  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void clientsAtOnceSeeNothingOfEachOtherForLong(MysqlRelease release) throws Exception {
    // MySQL may take another collation for a parameter behind SET NAMES … COLLATE: docs/mysql.md.
    boolean collations = release != MysqlRelease.MYSQL;
    compareAtOnce(
        release,
        16,
        (by, i, seed) -> client(by, i, release, collations, 0, seed)::step,
        SEED,
        Math.max(1, SEEDS / 4),
        12,
        c -> c.vdb("pool.size", 4));
  }

  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void clientsThatShareConnectionsSeeNothingOfEachOtherForLong(MysqlRelease release)
      throws Exception {
    int seeds = Math.max(1, SEEDS / 4);
    compareAtOnce(
        release, 16, randoms(release, READS), SEED, seeds, 12, c -> SharingNode.settings(c, 4));
  }

  @ParameterizedTest
  @EnumSource(MysqlRelease.class)
  void clientsThatShareWhatIsCachedSeeNothingOfEachOtherForLong(MysqlRelease release)
      throws Exception {
    Players players = (by, i, seed) -> new ReadingClient(by, i, seed)::step;
    int seeds = Math.max(1, SEEDS / 4);
    compareAtOnce(
        release,
        16,
        players,
        SEED,
        seeds,
        12,
        c -> {
          SharingNode.settings(c, 4);
          caching(release, c).vdb("rules", List.of("sharing", "cached"));
        });
  }
}
