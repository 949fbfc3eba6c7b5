package dev.heimdall.engine.handover;

/** Thrown where data of the other process is not understood here: it may be of another release. */
public final class UnreadableStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadableStateException(String message) {
    super(message);
  }
}
