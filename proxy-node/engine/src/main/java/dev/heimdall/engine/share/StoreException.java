package dev.heimdall.engine.share;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletionException;

/** A request to the shared store has failed; says why in words that contain no key and no value. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Message of the driver where a connection has ended, whatever it may have heard before. */
  static final String CLOSED = "Connection closed prematurely";

  /**
   * Message of the driver instead where the connection ended before the driver waited for its
   * handshake.
   */
  private static final String CLOSED_EARLIER = "RedisHandshakeHandler not registered";

  StoreException(String message) {
    super(message, null, false, false);
  }

  /** Returns the failure in words that may be logged. */
  public static StoreException of(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof StoreException known) {
      return known;
    }
    String said = reason(cause);
    // Of a command that a server does not know it quotes the arguments.
    boolean quotes = cause instanceof RedisCommandExecutionException && said.startsWith("ERR");
    return new StoreException(quotes ? "its server answers ERR" : said);
  }

  /** Message of the store, the network or the driver. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String said = cause.getMessage();
    if (said == null) {
      return cause.getClass().getSimpleName();
    }
    return said.equals(CLOSED_EARLIER) ? CLOSED : said.lines().findFirst().orElse("");
  }
}
