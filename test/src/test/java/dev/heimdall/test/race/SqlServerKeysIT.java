package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.tds.TdsTarget;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No write by key leaves a result that it may touch, by whatever the server takes for equal. {@code
 * -Dtds.server} names another server than the stand-in, {@code -Dtds.database} a database there.
 */
@Tag("ci")
class SqlServerKeysIT {
  private static final int PAIRS = Integer.getInteger("cache.keys.pairs", 1_500);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 40_000;

  private static final long SEED = Long.getLong("cache.keys.seed", System.nanoTime());
  private static final String DATABASE = System.getProperty("tds.database", "app");

  private static final List<String> TYPES =
      Stream.of(KeySamples.OF_SQL_SERVERS_NUMBERS, KeySamples.OF_SQL_SERVERS_TEXTS)
          .flatMap(List::stream)
          .toList();

  private static final List<String> JOINS =
      List.of(
          ",",
          "JOIN",
          "JOIN",
          "INNER JOIN",
          "LEFT JOIN",
          "LEFT OUTER JOIN",
          "CROSS JOIN",
          "RIGHT JOIN",
          "FULL JOIN");

  private static TdsTarget server;

  @BeforeAll
  static void start() {
    server = TdsTarget.start();
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static SqlServerNode node(Function<Path, StartedNode> starts) {
    return SqlServerNode.caching(
        server, DATABASE, ", \"cache\": {\"enabled\": true, \"dmlThreshold\": 100}", starts);
  }

  private static Connection direct() throws SQLException {
    return server.jdbc(";encrypt=false;databaseName=" + DATABASE);
  }

  private static long hits(SqlServerNode node) throws SQLException {
    try (Connection console = node.console();
        Statement statement = console.createStatement();
        ResultSet row = statement.executeQuery("SHOW CACHE")) {
      row.next();
      return row.getLong("hits");
    }
  }

  @Test
  void nothingOldIsServed() throws SQLException {
    try (SqlServerNode node = node(StartedNode::ofThis)) {
      assertThat(judged(node, TYPES, PAIRS)).isEmpty();
    }
  }

  /** The judge finds what is wrong with a part of the proof taken away. */
  @ParameterizedTest
  @EnumSource(names = {"SET_UNMINDED", "ROWS_UNCHECKED", "SUMS_SHIFTED"})
  void withAPartTakenAwaySomethingOldIsServed(Wiring wiring) throws SQLException {
    try (SqlServerNode node = node(new InstrumentedNodes(wiring)::start)) {
      assertThat(judged(node, List.of("int", "nvarchar(5)"), MOST)).isNotEmpty();
    }
  }

  @Test
  void nothingOldIsServedOfJoinedTables() throws SQLException {
    try (SqlServerNode node = node(StartedNode::ofThis);
        Connection client = node.jdbc(";encrypt=false");
        Connection direct = direct();
        JoinJudge judge = new JoinJudge(client, direct, JOINS, false, SEED)) {
      Await.until("it is cached", judge::ready);
      judge.run(PAIRS);
      System.out.printf(
          "seed %d: %d pairs of joined tables, %d of them touched, %d hits%n",
          SEED, judge.pairs(), judge.touched(), hits(node));
      assertThat(judge.violations()).isEmpty();
      assertThat(judge.touched()).isPositive();
      assertThat(hits(node)).isGreaterThan(PAIRS / 5);
    }
  }

  /** Results that were wrong: no more than the first round has. */
  private static List<String> judged(SqlServerNode node, List<String> types, int pairs)
      throws SQLException {
    try (KeyJudge judge =
        new KeyJudge(
            KeyWords.SQL_SERVER,
            () -> node.jdbc(";encrypt=false"),
            SqlServerKeysIT::direct,
            "key_judged",
            types,
            SEED)) {
      Await.until("it is cached", judge::ready);
      judge.run(pairs, () -> !judge.violations().isEmpty());
      System.out.printf(
          "%d types, seed %d: %d pairs, %d of them touched, %d hits%n",
          types.size(), SEED, judge.pairs(), judge.touched(), hits(node));
      if (judge.violations().isEmpty()) {
        assertThat(judge.touched()).isGreaterThan(pairs / 50);
        assertThat(hits(node)).isGreaterThan(pairs / 50); // how many depends on the seed
      }
      return judge.violations();
    }
  }
}
