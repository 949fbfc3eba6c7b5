package dev.heimdall.launcher.embedded;

/** An embedded server could not be had, started, stopped or asked. The message names the server. */
public class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ServerException(String message) {
    super(message);
  }

  public ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
