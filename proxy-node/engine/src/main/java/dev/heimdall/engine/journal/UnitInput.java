package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;

/** What a client has sent and the node has not handled. */
public interface UnitInput {
  /** Whether there is any. */
  boolean waits();

  /** Its length, without what was set aside. */
  int unread();

  /** Whether the rest of a message is still to come. */
  boolean midMessage();

  /** Leaves out the statement that waits, or what has not been handled of its batch. */
  void dropStatement();

  /** What waits, and what comes, waits behind what is read again until it is put back. */
  void setAside();

  /** Whether what comes waits behind what is read again. */
  boolean isSetAside();

  /**
   * Has the reader read what was set aside, and nothing that is left of what was read again.
   *
   * @param inFront what to read before it, or null
   */
  void putBack(ByteBuf inFront);
}
