package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With the consistency {@code strict}, who is told of a write, and when. */
@Tag("ci")
class StrictRepliesIT {
  private static RoutedCluster start(RedisProcess store, String maxStaleness) {
    return new RoutedCluster(
        c ->
            c.node("store.servers", List.of(store.address()))
                .node("loops", 1)
                .source("cluster.reads", "all")
                .source("cluster.consistency", "strict")
                .source("cluster.lag.maxStaleness", maxStaleness)
                .user("app", "admin", true),
        primary -> asOwner(primary, "CREATE TABLE t (i int)"));
  }

  private static CompletableFuture<Void> writing(Connection client, int value) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            execute(client, "INSERT INTO t VALUES (" + value + ")");
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void committed(RoutedCluster routed, int value) {
    Await.until(
        "it is committed",
        () ->
            "1"
                .equals(
                    routed
                        .primary()
                        .queryValue("app", "SELECT count(*) FROM t WHERE i = " + value)));
  }

  private static String answeredBy(Connection reader) throws SQLException {
    value(reader, "SELECT count(*) FROM t");
    return queryInfo(reader).get("answered by");
  }

  @Test
  void aReplyIsHeldUntilTheOtherNodeKnowsOfTheWrite() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed = start(store, "1h");
        StubbornNode other = new StubbornNode(store.address(), "main");
        Connection client = routed.connect();
        Connection another = routed.connect()) {
      execute(client, "INSERT INTO t VALUES (1)");

      other.acknowledges(false);
      CompletableFuture<Void> write = writing(client, 2);
      committed(routed, 2);
      Await.until("the other node was told", other::owes);
      assertThat(value(another, "SELECT count(*) FROM t WHERE i = 2"))
          .as("others of the node may see it already")
          .isEqualTo("1");
      assertThat(write).isNotDone();
      other.acknowledges(true);
      write.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void nothingOvertakesAReplyThatIsHeld() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed = start(store, "1h");
        StubbornNode other = new StubbornNode(store.address(), "main");
        Connection another = routed.connect();
        RawClient client = RawClient.logIn(routed.node().target())) {
      other.acknowledges(false);
      client.send(
          query("INSERT INTO t VALUES (1)"),
          query("SELECT repeat('x', 100000) FROM generate_series(1, 10)"),
          query("SELECT count(*) FROM t"));
      committed(routed, 1);
      Await.until("the other node was told", other::owes);
      assertThat(value(another, "SELECT 1")).isEqualTo("1");
      assertThat(client.hasInput()).as("bytes for the client").isFalse();

      other.acknowledges(true);
      List<String> tags = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        tags.add(tag(client));
      }
      assertThat(tags).containsExactly("INSERT 0 1", "SELECT 10", "SELECT 1");

      // One who goes while something is held for it harms nobody.
      other.acknowledges(false);
      try (RawClient leaving = RawClient.logIn(routed.node().target())) {
        leaving.send(query("INSERT INTO t VALUES (2)"), query("SELECT 1"));
        committed(routed, 2);
        Await.until("the other node was told", other::owes);
      }
      other.acknowledges(true);
      execute(another, "INSERT INTO t VALUES (3)");
    }
  }

  private static String tag(RawClient client) throws IOException {
    String tag = null;
    for (Message message : client.untilReady()) {
      if (message.type() == 'C') {
        tag = message.text();
      }
    }
    return tag;
  }

  @Test
  void aNodeThatIsNotHeardOfAnyMoreHoldsAReplyNoLongerThanItMayBeStale() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed = start(store, "2s");
        StubbornNode other = new StubbornNode(store.address(), "main");
        Connection client = routed.connect("preferQueryMode", "simple")) {
      Await.until("replicas answer", () -> answeredBy(client).startsWith("replica"));

      other.fallSilent();
      execute(client, "INSERT INTO t VALUES (1)");
      Await.until(
          "nobody knows what it writes", () -> answeredBy(client).contains("not heard from"));
      other.leave();
      Await.until("replicas answer again", () -> answeredBy(client).startsWith("replica"));
      execute(client, "INSERT INTO t VALUES (2)");
      assertThat(value(client, "SELECT count(*) FROM t")).isEqualTo("2");
    }
  }

  @Test
  void aStoreThatGoesAwayMeanwhileKeepsNoReplyForLong() throws Exception {
    try (RedisProcess store = RedisProcess.running();
        RoutedCluster routed = start(store, "2s");
        StubbornNode other = new StubbornNode(store.address(), "main");
        Connection client = routed.connect();
        Connection reader = routed.connect("preferQueryMode", "simple")) {
      Await.until("replicas answer", () -> answeredBy(reader).startsWith("replica"));

      other.acknowledges(false);
      CompletableFuture<Void> write = writing(client, 1);
      Await.until("the other node was told", other::owes);
      store.stop();
      write.get(30, TimeUnit.SECONDS);
      assertThat(value(reader, "SELECT count(*) FROM t")).isEqualTo("1");
      Await.until(
          "no node is connected to its peers", () -> answeredBy(reader).contains("not heard from"));

      execute(client, "INSERT INTO t VALUES (2)");
      assertThat(value(reader, "SELECT count(*) FROM t")).isEqualTo("2");
      other.leave();
      store.start();
      Await.until(
          "replicas answer again",
          Duration.ofSeconds(60),
          () -> answeredBy(reader).startsWith("replica"),
          () -> routed.node().admin("SHOW CLUSTER").toString());
      execute(client, "INSERT INTO t VALUES (3)");
      assertThat(value(reader, "SELECT count(*) FROM t")).isEqualTo("3");
    }
  }

  @Test
  void whereNodesElsewhereHaveAnotherStoreReadsGoToTheWriterAndNothingIsKept() throws Exception {
    try (RedisProcess here = RedisProcess.running();
        RedisProcess there = RedisProcess.running();
        RoutedCluster routed =
            new RoutedCluster(
                c -> inRegion(c, here),
                primary ->
                    asOwner(primary, "CREATE TABLE t (i int)", "CREATE TABLE kept (i int)"));
        TestNode elsewhere = routed.another(c -> inRegion(c, there));
        Connection reads = routed.connect("preferQueryMode", "simple");
        Connection writes = elsewhere.target().jdbc()) {
      awaitCatalogue(reads, "t");
      awaitCatalogue(reads, "kept");
      routed.pauseReplay(true);
      for (int i = 1; i <= 20; i++) {
        execute(writes, "INSERT INTO t VALUES (1)");
        execute(writes, "INSERT INTO kept VALUES (1)");
        assertThat(value(reads, "SELECT count(*) FROM t")).isEqualTo("" + i);
        assertThat(value(reads, "SELECT count(*) FROM kept")).isEqualTo("" + i);
      }
      assertThat(answeredBy(reads))
          .isEqualTo("writer: nodes elsewhere have another store, and the consistency is strict");
      assertThat(routed.node().admin("SHOW CLUSTER"))
          .extracting(row -> row.get("hears"))
          .containsOnly("region");
      routed.pauseReplay(false);
    }
  }

  private static void inRegion(TestConfiguration c, RedisProcess store) {
    c.node("store.servers", List.of(store.address()))
        .node("store.scope", "region")
        .source("cluster.reads", "all")
        .source("cluster.consistency", "strict")
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"kept\", \"action\": \"cache\"}")
        .user("app", "admin", true);
  }
}
