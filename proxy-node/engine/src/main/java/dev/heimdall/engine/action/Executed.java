package dev.heimdall.engine.action;

/**
 * Outcome of a statement of the node's own.
 *
 * @param rows the rows that it changed
 * @param sqlstate why it failed; null when it did not
 * @param message what the server said, for the statement's own client and no other; null when it
 *     did not fail
 * @param number what the server calls the error, where it numbers them; else 0
 */
public record Executed(long rows, String sqlstate, String message, int number) {
  /** One that has no number. */
  public Executed(long rows, String sqlstate, String message) {
    this(rows, sqlstate, message, 0);
  }

  static Executed rows(long rows) {
    return new Executed(rows, null, null);
  }

  static Executed failed(String sqlstate, String message) {
    return new Executed(0, sqlstate, message);
  }

  /** True if it was carried out. */
  public boolean succeeded() {
    return sqlstate == null;
  }

  @Override
  public String toString() {
    return succeeded() ? rows + " rows" : "failed with " + sqlstate;
  }
}
