package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;

/**
 * Answers what a client asks for in the place of a server, or leaves it to the next one. All are
 * asked in every state of a session, so that none is passed over where it has a server connection:
 * who answers only where there is none says so itself.
 */
public interface Responder {
  /** Leaves every request to the next one. */
  Responder NONE = (server, type, total) -> Outcome.NEXT;

  /** Outcome of a request. */
  enum Outcome {
    /** It was answered, and taken: the reader goes on. */
    DONE,
    /** It comes again when something has happened: the reader stops. */
    WAIT,
    /** Another responder answers it. */
    NEXT
  }

  /**
   * Answers the message at the reader's position, and those that belong to it.
   *
   * @param server that the client has a connection to; null where it has none
   * @param type of the message, in its protocol's terms
   * @param total its length
   */
  Outcome answer(ServerConnection server, byte type, long total);
}
