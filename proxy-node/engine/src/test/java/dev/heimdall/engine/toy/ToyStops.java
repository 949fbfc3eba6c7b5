package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Takes the frames that end a statement out of what a client sends, wherever the session is with
 * what was sent before. All else goes on frame by frame.
 */
final class ToyStops extends ByteToMessageDecoder {
  private final ToyEncoder encoder;

  ToyStops(ToyEncoder encoder) {
    this.encoder = encoder;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int length = ToyFrame.length(in, in.readerIndex(), in.writerIndex());
    if (length == 0) {
      return;
    }
    if (in.getByte(in.readerIndex()) == ToyFrame.STOP) {
      in.skipBytes(length);
      encoder.stopped();
    } else {
      out.add(in.readRetainedSlice(length));
    }
  }
}
