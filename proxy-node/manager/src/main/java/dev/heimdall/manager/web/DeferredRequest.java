package dev.heimdall.manager.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Deferred request: thrown by work that has to wait before it can begin. The request gives its slot
 * and its thread back, and begins anew once the wait is over. Nothing may have been done before.
 */
public final class DeferredRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CompletionStage<?> until;

  /**
   * @param until what is waited for; {@link Request#waited} says how long that has taken so far
   */
  public DeferredRequest(CompletionStage<?> until) {
    super("to be taken up again", null, false, false);
    this.until = until;
  }

  /** After some time. */
  public static DeferredRequest after(Duration time) {
    return until(new CompletableFuture<>(), time);
  }

  /**
   * Once something is there, or some time has passed.
   *
   * @param event is completed with null by then: one that others have, too, is to be a copy
   */
  public static DeferredRequest until(CompletableFuture<?> event, Duration most) {
    return new DeferredRequest(event.completeOnTimeout(null, most.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** True if there is nothing to wait for any more. */
  public boolean isOver() {
    return until.toCompletableFuture().isDone();
  }

  CompletionStage<?> until() {
    return until;
  }
}
