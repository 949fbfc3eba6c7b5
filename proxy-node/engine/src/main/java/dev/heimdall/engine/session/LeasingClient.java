package dev.heimdall.engine.session;

/** A session as messages see it that may need a server connection; all on its loop. */
public interface LeasingClient {

  /** Groups of messages that are not answered. */
  int outstanding();

  /** The connection may be given back. */
  void settle();
}
