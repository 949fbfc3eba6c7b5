package dev.heimdall.engine.dialect.sqlserver.login;

import dev.heimdall.engine.dialect.sqlserver.answer.Attentions;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Takes attentions out of what a client sends, wherever the session is with what was sent before:
 * an attention is meant for that. Everything else goes on as it came.
 */
final class AttentionGate extends ChannelInboundHandlerAdapter {
  private final Attentions attentions;

  /** Bytes that have not come of the packet whose header was seen. */
  private int remaining;

  /** The beginning of a header whose rest has not come. */
  private ByteBuf cut;

  AttentionGate(Attentions attentions) {
    this.attentions = attentions;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (cut != null) {
      in = ctx.alloc().buffer(cut.readableBytes() + in.readableBytes()).writeBytes(cut);
      in.writeBytes((ByteBuf) message);
      cut.release();
      cut = null;
      ((ByteBuf) message).release();
    }
    int from = in.readerIndex();
    int at = from + Math.min(remaining, in.readableBytes());
    remaining -= at - from;
    int end = in.writerIndex();
    while (end - at >= TdsPacket.HEADER) {
      int length = Math.max(in.getUnsignedShort(at + 2), TdsPacket.HEADER);
      if (in.getUnsignedByte(at) == TdsPacket.ATTENTION && length == TdsPacket.HEADER) {
        if (attentions.areMessages()) {
          attentions.seen();
          at += length;
          continue;
        }
        pass(ctx, in, from, at);
        at += length;
        from = at;
        attentions.arrived();
      } else {
        int here = Math.min(length, end - at);
        at += here;
        remaining = length - here;
      }
    }
    if (at < end) {
      cut = ctx.alloc().buffer(end - at).writeBytes(in, at, end - at);
      pass(ctx, in, from, at);
      in.release();
    } else if (from == in.readerIndex()) {
      ctx.fireChannelRead(in);
    } else {
      pass(ctx, in, from, end);
      in.release();
    }
  }

  private static void pass(ChannelHandlerContext ctx, ByteBuf in, int from, int to) {
    if (to > from) {
      ctx.fireChannelRead(in.retainedSlice(from, to - from));
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (cut != null) {
      cut.release();
      cut = null;
    }
  }
}
