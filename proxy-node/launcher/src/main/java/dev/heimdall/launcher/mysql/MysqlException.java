package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ServerException;

/** A server could not be had, started or asked. The message names it. */
public final class MysqlException extends ServerException {
  private static final long serialVersionUID = 1L;

  MysqlException(String message) {
    super(message);
  }

  MysqlException(String message, Throwable cause) {
    super(message, cause);
  }
}
