package dev.heimdall.manager;

/** The manager cannot start; the message says why and what to do. */
public final class ControlPlaneException extends Exception {
  private static final long serialVersionUID = 1L;

  ControlPlaneException(String message, Throwable cause) {
    super(message, cause);
  }
}
