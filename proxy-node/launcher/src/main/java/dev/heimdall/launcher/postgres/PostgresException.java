package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.ServerException;

/**
 * An embedded PostgreSQL could not be had, started, stopped or asked. The message names the server.
 */
public final class PostgresException extends ServerException {
  private static final long serialVersionUID = 1L;

  PostgresException(String message) {
    super(message);
  }

  PostgresException(String message, Throwable cause) {
    super(message, cause);
  }
}
