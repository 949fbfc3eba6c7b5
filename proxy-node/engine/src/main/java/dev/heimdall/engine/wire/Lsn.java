package dev.heimdall.engine.wire;

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
}
