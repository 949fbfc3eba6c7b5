package dev.heimdall.engine.share;

import java.util.concurrent.CompletableFuture;

/**
 * A statement that is about to change definitions, or may, and that nodes know of before it is
 * sent. Between its commit and the moment at which they hear of that, no node would otherwise doubt
 * by which definitions statements are judged.
 *
 * @param known done when the statement may be sent: when all others know, or can no longer be
 *     waited for; never fails
 * @param over to be run when nothing of it can be committed any more, and what was committed is
 *     announced; nothing happens when it is run again
 */
public record ChangeInProgress(CompletableFuture<Void> known, Runnable over) {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** Change for which there is no other node to notify. */
  static final ChangeInProgress UNANNOUNCED = new ChangeInProgress(DONE, () -> {});

  /** Returns this change, with a further action to be done when it is over. */
  public ChangeInProgress alsoOver(Runnable also) {
    return new ChangeInProgress(
        known,
        () -> {
          over.run();
          also.run();
        });
  }
}
