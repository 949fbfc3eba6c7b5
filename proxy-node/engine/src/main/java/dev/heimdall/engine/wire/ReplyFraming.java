package dev.heimdall.engine.wire;

import io.netty.buffer.ByteBuf;

/** Where the messages of a server end, and which of them answer statements. */
public interface ReplyFraming {
  /**
   * How long the message is that begins there.
   *
   * @param at its header is here
   */
  long total(ByteBuf in, int at);

  /** Whether it answers a statement, rather than being said beside it. */
  boolean answers(ByteBuf in, int at);
}
