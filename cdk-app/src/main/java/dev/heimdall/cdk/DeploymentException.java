package dev.heimdall.cdk;

/** Thrown if a planned deployment is impossible; the message states the cause and the remedy. */
public final class DeploymentException extends Exception {
  private static final long serialVersionUID = 1L;

  DeploymentException(String message) {
    super(message);
  }
}
