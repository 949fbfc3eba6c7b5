package dev.heimdall.engine.console;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A client of the admin database after its log-in: takes its bytes apart into messages and has them
 * answered one after the other. While the client does not take its answers nothing more is read.
 */
public final class ConsoleChannel extends ChannelInboundHandlerAdapter {
  private static final int LONGEST_MESSAGE = 64 * 1024;
  private static final ServerError MALFORMED =
      ServerError.protocolViolation("invalid message format");

  private final ConsoleMessages messages;
  private ByteBuf received;
  private boolean answering;
  private boolean closing;
  private long commands;

  /** The log-in is over; the console is idle. */
  public ConsoleChannel(ConsoleMessages messages) {
    this.messages = messages;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (closing) {
      bytes.release();
      return;
    }
    if (received == null) {
      received = bytes;
    } else {
      ByteBuf joined = ctx.alloc().buffer(received.readableBytes() + bytes.readableBytes());
      joined.writeBytes(received).writeBytes(bytes);
      received.release();
      bytes.release();
      received = joined;
    }
    answerNext(ctx);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    answerNext(ctx);
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    forget();
    messages.cancel();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      ctx.close();
    } else {
      fail(ctx, failure(cause));
    }
  }

  private static ServerError failure(Throwable cause) {
    return ServerError.fatal(
        Sqlstate.INTERNAL_ERROR, "the console failed: " + cause.getClass().getSimpleName());
  }

  private void answerNext(ChannelHandlerContext ctx) {
    while (!answering && !closing && ctx.channel().isWritable() && received != null) {
      int total;
      try {
        total = messages.total(received, LONGEST_MESSAGE);
      } catch (IllegalArgumentException e) {
        fail(ctx, ServerError.protocolViolation(e.getMessage()));
        return;
      }
      if (total == 0 || received.readableBytes() < total) {
        break;
      }
      answer(ctx, received.readSlice(total));
    }
    if (received != null && !received.isReadable()) {
      forget();
    }
    ctx.flush();
    // Reading goes on while an answer is waited for: a client that goes away must be noticed.
    boolean full = received != null && received.readableBytes() > LONGEST_MESSAGE;
    ctx.channel().config().setAutoRead(ctx.channel().isWritable() && !(answering && full));
  }

  private void answer(ChannelHandlerContext ctx, ByteBuf message) {
    if (messages.ends(message)) {
      closing = true;
      ctx.close();
      return;
    }
    if (messages.isCommand(message)) {
      commands++;
    }
    ByteBuf out = ctx.alloc().buffer(256);
    CompletableFuture<Void> answer;
    try {
      answer = messages.answer(message, out).toCompletableFuture();
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      out.release();
      fail(ctx, MALFORMED);
      return;
    }
    if (answer.isDone()) {
      // Not by a callback: a buffer full of short messages must not become a deep stack.
      answer.whenComplete((nothing, problem) -> answered(ctx, out, problem));
      return;
    }
    answering = true;
    answer.whenComplete(
        (nothing, problem) ->
            ctx.executor()
                .execute(
                    () -> {
                      answering = false;
                      answered(ctx, out, problem);
                      answerNext(ctx);
                    }));
  }

  private void answered(ChannelHandlerContext ctx, ByteBuf out, Throwable problem) {
    if (closing) {
      out.release();
    } else if (problem == null) {
      ctx.write(out);
    } else {
      out.release();
      Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
      fail(ctx, cause instanceof IndexOutOfBoundsException ? MALFORMED : failure(cause));
    }
  }

  private void fail(ChannelHandlerContext ctx, ServerError error) {
    closing = true;
    forget();
    ByteBuf out = ctx.alloc().buffer();
    messages.fail(error, out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void forget() {
    if (received != null) {
      received.release();
      received = null;
    }
  }

  /** Takes the client's bytes and answers them. */
  public ChannelHandler handler() {
    return this;
  }

  /** True if a command is being carried out. */
  public boolean busy() {
    return answering;
  }

  /** Number of commands received. */
  public long commands() {
    return commands;
  }

  /** Gives the present command up if it waits for something. */
  public void cancel() {
    if (answering) {
      messages.cancel();
    }
  }
}
