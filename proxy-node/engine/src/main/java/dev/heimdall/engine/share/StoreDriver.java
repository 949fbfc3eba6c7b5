package dev.heimdall.engine.share;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Common settings of all clients of the driver: how long they wait, share, and how they end. */
final class StoreDriver {
  /** Timeout for a server to connect, and to answer. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * Event loops go on for so long once they have nothing to do: a connection that is just being
   * opened would stay open when they are gone.
   */
  static final Duration QUIET = Duration.ofMillis(100);

  private StoreDriver() {}

  /**
   * Resources that clients share, until {@link #end}. Its event loops stay while clients come and
   * go: the driver's timer for a connection that was refused fires later, and needs the loop of it.
   */
  static ClientResources resources() {
    ClientResources resources =
        DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    resources.eventLoopGroupProvider().allocate(Transports.eventLoopGroupClass());
    return resources;
  }

  /** Ends what clients share, once nothing is under way any more. Does not wait. */
  static void end(ClientResources resources) {
    resources.shutdown(QUIET.toMillis(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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
          .shutdownAsync(QUIET.toMillis(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .whenComplete((done, failure) -> ended.complete(null));
    } catch (RuntimeException e) {
      ended.complete(null); // its loops have ended before
    }
  }
}
