package dev.heimdall.engine.foreign;

import dev.heimdall.engine.wire.ServerError;

/**
 * Outcome of a statement.
 *
 * @param error why it failed; null when it did not
 * @param rows how many rows it gave or changed
 * @param result whether it gave rows, or could have
 * @param limited whether it gave as many rows as were wanted, so that there may be more
 */
public record ForeignOutcome(ServerError error, long rows, boolean result, boolean limited) {
  public static ForeignOutcome failed(ServerError error) {
    return new ForeignOutcome(error, 0, false, false);
  }
}
