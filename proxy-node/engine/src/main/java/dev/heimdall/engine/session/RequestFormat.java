package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;

/**
 * What the bytes of a client's messages show: where they end, and what they are for. Types are
 * bytes that only the protocol has a meaning for.
 */
public interface RequestFormat {
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
   * Whether a message of this type may be so long.
   *
   * @param most bytes of any message
   */
  boolean permits(byte type, long total, long most);

  /** Whether it belongs to a dialogue within a statement that runs: a COPY's data, for instance. */
  boolean ofDialogue(byte type);

  /** Whether the client takes its leave with it. */
  boolean terminates(byte type);

  /** Whether it ends a batch. */
  boolean endsBatch(byte type);

  /** Whether it is a request by itself, which an error ends, rather than part of a batch. */
  boolean standsAlone(byte type);

  /** Whether it is the text of statements to be carried out at once. */
  boolean isQuery(byte type);

  /** Whether it asks for a statement, or for a part of one, so that a unit may begin with it. */
  boolean begins(byte type);

  /** Whether the client may wait for the answers to what it has sent so far. */
  boolean flushes(byte type);

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

  /** Whether a batch begins by preparing a statement. */
  boolean prepares(ByteBuf batch);

  /** The length of the rest of the statement or batch that waits, which is here whole. */
  int statement(ByteBuf in);
}
