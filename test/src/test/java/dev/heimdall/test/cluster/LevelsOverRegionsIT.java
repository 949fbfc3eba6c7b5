package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What reads may miss of the writes of nodes in another region, and what waits, by the table in
 * docs/shared-store.md: each level with one store for both regions, with one for each, and with
 * none. Replicas stand still meanwhile, so what they answer is what was there before.
 */
@Tag("long")
class LevelsOverRegionsIT {
  /**
   * Longer than a test takes; a node trusts no definitions before it has joined the others, which
   * takes up to two fifths of it.
   */
  private static final String AFTER = "20s";

  private static RoutedCluster routed;
  private static RedisProcess one;
  private static RedisProcess other;

  /** Which store the nodes of a region have. */
  private enum Stores {
    /** The nodes of both regions share it. */
    ONE,
    EACH,
    /** None, and {@code store.scope} says that there are nodes elsewhere; so does a global ARN. */
    NONE_IN_REGIONS,
    /** None, and nothing says that there are other nodes. */
    NONE
  }

  /** What a client of one region finds of what one of the other was told is written. */
  private enum Finds {
    /** All of it, always. */
    ALL,
    /** All of it once its node has heard of it. */
    HEARD,
    /** What is older than {@code lag.maxStaleness}. */
    OLD,
    /** Nothing but what replicas have. */
    REPLAYED
  }

  @BeforeAll
  static void start() {
    one = RedisProcess.running();
    other = RedisProcess.running();
    routed =
        new RoutedCluster(
            c -> {},
            primary -> asOwner(primary, "CREATE TABLE t (i int)", "CREATE TABLE signal (i int)"));
  }

  @AfterAll
  static void stop() {
    routed.close();
    one.close();
    other.close();
  }

  @AfterEach
  void replay() {
    routed.pauseReplay(false);
  }

  private static Consumer<TestConfiguration> node(
      String level, Stores stores, boolean elsewhere, String maxStaleness) {
    RedisProcess store = elsewhere && stores == Stores.EACH ? other : one;
    boolean regions = stores == Stores.EACH || stores == Stores.NONE_IN_REGIONS;
    return c -> {
      if (stores == Stores.ONE || stores == Stores.EACH) {
        c.node("store.servers", List.of(store.address()));
      }
      c.node("store.scope", regions ? "region" : "fleet")
          .source("cluster.reads", "all")
          .source("cluster.consistency", level)
          .source("cluster.lag.maxStaleness", maxStaleness)
          .source("cluster.failover.queueTimeout", "3s")
          .user("app", "admin", true);
    };
  }

  private static String count(Connection client, String table) throws SQLException {
    return value(client, "SELECT count(*) FROM " + table);
  }

  private static boolean atReplica(Connection client) throws SQLException {
    count(client, "t");
    return Jdbc.queryInfo(client).get("answered by").startsWith("replica");
  }

  @ParameterizedTest
  @CsvSource({
    "session, ONE, REPLAYED",
    "session, EACH, REPLAYED",
    "session, NONE_IN_REGIONS, REPLAYED",
    "session, NONE, REPLAYED",
    "fleet, ONE, HEARD",
    "fleet, EACH, OLD",
    "fleet, NONE_IN_REGIONS, OLD",
    "fleet, NONE, OLD",
    "strict, ONE, ALL",
    "strict, EACH, ALL",
    "strict, NONE_IN_REGIONS, ALL",
    "strict, NONE, OLD"
  })
  void whatIsWrittenElsewhere(String level, Stores stores, Finds finds) throws Exception {
    try (TestNode here = routed.another(node(level, stores, false, AFTER));
        TestNode elsewhere = routed.another(node(level, stores, true, AFTER));
        Connection reads = here.target().jdbc("preferQueryMode", "simple");
        Connection writes = elsewhere.target().jdbc("preferQueryMode", "simple");
        Connection beside = elsewhere.target().jdbc("preferQueryMode", "simple")) {
      boolean atWriter = level.equals("strict") && stores != Stores.ONE && finds == Finds.ALL;
      for (Connection client : List.of(reads, writes, beside)) {
        awaitCatalogue(client, "t");
        awaitCatalogue(client, "signal");
        if (!atWriter) {
          routed.awaitReplicas(() -> atReplica(client));
        }
      }
      routed.pauseReplay(true);
      if (stores == Stores.ONE && !level.equals("session")) {
        Await.until(
            "the nodes hear each other",
            () -> {
              execute(writes, "INSERT INTO signal VALUES (1)");
              return count(reads, "signal").equals(count(writes, "signal"));
            });
      }
      String before = count(reads, "t");
      for (int i = 1; i <= 20; i++) {
        execute(writes, "INSERT INTO t VALUES (1)");
        String now = String.valueOf(Integer.parseInt(before) + i);
        assertThat(count(writes, "t")).as("its own").isEqualTo(now);
        assertThat(count(beside, "t"))
            .as("another client of the same node")
            .isEqualTo(level.equals("session") ? before : now);
        switch (finds) {
          case ALL -> assertThat(count(reads, "t")).isEqualTo(now);
          case HEARD -> Await.until("it is heard", () -> count(reads, "t").equals(now));
          case OLD, REPLAYED -> assertThat(count(reads, "t")).isEqualTo(before);
        }
      }
      if (atWriter) {
        assertThat(Jdbc.queryInfo(reads).get("answered by"))
            .contains("nodes elsewhere have another store");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fleet, EACH",
    "fleet, NONE_IN_REGIONS",
    "fleet, NONE",
    "strict, NONE",
  })
  void whatIsWrittenElsewhereIsFoundAfterAWhile(String level, Stores stores) throws Exception {
    try (TestNode here = routed.another(node(level, stores, false, "500ms"));
        TestNode elsewhere = routed.another(node(level, stores, true, "500ms"));
        Connection reads = here.target().jdbc("preferQueryMode", "simple");
        Connection writes = elsewhere.target().jdbc("preferQueryMode", "simple")) {
      awaitCatalogue(reads, "t");
      awaitCatalogue(writes, "t");
      routed.awaitReplicas(() -> atReplica(reads));
      routed.pauseReplay(true);
      execute(writes, "INSERT INTO t VALUES (1)");
      String now = count(writes, "t");
      Await.until("it is older than lag.maxStaleness", () -> count(reads, "t").equals(now));
      assertThat(Jdbc.queryInfo(reads).get("answered by")).startsWith("writer");
    }
  }

  /** With all that the last writer had on each replica. */
  @Test
  void whatWaitsWhileThereIsNoWriter() throws Exception {
    try (RoutedCluster lost =
            new RoutedCluster(c -> {}, primary -> asOwner(primary, "CREATE TABLE t (i int)"));
        TestNode session = lost.another(node("session", Stores.EACH, false, "500ms"));
        TestNode fleet = lost.another(node("fleet", Stores.EACH, false, "500ms"));
        TestNode strict = lost.another(node("strict", Stores.EACH, true, "500ms"));
        TestNode alone = lost.another(node("strict", Stores.NONE, false, "500ms"));
        Connection atSession = session.target().jdbc("preferQueryMode", "simple");
        Connection atFleet = fleet.target().jdbc("preferQueryMode", "simple");
        Connection atStrict = strict.target().jdbc("preferQueryMode", "simple");
        Connection atAlone = alone.target().jdbc("preferQueryMode", "simple")) {
      for (Connection client : List.of(atSession, atFleet, atAlone)) {
        awaitCatalogue(client, "t");
        lost.awaitReplicas(() -> atReplica(client));
      }
      awaitCatalogue(atStrict, "t");
      for (TestNode node : List.of(session, fleet, strict, alone)) {
        lost.awaitKnown(node);
      }
      lost.primary().kill();
      for (TestNode node : List.of(session, fleet, strict, alone)) {
        Await.until(
            "the node knows",
            () ->
                node.admin("SHOW NODES").stream()
                    .noneMatch(row -> "writer".equals(row.get("role"))));
      }
      for (Connection client : List.of(atSession, atFleet, atAlone)) {
        assertThat(count(client, "t")).isEqualTo("0");
      }
      assertThat(catchThrowableOfType(SQLException.class, () -> count(atStrict, "t")).getSQLState())
          .as("only a writer knows what nodes elsewhere have written")
          .isEqualTo("57P03");
    }
  }
}
