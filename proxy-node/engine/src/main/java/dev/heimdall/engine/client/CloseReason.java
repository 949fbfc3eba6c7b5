package dev.heimdall.engine.client;

/**
 * Reason that a client's connection was closed.
 *
 * @param orderly whether the client did it: an everyday event
 * @param words a phrase for the log
 */
public record CloseReason(boolean orderly, String words) {
  public static final CloseReason BY_CLIENT = new CloseReason(true, "client closed the connection");

  /** The node did it. */
  public static CloseReason of(String words) {
    return new CloseReason(false, words);
  }
}
