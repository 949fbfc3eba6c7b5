package dev.heimdall.engine.session;

/** A session as messages see it that may need a server connection; all on its loop. */
public interface LeasingClient {

  /** Groups of messages that are not answered. */
  int outstanding();

  /**
   * The message at the reader's position needs a server connection.
   *
   * @return whether the reader may go on
   */
  boolean needServer();

  /** The connection may be given back. */
  void settle();
}
