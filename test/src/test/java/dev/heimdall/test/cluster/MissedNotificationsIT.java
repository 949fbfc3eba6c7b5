package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** No client that listens misses a notification that was acknowledged without noticing it. */
class MissedNotificationsIT {
  @Test
  void aListenerHearsEachNotificationBesideAPromotionOrIsEnded() throws Exception {
    try (RoutedCluster routed = new RoutedCluster(c -> c.vdb("pool.size", 4));
        TestNode other = routed.another(c -> c.vdb("pool.size", 4));
        RawClient near = RawClient.logIn(routed.node().target());
        RawClient far = RawClient.logIn(other.target())) {
      Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
      AtomicBoolean over = new AtomicBoolean();
      List<RawClient> listeners = List.of(near, far);
      for (RawClient listener : listeners) {
        listener.query("LISTEN orders");
      }
      List<CompletableFuture<Set<Integer>>> heard =
          listeners.stream()
              .map(listener -> CompletableFuture.supplyAsync(() -> untilEnded(listener)))
              .toList();
      CompletableFuture<Void> notifier =
          CompletableFuture.runAsync(() -> notify(routed.node(), acknowledged, over));
      Await.until("some were sent", () -> acknowledged.size() > 50);

      routed.primary().stop(StopMode.FAST);
      routed.first().promote();

      int before = acknowledged.size();
      Await.until("more are sent at the new writer", () -> acknowledged.size() > before + 100);
      over.set(true);
      notifier.get();
      for (CompletableFuture<Set<Integer>> each : heard) {
        assertThat(each.get()).as("heard before the listener was ended").hasSizeGreaterThan(20);
      }
      try (RawClient again = RawClient.logIn(other.target());
          RawClient sender = RawClient.logIn(routed.node().target())) {
        again.query("LISTEN orders");
        sender.query("NOTIFY orders, '-1'");
        assertThat(again.until('A').toString()).contains("orders=-1");
      }
    }
  }

  /** Notifications that a listener hears until its connection is ended with the reason. */
  private static Set<Integer> untilEnded(RawClient listener) {
    Set<Integer> heard = ConcurrentHashMap.newKeySet();
    try {
      while (true) {
        Message message = listener.receive();
        if (message.type() == 'E') {
          assertThat(message.sqlState()).isEqualTo("57P01");
          assertThat(message.fields().get('M')).contains("notifications may have been missed");
          return heard;
        }
        heard.add(Integer.parseInt(message.toString().replaceAll(".*=", "")));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the listener is ended without a word", e);
    }
  }

  private static void notify(TestNode node, Set<Integer> acknowledged, AtomicBoolean over) {
    int number = 0;
    while (!over.get()) {
      try (RawClient client = RawClient.logIn(node.target())) {
        while (!over.get()) {
          List<Message> answer = client.query("NOTIFY orders, '" + ++number + "'");
          if (answer.get(0).type() == 'C') {
            acknowledged.add(number);
          }
        }
      } catch (EOFException | SocketException e) {
        number++; // it logs in again
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void aListenerGoesOnWhereASettingSaysSo() throws IOException {
    try (TestNode node = TestNode.start(c -> c.vdb("clients.endOnMissedNotifications", false));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("LISTEN missed");
      terminate("missed");
      Await.until(
          "it listens again",
          () -> client.query("NOTIFY missed").stream().anyMatch(m -> m.type() == 'A'));
    }
  }

  @Test
  void onlyThoseAreEndedWhoListen() throws IOException {
    try (TestNode node = TestNode.start(c -> c.node("loops", 2));
        RawClient listener = RawClient.logIn(node.target());
        RawClient former = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      listener.query("LISTEN ends");
      former.query("LISTEN ends");
      former.query("UNLISTEN ends");
      other.query("BEGIN");
      terminate("ends");
      assertThat(listener.untilClosed().toString()).contains("57P01");
      assertThat(former.value("SELECT 1")).isEqualTo("1");
      assertThat(other.query("COMMIT").toString()).endsWith("ReadyForQuery I]");
    }
  }

  private static void terminate(String channel) {
    assertThat(
            SharedPostgres.value(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN \""
                    + channel
                    + "\"'"))
        .isEqualTo("t");
  }
}
