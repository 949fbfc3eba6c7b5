package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.Flavour;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No write leaves a result that it may touch, whatever the tables bring with them. */
@Tag("ci")
class SchemasIT {
  private static final int PAIRS = Integer.getInteger("cache.schemas.pairs", 1_000);

  /** Pairs after which a judge without a part of the proof has had its chance. */
  private static final int MOST = 60_000;

  private static final int SCHEMAS = Integer.getInteger("cache.schemas.count", 16);
  private static final long SEED = Long.getLong("cache.schemas.seed", System.nanoTime());

  /** Kinds of links that a proof misses without one of its parts. */
  private static final Map<Wiring, String> AIMS =
      Map.of(
          Wiring.TRIGGERS_UNMINDED, DrawnSchema.TRIGGER,
          Wiring.RULES_UNMINDED, DrawnSchema.RULE,
          Wiring.CASCADES_UNMINDED, DrawnSchema.CASCADE,
          Wiring.PARTS_UNMINDED, DrawnSchema.PART,
          Wiring.VIEWS_UNMINDED, DrawnSchema.VIEW,
          Wiring.DEFAULTS_UNMINDED, DrawnSchema.DEFAULT,
          Wiring.FUNCTIONS_UNMINDED, DrawnSchema.FUNCTION,
          Wiring.GENERATED_UNMINDED, DrawnSchema.COMPUTED);

  /** Behind it nothing is left of what was drawn. */
  private interface Dropping extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  private static TestConfiguration cached(TestConfiguration c) {
    return c.vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^(select|with)\", \"action\": \"cache\"}");
  }

  @Test
  void nothingOldIsServedOfPostgres() throws SQLException {
    assertThat(ofPostgres("PostgreSQL", StartedNode::ofThis, PAIRS, null)).isEmpty();
  }

  @MariadbAndMysql
  void nothingOldIsServedOfMysql(MysqlRelease release) throws SQLException {
    assertThat(ofMysql(release.toString(), release, StartedNode::ofThis, PAIRS, null)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Wiring.class,
      names = {"PARTS_UNMINDED", "VIEWS_UNMINDED"})
  void withAPartTakenAwaySomethingOldIsServedSoon(Wiring wiring) throws SQLException {
    assertThat(without(wiring)).isNotEmpty();
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(
      value = Wiring.class,
      names = {
        "TRIGGERS_UNMINDED",
        "RULES_UNMINDED",
        "CASCADES_UNMINDED",
        "DEFAULTS_UNMINDED",
        "FUNCTIONS_UNMINDED",
        "GENERATED_UNMINDED"
      })
  void withAPartTakenAwaySomethingOldIsServedOfPostgres(Wiring wiring) throws SQLException {
    assertThat(without(wiring)).isNotEmpty();
  }

  /** Parts that definitions of MySQL and MariaDB have, taken away from each. */
  private static Stream<Arguments> parts() {
    return Stream.of(MysqlRelease.MARIADB, MysqlRelease.MYSQL)
        .flatMap(
            release ->
                Stream.of(
                        Wiring.TRIGGERS_UNMINDED,
                        Wiring.VIEWS_UNMINDED,
                        Wiring.CASCADES_UNMINDED,
                        Wiring.GENERATED_UNMINDED)
                    .map(wiring -> Arguments.of(release, wiring)));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("parts")
  void withAPartTakenAwaySomethingOldIsServedOfMysql(MysqlRelease release, Wiring wiring)
      throws SQLException {
    String what = release + " " + wiring;
    assertThat(ofMysql(what, release, new InstrumentedNodes(wiring)::start, MOST, AIMS.get(wiring)))
        .isNotEmpty();
  }

  private static List<String> without(Wiring wiring) throws SQLException {
    return ofPostgres(
        wiring.toString(), new InstrumentedNodes(wiring)::start, MOST, AIMS.get(wiring));
  }

  private static List<String> ofPostgres(
      String what, Function<Path, StartedNode> starts, int pairs, String aim) throws SQLException {
    Dice dice = new Dice(SEED);
    try (TestNode node = TestNode.start(c -> cached(c.cluster(SharedPostgres.cluster())), starts);
        SchemaJudge.Sessions through = sessions(node.target());
        Connection writer = node.target().jdbc();
        SchemaJudge.Sessions past = sessions(SharedPostgres.target())) {
      PostgresSchema.prepare(past.texts());
      try (Dropping dropping = () -> PostgresSchema.drop(past.texts())) {
        return judged(
            what,
            through,
            writer,
            past,
            dice,
            number -> new PostgresSchema(past.texts(), dice, number),
            () -> node.admin("SHOW CACHE").get(0),
            pairs,
            aim);
      }
    }
  }

  private static SchemaJudge.Sessions sessions(Target target) throws SQLException {
    return new SchemaJudge.Sessions(
        target.jdbc("preferQueryMode", "simple"), target.jdbc("prepareThreshold", "2"));
  }

  /** A server of its own: it may be written as no shared one, and no replica has to follow. */
  private static List<String> ofMysql(
      String what, MysqlRelease release, Function<Path, StartedNode> starts, int pairs, String aim)
      throws SQLException {
    Dice dice = new Dice(SEED);
    try (MysqlCluster cluster = release.cluster().option("local-infile", "1").start();
        MysqlNode node =
            MysqlNode.start(
                release,
                c ->
                    cached(c.cluster(cluster).catalog(cluster))
                        .source("url", "jdbc:mysql://127.0.0.1:" + cluster.primary().port())
                        .vdb("clients.localInfile", true),
                starts);
        SchemaJudge.Sessions through = sessions(node.target());
        Connection writer = sessionOf(node.target());
        SchemaJudge.Sessions past =
            sessions(
                MysqlTarget.of(cluster.primary()).as(cluster.superuser(), cluster.password()))) {
      MysqlSchema.drop(past.texts());
      boolean mariaDb = release.flavour() == Flavour.MARIADB;
      try (Dropping dropping = () -> MysqlSchema.drop(past.texts())) {
        return judged(
            what,
            through,
            writer,
            past,
            dice,
            number -> new MysqlSchema(past.texts(), dice, number, mariaDb),
            () -> node.admin("SHOW CACHE").get(0),
            pairs,
            aim);
      }
    }
  }

  private static Connection sessionOf(MysqlTarget target) throws SQLException {
    return target.jdbc(
        "useServerPrepStmts", "true", "cachePrepStmts", "true", "allowLoadLocalInfile", "true");
  }

  private static SchemaJudge.Sessions sessions(MysqlTarget target) throws SQLException {
    return new SchemaJudge.Sessions(
        target.jdbc("allowMultiQueries", "true", "allowLoadLocalInfile", "true"),
        sessionOf(target));
  }

  private static List<String> judged(
      String what,
      SchemaJudge.Sessions through,
      Connection writer,
      SchemaJudge.Sessions past,
      Dice dice,
      IntFunction<DrawnSchema> draws,
      Supplier<Map<String, String>> cache,
      int pairs,
      String aim)
      throws SQLException {
    try (SchemaJudge judge = new SchemaJudge(through, writer, past, dice, SCHEMAS, draws)) {
      Await.until("it is cached", judge::ready);
      long before = Long.parseLong(cache.get().get("hits"));
      long begun = System.nanoTime();
      judge.run(pairs, aim);
      long millis = (System.nanoTime() - begun) / 1_000_000;
      long served = Long.parseLong(cache.get().get("hits")) - before;
      System.out.printf(
          "%s, seed %d: %d pairs, %d of them touched, %d hits, %d ms; %s%n",
          what, SEED, judge.pairs(), judge.touched(), served, millis, judge.shares());
      if (judge.violations().isEmpty()) {
        assertThat(judge.touched()).isGreaterThan(pairs / 50);
        assertThat(served).isGreaterThan(pairs / 10);
      }
      return judge.violations();
    }
  }
}
