package dev.heimdall.engine.reply;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/**
 * Output to one client: the node's own messages pass the gate that servers' answers pass, and all
 * that has passed it in one event of the loop is flushed once.
 */
public final class ClientOutput implements LoopContext.Flushable {
  private final Channel channel;
  private final LoopContext loop;
  private final ReplyEncoder encoder;
  private final ReplyDelay delay;
  private final UnreadReply stalled;

  /** Made last: its stages are parts of the session that write here. */
  private ReplyGate gate;

  private boolean flushPending;
  private boolean ended;

  /**
   * @param passed runs when nothing that was delayed waits any more
   * @param failed takes what the loop's tasks throw
   */
  public ClientOutput(
      Channel channel,
      LoopContext loop,
      ReplyEncoder encoder,
      Runnable passed,
      Consumer<Throwable> failed) {
    this.channel = channel;
    this.loop = loop;
    this.encoder = encoder;
    this.stalled = new UnreadReply(channel);
    this.delay = new ReplyDelay(task -> loop.soon(task, failed), this::send, passed);
  }

  public void passes(ReplyGate through) {
    gate = through;
  }

  /** Writes a message of the node's own for the client. */
  public void write(ByteBuf consumed) {
    gate.write(consumed);
  }

  /** Sends the client what nothing delays any more. */
  public void send(ByteBuf consumed) {
    if (ended) {
      consumed.release();
      return;
    }
    loop.written(consumed.readableBytes());
    channel.write(consumed, channel.voidPromise());
    if (!flushPending) {
      flushPending = true;
      loop.flushLater(this);
    }
  }

  /** The channel is another session's from now on, and late replies are dropped. */
  public void end() {
    ended = true;
  }

  @Override
  public void flushNow() {
    flushPending = false;
    channel.flush();
  }

  /** Sends what was written and waits for that. */
  public void flushWaiting() {
    if (flushPending) {
      flushNow();
    }
  }

  /** Sends the client a notice, beside the answers to its statements. */
  public void notice(ServerError notice) {
    ByteBuf out = alloc().buffer(128);
    encoder.notice(notice, out);
    write(out);
  }

  /** Reports a parameter's value to the client. */
  public void parameter(String name, String value) {
    ByteBuf out = alloc().buffer(64);
    encoder.parameter(name, value, out);
    write(out);
  }

  public ByteBufAllocator alloc() {
    return channel.alloc();
  }

  /** Encoder of the node's own messages to the client. */
  public ReplyEncoder encoder() {
    return encoder;
  }

  /** Delays answers until more is known than that they are right. */
  public ReplyDelay delay() {
    return delay;
  }

  /** True if the client's connection is there. */
  public boolean connected() {
    return channel.isActive();
  }

  /** For how long the client has not read. */
  public UnreadReply stalled() {
    return stalled;
  }

  /** True if the client takes more of what it is sent. */
  public boolean takesMore() {
    return channel.isWritable() && !delay.large();
  }
}
