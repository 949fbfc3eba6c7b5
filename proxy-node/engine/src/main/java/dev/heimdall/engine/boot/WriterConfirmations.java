package dev.heimdall.engine.boot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Callers that wait until a server has reported again that it is the writer. Times are of {@link
 * System#nanoTime}. Thread-safe; no listener is called under the lock.
 */
final class WriterConfirmations {
  private final Map<CompletableFuture<Void>, Long> waiting = new LinkedHashMap<>();
  private boolean ended;

  /** Done when a server has said after {@code now} that it is the writer; who waits may give up. */
  CompletableFuture<Void> since(long now) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    synchronized (this) {
      if (ended) {
        return CompletableFuture.failedFuture(unwatched());
      }
      waiting.put(over, now);
    }
    // A writer may be away for long, and those who gave up must not add up meanwhile.
    over.whenComplete((done, late) -> forget(over));
    return over;
  }

  private synchronized void forget(CompletableFuture<Void> over) {
    waiting.remove(over);
  }

  /** A server has said at this time that it is the writer. */
  void confirmed(long at) {
    List<CompletableFuture<Void>> over = new ArrayList<>();
    synchronized (this) {
      waiting.forEach(
          (doubt, since) -> {
            if (at - since > 0) {
              over.add(doubt);
            }
          });
    }
    over.forEach(doubt -> doubt.complete(null));
  }

  /** Nothing more will be found. */
  void end() {
    List<CompletableFuture<Void>> left;
    synchronized (this) {
      ended = true;
      left = List.copyOf(waiting.keySet());
    }
    left.forEach(doubt -> doubt.completeExceptionally(unwatched()));
  }

  /** Number of waiting callers. */
  synchronized int size() {
    return waiting.size();
  }

  private static IOException unwatched() {
    return new IOException("the cluster is not watched any more");
  }
}
