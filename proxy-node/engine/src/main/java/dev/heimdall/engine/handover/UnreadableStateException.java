package dev.heimdall.engine.handover;

/** What the other process has written is not understood here: it may be of another release. */
public final class UnreadableStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadableStateException(String message) {
    super(message);
  }
}
