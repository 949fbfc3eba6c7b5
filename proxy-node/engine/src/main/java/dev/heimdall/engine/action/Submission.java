package dev.heimdall.engine.action;

import java.util.concurrent.CompletableFuture;

/**
 * Result of submitting a statement for later execution.
 *
 * @param accepted whether it is in its queue now
 * @param reason why it is not, in words for an operator; null when it is
 * @param executed completes when it has been carried out or has failed, always normally; null when
 *     it was not accepted
 * @param after when it was not accepted: completes when all that was deferred before on its tables
 *     is done, so that it can be carried out as usual; null when it was accepted
 */
public record Submission(
    boolean accepted,
    String reason,
    CompletableFuture<Executed> executed,
    CompletableFuture<Void> after) {
  static Submission accepted(CompletableFuture<Executed> executed) {
    return new Submission(true, null, executed, null);
  }

  static Submission runNow(String reason, CompletableFuture<Void> after) {
    return new Submission(false, reason, null, after);
  }
}
