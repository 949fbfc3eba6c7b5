package dev.heimdall.engine.kit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** The server's end of one connection: requests are answered in order, at once or when released. */
public abstract class KitSession extends ChannelInboundHandlerAdapter {
  private final Deque<Consumer<ByteBuf>> waiting = new ArrayDeque<>();
  private final List<String> received = new ArrayList<>();
  private KitServers<?> servers;
  private Channel channel;
  private ByteBuf input;

  /** Answers that are written, and not sent. */
  private ByteBuf unsent;

  /** How many texts had come when it was marked. */
  private int marked;

  final void of(KitServers<?> of) {
    servers = of;
  }

  /** Takes what is whole of the input, and has it {@link #answered}. */
  protected abstract void read(ByteBuf in);

  /** It has connected. */
  protected void begun() {}

  /**
   * One request will be answered.
   *
   * @param answer writes what it is answered
   */
  protected final void answered(Consumer<ByteBuf> answer) {
    waiting.add(answer);
  }

  protected final Channel channel() {
    return channel;
  }

  /** Sends what this writes, whether replies wait or not. */
  protected final void send(Consumer<ByteBuf> writer) {
    ByteBuf out = channel.alloc().buffer();
    writer.accept(out);
    channel.writeAndFlush(out);
  }

  /** The texts that came to be carried out, those of the node's own included. */
  public final List<String> received() {
    return received;
  }

  /** Ends the connection as a crash does. */
  public final void kill() {
    channel.close();
  }

  /** Whether there are requests that were not carried out. */
  final boolean waits() {
    return !waiting.isEmpty();
  }

  /** Carries out what waits; the answers go with those that are {@link #release}d. */
  final void carryOut() {
    if (!waits()) {
      return;
    }
    ByteBuf out = unsent == null ? channel.alloc().buffer() : unsent;
    unsent = null; // an answer may be the end of the connection
    while (waits()) {
      waiting.poll().accept(out);
    }
    unsent = out;
  }

  /** What has come so far has nothing to do with what is slow. */
  final void mark() {
    marked = received.size();
  }

  final void release() {
    carryOut();
    if (servers.isSlow(received.subList(marked, received.size()))) {
      return;
    }
    ByteBuf out = unsent;
    unsent = null;
    if (out == null) {
      return;
    }
    int most = out.isReadable() ? servers.takeCut(out.readableBytes()) : -1;
    if (most >= 0) {
      out.writerIndex(out.readerIndex() + most);
    }
    channel.writeAndFlush(out);
    if (most >= 0) {
      channel.close();
    }
  }

  @Override
  public final void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    input = ctx.alloc().buffer();
  }

  @Override
  public final void handlerRemoved(ChannelHandlerContext ctx) {
    input.release();
    if (unsent != null) {
      unsent.release();
    }
  }

  @Override
  public final void channelActive(ChannelHandlerContext ctx) {
    begun();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    servers.failures().add(cause);
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    input.writeBytes(bytes);
    bytes.release();
    read(input);
    if (input.refCnt() > 0) { // it may have ended the connection
      input.discardReadBytes();
    }
    if (!servers.holding()) {
      release();
    }
  }
}
