package dev.heimdall.engine.wire.sqlserver;

import dev.heimdall.engine.wire.Position;
import java.util.OptionalLong;

/**
 * Position of a Babelfish server in the log of its PostgreSQL. Servers on another timeline have
 * another history from some place on, so nothing of theirs is covered.
 *
 * @param bytes from the beginning of the log
 */
public record BabelfishLsn(long timeline, long bytes) implements Position {
  @Override
  public boolean covers(Position other) {
    return other == Position.NONE
        || other instanceof BabelfishLsn lsn && timeline == lsn.timeline && bytes >= lsn.bytes;
  }

  /** A later timeline begins with what the earlier ones have kept. */
  @Override
  public Position with(Position other) {
    if (!(other instanceof BabelfishLsn lsn)) {
      return other == Position.NONE ? this : Position.BEYOND;
    }
    return timeline == lsn.timeline
        ? new BabelfishLsn(timeline, Math.max(bytes, lsn.bytes))
        : timeline > lsn.timeline ? this : lsn;
  }

  @Override
  public long behind(Position other) {
    return other instanceof BabelfishLsn lsn && timeline == lsn.timeline
        ? Math.max(0, lsn.bytes - bytes)
        : UNKNOWN;
  }

  @Override
  public String spelled() {
    return timeline + "/" + bytes;
  }

  @Override
  public boolean isPassedBy(String spelled) {
    int at = spelled.indexOf('/');
    if (at < 0) {
      return false;
    }
    try {
      return Long.parseLong(spelled.substring(0, at)) == timeline
          && Long.parseLong(spelled.substring(at + 1)) > bytes;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public OptionalLong bytesOfLog() {
    return OptionalLong.of(bytes);
  }
}
