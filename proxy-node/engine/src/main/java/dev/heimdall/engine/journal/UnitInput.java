package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;

/** Input of a client that the node has not handled. */
public interface UnitInput {
  /** True if there is any. */
  boolean waits();

  /** Its length, without what was set aside. */
  int unread();

  /** True if the rest of a message is still to come. */
  boolean midMessage();

  /** Leaves out the statement that waits, or what has not been handled of its batch. */
  void dropStatement();

  /**
   * Sets aside the waiting input: it, and all that comes, waits behind the input that is read again
   * until it is put back.
   */
  void setAside();

  /** True if what comes waits behind what is read again. */
  boolean isSetAside();

  /**
   * Has the reader read what was set aside, and nothing that is left of what was read again.
   *
   * @param inFront what to read before it, or null
   */
  void putBack(ByteBuf inFront);
}
