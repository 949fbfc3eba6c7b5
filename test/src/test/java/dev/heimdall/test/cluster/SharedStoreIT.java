package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Consistency;
import dev.heimdall.model.Secret;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.StoreTls;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that tell each other of writes over a real Redis. */
class SharedStoreIT {
  private static final String PASSWORD = "not so secret";

  private final AtomicLong log = new AtomicLong(100);
  private final RedisProcess redis = RedisProcess.running("requirepass \"" + PASSWORD + "\"");

  @AfterEach
  void stop() {
    redis.close();
  }

  private StoreNode node(int id, Consistency consistency) {
    return node(id, consistency, PASSWORD);
  }

  private StoreNode node(int id, Consistency consistency, String password) {
    return new StoreNode(
        new StoreSettings(
            List.of(redis.address()),
            StoreMode.STANDALONE,
            Optional.empty(),
            Optional.of(new Secret(password)),
            new StoreTls(TlsMode.DISABLE, Optional.empty()),
            "test"),
        id,
        consistency,
        log);
  }

  @Test
  void aWriteThroughOneNodeIsKnownToTheOther() {
    try (StoreNode a = node(1, Consistency.FLEET);
        StoreNode b = node(2, Consistency.FLEET)) {
      StoreNode.acquaint(a, b);
      log.set(200);

      a.exchange().announce(Set.of("shop.t"), false);

      Await.until("the other knows", () -> b.position("shop.t") == 200);
    }
  }

  @Test
  void inStrictTheReplyWaitsUntilTheOtherKnows() throws Exception {
    try (StoreNode a = node(1, Consistency.STRICT);
        StoreNode b = node(2, Consistency.STRICT)) {
      StoreNode.acquaint(a, b);
      for (int i = 0; i < 200; i++) {
        log.incrementAndGet();
        String table = "t" + i;
        a.exchange().announce(Set.of(table), false).get(20, TimeUnit.SECONDS);
        assertThat(b.position(table)).isEqualTo(log.get());
      }
    }
  }

  @Test
  void withoutTheStoreNobodyIsInTouchAndWithItAgainEverythingCountsAsWritten() throws Exception {
    try (StoreNode a = node(1, Consistency.FLEET);
        StoreNode b = node(2, Consistency.FLEET)) {
      StoreNode.acquaint(a, b);

      redis.stop();
      Await.until(
          "no node is connected to its peers",
          () -> !a.connectedToPeers() && !b.connectedToPeers());
      log.set(500);
      assertThat(a.exchange().announce(Set.of("t"), false)).isDone();

      redis.start();
      Await.until(
          "both are connected to their peers", () -> a.connectedToPeers() && b.connectedToPeers());
      assertThat(b.position("t")).isEqualTo(500);
      assertThat(a.position("any")).isEqualTo(500);
      log.set(600);
      a.exchange().announce(Set.of("t"), false);
      Await.until("news arrive again", () -> b.position("t") == 600);
    }
  }

  @Test
  void aNodeThatIsClosedHoldsUpNobody() throws Exception {
    try (StoreNode a = node(1, Consistency.STRICT)) {
      try (StoreNode b = node(2, Consistency.STRICT)) {
        StoreNode.acquaint(a, b);
        assertThat(a.store().state().others()).isEqualTo(1);
      }
      // Silent, it would be known for 20 s still.
      Await.until(
          "its leaving was heard",
          Duration.ofSeconds(10),
          () -> a.store().state().others() == 0,
          () -> "");
      a.exchange().announce(Set.of("t"), false).get(20, TimeUnit.SECONDS);
      Await.until("it is connected to its peers", a::connectedToPeers);
    }
  }

  @Test
  void aStoreThatRefusesTheNodeLeavesItOutOfTouch() throws Exception {
    try (StoreNode a = node(1, Consistency.FLEET, "wrong");
        StoreNode b = node(2, Consistency.FLEET)) {
      Await.until("it is connected to its peers", b::connectedToPeers);
      assertThat(a.connectedToPeers()).isFalse();
      assertThat(a.exchange().announce(Set.of("t"), false)).isDone();
    }
  }
}
