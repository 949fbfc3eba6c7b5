package dev.heimdall.engine.wire;

import java.util.OptionalLong;

/**
 * A position in a log that only grows.
 *
 * @param bytes from its beginning
 */
public record Lsn(long bytes) implements Position {
  @Override
  public boolean covers(Position other) {
    return other == Position.NONE || (other instanceof Lsn lsn && bytes >= lsn.bytes);
  }

  @Override
  public long behind(Position other) {
    return other instanceof Lsn lsn ? Math.max(0, lsn.bytes - bytes) : UNKNOWN;
  }

  @Override
  public String spelled() {
    return Long.toString(bytes);
  }

  @Override
  public boolean isPassedBy(String spelled) {
    try {
      return Long.parseLong(spelled) > bytes;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public OptionalLong bytesOfLog() {
    return OptionalLong.of(bytes);
  }
}
