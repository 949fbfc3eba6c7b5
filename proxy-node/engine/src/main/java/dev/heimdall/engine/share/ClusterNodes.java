package dev.heimdall.engine.share;

import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The connections to a cluster's primaries. Each is opened ahead of the first request: the driver
 * rejects what comes while it connects.
 */
final class ClusterNodes {
  private final StatefulRedisClusterConnection<byte[], byte[]> cluster;
  private final Supplier<List<StorePrimary>> primaries;
  private final Set<String> open = ConcurrentHashMap.newKeySet();

  /**
   * @param primaries as far as they are known by now
   */
  ClusterNodes(
      StatefulRedisClusterConnection<byte[], byte[]> cluster,
      Supplier<List<StorePrimary>> primaries) {
    this.cluster = cluster;
    this.primaries = primaries;
  }

  /**
   * Opens those that are not. Does not wait, nor fail: others may be reachable.
   *
   * @param loss told when one of them is lost
   */
  CompletableFuture<Void> open(RedisConnectionStateListener loss) {
    return CompletableFuture.allOf(
        primaries.get().stream()
            .map(
                primary ->
                    cluster
                        .getConnectionAsync(primary.uri().getHost(), primary.uri().getPort())
                        .handle((node, failure) -> opened(primary.name(), node, loss)))
            .toArray(CompletableFuture[]::new));
  }

  private Void opened(
      String name, StatefulConnection<byte[], byte[]> node, RedisConnectionStateListener loss) {
    if (node != null && open.add(name)) {
      node.addListener(loss);
      if (!node.isOpen()) {
        loss.onRedisDisconnected(null);
      }
    }
    return null;
  }
}
