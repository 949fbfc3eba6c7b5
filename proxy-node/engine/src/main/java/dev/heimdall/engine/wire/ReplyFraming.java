package dev.heimdall.engine.wire;

import io.netty.buffer.ByteBuf;

/** Boundaries of the messages of a server, and which of them answer statements. */
public interface ReplyFraming {
  /**
   * Length of the message that begins there.
   *
   * @param at its header is here
   */
  long total(ByteBuf in, int at);

  /** Bytes at the beginning of a message that are no part of the answer, all of them here. */
  default int head() {
    return 0;
  }

  /** True if it answers a statement, rather than being said beside it. */
  boolean answers(ByteBuf in, int at);
}
