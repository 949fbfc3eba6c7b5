package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.answer.PreparedAnswer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A client's prepared statements, until they are executed. The client knows them by the node's
 * numbers, each server connection by its own.
 */
final class PreparedCommands {
  private static final ServerError TOO_MUCH_DATA =
      ServerError.fatal("08S01", "Got a packet bigger than 'max_allowed_packet' bytes")
          .withNumber(1153);

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientInput input;
  private final StatementLifecycle lifecycle;
  private final SessionState carried;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final SessionLexing lexing;
  private final ClientAnswers answers;
  private final SentStatements notes;
  private final DiagnosticsArea diagnostics;
  private final ForeignCommands foreign;
  private final NumberedStatements statements;
  private final PreparedExecutions executions;
  private final PreparedMeaning meaning;
  private final OpenCursors cursors;

  /** Preparation for the command at the reader's position; null for none. */
  private Preparation preparing;

  PreparedCommands(
      RequestParts parts,
      QueryText text,
      SessionLexing lexing,
      ClientAnswers answers,
      SentStatements notes,
      DiagnosticsArea diagnostics,
      ForeignCommands foreign,
      NumberedStatements statements,
      PreparedExecutions executions) {
    this.parts = parts;
    this.client = parts.client();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.carried = parts.carried();
    this.agreed = executions.agreed();
    this.text = text;
    this.lexing = lexing;
    this.answers = answers;
    this.notes = notes;
    this.diagnostics = diagnostics;
    this.foreign = foreign;
    this.statements = statements;
    this.executions = executions;
    this.meaning = executions.meaning();
    this.cursors = executions.cursors();
  }

  // ---- without a server

  /** Answers a command that no server is needed for. */
  Outcome answer(byte type, long total) {
    statements.forgetClosed();
    ServerError cut = statements.errors().ofLength(type, total);
    if (cut != null) {
      answers.error(total, cut);
      return Outcome.DONE;
    }
    switch (type) {
      case Command.STMT_PREPARE -> {
        return prepareKnown(total);
      }
      case Command.STMT_SEND_LONG_DATA -> {
        return keepLongData(total);
      }
      case Command.STMT_CLOSE -> {
        return close(total);
      }
      case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE -> {
        if (type == Command.STMT_BULK_EXECUTE && !BulkCommand.hasHead(total)) {
          answers.error(total, BulkCommand.MALFORMED);
          return Outcome.DONE;
        }
        ClientStatement executed = known(type, total);
        if (executed != null && executed.rejected() != null) {
          answers.error(total, executed.rejected());
          return Outcome.DONE;
        }
        return executed == null ? Outcome.DONE : Outcome.NEXT;
      }
      case Command.STMT_RESET -> {
        ClientStatement reset = known(type, total);
        if (reset == null) {
          return Outcome.DONE;
        }
        statements.forgetLongData(reset);
        reset.reset();
        if (reset.cursor) {
          return Outcome.NEXT;
        }
        answers.ok(total, 0);
        return Outcome.DONE;
      }
      case Command.STMT_FETCH -> {
        ClientStatement fetched = known(type, total);
        if (fetched != null && !fetched.cursor) {
          answers.error(total, statements.errors().noCursor(fetched.id));
        }
        return fetched == null || !fetched.cursor ? Outcome.DONE : Outcome.NEXT;
      }
      default -> {
        return Outcome.NEXT;
      }
    }
  }

  /** The statement that the command at the reader's position names; if none, it is answered so. */
  private ClientStatement known(byte type, long total) {
    statements.settle(input.bytes(), input.bytes().readerIndex());
    ClientStatement found = named();
    if (found == null) {
      answers.error(total, statements.errors().unknown(type, number()));
    }
    return found;
  }

  private ClientStatement named() {
    return statements.named(input.bytes(), input.bytes().readerIndex());
  }

  private String number() {
    ByteBuf in = input.bytes();
    int at = in.readerIndex();
    return Packet.payload(in, at) < 5
        ? ""
        : Integer.toUnsignedString(NumberedStatements.number(in, at));
  }

  private Outcome keepLongData(long total) {
    ClientStatement of = named();
    if (of != null) {
      if (statements.longBytes() + total > parts.limits().maxMessageSize()) {
        client.fatal(TOO_MUCH_DATA);
        return Outcome.WAIT;
      }
      statements.add(of, input.bytes(), (int) total);
    }
    input.begin(total, true);
    return Outcome.DONE;
  }

  private Outcome close(long total) {
    ClientStatement closed = named();
    input.begin(total, true);
    if (closed != null) {
      statements.close(closed);
      if (closed.cursor) {
        cursors.close(closed);
      }
    }
    return Outcome.DONE;
  }

  // ---- preparing

  private Outcome prepareKnown(long total) {
    if (preparing != null) {
      return preparing.underWay() ? blocked() : Outcome.NEXT;
    }
    text.read(input.bytes(), total, false);
    byte[] sql = text.copy();
    if (!lifecycle.preview(sql, text.length(), lexing.mode(sql, 0, sql.length))) {
      return blocked();
    }
    ServerError refusal = NextStatement.refusal(lifecycle.previewed().decision());
    if (refusal != null) {
      answers.error(total, refusal);
      return Outcome.DONE;
    }
    int most = client.settings().prepared().perClient();
    if (statements.size() >= most) {
      answers.error(
          total,
          1461,
          "42000",
          "Can't create more than max_prepared_stmt_count statements (current value: "
              + most
              + ")");
      return Outcome.DONE;
    }
    ServerError full = parts.sessions().statements().refusesAnother();
    if (full != null) {
      answers.error(total, full);
      return Outcome.DONE;
    }
    StatementFacts facts = lifecycle.previewed().effects();
    if (SessionKills.refusal(facts) != null // what it kills is found out when it is sent
        || facts.has(MysqlEffect.SETS_TRACKING)) {
      answers.error(
          total,
          1295,
          "HY000",
          "This command is not supported in the prepared statement protocol yet");
      return Outcome.DONE;
    }
    Decision decision = lifecycle.previewed().decision();
    byte[] sent =
        lifecycle.transformed().map(to -> to.getBytes(StandardCharsets.UTF_8)).orElse(sql);
    int parameters =
        decision.result().isPresent()
            ? ExecuteValues.parameters(sent, lexing.mode(sent, 0, sent.length))
            : ExecuteValues.UNKNOWN;
    boolean answered = parameters != ExecuteValues.UNKNOWN;
    if (!answered && decision.forward().isPresent() && diagnostics.lets(facts, () -> false, true)) {
      client.settle(); // else it would not go where its executions do
      return blocked();
    }
    ClassifiedText examined = lifecycle.previewed().examine(sql, lexing.mode(sql, 0, sql.length));
    PreparedStatement statement = meaning.acquire(sent, facts);
    statements.begin(statement);
    if (answered) {
      giveResult(total, statement, examined, parameters);
      return Outcome.DONE;
    }
    ForeignSource elsewhere = foreign.of(facts, decision);
    if (elsewhere != null) {
      int id = statements.next();
      return foreign.prepare(
          total,
          elsewhere,
          sent,
          facts,
          id,
          count -> keep(id, statement, examined, count),
          statements::forgetUnnumbered);
    }
    if (statement.source() instanceof KnownAnswer known
        && known.isGood(parts.loop().nanoTime())
        && !known.warns()
        && meaning.settled()
        && !diagnostics.preparingClears()
        && !mayBeReadOnly(facts, sent)) {
      give(total, statement, examined, known);
      return Outcome.DONE;
    }
    preparing = new Preparation(statement, examined);
    client.prepares(lifecycle.previewed());
    return Outcome.NEXT;
  }

  /** True if the server may refuse to prepare it, as the transaction is to change nothing. */
  private boolean mayBeReadOnly(StatementFacts facts, byte[] sql) {
    ServerConnection server = client.server();
    boolean now =
        server != null
            && (ServerSide.of(server).status() & StatusFlag.IN_READ_ONLY_TRANSACTION) != 0;
    if (!now && parts.transaction().heldBegin() == null) {
      return false;
    }
    return switch (facts.kind()) {
      case SELECT -> LockingClause.mayBeIn(sql, lexing.mode());
      case SHOW -> false;
      default -> true;
    };
  }

  private Outcome blocked() {
    parts.control().block();
    return Outcome.WAIT;
  }

  private void give(
      long total, PreparedStatement statement, ClassifiedText examined, KnownAnswer known) {
    int id = statements.next();
    keep(id, statement, examined, known.parameters());
    answers.give(total, known.numbered(id, client.alloc()));
  }

  /**
   * A rule answers what is executed: it gives no rows, and no server has to be able to prepare it.
   */
  private void giveResult(
      long total, PreparedStatement statement, ClassifiedText examined, int parameters) {
    int id = statements.next();
    keep(id, statement, examined, parameters);
    ByteBuf out = client.alloc().buffer(64);
    PreparedAnswer.write(out, 1, id, 0, parameters, agreed, answers.status());
    answers.give(total, out);
  }

  private void keep(int id, PreparedStatement statement, ClassifiedText examined, int parameters) {
    statements.keep(id, statement, examined, parameters, meaning.settings());
  }

  /** Has the server prepare a text that was not prepared yet, as far as is known. */
  private boolean prepare(ServerConnection server, long total) {
    Preparation now = preparing;
    if (now.done()) {
      preparing = null;
      if (now.error() != null) {
        statements.forgetUnnumbered();
        answers.error(total, now.error());
        diagnostics.failed(server);
      } else {
        diagnostics.prepared(server, now.answer().warns());
        give(total, now.statement(), now.examined(), now.answer());
      }
      client.settle();
      return true;
    }
    parts.control().block();
    if (!now.underWay()) {
      ask(server);
    }
    return false;
  }

  private void ask(ServerConnection server) {
    diagnostics.preparing();
    preparing.ask(server, cursors.pins(), client.owner(), client::resumeReading);
  }

  // ---- with a server

  boolean forward(ServerConnection server, byte type, long total) {
    if (type == Command.STMT_PREPARE) {
      return prepare(server, total);
    }
    notes.sent(SentStatements.OF_SESSION);
    executions.pass(server, type, named(), total);
    return true;
  }

  // ---- the end

  /** The command at the reader's position is over before it was sent. */
  void refused() {
    if (preparing != null) {
      statements.forgetUnnumbered();
      preparing = null;
    }
    executions.refused();
  }

  long held() {
    return statements.longBytes();
  }

  /** The client has no prepared statements any more. */
  void forget() {
    statements.forget();
    preparing = null;
    executions.forget();
  }
}
