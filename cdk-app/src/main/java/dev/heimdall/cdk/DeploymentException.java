package dev.heimdall.cdk;

/** What is to be deployed cannot be; the message says why and what to do. */
public final class DeploymentException extends Exception {
  private static final long serialVersionUID = 1L;

  DeploymentException(String message) {
    super(message);
  }
}
