package dev.heimdall.engine.share;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Connections for bytes under keys, until a request on one of them has had no reply. */
final class ByteConnections {
  private final AbstractRedisClient client;
  private final RedisClusterAsyncCommands<byte[], byte[]> commands;
  private final Supplier<List<StorePrimary>> primaries;
  private final Consumer<RedisConnectionStateListener> refresh;

  /** Some server had no connection since the last look. */
  private volatile boolean unreachable;

  private volatile boolean over;
  private volatile Consumer<ByteConnections> lost = connections -> {};

  /**
   * @param primaries the servers that have the keys, as far as is known by now
   * @param refresh looks which servers these are, and connects to them, telling of losses; does not
   *     wait
   */
  ByteConnections(
      AbstractRedisClient client,
      RedisClusterAsyncCommands<byte[], byte[]> commands,
      Supplier<List<StorePrimary>> primaries,
      Consumer<RedisConnectionStateListener> refresh) {
    this.client = client;
    this.commands = commands;
    this.primaries = primaries;
    this.refresh = refresh;
  }

  /** To be added to a connection that all of this stands and falls with. */
  RedisConnectionStateListener loss() {
    return new RedisConnectionStateListener() {
      @Override
      public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
        lose();
      }
    };
  }

  private void lose() {
    over = true;
    lost.accept(this);
  }

  /** True if one of them is lost. */
  boolean over() {
    return over;
  }

  /** To be called once: who is told, maybe more than once, that these are of no use any more. */
  void begin(Consumer<ByteConnections> lost) {
    this.lost = lost;
  }

  List<StorePrimary> primaries() {
    return primaries.get();
  }

  /** To be called now and then. */
  void look() {
    if (unreachable) {
      unreachable = false;
      refresh.accept(loss());
    }
  }

  CompletionStage<byte[]> get(byte[] key) {
    return judged(commands.get(key));
  }

  CompletionStage<Void> set(byte[] key, byte[] value, Duration kept) {
    return judged(commands.set(key, value, SetArgs.Builder.px(kept))).thenAccept(said -> {});
  }

  CompletionStage<Void> delete(byte[] key) {
    return judged(commands.del(key)).thenAccept(count -> {});
  }

  private <T> CompletionStage<T> judged(CompletionStage<T> request) {
    return request.handle(
        (reply, failure) -> {
          if (failure == null) {
            return reply;
          }
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof RedisCommandTimeoutException) {
            // What is not answered stays with its connection, and is in the way of all after it.
            lose();
          } else if (!(cause instanceof RedisCommandExecutionException)) {
            unreachable = true;
          }
          throw StoreException.of(cause);
        });
  }

  /** Fails what is not answered. */
  CompletableFuture<Void> close() {
    return StoreDriver.shutDown(client);
  }
}
