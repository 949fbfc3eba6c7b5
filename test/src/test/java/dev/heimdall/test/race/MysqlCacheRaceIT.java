package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing is served that was written since, while everybody writes and reads at the same time. */
class MysqlCacheRaceIT {
  private static final int WRITES = Integer.getInteger("cache.writes", 250);

  private static TestConfiguration cached(MysqlRelease release, TestConfiguration c) {
    return c.node("loops", 2)
        .source("cluster.kind", "mysql")
        .source("cluster.probe.user", release.shared().superuser())
        .source("cluster.probe.password", release.shared().password())
        .source("catalog.user", release.shared().superuser())
        .source("catalog.password", release.shared().password())
        .vdb("cache.enabled", true)
        .vdb("pool.size", 8)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select n\", \"action\": \"cache\"}");
  }

  private static void make(MysqlRace race, MysqlNode node, String table) throws SQLException {
    try (Connection connection = node.target().jdbc();
        Statement statement = connection.createStatement()) {
      race.make(statement, table);
      Await.until(
          "it is cached",
          () -> {
            statement.executeQuery("SELECT n FROM %s WHERE id = 0".formatted(table)).close();
            return hits(node) > 0;
          });
    }
  }

  private static void drop(MysqlRelease release, String table) {
    release
        .shared()
        .primary()
        .executeIn("app", "DROP TABLE " + table, "DROP PROCEDURE " + table + "_up");
  }

  private static long hits(MysqlNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  @Test
  void onOneNode() throws Exception {
    onOneNode(MysqlRelease.MARIADB, WRITES);
  }

  @Tag("long")
  @Test
  void onOneNodeInFrontOfMysql() throws Exception {
    onOneNode(MysqlRelease.MYSQL, 5 * WRITES);
  }

  private static void onOneNode(MysqlRelease release, int writes) throws Exception {
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c))) {
      MysqlRace race =
          new MysqlRace(List.of(node.target(), node.target()), List.of(node.target()), writes);
      make(race, node, "my_race_one");
      race.run("my_race_one");
      assertThat(race.violations()).isEmpty();
      assertThat(hits(node)).isGreaterThan(50);
    } finally {
      drop(release, "my_race_one");
    }
  }

  @Test
  void onTwoNodesWhereWritersWaitForAll() throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (RedisProcess store = RedisProcess.running();
        MysqlNode first = MysqlNode.start(release, c -> fleet(release, c, 1, store));
        MysqlNode second = MysqlNode.start(release, c -> fleet(release, c, 2, store))) {
      List<MysqlTarget> both = List.of(first.target(), second.target());
      MysqlRace race = new MysqlRace(both, both, WRITES / 2);
      make(race, second, "my_race_two");
      make(race, first, "my_race_two");
      race.run("my_race_two");
      assertThat(race.violations()).isEmpty();
      assertThat(hits(first) + hits(second)).isGreaterThan(50);
    } finally {
      drop(release, "my_race_two");
    }
  }

  private static TestConfiguration fleet(
      MysqlRelease release, TestConfiguration c, int id, RedisProcess store) {
    return cached(release, c)
        .node("id", id)
        .node("store.servers", List.of(store.address()))
        .source("cluster.consistency", "strict");
  }

  /** The checker sees what a cache would serve that does not hear of writes. */
  @Test
  void writersThatTheNodeDoesNotSeeAreNoticedByTheChecker() throws Exception {
    MysqlRelease release = MysqlRelease.MARIADB;
    try (MysqlNode node = MysqlNode.start(release, c -> cached(release, c))) {
      MysqlTarget past = MysqlTarget.of(release.shared().primary());
      MysqlRace race = new MysqlRace(List.of(node.target()), List.of(past), WRITES / 4);
      make(race, node, "my_race_blind");
      race.run("my_race_blind");
      assertThat(race.violations()).isNotEmpty();
    } finally {
      drop(release, "my_race_blind");
    }
  }
}
