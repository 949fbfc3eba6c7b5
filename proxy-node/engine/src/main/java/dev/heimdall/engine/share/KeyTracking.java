package dev.heimdall.engine.share;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Tracks the keys that begin alike: events of all primaries, and once all keys that there are. Ends
 * with the first of its connections that is lost.
 */
final class KeyTracking {
  private static final List<byte[]> WRITTEN = channels("set", "restore", "rename_to");
  private static final List<byte[]> GONE = channels("del", "expired", "evicted", "rename_from");

  /** Nothing of ours has this event; subscribing to it is a question that is answered. */
  private static final List<byte[]> BARRIER = channels("move_to");

  private static final int AT_ONCE = 1_000;

  /** The key that is written to see whether that is reported. */
  private static final Duration KEPT = Duration.ofSeconds(10);

  private final byte[] prefix;
  private final KeyWatcher watcher;
  private final RedisClient client;
  private final Runnable lost;
  private volatile boolean closed;

  /**
   * @param prefix how the keys begin
   * @param client for these connections alone
   * @param lost told, maybe more than once, that a connection was lost
   */
  KeyTracking(byte[] prefix, KeyWatcher watcher, RedisClient client, Runnable lost) {
    this.prefix = prefix;
    this.watcher = watcher;
    this.client = client;
    this.lost = lost;
  }

  private static List<byte[]> channels(String... events) {
    return Stream.of(events)
        .map(event -> ("__keyevent@0__:" + event).getBytes(StandardCharsets.US_ASCII))
        .toList();
  }

  /**
   * Reports all keys, and from then on what becomes of them. Waits for the network.
   *
   * @throws StoreException when not all that happens to keys would be heard
   */
  void begin(List<StorePrimary> primaries) {
    try {
      List<Ear> ears = new ArrayList<>();
      for (StorePrimary primary : primaries) {
        ears.add(listen(primary));
      }
      // Events first: what is written while keys are counted is in the one or the other.
      for (Ear ear : ears) {
        try (StatefulRedisConnection<byte[], byte[]> asking =
            client.connect(ByteArrayCodec.INSTANCE, ear.primary.uri())) {
          ear.check(asking.sync());
          scan(asking.sync());
        }
      }
    } catch (RedisException e) {
      throw StoreException.of(e);
    }
  }

  private Ear listen(StorePrimary primary) {
    StatefulRedisPubSubConnection<byte[], byte[]> connection =
        client.connectPubSub(ByteArrayCodec.INSTANCE, primary.uri());
    Ear ear = new Ear(primary, connection);
    connection.addListener(ear);
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            if (!closed) {
              lost.run();
            }
          }
        });
    Stream.of(WRITTEN, GONE)
        .flatMap(List::stream)
        .forEach(channel -> connection.sync().subscribe(channel));
    if (!connection.isOpen()) {
      throw new StoreException("the connection for events of keys was lost");
    }
    return ear;
  }

  private void scan(RedisCommands<byte[], byte[]> commands) {
    ScanArgs ours = ScanArgs.Builder.limit(AT_ONCE).match(pattern());
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      KeyScanCursor<byte[]> some = commands.scan(cursor, ours);
      some.getKeys().forEach(this::found);
      cursor = some;
      if (closed) {
        throw new StoreException("it was closed");
      }
      if (watcher.full()) {
        throw new StoreException("there are more keys than are tracked");
      }
    } while (!cursor.isFinished());
  }

  private void found(byte[] key) {
    if (ours(key)) {
      watcher.present(rest(key));
    }
  }

  private byte[] rest(byte[] key) {
    return Arrays.copyOfRange(key, prefix.length, key.length);
  }

  /** As MATCH wants it; names of prefixes have nothing in them that means more there. */
  private String pattern() {
    return new String(prefix, StandardCharsets.UTF_8) + "*";
  }

  private boolean ours(byte[] key) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Receives the reports of one primary about its keys. */
  private final class Ear extends RedisPubSubAdapter<byte[], byte[]> {
    private final StorePrimary primary;
    private final StatefulRedisPubSubConnection<byte[], byte[]> connection;
    private final byte[] probe;
    private volatile boolean probeReported;

    Ear(StorePrimary primary, StatefulRedisPubSubConnection<byte[], byte[]> connection) {
      this.primary = primary;
      this.connection = connection;
      // Below the prefix, so that no rights are needed beyond those for the keys themselves.
      probe =
          primary
              .key(new String(prefix, StandardCharsets.UTF_8) + "probe")
              .getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a key and sees whether that is reported: the server's settings are not all told. */
    void check(RedisCommands<byte[], byte[]> commands) {
      commands.set(probe, new byte[] {1}, SetArgs.Builder.px(KEPT));
      // What the server had to tell before it answers this has come before the answer.
      BARRIER.forEach(channel -> connection.sync().subscribe(channel));
      if (!probeReported) {
        throw new StoreException(
            primary.name() + " has published no event for a key that was written");
      }
    }

    @Override
    public void message(byte[] channel, byte[] key) {
      if (closed || !ours(key)) {
        return;
      }
      if (Arrays.equals(key, probe)) {
        probeReported = true;
      }
      if (isOneOf(WRITTEN, channel)) {
        watcher.present(rest(key));
      } else if (isOneOf(GONE, channel)) {
        watcher.absent(rest(key));
      }
    }
  }

  private static boolean isOneOf(List<byte[]> channels, byte[] channel) {
    for (int i = 0; i < channels.size(); i++) {
      if (Arrays.equals(channels.get(i), channel)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing is reported from now on. Does not wait. */
  CompletableFuture<Void> close() {
    closed = true;
    return StoreDriver.shutDown(client);
  }
}
