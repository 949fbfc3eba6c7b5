package dev.heimdall.engine.pipeline;

/**
 * Answers what a client asks for in the place of a server, or leaves it to the next one. All are
 * asked in every state of a session, so that none is passed over where it has a server connection:
 * who answers only where there is none says so itself.
 */
public interface Responder {
  /** Leaves every request to the next one. */
  Responder NONE = request -> Outcome.NEXT;

  /** Outcome of a request. */
  enum Outcome {
    /** It was answered, and taken: the reader goes on. */
    DONE,
    /** It comes again when something has happened: the reader stops. */
    WAIT,
    /** Another responder answers it. */
    NEXT
  }

  /** Answers the request, and takes it out of the input, if it is one that it answers. */
  Outcome answer(Request request);
}
