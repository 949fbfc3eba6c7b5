package dev.heimdall.engine.pipeline;

/** Answers what a client asks for without a server connection, or leaves it to the next one. */
public interface Responder {
  /** What became of a request. */
  enum Outcome {
    /** It was answered, and taken: the reader goes on. */
    DONE,
    /** It comes again when something has happened: the reader stops. */
    WAIT,
    /** Somebody else answers it. */
    NEXT
  }

  /**
   * Answers the message at the reader's position, and those that belong to it.
   *
   * @param type of the message, in its protocol's terms
   * @param total its length
   */
  Outcome answer(byte type, long total);
}
