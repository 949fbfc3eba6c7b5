package dev.heimdall.engine.share;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Connections to the pub/sub channel of all nodes, until one of them is lost. Never waits. */
final class StoreConnections {
  /** What the driver says where a connection has ended, whatever it may have heard before. */
  static final String CLOSED = "Connection closed prematurely";

  /** What it says instead where the connection ended before the driver waited for its handshake. */
  private static final String CLOSED_EARLIER = "RedisHandshakeHandler not registered";

  private final AbstractRedisClient client;
  private final StatefulRedisPubSubConnection<String, String> listening;
  private final StatefulRedisPubSubConnection<String, String> telling;
  private final RedisClusterAsyncCommands<String, String> keys;
  private final boolean cluster;
  private final String at;
  private final List<KeyEventsQuestion.Primary> primaries;

  private StoreConnections(
      AbstractRedisClient client,
      StatefulRedisPubSubConnection<String, String> listening,
      StatefulRedisPubSubConnection<String, String> telling,
      RedisClusterAsyncCommands<String, String> keys,
      boolean cluster,
      String at,
      List<KeyEventsQuestion.Primary> primaries) {
    this.client = client;
    this.listening = listening;
    this.telling = telling;
    this.keys = keys;
    this.cluster = cluster;
    this.at = at;
    this.primaries = primaries;
  }

  /** At one server. */
  static StoreConnections of(
      AbstractRedisClient client,
      StatefulRedisPubSubConnection<String, String> listening,
      StatefulRedisPubSubConnection<String, String> telling,
      RedisURI at) {
    return new StoreConnections(
        client,
        listening,
        telling,
        telling.async(),
        false,
        at.toString(),
        List.of(KeyEventsQuestion.Primary.ofAll(at)));
  }

  /** In a cluster, at whatever servers of it. */
  static StoreConnections of(
      AbstractRedisClient client,
      StatefulRedisPubSubConnection<String, String> listening,
      StatefulRedisPubSubConnection<String, String> telling,
      StatefulRedisClusterConnection<String, String> keys,
      List<KeyEventsQuestion.Primary> primaries) {
    return new StoreConnections(client, listening, telling, keys.async(), true, "", primaries);
  }

  /** Which server it is; nothing in a cluster. */
  String at() {
    return at;
  }

  /** The servers that have the keys. */
  List<KeyEventsQuestion.Primary> primaries() {
    return primaries;
  }

  /** To be called once: who hears, and who is told that a connection was lost. */
  void begin(RedisPubSubListener<String, String> ear, Runnable lost) {
    listening.addListener(ear);
    RedisConnectionStateListener loss =
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            lost.run();
          }
        };
    for (StatefulConnection<String, String> connection : List.of(listening, telling)) {
      connection.addListener(loss);
      if (!connection.isOpen()) {
        lost.run();
      }
    }
  }

  CompletableFuture<Void> subscribe(String channel) {
    return listening.async().subscribe(channel).toCompletableFuture();
  }

  CompletableFuture<Void> unsubscribe(String channel) {
    return listening.async().unsubscribe(channel).toCompletableFuture();
  }

  CompletableFuture<Long> publish(String channel, String text) {
    return telling.async().publish(channel, text).toCompletableFuture();
  }

  /** For what is kept under a key. */
  RedisClusterAsyncCommands<String, String> keys() {
    return keys;
  }

  /** Says in words why nodes must not use this server any more; nothing while they should. */
  CompletableFuture<String> fault() {
    return fault(listening)
        .thenCombine(fault(telling), (one, other) -> one.isEmpty() ? other : one);
  }

  private CompletableFuture<String> fault(
      StatefulRedisPubSubConnection<String, String> connection) {
    RedisPubSubAsyncCommands<String, String> commands = connection.async();
    return cluster
        ? commands
            .clusterInfo()
            .toCompletableFuture()
            .thenApply(
                said -> said.contains("cluster_state:ok") ? "" : "its server has lost the cluster")
        : commands
            .role()
            .toCompletableFuture()
            .thenApply(said -> isPrimary(said) ? "" : "its server is a replica now");
  }

  /** What the command ROLE says of a primary. */
  static boolean isPrimary(List<Object> said) {
    return !said.isEmpty() && "master".equals(said.get(0));
  }

  /** What was told before is still sent. */
  CompletableFuture<Void> close() {
    return shutDown(client);
  }

  /**
   * On a thread of its own: in a cluster the driver waits for connections that it was making, and
   * for one that is never made it waits without end.
   */
  static CompletableFuture<Void> shutDown(AbstractRedisClient client) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Thread thread = new Thread(() -> shutDown(client, ended), "heimdall-store-end");
    thread.setDaemon(true);
    thread.start();
    return ended;
  }

  private static void shutDown(AbstractRedisClient client, CompletableFuture<Void> ended) {
    try {
      client
          .shutdownAsync(
              StoreServers.QUIET.toMillis(),
              StoreServers.PATIENCE.toMillis(),
              TimeUnit.MILLISECONDS)
          .whenComplete((done, failure) -> ended.complete(null));
    } catch (RuntimeException e) {
      ended.complete(null); // its loops have ended before
    }
  }

  /** What the store, the network or the driver said. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String said = cause.getMessage();
    if (said == null) {
      return cause.getClass().getSimpleName();
    }
    return said.equals(CLOSED_EARLIER) ? CLOSED : said.lines().findFirst().orElse("");
  }
}
