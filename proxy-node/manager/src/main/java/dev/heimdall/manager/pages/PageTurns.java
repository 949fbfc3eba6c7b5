package dev.heimdall.manager.pages;

import dev.heimdall.manager.web.Later;
import dev.heimdall.manager.web.Refusal;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * How many pages that show the configuration are made at a time: a large document is in memory
 * several times over while its page is made. The others wait for a while.
 */
final class PageTurns {
  /** Bytes of heap for each of them: enough for a page of the largest document. */
  private static final long EACH = 96L << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration AGAIN = Duration.ofMillis(50);

  private final Semaphore turns;

  PageTurns(long heap) {
    turns = new Semaphore((int) Math.min(64, Math.max(1, heap / EACH)));
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
   * @throws Refusal 503: there was none for ten seconds
   */
  Turn take(Duration waited) throws Refusal {
    if (turns.tryAcquire()) {
      return turns::release;
    }
    if (waited.compareTo(PATIENCE) < 0) {
      throw Later.after(AGAIN);
    }
    throw new Refusal(503, "busy", "Too many pages are being made: try again in a moment.");
  }
}
