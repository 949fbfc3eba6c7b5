package dev.heimdall.engine.wire;

import java.util.OptionalLong;

/**
 * Position up to which the data of a server goes, in the terms of its engine. Positions of one
 * cluster can be compared as long as it has the same writer. Of two, neither need be further than
 * the other: sets of transactions may each have what the other lacks.
 */
public interface Position {
  /** Stands for what {@link #behind} cannot count. */
  long UNKNOWN = -1;

  /** Before everything; also where it is unknown how far a server is. */
  Position NONE = other -> other == Position.NONE;

  /** Beyond everything that any server has. */
  Position BEYOND = other -> true;

  /** True if everything is here that is at the other one. */
  boolean covers(Position other);

  /**
   * A position that covers this one and another of the same engine, where neither of them covers
   * the other.
   */
  default Position with(Position other) {
    return BEYOND;
  }

  /** Number of bytes of log that are missing here and are at the other one, or {@link #UNKNOWN}. */
  default long behind(Position other) {
    return UNKNOWN;
  }

  /**
   * In characters, the same at all nodes, for {@link #isPassedBy}; empty where it is unknown, or it
   * takes very many.
   */
  default String spelled() {
    return "";
  }

  /**
   * True if another one has all that is here, and more. So of one server that is found at the two,
   * at this one it was found earlier: what it has never becomes less.
   *
   * @param spelled the other one, or anything
   */
  default boolean isPassedBy(String spelled) {
    return false;
  }

  /** The bytes of log up to here, where the engine counts so. */
  default OptionalLong bytesOfLog() {
    return OptionalLong.empty();
  }

  /** Position that covers both: one of them where that is enough. */
  static Position further(Position one, Position other) {
    if (one.covers(other)) {
      return one;
    }
    return other.covers(one) ? other : one.with(other);
  }
}
