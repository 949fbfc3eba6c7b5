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
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** No upsert leaves a result that it may touch, whichever unique index it meets. */
@Tag("ci")
class UpsertsIT {
  private static final int PAIRS = Integer.getInteger("cache.upserts.pairs", 2_000);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 60_000;

  private static final long SEED = Long.getLong("cache.upserts.seed", System.nanoTime());

  private static TestConfiguration cached(TestConfiguration c) {
    return c.vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select\", \"action\": \"cache\"}");
  }

  private static TestConfiguration cached(MysqlRelease release, TestConfiguration c) {
    return cached(c.cluster(release.shared()).catalog(release.shared()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Wiring.class,
      names = {"SOUND", "UNIQUES_UNMINDED", "UPSERTS_UNMINDED"})
  void nothingOldIsServedOfPostgresUnlessAPartIsTakenAway(Wiring wiring) throws SQLException {
    boolean sound = wiring == Wiring.SOUND;
    try (TestNode node =
            TestNode.start(
                c -> cached(c.cluster(SharedPostgres.cluster())),
                new InstrumentedNodes(wiring)::start);
        Connection client = node.target().jdbc();
        Connection direct = SharedPostgres.target().jdbc()) {
      LongSupplier hits = () -> hits(node.admin("SHOW CACHE"));
      int pairs = sound ? PAIRS : MOST;
      List<String> wrong = judged(wiring + " PostgreSQL", client, direct, hits, pairs);
      assertThat(wrong.isEmpty()).as("%s", wrong).isEqualTo(sound);
    }
  }

  @MariadbAndMysql
  void nothingOldIsServedOfMysql(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c));
        Connection client = node.target().jdbc("useServerPrepStmts", "true");
        Connection direct = MysqlTarget.of(release.shared().primary()).jdbc()) {
      LongSupplier hits = () -> hits(node.admin("SHOW CACHE"));
      assertThat(judged(release.toString(), client, direct, hits, PAIRS)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Wiring.class,
      mode = Mode.INCLUDE,
      names = {"UNIQUES_UNMINDED", "AFFECTED_UNMINDED"})
  void withAPartTakenAwaySomethingOldIsServedOfMariadb(Wiring wiring) throws SQLException {
    MysqlRelease release = MysqlRelease.MARIADB;
    InstrumentedNodes nodes = new InstrumentedNodes(wiring);
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c), nodes::start);
        Connection client = node.target().jdbc("useServerPrepStmts", "true");
        Connection direct = MysqlTarget.of(release.shared().primary()).jdbc()) {
      LongSupplier hits = () -> hits(node.admin("SHOW CACHE"));
      assertThat(judged(wiring.toString(), client, direct, hits, MOST)).isNotEmpty();
    }
  }

  private static long hits(List<Map<String, String>> cache) {
    return Long.parseLong(cache.get(0).get("hits"));
  }

  private static List<String> judged(
      String what, Connection client, Connection direct, LongSupplier hits, int pairs)
      throws SQLException {
    try (UpsertJudge judge = new UpsertJudge(client, direct, SEED)) {
      Await.until(
          "it is cached",
          () -> {
            judge.readLast();
            return hits.getAsLong() > 0;
          });
      long before = hits.getAsLong();
      judge.run(pairs);
      long served = hits.getAsLong() - before;
      System.out.printf(
          "%s, seed %d: %d pairs, %d of them touched, %d hits%n",
          what, SEED, judge.pairs(), judge.touched(), served);
      assertThat(judge.touched()).isPositive();
      if (judge.violations().isEmpty()) {
        assertThat(served).isGreaterThan(pairs / 20);
      }
      return judge.violations();
    }
  }
}
