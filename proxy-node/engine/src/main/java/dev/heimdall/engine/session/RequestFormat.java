package dev.heimdall.engine.session;

import dev.heimdall.engine.journal.UnitFormat;
import io.netty.buffer.ByteBuf;

/**
 * Facts that the bytes of a client's messages show: where they end, and what they are for. Types
 * are bytes that only the protocol has a meaning for.
 */
public interface RequestFormat extends UnitFormat {
  /**
   * The bytes that the message at the reader's position has at least, where its length stands only
   * further on.
   */
  default long least(ByteBuf in) {
    return 0;
  }

  /**
   * The length of the message at the reader's position.
   *
   * @return with its header; 0 as long as that is not here; of an invalid header less
   */
  long total(ByteBuf in);

  /** The length that the header at the reader's position claims, in the protocol's own count. */
  long claimed(ByteBuf in);

  /** The type of the message at the reader's position, whose header is here. */
  byte type(ByteBuf in);

  /**
   * Type of the message at the reader's position, when it comes while a server waits for data: a
   * COPY's, or a file.
   */
  default byte typeOfData(ByteBuf in) {
    return type(in);
  }

  /**
   * True if a message of this type may be so long.
   *
   * @param most bytes of any message
   */
  boolean permits(byte type, long total, long most);

  /** True if it belongs to a dialogue within a statement that runs: a COPY's data, for instance. */
  default boolean ofDialogue(byte type) {
    return false;
  }

  /** True if the client takes its leave with it. */
  default boolean terminates(byte type) {
    return false;
  }

  /** True if servers have tables of which no rollback takes anything back. */
  default boolean hasLastingTables() {
    return false;
  }

  /** True if it ends a batch. */
  default boolean endsBatch(byte type) {
    return false;
  }

  /** True if it is a request by itself, which an error ends, rather than part of a batch. */
  default boolean standsAlone(byte type) {
    return true;
  }

  /** The length of the rest of the statement or batch that waits, which is here whole. */
  int statement(ByteBuf in);
}
