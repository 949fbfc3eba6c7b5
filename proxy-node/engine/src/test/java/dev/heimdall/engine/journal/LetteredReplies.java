package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ReplyFraming;
import io.netty.buffer.ByteBuf;

/** Messages of a letter, their length with its four bytes, and a body; N is said beside answers. */
final class LetteredReplies implements ReplyFraming {
  @Override
  public long total(ByteBuf in, int at) {
    return 1 + in.getUnsignedInt(at + 1);
  }

  @Override
  public boolean answers(ByteBuf in, int at) {
    return in.getByte(at) != 'N';
  }
}
