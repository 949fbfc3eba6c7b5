package dev.heimdall.engine.wire;

/**
 * How far the data of a server goes, in the terms of its engine. Positions of one cluster can be
 * compared as long as it has the same writer.
 */
public interface Position {
  /** Before everything; also where nobody knows how far a server is. */
  Position NONE = other -> other == Position.NONE;

  /** Beyond everything that any server has. */
  Position BEYOND = other -> true;

  /** Whether everything is here that is at the other one. */
  boolean covers(Position other);

  /** Of two, the one that covers the other. */
  static Position further(Position one, Position other) {
    return one.covers(other) ? one : other;
  }
}
