package dev.heimdall.engine.dialect.sqlserver.console;

import dev.heimdall.engine.console.CommandRun;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleMessages;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.SqlBatch;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsRpcListener;
import dev.heimdall.engine.wire.sqlserver.TdsRpcScanner;
import dev.heimdall.engine.wire.sqlserver.TdsText;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The commands of one client of the admin database, in batches or calls of {@code sp_executesql}.
 * An attention behind a command that runs has that given up, and is acknowledged behind its answer.
 */
final class SqlServerConsoleDialogue implements ConsoleMessages {
  private static final int LONGEST_TEXT = 64 * 1024;

  /** The transaction's that a client may want; there is nothing in it. */
  private static final long TRANSACTION = 1;

  private static final CompletionStage<Void> AT_ONCE = CompletableFuture.completedFuture(null);

  private final Console console;
  private final Operator operator;
  private final SqlServerEncoder encoder;
  private final TdsDriverStatements drivers;
  private volatile CommandRun running;

  SqlServerConsoleDialogue(Console console, Operator operator, SqlServerEncoder encoder) {
    this.console = console;
    this.operator = operator;
    this.encoder = encoder;
    this.drivers = new TdsDriverStatements(operator);
  }

  @Override
  public int total(ByteBuf received, int longest) {
    int from = received.readerIndex();
    int at = from;
    while (received.writerIndex() - at >= TdsPacket.HEADER) {
      int length = received.getUnsignedShort(at + 2);
      boolean last = (received.getByte(at + 1) & TdsPacket.EOM) != 0;
      at += length;
      if (length < TdsPacket.HEADER || at - from > longest) {
        throw new IllegalArgumentException("a message of " + (at - from) + " bytes or more");
      }
      if (last) {
        return at - from;
      }
    }
    return 0;
  }

  /** Clients close the socket. */
  @Override
  public boolean ends(ByteBuf message) {
    return false;
  }

  @Override
  public boolean isCommand(ByteBuf message) {
    int type = message.getByte(message.readerIndex());
    return type == TdsPacket.SQL_BATCH || type == TdsPacket.RPC;
  }

  @Override
  public CompletionStage<Void> answer(ByteBuf message, ByteBuf out) {
    int type = message.getByte(message.readerIndex());
    int status = message.getByte(message.readerIndex() + 1);
    if (type == TdsPacket.ATTENTION) {
      encoder.attention(out);
      return AT_ONCE;
    }
    if ((status & (TdsPacket.RESET | TdsPacket.RESET_KEEPING_TRANSACTION)) != 0) {
      encoder.reset(out);
    }
    ByteBuf payload = payload(message);
    try {
      return answer(type, payload, out).thenRun(() -> encoder.ready(TransactionState.IDLE, out));
    } catch (TdsProtocolException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    } finally {
      payload.release();
    }
  }

  private static ByteBuf payload(ByteBuf message) {
    ByteBuf payload = Unpooled.buffer(message.readableBytes());
    while (message.isReadable()) {
      int length = message.getUnsignedShort(message.readerIndex() + 2);
      payload.writeBytes(message.skipBytes(TdsPacket.HEADER), length - TdsPacket.HEADER);
    }
    return payload;
  }

  private CompletionStage<Void> answer(int type, ByteBuf payload, ByteBuf out) {
    return switch (type) {
      case TdsPacket.SQL_BATCH -> {
        TdsText text = new TdsText(LONGEST_TEXT);
        SqlBatch.read(payload, 0, payload.writerIndex(), encoder.version(), text);
        yield run(text.text(), out);
      }
      case TdsPacket.RPC -> {
        String statement = statement(payload);
        yield statement == null ? AT_ONCE : run(statement, out);
      }
      case TdsPacket.TRANSACTION -> {
        transaction(
            TransactionRequest.read(payload, 0, payload.writerIndex(), encoder.version()), out);
        yield AT_ONCE;
      }
      default -> {
        encoder.error(
            ServerError.error(
                Sqlstate.FEATURE_NOT_SUPPORTED,
                "the admin database understands batches and sp_executesql"),
            out);
        yield AT_ONCE;
      }
    };
  }

  /** Returns the text in a call; null for procedures without one, which have no effect here. */
  private String statement(ByteBuf payload) {
    StringBuilder found = new StringBuilder();
    TdsRpcListener texts =
        new TdsRpcListener() {
          @Override
          public void statement(TdsText text, boolean readable) {
            found.append(found.isEmpty() ? "" : ";").append(readable ? text.text() : "");
          }
        };
    TdsRpcScanner scanner = new TdsRpcScanner(texts, LONGEST_TEXT);
    scanner.version(encoder.version());
    scanner.begin();
    scanner.on(payload, 0, payload.writerIndex());
    scanner.end();
    return found.isEmpty() ? null : found.toString();
  }

  private CompletionStage<Void> run(String sql, ByteBuf out) {
    List<String> commands = drivers.answer(sql, encoder, out);
    if (commands.isEmpty()) {
      return AT_ONCE;
    }
    CommandRun run =
        new CommandRun(
            console.commands(String.join(";", commands), operator, drivers), encoder, out);
    running = run;
    return run.over();
  }

  private void transaction(TransactionRequest request, ByteBuf out) {
    switch (request.type()) {
      case TransactionRequest.BEGIN -> encoder.begun(TRANSACTION, out);
      case TransactionRequest.COMMIT, TransactionRequest.ROLLBACK -> {
        encoder.inTransaction(TRANSACTION);
        encoder.ended(request.type() == TransactionRequest.COMMIT, out);
        if (request.begins()) {
          encoder.begun(TRANSACTION, out);
        }
      }
      default -> {}
    }
  }

  @Override
  public void fail(ServerError error, ByteBuf out) {
    encoder.error(error, out);
  }

  @Override
  public void cancel() {
    CommandRun run = running;
    if (run != null) {
      run.cancel();
    }
  }
}
