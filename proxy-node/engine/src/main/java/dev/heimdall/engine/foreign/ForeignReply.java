package dev.heimdall.engine.foreign;

import io.netty.buffer.ByteBuf;

/** Receiver of the reply to a statement. Called on a thread of the data source's, in order. */
public interface ForeignReply {
  /** A buffer to be filled with messages. */
  ByteBuf buffer();

  /**
   * Some whole messages, which are the receiver's now; it says {@link ForeignCall#goOn} for each
   * such piece when it can take another.
   */
  void piece(ByteBuf consumed);

  /** The end, once. */
  void done(ForeignOutcome outcome);
}
