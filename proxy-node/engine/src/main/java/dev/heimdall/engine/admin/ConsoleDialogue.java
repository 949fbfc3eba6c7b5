package dev.heimdall.engine.admin;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What one client of the admin database has said so far: transaction status, prepared statements,
 * portals. Answers PostgreSQL's messages one at a time; the caller waits for an answer before it
 * asks for the next.
 */
final class ConsoleDialogue {
  private static final int MOST_STATEMENTS = 1000;
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final AdminCommands commands;
  private final AdminPrincipal principal;
  private final Map<String, AdminPlan> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();
  private Transaction transaction = Transaction.NONE;
  private boolean skipping;
  private volatile AdminPlan running;

  /** What ReadyForQuery tells. */
  private enum Transaction {
    NONE('I'),
    OPEN('T'),
    FAILED('E');

    private final char status;

    Transaction(char status) {
      this.status = status;
    }
  }

  private static final class Portal {
    private final AdminPlan plan;
    private final short[] formats;
    private AdminResult.Rows rows;
    private int sent;

    Portal(AdminPlan plan, short[] formats) {
      this.plan = plan;
      this.formats = formats;
    }
  }

  ConsoleDialogue(AdminCommands commands, AdminPrincipal principal) {
    this.commands = commands;
    this.principal = principal;
  }

  /**
   * Answers one message.
   *
   * @param body the message without type and length; read before this returns
   * @param out gets the answer; not to be touched until the stage completes
   * @return fails with {@link IndexOutOfBoundsException} if the body is too short for its type
   */
  CompletionStage<Void> answer(char type, ByteBuf body, ByteBuf out) {
    try {
      if (skipping && type != 'S') {
        return DONE;
      }
      switch (type) {
        case 'Q':
          return query(string(body), out);
        case 'E':
          return execute(string(body), body.readInt(), out);
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
          refuse(out, Sqlstate.FEATURE_NOT_SUPPORTED, "the admin console has no functions to call");
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
    } catch (AdminException e) {
      refuse(out, e.sqlstate(), e.getMessage());
      return DONE;
    } catch (IndexOutOfBoundsException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Void> query(String sql, ByteBuf out) {
    portals.remove("");
    statements.remove("");
    return runFrom(commands.planAll(sql, principal), 0, out).thenRun(() -> ready(out));
  }

  private CompletionStage<Void> runFrom(List<AdminPlan> plans, int index, ByteBuf out) {
    if (index == plans.size()) {
      return DONE;
    }
    return run(plans.get(index))
        .thenCompose(
            result -> {
              AdminReply.result(out, result, true);
              return result instanceof AdminResult.Failed ? DONE : runFrom(plans, index + 1, out);
            });
  }

  private void parse(ByteBuf body, ByteBuf out) {
    String name = string(body);
    String sql = string(body);
    AdminPlan plan = commands.plan(sql, principal);
    if (plan.failure() != null) {
      fail(out, plan.failure());
      return;
    }
    if (!name.isEmpty() && statements.containsKey(name)) {
      throw new AdminException("42P05", "prepared statement \"" + name + "\" already exists");
    }
    if (statements.size() >= MOST_STATEMENTS) {
      throw new AdminException(
          "53400", "the console keeps at most " + MOST_STATEMENTS + " prepared statements");
    }
    statements.put(name, plan);
    AdminReply.empty(out, '1');
  }

  private void bind(ByteBuf body, ByteBuf out) {
    String portal = string(body);
    AdminPlan plan = statement(string(body));
    body.skipBytes(2 * body.readUnsignedShort());
    int parameters = body.readUnsignedShort();
    if (parameters != 0) {
      throw new AdminException(
          Sqlstate.PROTOCOL_VIOLATION,
          "bind message supplies " + parameters + " parameters, but the command requires 0");
    }
    short[] formats = new short[body.readUnsignedShort()];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = body.readShort();
    }
    if (formats.length > 1 && formats.length != plan.columns().size()) {
      throw new AdminException(
          Sqlstate.PROTOCOL_VIOLATION,
          "bind message has "
              + formats.length
              + " result formats but the command has "
              + plan.columns().size()
              + " columns");
    }
    if (portals.size() >= MOST_STATEMENTS) {
      throw new AdminException(
          "53400", "the console keeps at most " + MOST_STATEMENTS + " portals");
    }
    portals.put(portal, new Portal(plan, formats));
    AdminReply.empty(out, '2');
  }

  private void describe(ByteBuf body, ByteBuf out) {
    boolean ofStatement = body.readByte() == 'S';
    String name = string(body);
    Portal portal = ofStatement ? new Portal(statement(name), new short[0]) : portal(name);
    if (ofStatement) {
      AdminReply.parameterDescription(out);
    }
    if (portal.plan.columns().isEmpty()) {
      AdminReply.empty(out, 'n');
    } else {
      AdminReply.rowDescription(out, portal.plan.columns(), portal.formats);
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
              if (result instanceof AdminResult.Rows rows) {
                portal.rows = rows;
                send(portal, maxRows, out);
              } else if (result instanceof AdminResult.Failed failed) {
                fail(out, failed);
              } else {
                AdminReply.result(out, result, false);
              }
            });
  }

  /** Sends the next rows of a portal, all of them without a limit. */
  private static void send(Portal portal, int maxRows, ByteBuf out) {
    int all = portal.rows.rows().size();
    int end = maxRows <= 0 ? all : (int) Math.min(all, (long) portal.sent + maxRows);
    while (portal.sent < end) {
      AdminReply.dataRow(
          out, portal.rows.columns(), portal.rows.rows().get(portal.sent), portal.formats);
      portal.sent++;
    }
    if (portal.sent < all) {
      AdminReply.empty(out, 's');
    } else {
      AdminReply.commandComplete(out, portal.rows.tag());
    }
  }

  private void close(ByteBuf body, ByteBuf out) {
    boolean ofStatement = body.readByte() == 'S';
    String name = string(body);
    if (ofStatement) {
      statements.remove(name);
    } else {
      portals.remove(name);
    }
    AdminReply.empty(out, '3');
  }

  private CompletionStage<AdminResult> run(AdminPlan plan) {
    boolean ends =
        switch (plan.effect()) {
          case COMMITS, ROLLS_BACK, RETURNS -> true;
          default -> false;
        };
    if (transaction == Transaction.FAILED && !ends) {
      return CompletableFuture.completedFuture(
          new AdminResult.Failed(
              Sqlstate.FAILED_TRANSACTION,
              "current transaction is aborted, commands ignored until end of transaction block",
              null));
    }
    running = plan;
    return plan.run().thenApply(result -> afterwards(plan, result));
  }

  /** Gives up waiting for what is being answered; on any thread. */
  void cancel() {
    AdminPlan plan = running;
    if (plan != null) {
      plan.cancel();
    }
  }

  private AdminResult afterwards(AdminPlan plan, AdminResult result) {
    if (result instanceof AdminResult.Failed) {
      aborted();
      return result;
    }
    switch (plan.effect()) {
      case BEGINS_TRANSACTION -> transaction = Transaction.OPEN;
      case COMMITS -> {
        boolean failed = transaction == Transaction.FAILED;
        transaction = Transaction.NONE;
        return failed ? new AdminResult.Done("ROLLBACK") : result;
      }
      case ROLLS_BACK -> transaction = Transaction.NONE;
      case RETURNS -> {
        if (transaction == Transaction.FAILED) {
          transaction = Transaction.OPEN;
        }
      }
      case FORGETS_STATEMENTS -> {
        if (plan.subject() == null) {
          statements.clear();
        } else {
          statements.remove(plan.subject());
        }
      }
      case NONE -> {}
    }
    return result;
  }

  private void ready(ByteBuf out) {
    if (transaction == Transaction.NONE) {
      portals.clear();
    }
    AdminReply.ready(out, transaction.status);
  }

  private void refuse(ByteBuf out, String sqlstate, String message) {
    fail(out, new AdminResult.Failed(sqlstate, message, null));
  }

  /** Reports an error; what follows up to Sync is passed over. */
  private void fail(ByteBuf out, AdminResult.Failed failure) {
    AdminReply.error(out, "ERROR", failure);
    aborted();
    skipping = true;
  }

  private void aborted() {
    if (transaction == Transaction.OPEN) {
      transaction = Transaction.FAILED;
    }
  }

  private AdminPlan statement(String name) {
    AdminPlan plan = statements.get(name);
    if (plan == null) {
      throw new AdminException(
          Sqlstate.UNDEFINED_STATEMENT, "prepared statement \"" + name + "\" does not exist");
    }
    return plan;
  }

  private Portal portal(String name) {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw new AdminException(Sqlstate.UNDEFINED_PORTAL, "portal \"" + name + "\" does not exist");
    }
    return portal;
  }

  private static String string(ByteBuf body) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw new IndexOutOfBoundsException("a string without its end");
    }
    String text = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
    body.readByte();
    return text;
  }
}
