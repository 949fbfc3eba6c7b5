package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;

/** Format of a client's messages, as far as their bytes show the units that they form. */
public interface UnitFormat {
  /** True if a message of this type is the text of statements to be carried out at once. */
  boolean isQuery(byte type);

  /** True if it asks for a statement, or for a part of one, so that a unit may begin with it. */
  boolean begins(byte type);

  /** True if the client may wait for the answers to what it has sent so far. */
  default boolean flushes(byte type) {
    return false;
  }

  /**
   * The length of what waits first, if it is one statement, or so many up to the end of one batch,
   * that stands alone, whatever is behind it.
   *
   * @return 0 when it does not stand alone, is longer than that, or is not here whole
   */
  int alone(ByteBuf in, int most, int statements);

  /**
   * The length of all that waits, if it is one statement that stands alone.
   *
   * @return 0 when there is anything else, it is longer than that, or is not here whole
   */
  int whole(ByteBuf in, int most);

  /**
   * True if what waits first is here whole and has one statement prepared, and perhaps described,
   * but not run.
   */
  default boolean onlyPrepares(ByteBuf in) {
    return false;
  }

  /** True if a batch begins by preparing a statement. */
  default boolean prepares(ByteBuf batch) {
    return false;
  }
}
