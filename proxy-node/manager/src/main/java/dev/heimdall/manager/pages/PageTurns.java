package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Limit of the pages showing the configuration that are made at a time: a large document is in
 * memory several times over while its page is made. The others wait for a while, each until it is
 * its turn, which is then kept for it. Thread-safe.
 */
final class PageTurns {
  /** Bytes of heap for each of them: enough for a page of the largest document. */
  private static final long EACH = 96L << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Time that a turn is kept for a request: one that was called, and does not come for longer, may
   * never come.
   */
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final int most;
  private final Duration patience;
  private final Duration kept;

  /** Those that are taken, and those that are reserved. */
  private int taken;

  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();

  /** For whom turns are kept: those that were called. */
  private final Deque<CompletableFuture<Void>> called = new ArrayDeque<>();

  PageTurns(long heap) {
    this((int) Math.min(64, Math.max(1, heap / EACH)), PATIENCE, KEPT);
  }

  /**
   * @param patience how long a request waits
   * @param kept how long a turn waits for a request that was called
   */
  PageTurns(int most, Duration patience, Duration kept) {
    this.most = most;
    this.patience = patience;
    this.kept = kept;
  }

  /** Until it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes one.
   *
   * @param waited how long the request has waited already
   * @throws Later there is none yet
   * @throws Refusal 503: there was none for so long as it waits
   */
  synchronized Turn take(Duration waited) throws Refusal {
    boolean again = !waited.isZero();
    if (again && called.poll() != null) {
      return this::release;
    }
    if (taken < most) {
      taken++;
      return this::release;
    }
    Duration left = patience.minus(waited);
    if (left.isNegative() || left.isZero()) {
      throw new Refusal(503, "busy", "Too many pages are being made: try again in a moment.");
    }
    CompletableFuture<Void> one = new CompletableFuture<>();
    if (again) {
      waiting.addFirst(one);
    } else {
      waiting.addLast(one);
    }
    throw DeferredRequest.until(one, left);
  }

  /** Number of requests that wait for a turn. */
  synchronized int waiting() {
    return (int) waiting.stream().filter(one -> !one.isDone()).count();
  }

  /** The first one that still waits has it now; no later one does. */
  private synchronized void release() {
    CompletableFuture<Void> next = waiting.poll();
    while (next != null && !next.complete(null)) {
      next = waiting.poll();
    }
    if (next == null) {
      taken--;
      return;
    }
    CompletableFuture<Void> first = next;
    called.add(first);
    CompletableFuture.delayedExecutor(kept.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> giveUp(first));
  }

  private synchronized void giveUp(CompletableFuture<Void> one) {
    if (called.remove(one)) {
      release();
    }
  }
}
