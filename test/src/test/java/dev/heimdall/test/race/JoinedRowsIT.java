package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No write by key leaves a result of several tables that it may touch. */
@Tag("ci")
class JoinedRowsIT {
  private static final int PAIRS = Integer.getInteger("cache.joins.pairs", 2_000);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 60_000;

  private static final long SEED = Long.getLong("cache.joins.seed", System.nanoTime());

  private static final List<String> JOINS =
      List.of(
          ",",
          "JOIN",
          "JOIN",
          "INNER JOIN",
          "LEFT JOIN",
          "LEFT JOIN",
          "LEFT OUTER JOIN",
          "CROSS JOIN",
          "RIGHT JOIN",
          "NATURAL JOIN");

  private static TestConfiguration cached(TestConfiguration c) {
    return c.vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}");
  }

  private static TestConfiguration cached(MysqlRelease release, TestConfiguration c) {
    return cached(c.cluster(release.shared()).catalog(release.shared()));
  }

  @Test
  void nothingOldIsServedOfPostgres() throws SQLException {
    List<String> joins = new ArrayList<>(JOINS);
    joins.add("FULL JOIN");
    try (TestNode node = TestNode.start(c -> cached(c.cluster(SharedPostgres.cluster())));
        Connection client = node.target().jdbc("preferQueryMode", "simple");
        Connection direct = SharedPostgres.target().jdbc("preferQueryMode", "simple")) {
      assertThat(judged("PostgreSQL", client, direct, joins, PAIRS)).isEmpty();
      assertThat(Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits")))
          .isGreaterThan(PAIRS / 5);
    }
  }

  @MariadbAndMysql
  void nothingOldIsServedOfMysql(MysqlRelease release) throws SQLException {
    List<String> joins = new ArrayList<>(JOINS);
    joins.add("STRAIGHT_JOIN");
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c));
        Connection client = node.target().jdbc();
        Connection direct = MysqlTarget.of(release.shared().primary()).jdbc()) {
      assertThat(judged(release.toString(), client, direct, joins, PAIRS)).isEmpty();
      assertThat(Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits")))
          .isGreaterThan(PAIRS / 5);
    }
  }

  /** The judge finds what is wrong where conditions of left joins count as ones of WHERE. */
  @Test
  void withLeftJoinsTakenForInnerOnesSomethingOldIsServed() throws SQLException {
    MysqlRelease release = MysqlRelease.MARIADB;
    InstrumentedNodes nodes = new InstrumentedNodes(Wiring.LEFT_UNMINDED);
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c), nodes::start);
        Connection client = node.target().jdbc();
        Connection direct = MysqlTarget.of(release.shared().primary()).jdbc()) {
      assertThat(judged("left joins", client, direct, JOINS, MOST)).isNotEmpty();
    }
  }

  private static List<String> judged(
      String what, Connection client, Connection direct, List<String> joins, int pairs)
      throws SQLException {
    try (JoinJudge judge = new JoinJudge(client, direct, joins, true, SEED)) {
      Await.until("it is cached", judge::ready);
      judge.run(pairs);
      System.out.printf(
          "%s, seed %d: %d pairs, %d of them touched%n",
          what, SEED, judge.pairs(), judge.touched());
      assertThat(judge.touched()).isPositive();
      return judge.violations();
    }
  }
}
