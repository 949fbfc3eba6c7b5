package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Leases for work that one node of a fleet does for all of them: the holder of a work's lease is
 * its leader until the lease expires. Nothing here waits, and everything fails while the store is
 * unavailable.
 */
public interface LeaderLeases {
  /**
   * Tries to get the lease of a work, which expires after this time also where its holder has
   * stopped.
   *
   * @return whether this node holds it now; then no other node gets it before it expires
   */
  CompletableFuture<Boolean> acquire(String work, Duration expires);

  /** Lets no node acquire the lease before this time is over. */
  CompletableFuture<Void> backOff(String work, Duration time);

  /** Publishes a result of the work to the other nodes, for this time. */
  CompletableFuture<Void> publish(String work, String result, Duration expires);

  /** The result that was published last, if it has not expired. */
  CompletableFuture<Optional<String>> published(String work);
}
