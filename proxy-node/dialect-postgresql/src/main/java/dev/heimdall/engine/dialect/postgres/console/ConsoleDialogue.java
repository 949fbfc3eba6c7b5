package dev.heimdall.engine.dialect.postgres.console;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.ConsoleMessages;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.dialect.postgres.answer.AnswerWriter;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgReader;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Session state of one client of the admin database: transaction status, prepared statements,
 * portals. Answers PostgreSQL's messages one at a time; the caller waits for an answer before it
 * asks for the next.
 */
final class ConsoleDialogue implements ConsoleMessages {
  private static final String FEATURE_NOT_SUPPORTED = "0A000";
  private static final String PROTOCOL_VIOLATION = "08P01";
  private static final String FAILED_TRANSACTION = "25P02";
  private static final String UNDEFINED_STATEMENT = "26000";
  private static final String UNDEFINED_PORTAL = "34000";
  private static final int HEADER = 5;
  private static final int MOST_STATEMENTS = 1000;
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final Console console;
  private final Operator operator;
  private final DriverQueries drivers;
  private final Map<String, ConsoleCommand> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();
  private TransactionState transaction = TransactionState.IDLE;
  private boolean skipping;
  private volatile ConsoleCommand running;

  /** A message asks for what cannot be; what follows up to Sync is passed over. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient ServerError error;

    Refused(String sqlState, String message) {
      super(message, null, false, false);
      this.error = ServerError.error(sqlState, message);
    }

    ServerError error() {
      return error;
    }
  }

  private static final class Portal {
    private final ConsoleCommand plan;
    private final short[] formats;
    private Answer.Rows rows;
    private int sent;

    Portal(ConsoleCommand plan, short[] formats) {
      this.plan = plan;
      this.formats = formats;
    }
  }

  ConsoleDialogue(Console console, Operator operator) {
    this.console = console;
    this.operator = operator;
    this.drivers = new DriverQueries(console.version(), operator);
  }

  @Override
  public int total(ByteBuf received, int longest) {
    if (received.readableBytes() < HEADER) {
      return 0;
    }
    int length = received.getInt(received.readerIndex() + 1);
    if (length < 4 || length > longest) {
      throw new IllegalArgumentException("invalid message length " + length);
    }
    return 1 + length;
  }

  @Override
  public boolean ends(ByteBuf message) {
    return type(message) == 'X';
  }

  @Override
  public boolean isCommand(ByteBuf message) {
    return type(message) == 'Q' || type(message) == 'E';
  }

  private static char type(ByteBuf message) {
    return (char) message.getUnsignedByte(message.readerIndex());
  }

  @Override
  public void fail(ServerError error, ByteBuf out) {
    ErrorMessage.encode(error, out);
  }

  @Override
  public CompletionStage<Void> answer(ByteBuf message, ByteBuf out) {
    char type = type(message);
    ByteBuf body = message.skipBytes(HEADER);
    try {
      if (skipping && type != 'S') {
        return DONE;
      }
      switch (type) {
        case 'Q':
          return query(PgReader.string(body), out);
        case 'E':
          return execute(PgReader.string(body), body.readInt(), out);
        case 'P':
          parse(body, out);
          break;
        case 'B':
          bind(body, out);
          break;
        case 'D':
          describe(body, out);
          break;
        case 'C':
          close(body, out);
          break;
        case 'S':
          skipping = false;
          ready(out);
          break;
        case 'F':
          refuse(out, FEATURE_NOT_SUPPORTED, "the admin console has no functions to call");
          skipping = false;
          ready(out);
          break;
        case 'H', 'd', 'c', 'f':
          break; // Flush needs nothing; copy data without a copy is ignored, as PostgreSQL does
        default:
          return CompletableFuture.failedFuture(
              new IndexOutOfBoundsException("message type " + (int) type));
      }
      return DONE;
    } catch (Refused e) {
      fail(out, new Answer.Failed(e.error()));
      return DONE;
    } catch (IndexOutOfBoundsException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Void> query(String sql, ByteBuf out) {
    portals.remove("");
    statements.remove("");
    return runFrom(console.commands(sql, operator, drivers), 0, out).thenRun(() -> ready(out));
  }

  private CompletionStage<Void> runFrom(List<ConsoleCommand> plans, int index, ByteBuf out) {
    if (index == plans.size()) {
      return DONE;
    }
    return run(plans.get(index))
        .thenCompose(
            result -> {
              AnswerWriter.answer(out, result, true);
              return result instanceof Answer.Failed ? DONE : runFrom(plans, index + 1, out);
            });
  }

  private void parse(ByteBuf body, ByteBuf out) {
    String name = PgReader.string(body);
    String sql = PgReader.string(body);
    ConsoleCommand plan = console.command(sql, operator, drivers);
    if (plan.failure() != null) {
      fail(out, plan.failure());
      return;
    }
    if (!name.isEmpty() && statements.containsKey(name)) {
      throw new Refused("42P05", "prepared statement \"" + name + "\" already exists");
    }
    if (statements.size() >= MOST_STATEMENTS) {
      throw new Refused(
          "53400", "the console keeps at most " + MOST_STATEMENTS + " prepared statements");
    }
    statements.put(name, plan);
    PgWriter.empty(out, BackendType.PARSE_COMPLETE);
  }

  private void bind(ByteBuf body, ByteBuf out) {
    String portal = PgReader.string(body);
    ConsoleCommand plan = statement(PgReader.string(body));
    body.skipBytes(2 * body.readUnsignedShort());
    int parameters = body.readUnsignedShort();
    if (parameters != 0) {
      throw new Refused(
          PROTOCOL_VIOLATION,
          "bind message supplies " + parameters + " parameters, but the command requires 0");
    }
    short[] formats = new short[body.readUnsignedShort()];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = body.readShort();
    }
    if (formats.length > 1 && formats.length != plan.columns().size()) {
      throw new Refused(
          PROTOCOL_VIOLATION,
          "bind message has "
              + formats.length
              + " result formats but the command has "
              + plan.columns().size()
              + " columns");
    }
    if (portals.size() >= MOST_STATEMENTS) {
      throw new Refused("53400", "the console keeps at most " + MOST_STATEMENTS + " portals");
    }
    portals.put(portal, new Portal(plan, formats));
    PgWriter.empty(out, BackendType.BIND_COMPLETE);
  }

  private void describe(ByteBuf body, ByteBuf out) {
    boolean ofStatement = body.readByte() == 'S';
    String name = PgReader.string(body);
    Portal portal = ofStatement ? new Portal(statement(name), new short[0]) : portal(name);
    if (ofStatement) {
      int start = PgWriter.begin(out, BackendType.PARAMETER_DESCRIPTION);
      out.writeShort(0);
      PgWriter.end(out, start);
    }
    if (portal.plan.columns().isEmpty()) {
      PgWriter.empty(out, BackendType.NO_DATA);
    } else {
      AnswerWriter.rowDescription(out, portal.plan.columns(), portal.formats);
    }
  }

  private CompletionStage<Void> execute(String name, int maxRows, ByteBuf out) {
    Portal portal = portal(name);
    if (portal.rows != null) {
      send(portal, maxRows, out);
      return DONE;
    }
    return run(portal.plan)
        .thenAccept(
            result -> {
              if (result instanceof Answer.Rows rows) {
                portal.rows = rows;
                send(portal, maxRows, out);
              } else if (result instanceof Answer.Failed failed) {
                fail(out, failed);
              } else {
                AnswerWriter.answer(out, result, false);
              }
            });
  }

  /** Sends the next rows of a portal, all of them without a limit. */
  private static void send(Portal portal, int maxRows, ByteBuf out) {
    int all = portal.rows.rows().size();
    int end = maxRows <= 0 ? all : (int) Math.min(all, (long) portal.sent + maxRows);
    while (portal.sent < end) {
      AnswerWriter.dataRow(
          out, portal.rows.columns(), portal.rows.rows().get(portal.sent), portal.formats);
      portal.sent++;
    }
    if (portal.sent < all) {
      PgWriter.empty(out, BackendType.PORTAL_SUSPENDED);
    } else {
      PgWriter.commandComplete(out, portal.rows.tag());
    }
  }

  private void close(ByteBuf body, ByteBuf out) {
    boolean ofStatement = body.readByte() == 'S';
    String name = PgReader.string(body);
    if (ofStatement) {
      statements.remove(name);
    } else {
      portals.remove(name);
    }
    PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
  }

  private CompletionStage<Answer> run(ConsoleCommand plan) {
    boolean ends =
        switch (SessionCommand.effect(plan)) {
          case COMMITS, ROLLS_BACK, RETURNS -> true;
          default -> false;
        };
    if (transaction == TransactionState.FAILED && !ends) {
      return CompletableFuture.completedFuture(
          Answer.failed(
              FAILED_TRANSACTION,
              "current transaction is aborted, commands ignored until end of transaction block",
              null));
    }
    running = plan;
    return plan.run().thenApply(result -> afterwards(plan, result));
  }

  /** Gives up waiting for what is being answered; on any thread. */
  @Override
  public void cancel() {
    ConsoleCommand plan = running;
    if (plan != null) {
      plan.cancel();
    }
  }

  private Answer afterwards(ConsoleCommand plan, Answer result) {
    if (result instanceof Answer.Failed) {
      aborted();
      return result;
    }
    switch (SessionCommand.effect(plan)) {
      case BEGINS_TRANSACTION -> transaction = TransactionState.OPEN;
      case COMMITS -> {
        boolean failed = transaction == TransactionState.FAILED;
        transaction = TransactionState.IDLE;
        return failed ? new Answer.Done("ROLLBACK") : result;
      }
      case ROLLS_BACK -> transaction = TransactionState.IDLE;
      case RETURNS -> {
        if (transaction == TransactionState.FAILED) {
          transaction = TransactionState.OPEN;
        }
      }
      case FORGETS_STATEMENTS -> {
        String subject = ((SessionCommand) plan).subject();
        if (subject == null) {
          statements.clear();
        } else {
          statements.remove(subject);
        }
      }
      case NONE -> {}
    }
    return result;
  }

  private void ready(ByteBuf out) {
    if (transaction == TransactionState.IDLE) {
      portals.clear();
    }
    PgWriter.ready(out, transaction);
  }

  private void refuse(ByteBuf out, String sqlstate, String message) {
    fail(out, Answer.failed(sqlstate, message, null));
  }

  /** Reports an error; what follows up to Sync is passed over. */
  private void fail(ByteBuf out, Answer.Failed failure) {
    ErrorMessage.encode(failure.error(), out);
    aborted();
    skipping = true;
  }

  private void aborted() {
    if (transaction == TransactionState.OPEN) {
      transaction = TransactionState.FAILED;
    }
  }

  private ConsoleCommand statement(String name) {
    ConsoleCommand plan = statements.get(name);
    if (plan == null) {
      throw new Refused(UNDEFINED_STATEMENT, "prepared statement \"" + name + "\" does not exist");
    }
    return plan;
  }

  private Portal portal(String name) {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw new Refused(UNDEFINED_PORTAL, "portal \"" + name + "\" does not exist");
    }
    return portal;
  }
}
