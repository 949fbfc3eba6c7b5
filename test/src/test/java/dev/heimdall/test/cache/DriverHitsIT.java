package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The ways in which drivers of Java read: whether the same read is a hit the next time. */
class DriverHitsIT {
  private static final String HIT = "hit";

  /** It is sent with its BEGIN, or leaves a cursor behind: the cache is not asked. */
  private static final String UNASKED = "";

  private static final String READ = "SELECT n FROM dh_rows WHERE id = ?";

  /**
   * A way to read.
   *
   * @param runs how often it is run; the last one counts
   * @param becomes {@link #HIT}, or why not
   */
  private record Way(
      String name, String[] properties, boolean transaction, int fetch, int runs, String becomes) {
    Way(String name, int fetch, int runs, String becomes, String... properties) {
      this(name, properties, false, fetch, runs, becomes);
    }

    Way inTransaction() {
      return new Way(name, properties, true, fetch, runs, becomes);
    }
  }

  private static final List<Way> OF_POSTGRESQL =
      List.of(
          new Way("simple", 0, 2, HIT, "preferQueryMode", "simple"),
          new Way("extended, unnamed", 0, 2, HIT, "prepareThreshold", "0"),
          // The first two runs describe the statement, once for each connection.
          new Way("prepared from the first on", 0, 4, HIT, "prepareThreshold", "1"),
          new Way("binary", 0, 4, HIT, "prepareThreshold", "-1"),
          new Way("becomes prepared", 0, 7, HIT, "prepareThreshold", "3"),
          new Way("fetch size", 10, 2, HIT),
          new Way("fetch size of fewer rows", 1, 2, HIT),
          new Way("first in a transaction", 0, 1, UNASKED).inTransaction(),
          new Way("in a transaction", 0, 3, HIT).inTransaction(),
          new Way("cursor", 1, 2, "shape").inTransaction());

  private static final List<Way> OF_MYSQL =
      List.of(
          new Way("text", 0, 2, HIT),
          new Way("prepared", 0, 2, HIT, "useServerPrepStmts", "true"),
          new Way(
              "prepared and kept",
              0,
              3,
              HIT,
              "useServerPrepStmts",
              "true",
              "cachePrepStmts",
              "true"),
          new Way("streamed", Integer.MIN_VALUE, 2, HIT),
          new Way("cursor", 1, 2, UNASKED, "useServerPrepStmts", "true", "useCursorFetch", "true"));

  private static TestConfiguration cached(TestConfiguration c) {
    return c.vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules(
            "cached",
            "{\"match\": \"(?i)^select n from dh\", \"action\": \"cache\","
                + " \"inTransaction\": true}");
  }

  private static double hits(RunningNode node) {
    return node.metricOrZero("heimdall_query_cache_hits_total");
  }

  private static void run(Connection connection, Way way) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setFetchSize(way.fetch);
      statement.setInt(1, 5);
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(7);
        assertThat(rows.next()).isFalse();
      }
    }
  }

  private static void judge(RunningNode node, List<Way> ways) throws SQLException {
    try (Connection owner = node.connect()) {
      Jdbc.execute(owner, "DROP TABLE IF EXISTS dh_rows");
      Jdbc.execute(owner, "CREATE TABLE dh_rows (id int PRIMARY KEY, n int)");
      Jdbc.execute(owner, "INSERT INTO dh_rows VALUES (5, 7), (6, 8)");
      Await.until(
          "it is cached",
          () -> {
            double before = hits(node);
            Jdbc.value(owner, "SELECT n FROM dh_rows WHERE id = 6");
            return hits(node) > before;
          });
      List<String> others = new ArrayList<>();
      for (Way way : ways) {
        Jdbc.execute(owner, "UPDATE dh_rows SET n = n WHERE id = 5");
        String becomes = becomes(node, way);
        if (!becomes.equals(way.becomes)) {
          others.add(way.name + ": " + becomes);
        }
      }
      Jdbc.execute(owner, "DROP TABLE dh_rows");
      assertThat(others).isEmpty();
    }
  }

  /** Returns what became of the last run. */
  private static String becomes(RunningNode node, Way way) throws SQLException {
    try (Connection connection = node.connect(way.properties)) {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setAutoCommit(!way.transaction);
      double before = 0;
      Map<String, Double> reasons = Map.of();
      for (int i = 0; i < way.runs; i++) {
        before = hits(node);
        reasons = reasons(node);
        run(connection, way);
      }
      if (hits(node) > before) {
        return HIT;
      }
      Map<String, Double> earlier = reasons;
      return reasons(node).entrySet().stream()
          .filter(reason -> reason.getValue() > earlier.get(reason.getKey()))
          .map(Map.Entry::getKey)
          .collect(Collectors.joining(", "));
    }
  }

  private static Map<String, Double> reasons(RunningNode node) {
    return Stream.of(Uncached.values())
        .collect(
            Collectors.toMap(
                Uncached::label,
                reason ->
                    node.metricOrZero(
                        "heimdall_uncached_total{reason=\"" + reason.label() + "\"}")));
  }

  @Test
  void ofPostgresql() throws SQLException {
    try (TestNode node = TestNode.start(c -> cached(c.cluster(SharedPostgres.cluster())))) {
      judge(node, OF_POSTGRESQL);
    }
  }

  @MariadbAndMysql
  void ofMysql(MysqlRelease release) throws SQLException {
    try (MysqlNode node =
        MysqlNode.start(
            release, c -> cached(c.cluster(release.shared()).catalog(release.shared())))) {
      judge(node, OF_MYSQL);
    }
  }
}
