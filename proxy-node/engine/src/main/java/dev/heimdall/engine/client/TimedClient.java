package dev.heimdall.engine.client;

import dev.heimdall.engine.wire.ServerError;

/** A session as its {@link TimeLimits} see it; all on its event loop. */
public interface TimedClient {
  /** Nanoseconds of the loop's clock when the client last sent or was answered something. */
  long lastActivity();

  /** True if it waits for nothing but the client. */
  boolean resting();

  boolean inTransaction();

  /** True if the client has sent a part of an extended-protocol batch. */
  boolean batchOpen();

  /** True if the client has sent the beginning of a message only. */
  boolean awaitsRestOfMessage();

  /**
   * True if a statement has been in progress for longer.
   *
   * @param now by the loop's clock
   */
  boolean overdue(long now, long nanos);

  /** Ends the statement that is overdue. */
  void cancelOverdue();

  /**
   * True if a server was asked to end an overdue statement that long ago and has not.
   *
   * @param now by the loop's clock
   */
  boolean cancelIgnored(long now, long nanos);

  /** Closes the connection to that server; the client gets an error. */
  void abandonOverdue();

  /**
   * True if a server connection waits for the client to read, and it has read nothing for longer.
   *
   * @param now by the loop's clock
   */
  boolean readsNothing(long now, long nanos);

  /** Ends the client that reads nothing. */
  void endUnread();

  /** Sends an error and closes. */
  void fatal(ServerError error);
}
