package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Position;

/**
 * Position of a server by the names of its transactions, which have no distance: the lag behind
 * another server cannot be determined. Nodes tell one another by the text of it.
 */
public abstract sealed class GtidPosition implements Position permits GtidSet, MariadbGtids {
  /** Characters: it is read on event loops. */
  private static final int MOST_SPELLED = 1000;

  /**
   * One of the same kind.
   *
   * @throws IllegalArgumentException when it is spelled otherwise
   */
  abstract Position read(String spelled);

  @Override
  public final long behind(Position other) {
    return covers(other) ? 0 : UNKNOWN;
  }

  @Override
  public final String spelled() {
    String text = toString();
    return text.length() > MOST_SPELLED ? "" : text;
  }

  @Override
  public final boolean isPassedBy(String spelled) {
    if (spelled.isEmpty() || spelled.length() > MOST_SPELLED) {
      return false;
    }
    try {
      Position other = read(spelled);
      return other.covers(this) && !covers(other);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
