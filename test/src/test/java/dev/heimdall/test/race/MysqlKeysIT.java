package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No write by key leaves a result that it may touch, by whatever the server takes for equal. */
@Tag("ci")
class MysqlKeysIT {
  private static final int PAIRS = Integer.getInteger("cache.keys.pairs", 1_500);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 40_000;

  private static final long SEED = Long.getLong("cache.keys.seed", System.nanoTime());

  private static TestConfiguration cached(MysqlRelease release, TestConfiguration c) {
    return c.cluster(release.shared())
        .catalog(release.shared())
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select group\", \"action\": \"cache\"}");
  }

  private static long hits(MysqlNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @MariadbAndMysql
  void nothingOldIsServed(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c))) {
      List<String> types = KeySamples.types(release.flavour() == Flavour.MARIADB);
      assertThat(judged(release, node, types, PAIRS)).isEmpty();
    }
  }

  /**
   * The judge finds what is wrong with each part of the proof taken away, in such columns. That two
   * bars are read as OR is for MysqlKeyReaderTest to show: pairs seldom hang on it.
   */
  @ParameterizedTest
  @CsvSource({
    "CASE_MINDED, CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
    "LANGUAGES_UNMINDED, utf8mb4_roman_ci",
    "LENGTHS_UNMINDED, TINYINT",
    "SET_UNMINDED, INT",
    "SUMS_SHIFTED, INT",
    "TEXTS_CUT, CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
    "ROWS_UNCHECKED, INT",
  })
  void withAPartTakenAwaySomethingOldIsServed(Wiring wiring, String columns) throws SQLException {
    MysqlRelease release = MysqlRelease.MARIADB;
    List<String> types =
        KeySamples.types(true).stream().filter(type -> type.contains(columns)).toList();
    try (MysqlNode node =
        MysqlNode.start(release, c -> cached(release, c), new InstrumentedNodes(wiring)::start)) {
      assertThat(judged(release, node, types, MOST)).isNotEmpty();
    }
  }

  private static Connection session(MysqlTarget at) throws SQLException {
    return at.jdbc(
        "useServerPrepStmts", "true",
        "jdbcCompliantTruncation", "false",
        "characterEncoding", "UTF-8");
  }

  /** Results that were wrong: no more than the first round has. */
  private static List<String> judged(
      MysqlRelease release, MysqlNode node, List<String> types, int pairs) throws SQLException {
    MysqlTarget past = MysqlTarget.of(release.shared().primary());
    try (KeyJudge judge =
        new KeyJudge(
            KeyWords.MYSQL,
            () -> session(node.target()),
            () -> session(past),
            "key_judged",
            types,
            SEED)) {
      Await.until("it is cached", judge::ready);
      judge.run(pairs, () -> !judge.violations().isEmpty());
      System.out.printf(
          "%s, %d types, seed %d: %d pairs, %d of them touched, %d hits%n",
          release, types.size(), SEED, judge.pairs(), judge.touched(), hits(node));
      if (judge.violations().isEmpty()) {
        assertThat(judge.touched()).isGreaterThan(pairs / 20);
        assertThat(hits(node)).isGreaterThan(pairs / 50); // how many depends on the seed
      }
      return judge.violations();
    }
  }
}
