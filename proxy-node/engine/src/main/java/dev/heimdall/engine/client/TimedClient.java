package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.ServerError;

/** A session as its {@link TimeLimits} see it; all on its event loop. */
public interface TimedClient {
  /** Nanoseconds of the loop's clock when the client last sent or was answered something. */
  long lastActivity();

  /** Whether it waits for nothing but the client. */
  boolean resting();

  boolean inTransaction();

  /** Whether the client has sent a part of an extended-protocol batch. */
  boolean batchOpen();

  /** Whether the client has sent the beginning of a message only. */
  boolean awaitsRestOfMessage();

  /**
   * Whether a statement has been in progress for longer.
   *
   * @param now by the loop's clock
   */
  boolean overdue(long now, long nanos);

  /** Ends the statement that is overdue. */
  void cancelOverdue();

  /** Sends an error and closes. */
  void fatal(ServerError error);
}
