package dev.heimdall.engine.dialect.mysql.console;

import static dev.heimdall.engine.wire.mysql.Command.INIT_DB;
import static dev.heimdall.engine.wire.mysql.Command.PING;
import static dev.heimdall.engine.wire.mysql.Command.QUERY;
import static dev.heimdall.engine.wire.mysql.Command.QUIT;
import static dev.heimdall.engine.wire.mysql.Command.RESET_CONNECTION;
import static dev.heimdall.engine.wire.mysql.Command.STMT_CLOSE;
import static dev.heimdall.engine.wire.mysql.Command.STMT_PREPARE;

import dev.heimdall.engine.console.CommandRun;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleMessages;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.QueryAttributes;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The commands of one client of the admin database. Answers MySQL's commands one at a time; the
 * caller waits for an answer before it gives the next.
 */
final class MysqlConsoleDialogue implements ConsoleMessages {
  private static final Answer OK = new Answer.Done("OK");

  private final Console console;
  private final Operator operator;
  private final MysqlEncoder encoder;
  private final DriverVariables variables;
  private volatile CommandRun running;

  MysqlConsoleDialogue(Console console, Operator operator, MysqlEncoder encoder) {
    this.console = console;
    this.operator = operator;
    this.encoder = encoder;
    this.variables = new DriverVariables(operator);
  }

  @Override
  public int total(ByteBuf received, int longest) {
    if (received.readableBytes() < Packet.HEADER) {
      return 0;
    }
    int length = Packet.payload(received, received.readerIndex());
    int sequence = Packet.sequence(received, received.readerIndex());
    if (sequence != 0 || length == 0 || length > longest) {
      throw new IllegalArgumentException("a packet " + sequence + " of " + length + " bytes");
    }
    return Packet.HEADER + length;
  }

  @Override
  public boolean ends(ByteBuf message) {
    return code(message) == QUIT;
  }

  @Override
  public boolean isCommand(ByteBuf message) {
    return code(message) != STMT_CLOSE;
  }

  private static byte code(ByteBuf message) {
    return message.getByte(message.readerIndex() + Packet.HEADER);
  }

  @Override
  public CompletionStage<Void> answer(ByteBuf message, ByteBuf out) {
    byte code = code(message);
    return code == STMT_CLOSE
        ? CompletableFuture.completedFuture(null)
        : answer(code, message.skipBytes(Packet.HEADER + 1), out)
            .thenRun(() -> encoder.ready(TransactionState.IDLE, out));
  }

  @Override
  public void fail(ServerError error, ByteBuf out) {
    encoder.error(error, out);
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
    running = new CommandRun(console.commands(sql, operator, variables), encoder, out);
    return running.over();
  }

  @Override
  public void cancel() {
    CommandRun run = running;
    if (run != null) {
      run.cancel();
    }
  }
}
