package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Work that one node of a fleet does for all of them, now this one, now that one. Nothing here
 * waits, and everything fails while the store is away.
 */
public interface Turns {
  /**
   * Asks for the turn. A node that has it and goes away keeps it no longer than that either.
   *
   * @return whether it is this node's; then nobody gets it before so long has gone by
   */
  CompletableFuture<Boolean> take(String work, Duration lasts);

  /** Lets nobody have the turn before so long has gone by from now. */
  CompletableFuture<Void> rest(String work, Duration lasts);

  /** Leaves what came of the work for the others, for so long. */
  CompletableFuture<Void> leave(String work, String result, Duration lasts);

  /** What was left, if anything is. */
  CompletableFuture<Optional<String>> left(String work);
}
