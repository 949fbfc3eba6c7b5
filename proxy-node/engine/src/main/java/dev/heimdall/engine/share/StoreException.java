package dev.heimdall.engine.share;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletionException;

/** A request to the shared store has failed; says why in words that contain no key and no value. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message, null, false, false);
  }

  /** The same in words that may be logged. */
  public static StoreException of(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof StoreException known) {
      return known;
    }
    String said = StoreConnections.reason(cause);
    // Of a command that a server does not know it quotes the arguments.
    boolean quotes = cause instanceof RedisCommandExecutionException && said.startsWith("ERR");
    return new StoreException(quotes ? "its server answers ERR" : said);
  }
}
