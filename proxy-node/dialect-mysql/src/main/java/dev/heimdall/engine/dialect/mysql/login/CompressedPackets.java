package dev.heimdall.engine.dialect.mysql.login;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.ProtocolException;
import java.util.zip.DataFormatException;

/**
 * Stands between a client's channel and its session where the two have agreed on compression: what
 * passes is cut into compressed packets and put together again, whatever packets of the protocol
 * are in them. The answer to the log-in is the last one that goes as it is.
 *
 * <p>A compressed packet has the length of its content as it is sent (3 bytes), a number that
 * counts on through a command and its reply, and the length of its content decompressed (3 bytes),
 * 0 where it was not compressed at all; MySQL's documentation, "Compressed Packet".
 */
final class CompressedPackets extends ChannelDuplexHandler {
  private static final int HEADER = 7;

  /** Shorter ones get no shorter. */
  private static final int COMPRESSED_FROM = 50;

  /**
   * Of what one compressed packet has for content, so that its work takes a millisecond at most.
   */
  private static final int PART = 64 * 1024;

  private enum State {
    /** The log-in is not answered. */
    LOG_IN,
    /** Its answer is written, and leaves with the next flush. */
    ANSWERED,
    COMPRESSED,
    /** The client has sent something else. */
    BROKEN
  }

  private final Compression compression;
  private final int level;
  private final Compression.Tools tools;
  private State state = State.LOG_IN;

  /** Of the next packet that is written. */
  private int number;

  /** Received part of a packet that is incomplete, or that the session does not read yet. */
  private ByteBuf come;

  /**
   * @param level of zstd
   */
  CompressedPackets(Compression compression, int level, Compression.Tools tools) {
    this.compression = compression;
    this.level = level;
    this.tools = tools;
  }

  private void become(State next) {
    state = next;
  }

  // ---- what the client sends

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (state == State.BROKEN) {
      in.release();
      return;
    }
    come = come == null ? in : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), come, in);
    deliver(ctx);
  }

  /** As long as the session reads: the content of one packet may be 16 MiB. */
  private void deliver(ChannelHandlerContext ctx) {
    while (come != null && whole() && ctx.channel().config().isAutoRead()) {
      ByteBuf content;
      try {
        content = next(ctx);
      } catch (DataFormatException e) {
        broken(ctx);
        return;
      }
      if (!come.isReadable()) {
        release();
      }
      ctx.fireChannelRead(content);
    }
  }

  private boolean whole() {
    return come.readableBytes() >= HEADER
        && come.readableBytes() - HEADER >= come.getUnsignedMediumLE(come.readerIndex());
  }

  private ByteBuf next(ChannelHandlerContext ctx) throws DataFormatException {
    int length = come.readUnsignedMediumLE();
    number = come.readUnsignedByte() + 1;
    int decompressed = come.readUnsignedMediumLE();
    if (decompressed == 0) {
      return come.readRetainedSlice(length);
    }
    byte[] from = new byte[length];
    come.readBytes(from);
    byte[] to = new byte[decompressed];
    compression.decompress(tools, from, to);
    return ctx.alloc().buffer(decompressed).writeBytes(to);
  }

  private void broken(ChannelHandlerContext ctx) {
    become(State.BROKEN);
    release();
    ctx.fireExceptionCaught(new ProtocolException("a malformed compressed packet"));
    ctx.close();
  }

  private void release() {
    if (come != null) {
      come.release();
      come = null;
    }
  }

  /** The session reads on: what has come already is first, but not before its present step ends. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (come != null && whole()) {
      ctx.executor().execute(() -> deliverLater(ctx));
    }
    ctx.read();
  }

  private void deliverLater(ChannelHandlerContext ctx) {
    if (!ctx.isRemoved() && ctx.channel().isActive()) {
      deliver(ctx);
      ctx.fireChannelReadComplete();
    }
  }

  // ---- what the client is sent

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    switch (state) {
      case LOG_IN, ANSWERED -> {
        become(State.ANSWERED);
        ctx.write(message, promise);
      }
      case COMPRESSED, BROKEN -> ctx.write(packets(ctx, (ByteBuf) message), promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (state == State.ANSWERED) {
      become(State.COMPRESSED);
    }
    ctx.flush();
  }

  private ByteBuf packets(ChannelHandlerContext ctx, ByteBuf content) {
    try {
      ByteBuf out = ctx.alloc().buffer(content.readableBytes() + HEADER);
      while (content.isReadable()) {
        packet(content, Math.min(PART, content.readableBytes()), out);
      }
      return out;
    } finally {
      content.release();
    }
  }

  private void packet(ByteBuf content, int length, ByteBuf out) {
    int sent = length;
    byte[] compressed = null;
    if (length >= COMPRESSED_FROM) {
      byte[] part = new byte[length];
      content.getBytes(content.readerIndex(), part);
      byte[] room = new byte[compression.most(length)];
      int shorter = compression.compress(tools, level, part, length, room);
      if (shorter < length) {
        compressed = room;
        sent = shorter;
      }
    }
    out.writeMediumLE(sent).writeByte(number++).writeMediumLE(compressed == null ? 0 : length);
    if (compressed == null) {
      out.writeBytes(content, length);
    } else {
      out.writeBytes(compressed, 0, sent);
      content.skipBytes(length);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    release();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    ctx.fireChannelInactive();
  }
}
