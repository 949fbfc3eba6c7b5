package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;

/** Meaning of one client's messages for the units that are kept of them. */
public interface UnitMessages {
  /** True if a batch gives a name that is taken already, so that it cannot be sent twice. */
  default boolean namesTaken(ByteBuf batch) {
    return false;
  }

  /** Frees the names that a batch gives, so that it can be sent once more. */
  default void freeNames(ByteBuf batch) {}

  /** Notes what a whole message means for its unit and for those before it. */
  void note(Journal journal, ByteBuf in, byte type, int total);

  /**
   * Notes what a message, or its beginning, means for the log of its transaction.
   *
   * @param at where it begins
   * @param length of what is here
   */
  void note(TransactionLog log, ByteBuf from, int at, int length);
}
