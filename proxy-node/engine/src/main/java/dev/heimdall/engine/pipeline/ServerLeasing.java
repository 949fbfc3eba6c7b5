package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;

/** A client's server connection as the {@link QueryPath} sees it. */
public interface ServerLeasing {
  /** The present server connection, if it can be sent something; else null. */
  ServerConnection ready();

  /**
   * True if another message may be sent over it now.
   *
   * @return if not, the reader comes again
   */
  boolean admits(ServerConnection server);

  /** The rules have decided on the request, which is answered next, here or by a server. */
  void judged(byte type);

  /**
   * Chooses where the statement goes, and has a server connection got from there, or a place in a
   * pipeline.
   *
   * @return whether one is ready; if not, the reader comes again
   */
  boolean acquire();

  /** Forwards a message, and notes it in the journal as far as it may be sent again. */
  boolean forward(ServerConnection server, byte type, long total);
}
