package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.RedisProcess.as;
import static dev.heimdall.test.fixture.RedisProcess.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.cache.far.Miss;
import dev.heimdall.engine.cache.far.PutOutcome;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Opened;
import dev.heimdall.test.fixture.RedisCluster;
import dev.heimdall.test.fixture.RedisProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers in real stores, and what faults of these cost whoever asks: at most a time limit. */
@Timeout(300)
@Tag("ci")
class FarTierIT {
  static final String EVENTS = "notify-keyspace-events AE";

  /** What docs/shared-store.md says a node needs for the cache. */
  static final String RIGHTS =
      "resetkeys ~test:* resetchannels &test:* &__keyevent@0__:* -@all +subscribe +unsubscribe"
          + " +publish +ping +role +get +set +rename +del +scan";

  private static final Duration SHORT = Duration.ofMillis(20);

  @RegisterExtension private final Opened opened = new Opened();

  private LoggedLines lines;

  @BeforeEach
  void listen() {
    lines = opened.add(LoggedLines.of("heimdall.cache"));
  }

  private RedisProcess redis(String... settings) {
    return opened.add(RedisProcess.running(settings));
  }

  private FarNode node(StoreSettings settings) {
    return opened.add(new FarNode(settings, opened.count()));
  }

  static StoreSettings alone(RedisProcess server) {
    return at(StoreMode.STANDALONE, server);
  }

  /** A process of its own, so that it can be stopped and go on. */
  private static void signal(RedisProcess server, long pid, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).inheritIO().start();
    assertThat(kill.waitFor()).as("kill %s of %s", signal, server.address()).isZero();
  }

  private static long pid(RedisProcess server) {
    String info = (String) server.run("INFO server");
    return info.lines()
        .filter(line -> line.startsWith("process_id:"))
        .map(line -> Long.parseLong(line.substring("process_id:".length()).trim()))
        .findFirst()
        .orElseThrow();
  }

  private void opens(FarNode node) {
    Await.until(
        "it is not asked any more",
        () -> {
          node.get("whatever");
          return !node.figures().reads().equals("closed");
        });
  }

  static void asksAgain(FarNode node) {
    Await.until("it is asked again", () -> node.figures().reads().equals("closed"));
  }

  // what it is for

  @Test
  void whatOneNodePutsTheOthersFind() {
    RedisProcess redis = redis(EVENTS);
    FarNode a = node(alone(redis)).connected();
    FarNode b = node(alone(redis)).connected();
    String large = "0123456789".repeat(50_000);

    a.keep("small", "answer");
    a.keep("large", large);
    assertThat(b.get("small")).isEqualTo("answer");
    assertThat(b.get("large")).isEqualTo(large);
    assertThat(Long.parseLong((String) redis.run("STRLEN test:cache:large"))).isLessThan(50_000);
    assertThat((String) redis.run("PTTL test:cache:small")).isNotEqualTo("-1");

    b.delete("small");
    Await.until("it is deleted", () -> redis.run("EXISTS test:cache:small").equals("0"));
    b.put("short", "answer", Duration.ofMillis(50));
    Await.until("it has expired", () -> redis.run("EXISTS test:cache:short").equals("0"));
    assertThat(lines.beginningWith("WARN")).isEmpty();
  }

  @Test
  void whatIsNotThereIsNotAskedForOnceTheKeysAreKnown() {
    RedisProcess redis = redis(EVENTS);
    FarNode a = node(alone(redis)).connected();
    a.keep("before", "answer");
    FarNode b = node(alone(redis)).tracking();

    assertThat(b.get("before")).as("it was found by SCAN").isEqualTo("answer");
    assertThat(b.get("other")).isEqualTo(FarNode.AT_ONCE);
    assertThat(b.misses(Miss.KNOWN_ABSENT)).isEqualTo(1);

    a.put("later", "answer");
    knows(b, 2);
    assertThat(b.get("later")).isEqualTo("answer");
    a.delete("later");
    knows(b, 1);
    assertThat(b.get("later")).isEqualTo(FarNode.AT_ONCE);
    a.put("short", "answer", Duration.ofMillis(50));
    Await.until("the store has it", () -> a.figures().puts().get(PutOutcome.KEPT) >= 3);
    // Both events have come by the time that both of these have.
    a.put("third", "answer");
    Await.until("it has expired", () -> redis.run("EXISTS test:cache:short").equals("0"));
    a.delete("third");
    knows(b, 1);
    assertThat(b.get("short")).isEqualTo(FarNode.AT_ONCE);
    redis.run("RENAME test:cache:before test:cache:after");
    Await.until("it has another name", () -> b.get("before").equals(FarNode.AT_ONCE));
    // It is known to be there, but no answer of that key; so it goes.
    Await.until("that is no answer", () -> b.get("after").equals("DAMAGED"));
    knows(b, 0);
    assertThat(b.get("after")).isEqualTo(FarNode.AT_ONCE);
  }

  private static void knows(FarNode node, int keys) {
    Await.until("it knows of " + keys + " keys", () -> node.figures().keys() == keys);
  }

  @Test
  void withoutEventsEachGetIsAsked() {
    RedisProcess redis = redis();
    FarNode node = node(alone(redis)).connected();

    node.keep("k", "answer");
    assertThat(node.get("other")).isEqualTo("NOT_THERE");
    assertThat(node.figures().tracked()).isFalse();
  }

  /** With this setting the question that others ask is answered well, and yet puts are not told. */
  @Test
  void aStoreThatTellsOfSomeEventsOnlyIsNotRelyedOn() {
    try (LoggedLines store = LoggedLines.of(SharedStore.class.getName())) {
      RedisProcess redis = redis("notify-keyspace-events Eg", "rename-command CONFIG \"\"");
      FarNode node = node(alone(redis)).connected();

      Await.until(
          "the log says so",
          () ->
              store.beginningWith("WARN cannot track the keys of the cache").stream()
                  .anyMatch(line -> line.contains("no event for a key that was written")));
      assertThat(node.figures().tracked()).isFalse();
      assertThat(node.get("other")).isEqualTo("NOT_THERE");
    }
  }

  @Test
  void moreKeysThanCanBeTrackedAreAllAskedFor() {
    RedisProcess redis = redis(EVENTS);
    FarNode node = opened.add(new FarNode(alone(redis), 1, FarNode.GENEROUS, 50)).tracking();
    for (int i = 0; i < 60; i++) {
      node.put("k" + i, "answer");
    }
    Await.until("it is too much", () -> !node.figures().tracked());
    assertThat(node.get("k59")).isEqualTo("answer");
    assertThat(node.get("other")).isEqualTo("NOT_THERE");
    assertThat(node.figures().keys()).isLessThanOrEqualTo(50);
  }

  @Test
  void aUserNeedsNoMoreRightsThanTheManualSays() {
    try (LoggedLines store = LoggedLines.of(SharedStore.class.getName())) {
      RedisProcess redis = redis("user heimdall on >secret " + RIGHTS, "user default off", EVENTS);
      FarNode node = node(as("heimdall", "secret", alone(redis))).tracking();

      node.keep("k", "answer");
      node.delete("k");
      Await.until("it is deleted", () -> node.get("k").equals(FarNode.AT_ONCE));
      assertThat(store.beginningWith("WARN")).isEmpty();
      assertThat(lines.beginningWith("WARN")).isEmpty();
    }
  }

  // faults

  @Test
  void aStoreThatStandsStillCostsSomeTimeLimitsAndThenNothing() throws Exception {
    RedisProcess redis = redis(EVENTS);
    FarNode node = opened.add(new FarNode(alone(redis), 1, SHORT, 50)).connected();
    long pid = pid(redis);
    signal(redis, pid, "-STOP");
    try {
      opens(node);
      long late = node.misses(Miss.LATE);
      for (int i = 0; i < 100; i++) {
        assertThat(node.get("k" + i)).isEqualTo(FarNode.AT_ONCE);
      }
      assertThat(node.misses(Miss.LATE)).isEqualTo(late);
      // The node itself gives up the connection; nothing stays in flight.
      Await.until("nothing is in flight", () -> node.figures().inFlight() == 0);
      assertThat(node.get("k")).isEqualTo(FarNode.AT_ONCE);
    } finally {
      signal(redis, pid, "-CONT");
    }

    Await.until("it is connected", () -> node.figures().connected());
    asksAgain(node);
    assertThat(lines.beginningWith("WARN the query cache does not ask the shared store"))
        .hasSize(1);
  }

  @Test
  void aStoreThatIsStartedAnewIsUsedAgainAndItsKeysAreCountedAnew() {
    RedisProcess redis = redis(EVENTS);
    FarNode node = node(alone(redis)).tracking();
    node.keep("k", "answer");

    redis.stop();
    Await.until("it is not connected", () -> !node.figures().connected());
    Await.until("nor are keys known", () -> !node.figures().tracked());
    assertThat(node.get("k")).isEqualTo(FarNode.AT_ONCE);
    node.put("k", "answer");
    redis.start();

    node.connected().tracking();
    assertThat(node.get("k")).as("it had nothing on disk").isEqualTo(FarNode.AT_ONCE);
    asksAgain(node);
    node.keep("k", "another");
  }

  @Test
  void connectionsThatAreKilledAreMadeAnew() {
    RedisProcess redis = redis(EVENTS);
    FarNode node = node(alone(redis)).tracking();
    node.keep("k", "answer");

    redis.run("CLIENT KILL TYPE pubsub");
    Await.until("what is there is not known", () -> !node.figures().tracked());
    // Meanwhile keys may come and go unheard.
    redis.run("DEL test:cache:k");
    node.tracking();
    assertThat(node.get("k")).isEqualTo(FarNode.AT_ONCE);

    redis.run("CLIENT KILL TYPE normal SKIPME yes");
    Await.until(
        "the loss is noticed",
        () -> {
          node.put("k", "answer");
          return node.figures().puts().get(PutOutcome.FAILED) > 0
              || node.figures().puts().get(PutOutcome.NOT_CONNECTED) > 0;
        });
    node.connected();
    node.keep("k", "answer");
  }

  @Test
  void aStoreThatIsFullIsStillRead() {
    RedisProcess redis = redis(EVENTS);
    FarNode node = node(alone(redis)).connected();
    node.keep("k", "answer");

    redis.run("CONFIG SET maxmemory 1");
    Await.until(
        "nothing is put any more",
        () -> {
          node.put("l", "answer");
          return node.figures().writes().equals("open");
        });
    assertThat(lines.beginningWith("WARN the query cache keeps no answers"))
        .hasSize(1)
        .first()
        .asString()
        .contains("OOM");
    assertThat(node.get("k")).isEqualTo("answer");
    assertThat(node.figures().reads()).isEqualTo("closed");

    redis.run("CONFIG SET maxmemory 0");
    node.keep("l", "answer");
    assertThat(lines.beginningWith("INFO the query cache keeps answers")).hasSize(1);
  }

  @Test
  void aStoreThatEvictsTellsWhatItHasEvicted() {
    RedisProcess redis = redis(EVENTS);
    FarNode node = node(alone(redis)).tracking();
    node.keep("k", "answer");

    redis.run("CONFIG SET maxmemory-policy allkeys-lru", "CONFIG SET maxmemory 1");
    Await.until(
        "all was evicted",
        () -> {
          node.put("l", "answer");
          return node.get("k").equals(FarNode.AT_ONCE);
        });
  }

  @Test
  void rightsThatAreTakenCostSomeErrorsAndThenNothing() {
    RedisProcess redis = redis("user heimdall on >secret " + RIGHTS, EVENTS);
    FarNode node = node(as("heimdall", "secret", alone(redis))).connected();
    node.keep("k", "answer");

    redis.run("ACL SETUSER heimdall -get");
    opens(node);
    assertThat(node.get("k")).isEqualTo(FarNode.AT_ONCE);
    assertThat(lines.beginningWith("WARN the query cache does not ask"))
        .hasSize(1)
        .first()
        .asString()
        .contains("NOPERM")
        .doesNotContain("whatever");
    Await.until("the node tries", () -> node.figures().probes() > 0);
    redis.run("ACL SETUSER heimdall +get");

    asksAgain(node);
    assertThat(node.get("k")).isEqualTo("answer");
    assertThat(lines.beginningWith("INFO the query cache asks")).hasSize(1);
  }

  // a cluster

  private List<RedisProcess> cluster() {
    return RedisCluster.running(this::redis, EVENTS);
  }

  private static void move(RedisProcess from, RedisProcess to, String key, String... others) {
    String slot = (String) from.run("CLUSTER KEYSLOT " + key);
    String source = (String) from.run("CLUSTER MYID");
    String target = (String) to.run("CLUSTER MYID");
    to.run("CLUSTER SETSLOT " + slot + " IMPORTING " + source);
    from.run("CLUSTER SETSLOT " + slot + " MIGRATING " + target);
    from.run("MIGRATE 127.0.0.1 " + to.port() + " " + key + " 0 5000");
    to.run("CLUSTER SETSLOT " + slot + " NODE " + target);
    from.run("CLUSTER SETSLOT " + slot + " NODE " + target);
  }

  @Test
  void inAClusterASlotMayMoveAndAServerBeLost() {
    List<RedisProcess> servers = cluster();
    StoreSettings settings = at(StoreMode.CLUSTER, servers.toArray(RedisProcess[]::new));
    FarNode a = node(settings).tracking();
    FarNode b = node(settings).tracking();
    for (int i = 0; i < 30; i++) {
      a.keep("k" + i, "answer " + i);
    }
    // Each server was connected to ahead of the first request.
    assertThat(a.figures().puts().get(PutOutcome.FAILED)).isZero();
    for (RedisProcess server : servers) {
      assertThat((String) server.run("DBSIZE")).isNotEqualTo("0");
    }
    for (int i = 0; i < 30; i++) {
      String key = "k" + i;
      String answer = "answer " + i;
      Await.until("b knows of " + key, () -> b.get(key).equals(answer));
    }
    assertThat(b.get("other")).isEqualTo(FarNode.AT_ONCE);

    int slot = Integer.parseInt((String) servers.get(0).run("CLUSTER KEYSLOT test:cache:k7"));
    RedisProcess from = servers.get(slot % 3);
    move(from, servers.get((slot + 1) % 3), "test:cache:k7");
    // The events of two servers have no order: at worst it is a miss until it is put anew.
    a.keep("k7", "answer 7");
    Await.until("b finds it where it is", () -> b.get("k7").equals("answer 7"));

    RedisProcess lost = servers.get((slot + 2) % 3);
    lost.stop();
    Await.until("the loss is noticed", () -> !b.figures().tracked());
    Await.until("what others have is found", () -> b.get("k7").equals("answer 7"));
    lost.start();
    b.tracking();
    asksAgain(b);
    b.keep("anew", "answer");
  }
}
