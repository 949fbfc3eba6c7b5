package dev.heimdall.engine.handover;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One end of the connection over which two processes exchange frames. */
public abstract class FrameLink extends SimpleChannelInboundHandler<ByteBuf> {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  /** A client whose state is larger stays where it is. */
  public static final int LARGEST_STATE = 16 << 20;

  private static final int LARGEST = LARGEST_STATE + 1024;
  private static final int LENGTH = 4;

  private final Channel channel;

  protected FrameLink(Channel channel) {
    this.channel = channel;
  }

  /** Makes the channel exchange frames through this. */
  public final void install() {
    channel
        .pipeline()
        .addLast(new LengthFieldBasedFrameDecoder(LARGEST, 0, LENGTH, 0, LENGTH))
        .addLast(this);
  }

  protected final Channel channel() {
    return channel;
  }

  /** True if the other end has gone. Callable from any thread. */
  public final boolean isLost() {
    return !channel.isActive();
  }

  /** A frame has come. */
  protected abstract void received(FrameType type, StateReader body);

  /** The other end has gone; called once. */
  protected abstract void lost();

  /** Callable from any thread. */
  public final void send(FrameType type, StateWriter body) {
    channel.writeAndFlush(frame(type, body), channel.voidPromise());
  }

  /** Callable from any thread. */
  public final void send(FrameType type) {
    send(type, new StateWriter());
  }

  /** Sends a last frame, and closes behind it. */
  protected final void sendAndClose(FrameType type, StateWriter body) {
    channel.writeAndFlush(frame(type, body)).addListener(sent -> channel.close());
  }

  private ByteBuf frame(FrameType type, StateWriter body) {
    byte[] bytes = body.toBytes();
    return channel
        .alloc()
        .buffer(LENGTH + 1 + bytes.length)
        .writeInt(1 + bytes.length)
        .writeByte(type.ordinal())
        .writeBytes(bytes);
  }

  @Override
  protected final void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
    FrameType type = FrameType.of(frame.readByte());
    received(type, new StateReader(ByteBufUtil.getBytes(frame)));
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.warn("the connection to the other process of a take-over ends: {}", cause.toString());
    ctx.close();
  }
}
