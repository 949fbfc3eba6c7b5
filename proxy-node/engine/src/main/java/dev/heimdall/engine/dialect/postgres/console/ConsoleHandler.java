package dev.heimdall.engine.dialect.postgres.console;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
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
final class ConsoleHandler extends ChannelInboundHandlerAdapter implements ConsoleProtocol.Talk {
  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final String INTERNAL_ERROR = "XX000";
  private static final int LONGEST_MESSAGE = 64 * 1024;
  private static final int HEADER = 5;

  private final ConsoleDialogue dialogue;
  private ByteBuf received;
  private boolean answering;
  private boolean closing;
  private long commands;

  /** The log-in is over and ReadyForQuery was sent; the console is idle. */
  ConsoleHandler(Console console, Operator operator) {
    this.dialogue = new ConsoleDialogue(console, operator);
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
    dialogue.cancel();
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
      fail(ctx, INTERNAL_ERROR, "the console failed: " + cause.getClass().getSimpleName());
    }
  }

  @Override
  public ChannelHandler handler() {
    return this;
  }

  @Override
  public void cancel() {
    if (answering) {
      dialogue.cancel();
    }
  }

  @Override
  public boolean busy() {
    return answering;
  }

  @Override
  public long commands() {
    return commands;
  }

  private void answerNext(ChannelHandlerContext ctx) {
    while (!answering
        && !closing
        && ctx.channel().isWritable()
        && received != null
        && received.readableBytes() >= HEADER) {
      int start = received.readerIndex();
      int length = received.getInt(start + 1);
      if (length < 4 || length > LONGEST_MESSAGE) {
        fail(ctx, PROTOCOL_VIOLATION, "invalid message length " + length);
        return;
      }
      if (received.readableBytes() < 1 + length) {
        break;
      }
      char type = (char) (received.readByte() & 0xff);
      received.readInt();
      answer(ctx, type, received.readSlice(length - 4));
    }
    if (received != null && !received.isReadable()) {
      forget();
    }
    ctx.flush();
    // Reading goes on while an answer is waited for: a client that goes away must be noticed.
    boolean full = received != null && received.readableBytes() > LONGEST_MESSAGE;
    ctx.channel().config().setAutoRead(ctx.channel().isWritable() && !(answering && full));
  }

  private void answer(ChannelHandlerContext ctx, char type, ByteBuf body) {
    if (type == 'X') {
      closing = true;
      ctx.close();
      return;
    }
    if (type == 'Q' || type == 'E') {
      commands++;
    }
    ByteBuf out = ctx.alloc().buffer(256);
    CompletableFuture<Void> answer = dialogue.answer(type, body, out).toCompletableFuture();
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
      boolean malformed = cause instanceof IndexOutOfBoundsException;
      fail(
          ctx,
          malformed ? PROTOCOL_VIOLATION : INTERNAL_ERROR,
          malformed ? "invalid message format" : "the console failed: " + cause);
    }
  }

  private void fail(ChannelHandlerContext ctx, String sqlstate, String message) {
    closing = true;
    forget();
    ByteBuf out = ctx.alloc().buffer();
    ErrorMessage.encode(ServerError.fatal(sqlstate, message), out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void forget() {
    if (received != null) {
      received.release();
      received = null;
    }
  }
}
