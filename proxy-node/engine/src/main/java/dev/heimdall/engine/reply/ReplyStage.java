package dev.heimdall.engine.reply;

import io.netty.buffer.ByteBuf;

/** One of the stages of a {@link ReplyGate}. */
@FunctionalInterface
public interface ReplyStage {
  /**
   * A piece of an answer has come as far as this stage.
   *
   * @param from null for what no server connection is passing on at the moment
   * @param consumed released or kept where this returns true; the next stage's otherwise
   * @return whether it goes no further now
   */
  boolean takes(ReplySource from, ByteBuf consumed);
}
