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

/** Connections to the pub/sub channel of all nodes, until one of them is lost. Never waits. */
final class StoreConnections {
  private final AbstractRedisClient client;
  private final StatefulRedisPubSubConnection<String, String> listening;
  private final StatefulRedisPubSubConnection<String, String> telling;
  private final RedisClusterAsyncCommands<String, String> keys;
  private final boolean cluster;
  private final String at;
  private final List<StorePrimary> primaries;

  private StoreConnections(
      AbstractRedisClient client,
      StatefulRedisPubSubConnection<String, String> listening,
      StatefulRedisPubSubConnection<String, String> telling,
      RedisClusterAsyncCommands<String, String> keys,
      boolean cluster,
      String at,
      List<StorePrimary> primaries) {
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
        List.of(StorePrimary.ofAll(at)));
  }

  /** In a cluster, at whatever servers of it. */
  static StoreConnections of(
      AbstractRedisClient client,
      StatefulRedisPubSubConnection<String, String> listening,
      StatefulRedisPubSubConnection<String, String> telling,
      StatefulRedisClusterConnection<String, String> keys,
      List<StorePrimary> primaries) {
    return new StoreConnections(client, listening, telling, keys.async(), true, "", primaries);
  }

  /** Address of the server; empty in a cluster. */
  String at() {
    return at;
  }

  /** The servers that have the keys. */
  List<StorePrimary> primaries() {
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

  /** True if the reply to the command ROLE is that of a primary. */
  static boolean isPrimary(List<Object> said) {
    return !said.isEmpty() && "master".equals(said.get(0));
  }

  /** Closes the connections; what was published before is still sent. */
  CompletableFuture<Void> close() {
    return StoreDriver.shutDown(client);
  }
}
