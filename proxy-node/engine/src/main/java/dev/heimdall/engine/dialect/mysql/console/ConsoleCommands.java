package dev.heimdall.engine.dialect.mysql.console;

import static dev.heimdall.engine.wire.mysql.Command.INIT_DB;
import static dev.heimdall.engine.wire.mysql.Command.PING;
import static dev.heimdall.engine.wire.mysql.Command.QUERY;
import static dev.heimdall.engine.wire.mysql.Command.QUIT;
import static dev.heimdall.engine.wire.mysql.Command.RESET_CONNECTION;
import static dev.heimdall.engine.wire.mysql.Command.STMT_CLOSE;
import static dev.heimdall.engine.wire.mysql.Command.STMT_PREPARE;

import dev.heimdall.engine.console.Command;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.QueryAttributes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A client of the admin database after its log-in: takes its bytes apart into commands and has them
 * answered one after the other. While the client does not take its answers nothing more is read.
 */
final class ConsoleCommands extends ChannelInboundHandlerAdapter implements ConsoleProtocol.Talk {
  private static final int LONGEST_COMMAND = 64 * 1024;
  private static final Answer OK = new Answer.Done("OK");

  private final Console console;
  private final Operator operator;
  private final MysqlEncoder encoder;
  private final DriverVariables variables;
  private ByteBuf received;
  private boolean answering;
  private boolean closing;
  private long commands;
  private volatile Command running;

  ConsoleCommands(Console console, Operator operator, MysqlEncoder encoder) {
    this.console = console;
    this.operator = operator;
    this.encoder = encoder;
    this.variables = new DriverVariables(operator.user());
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
    cancel();
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
    return ServerError.fatal("XX000", "the console failed: " + cause.getClass().getSimpleName());
  }

  private void answerNext(ChannelHandlerContext ctx) {
    while (!answering
        && !closing
        && ctx.channel().isWritable()
        && received != null
        && received.readableBytes() >= Packet.HEADER) {
      int length = Packet.payload(received, received.readerIndex());
      int sequence = Packet.sequence(received, received.readerIndex());
      if (sequence != 0 || length == 0 || length > LONGEST_COMMAND) {
        fail(
            ctx,
            ServerError.protocolViolation("a packet " + sequence + " of " + length + " bytes"));
        return;
      }
      if (!Packet.whole(received, received.readerIndex(), received.writerIndex())) {
        break;
      }
      answer(ctx, received.skipBytes(Packet.HEADER).readSlice(length));
    }
    if (received != null && !received.isReadable()) {
      forget();
    }
    ctx.flush();
    // Reading goes on while an answer is waited for: a client that goes away must be noticed.
    boolean full = received != null && received.readableBytes() > LONGEST_COMMAND;
    ctx.channel().config().setAutoRead(ctx.channel().isWritable() && !(answering && full));
  }

  private void answer(ChannelHandlerContext ctx, ByteBuf command) {
    byte code = command.readByte();
    if (code == QUIT) {
      closing = true;
      ctx.close();
      return;
    }
    if (code == STMT_CLOSE) {
      return;
    }
    commands++;
    ByteBuf out = ctx.alloc().buffer(256);
    CompletableFuture<Void> answer;
    try {
      answer = answer(code, command, out).toCompletableFuture();
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      out.release();
      fail(ctx, ServerError.protocolViolation("a malformed command"));
      return;
    }
    if (answer.isDone()) {
      // Not by a callback: a buffer full of short commands must not become a deep stack.
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

  private CompletionStage<Void> answer(byte code, ByteBuf command, ByteBuf out) {
    switch (code) {
      case QUERY -> {
        if (encoder.agreed(Capability.QUERY_ATTRIBUTES)) {
          QueryAttributes.skip(command);
        }
        return query(command.toString(StandardCharsets.UTF_8), out);
      }
      case PING, INIT_DB, RESET_CONNECTION -> encoder.answer(OK, out);
      case STMT_PREPARE ->
          encoder.error(
              ServerError.error(
                      "HY000",
                      "This command is not supported in the prepared statement protocol yet")
                  .withNumber(1295),
              out);
      default -> encoder.error(ServerError.error("08S01", "Unknown command").withNumber(1047), out);
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> query(String sql, ByteBuf out) {
    Optional<Answer> known = variables.answer(sql);
    if (known.isPresent()) {
      encoder.answer(known.get(), out);
      return CompletableFuture.completedFuture(null);
    }
    return runFrom(console.commands(sql, operator), 0, out);
  }

  private CompletionStage<Void> runFrom(List<Command> plans, int index, ByteBuf out) {
    if (index == plans.size()) {
      return CompletableFuture.completedFuture(null);
    }
    running = plans.get(index);
    return running
        .run()
        .thenCompose(
            answer -> {
              encoder.answer(answer, out);
              return runFrom(
                  plans, answer instanceof Answer.Failed ? plans.size() : index + 1, out);
            });
  }

  private void answered(ChannelHandlerContext ctx, ByteBuf out, Throwable problem) {
    if (closing) {
      out.release();
    } else if (problem == null) {
      encoder.ready(TransactionState.IDLE, out);
      ctx.write(out);
    } else {
      out.release();
      fail(ctx, failure(problem));
    }
  }

  private void fail(ChannelHandlerContext ctx, ServerError error) {
    closing = true;
    forget();
    ByteBuf out = ctx.alloc().buffer();
    encoder.error(error, out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void forget() {
    if (received != null) {
      received.release();
      received = null;
    }
  }

  @Override
  public ChannelHandler handler() {
    return this;
  }

  @Override
  public boolean busy() {
    return answering;
  }

  @Override
  public long commands() {
    return commands;
  }

  @Override
  public void cancel() {
    Command command = running;
    if (command != null) {
      command.cancel();
    }
  }
}
