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
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No write past the node leaves a result that it may touch, by what the binary log has of rows. */
@Tag("ci")
class MysqlLoggedKeysIT {
  private static final int PAIRS = Integer.getInteger("cache.keys.pairs", 500);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 20_000;

  private static final int ROUNDS = Math.max(3, Math.min(100, PAIRS / 200));

  private static final int MOST_ROUNDS = 200;

  private static final long SEED = Long.getLong("cache.keys.seed", System.nanoTime());

  /** Between those that are read: of each kind of length, without a part in anything else. */
  private static final String COLUMNS =
      "d DECIMAL(30,11) DEFAULT -1234567.5 INVISIBLE,"
          + " s VARCHAR(300) CHARACTER SET utf8mb4 DEFAULT 'größe' INVISIBLE,"
          + " t CHAR(255) CHARACTER SET utf8mb4 DEFAULT 'é' INVISIBLE,"
          + " b BIT(11) DEFAULT b'10000000001' INVISIBLE,"
          + " e ENUM('x', 'y') DEFAULT 'y' INVISIBLE,"
          + " f SET('x', 'y', 'z') DEFAULT 'x,z' INVISIBLE,"
          + " p TIMESTAMP(3) NULL DEFAULT '2024-02-29 12:00:00.125' INVISIBLE,"
          + " q DATETIME(6) DEFAULT '2024-02-29 12:00:00' INVISIBLE,"
          + " r TIME(1) DEFAULT '-12:00:00' INVISIBLE, y YEAR DEFAULT 2024 INVISIBLE,"
          + " g DATE DEFAULT '2024-02-29' INVISIBLE, h DOUBLE DEFAULT 1.5 INVISIBLE,"
          + " i FLOAT INVISIBLE, j JSON INVISIBLE, k LONGBLOB INVISIBLE,"
          + " l VARBINARY(20) DEFAULT 'a' INVISIBLE, m INT DEFAULT 5 INVISIBLE, ";

  private static final List<String> IMAGES =
      List.of(
          "SET SESSION binlog_row_image = 'FULL'",
          "SET SESSION binlog_row_image = 'FULL'",
          "SET SESSION binlog_row_image = 'NOBLOB'",
          "SET SESSION binlog_row_image = 'MINIMAL'");

  private static TestConfiguration followed(MysqlRelease release, TestConfiguration c) {
    return c.cluster(release.shared())
        .catalog(release.shared())
        .source("changes.stream", true)
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select group\", \"action\": \"cache\"}");
  }

  @MariadbAndMysql
  void nothingOldIsServed(MysqlRelease release) throws SQLException {
    List<String> types = KeySamples.types(release.flavour() == Flavour.MARIADB);
    try (MysqlNode node = MysqlNode.start(release, c -> followed(release, c))) {
      assertThat(judged(release, node, types, PAIRS)).isEmpty();
    }
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"PLACES_SHIFTED, INT", "BEFORE_UNMINDED, INT"})
  void withAPartTakenAwaySomethingOldIsServed(Wiring wiring, String column) throws SQLException {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node =
        MysqlNode.start(release, c -> followed(release, c), new InstrumentedNodes(wiring)::start)) {
      assertThat(judged(release, node, List.of(column), MOST)).isNotEmpty();
    }
  }

  @MariadbAndMysql
  void nothingOldIsServedWhileDefinitionsChange(MysqlRelease release) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> followed(release, c))) {
      assertThat(shaped(release, node, ROUNDS)).isEmpty();
    }
  }

  @Tag("long")
  @Test
  void withRowsReadByFormerDefinitionsSomethingOldIsServed() throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node =
        MysqlNode.start(
            release,
            c -> followed(release, c),
            new InstrumentedNodes(Wiring.DEFINITIONS_UNMINDED)::start)) {
      assertThat(shaped(release, node, MOST_ROUNDS)).isNotEmpty();
    }
  }

  private static List<String> shaped(MysqlRelease release, MysqlNode node, int rounds)
      throws Exception {
    MysqlTarget past =
        MysqlTarget.of(release.shared().primary())
            .as(release.shared().superuser(), release.shared().password());
    try (KeptMark mark = new KeptMark(session(past), session(node.target()));
        ShapeJudge judge =
            new ShapeJudge(() -> session(node.target()), () -> session(past), mark::await, SEED)) {
      judge.run(rounds);
      System.out.printf(
          "%s, seed %d: %d reads, %d of them changed; %s%n",
          release, SEED, judge.reads(), judge.touched(), node.admin("SHOW CACHE").get(0));
      return judge.violations();
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
    MysqlTarget past =
        MysqlTarget.of(release.shared().primary())
            .as(release.shared().superuser(), release.shared().password());
    try (KeptMark mark = new KeptMark(session(past), session(node.target()));
        KeyJudge judge =
            new KeyJudge(
                KeyWords.MYSQL,
                () -> session(node.target()),
                () -> session(past),
                new KeyJudge.Route(() -> session(past), mark::await, COLUMNS, IMAGES),
                "key_logged",
                types,
                SEED)) {
      Await.until("it is cached", judge::ready);
      judge.run(pairs, () -> !judge.violations().isEmpty());
      Map<String, String> cache = node.admin("SHOW CACHE").get(0);
      System.out.printf(
          "%s, %d types, seed %d: %d pairs, %d of them touched; %s%n",
          release, types.size(), SEED, judge.pairs(), judge.touched(), cache);
      if (judge.violations().isEmpty()) {
        assertThat(judge.touched()).isGreaterThan(pairs / 20);
        assertThat(Long.parseLong(cache.get("hits"))).isGreaterThan(pairs / 50);
      }
      return judge.violations();
    }
  }
}
