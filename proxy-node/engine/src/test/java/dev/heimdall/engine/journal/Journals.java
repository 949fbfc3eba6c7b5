package dev.heimdall.engine.journal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Journals of tests that look at what is sent: what of answers goes to the client is released. */
public final class Journals {
  private Journals() {}

  /** One that keeps nothing to compare answers by. */
  public static Journal unchecked() {
    return checkedBy(null);
  }

  /** One that keeps this of answers that were delivered in part. */
  public static Journal checkedBy(ReplyChecksum checksum) {
    return new Journal(
        new HeldReply(
            UnpooledByteBufAllocator.DEFAULT,
            new DeliveredPart(checksum, () -> new byte[1]),
            ByteBuf::release),
        UnpooledByteBufAllocator.DEFAULT);
  }
}
