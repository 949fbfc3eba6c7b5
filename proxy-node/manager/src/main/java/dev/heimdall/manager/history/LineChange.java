package dev.heimdall.manager.history;

/**
 * A line of a comparison.
 *
 * @param text may hold a password
 */
public record LineChange(Kind kind, String text) {
  /** Outcome for a line. */
  public enum Kind {
    SAME,
    REMOVED,
    ADDED
  }

  /** It may hold a password. */
  @Override
  public String toString() {
    return kind.name();
  }
}
