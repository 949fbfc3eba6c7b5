package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Refusal;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many pages that show the configuration are made at a time: a large document is in memory
 * several times over while its page is made. The others wait for a while.
 */
final class PageTurns {
  /** Bytes of heap for each of them: enough for a page of the largest document. */
  private static final long EACH = 96L << 20;

  private static final long PATIENCE_SECONDS = 10;

  private final Semaphore turns;

  PageTurns(long heap) {
    turns = new Semaphore((int) Math.min(64, Math.max(1, heap / EACH)), /* fair= */ true);
  }

  /** Until it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for one; 503 where there is none for ten seconds. */
  Turn take() throws Refusal {
    try {
      if (turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return turns::release;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new Refusal(503, "busy", "Too many pages are being made: try again in a moment.");
  }
}
