package dev.heimdall.test.cluster;

import dev.heimdall.test.fixture.Await;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A node as others see it over the shared store, which says that it is there and knows of writes
 * only as long as it is told to.
 */
final class StubbornNode implements AutoCloseable {
  private static final String SELF = "9-stubborn";
  private static final long BEAT_MILLIS = 50;

  private final RedisClient client;
  private final StatefulRedisPubSubConnection<String, String> listening;
  private final StatefulRedisPubSubConnection<String, String> telling;
  private final String channel;
  private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
  private final ConcurrentLinkedQueue<String[]> unacknowledged = new ConcurrentLinkedQueue<>();
  private volatile boolean acknowledges = true;
  private volatile boolean silent;
  private volatile boolean known;
  private long number;

  /** Joins the nodes that share this data source, and waits until they know it. */
  StubbornNode(String store, String source) {
    this(store, "heimdall", source);
  }

  /** The same with another prefix of their channels. */
  StubbornNode(String store, String prefix, String source) {
    channel = prefix + ":writes:" + source;
    client = RedisClient.create(RedisURI.create("redis://" + store));
    listening = client.connectPubSub();
    telling = client.connectPubSub();
    listening.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String on, String message) {
            heard(message.split("\0", -1));
          }
        });
    listening.sync().subscribe(channel);
    beats.scheduleAtFixedRate(
        () -> {
          if (!silent) {
            tell("HERE");
          }
        },
        0,
        BEAT_MILLIS,
        TimeUnit.MILLISECONDS);
    Await.until(
        "others know it",
        () -> {
          tell("WROTE", "hello");
          return known;
        });
  }

  private void heard(String[] message) {
    if (message[1].equals(SELF)) {
      return;
    }
    if (message[0].startsWith("WROTE") || message[0].equals("CHANGING")) {
      unacknowledged.add(message);
      if (acknowledges) {
        acknowledge();
      }
    } else if (message[0].equals("KNOWN") && message[3].equals(SELF)) {
      known = true;
    }
  }

  private void acknowledge() {
    for (String[] one = unacknowledged.poll(); one != null; one = unacknowledged.poll()) {
      tell("KNOWN", one[1], one[2]);
    }
  }

  private synchronized void tell(String kind, String... details) {
    number++;
    StringBuilder text = new StringBuilder(kind + "\0" + SELF + "\0" + number);
    List.of(details).forEach(detail -> text.append('\0').append(detail));
    try {
      telling.async().publish(channel, text.toString());
    } catch (RedisException e) {
      // The store is away: nobody hears it.
    }
  }

  /** Whether it says from now on that it knows of writes; also of those before. */
  void acknowledges(boolean does) {
    acknowledges = does;
    if (does) {
      acknowledge();
    }
  }

  /** Whether it was told of a write that it has not acknowledged. */
  boolean owes() {
    return !unacknowledged.isEmpty();
  }

  /** Is not heard of any more. */
  void fallSilent() {
    acknowledges = false;
    silent = true;
  }

  /** Says that it goes. */
  void leave() {
    silent = true;
    tell("GONE");
  }

  @Override
  public void close() {
    beats.shutdownNow();
    client.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
