package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.server.MysqlRequests;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementName;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Executions of a client's prepared statements, each with one set of values or in bulk with many: a
 * server connection that lacks the statement prepares it first.
 */
final class PreparedExecutions {
  /** In what servers say of parts of values that are longer than they take, in any language. */
  private static final String SENT_AHEAD = "mysql_send_long_data()";

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientInput input;
  private final StatementLifecycle lifecycle;
  private final SessionState carried;
  private final AgreedCapabilities agreed;
  private final SessionLexing lexing;
  private final ClientAnswers answers;
  private final SentStatements notes;
  private final DiagnosticsArea diagnostics;
  private final ForeignCommands foreign;
  private final NumberedStatements statements;
  private final RowsOfCommand rows;
  private final NumberedCommands numbered;
  private final PreparedMeaning meaning;
  private final OpenCursors cursors;

  /** Preparation for the execution at the reader's position; null for none. */
  private Preparation preparing;

  /** Statement sent last with parts of values ahead of it; null if there is none. */
  private ClientStatement withLongData;

  PreparedExecutions(
      RequestParts parts,
      AgreedCapabilities agreed,
      SessionLexing lexing,
      ClientAnswers answers,
      SentStatements notes,
      DiagnosticsArea diagnostics,
      ForeignCommands foreign,
      NumberedStatements statements,
      RowsOfCommand rows) {
    this.parts = parts;
    this.client = parts.client();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.carried = parts.carried();
    this.agreed = agreed;
    this.lexing = lexing;
    this.answers = answers;
    this.notes = notes;
    this.diagnostics = diagnostics;
    this.foreign = foreign;
    this.statements = statements;
    this.rows = rows;
    this.numbered = new NumberedCommands(input);
    this.meaning = new PreparedMeaning(parts, agreed);
    this.cursors = new OpenCursors(parts, answers, statements);
  }

  /** True if a command executes a prepared statement. */
  static boolean executes(byte type) {
    return type == Command.STMT_EXECUTE || type == Command.STMT_BULK_EXECUTE;
  }

  /** Capabilities that were agreed with the client. */
  AgreedCapabilities agreed() {
    return agreed;
  }

  /** Meaning of the texts that the client prepares. */
  PreparedMeaning meaning() {
    return meaning;
  }

  OpenCursors cursors() {
    return cursors;
  }

  /** Passes another command about a statement on, whose answer is the client's. */
  void pass(ServerConnection server, byte type, ClientStatement of, long total) {
    cursors.begin(server, type, of);
    if (type == Command.STMT_RESET) {
      of.cursor = false;
    }
    numbered.pass(server, of, total);
  }

  private ClientStatement named() {
    return statements.named(input.bytes(), input.bytes().readerIndex());
  }

  // ---- without a server

  /** Has rules decide on the statement that is to be executed. */
  boolean judge() {
    ClientStatement of = named();
    String database = of.settings.get(MysqlSettings.DATABASE);
    return Objects.equals(database, carried.settings().now(MysqlSettings.DATABASE))
        ? lifecycle.judge(of.examined)
        : lifecycle.judgeAsPrepared(of.examined, database);
  }

  /** Has the execution at the reader's position carried out elsewhere, if that is its way. */
  Outcome forwarded(byte type, long total) {
    ClientStatement of = named();
    if (!foreign.takes(of)) {
      return Outcome.NEXT;
    }
    if (type == Command.STMT_BULK_EXECUTE) {
      return forwardedBulk(total, of);
    }
    List<Object> values = values(total, of);
    Outcome outcome =
        values == null ? incorrectArguments(total, of) : foreign.execute(total, of, values);
    if (outcome == Outcome.DONE) {
      statements.forgetLongData(of);
    }
    return outcome;
  }

  private Outcome forwardedBulk(long total, ClientStatement of) {
    BulkCommand bulk = BulkCommand.read(input.bytes(), total, of.parameters);
    if (bulk == null || !of.knowsTypes(bulk)) {
      return malformed(total, bulk);
    }
    if (of.parameters == 0 || of.hasLongData() || !ForeignCommands.takesRows(of)) {
      statements.forgetLongData(of);
      lifecycle.settled();
      answers.error(total, BulkCommand.UNSUPPORTED);
      return Outcome.DONE;
    }
    byte[] types = bulk.hasTypes() ? bulk.types() : of.types();
    Outcome outcome = foreign.execute(total, of, bulk.rows(types));
    if (outcome == Outcome.DONE) {
      of.types(types);
    }
    return outcome;
  }

  /** Types that were not named end MariaDB 11.4. */
  private Outcome malformed(long total, TypedCommand bulk) {
    lifecycle.settled();
    answers.error(total, bulk == null ? BulkCommand.MALFORMED : BulkCommand.UNTYPED);
    return Outcome.DONE;
  }

  /** The text of the execution at the reader's position, with its values; empty for none. */
  Optional<String> inText(long total) {
    ClientStatement of = named();
    List<Object> values = values(total, of);
    return values == null
        ? Optional.empty()
        : ExecuteValues.inText(of.statement.body(), lexing.mode(), values);
  }

  /**
   * The statement that the execution at the reader's position names, if it would be read now as it
   * was when it was prepared, and is the text that rules have decided on; null otherwise.
   */
  ClientStatement asJudged() {
    ClientStatement of = named();
    return of.asWritten() && of.settings.equals(meaning.settings()) ? of : null;
  }

  /**
   * The execution at the reader's position, whose types are the statement's then; null for one that
   * is malformed.
   */
  ExecuteCommand command(long total, ClientStatement of) {
    ExecuteCommand command = ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command == null) {
      return null;
    }
    if (command.hasTypes()) {
      of.types(command.types());
    }
    return of.knowsTypes(command) ? command : null;
  }

  /** The execution at the reader's position is answered: what was sent ahead of it is over. */
  void taken() {
    statements.forgetLongData(named());
  }

  /** Of the parameters; null where the command is malformed. */
  private List<Object> values(long total, ClientStatement of) {
    ExecuteCommand command = command(total, of);
    if (command == null) {
      return null;
    }
    try {
      return command.values(of.parameters, of.types(), of.longValues());
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return null;
    }
  }

  private Outcome incorrectArguments(long total, ClientStatement of) {
    lifecycle.settled();
    answers.error(total, statements.errors().ofExecution(input.bytes(), total, of.parameters));
    return Outcome.DONE;
  }

  // ---- with one

  /** Sends the execution at the reader's position. */
  boolean execute(ServerConnection server, byte type, long total) {
    ClientStatement of = named();
    inPlace(of);
    besideCursors(of);
    PreparedStatement statement = of.runs();
    if (!ready(server, of, total)
        || !diagnostics.ready(server, statement.facts(), statement::body, lexing.mode())) {
      return false;
    }
    boolean bulk = type == Command.STMT_BULK_EXECUTE;
    TypedCommand command =
        bulk
            ? BulkCommand.read(input.bytes(), total, of.parameters)
            : ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command == null || !of.knowsTypes(command)) {
      if (bulk) {
        malformed(total, command);
      } else {
        incorrectArguments(total, of);
      }
      client.settle();
      return true;
    }
    if (!ServerSide.of(server).executes(statement.name(), command.opensCursor())
        || spoilsValues(server, of, command)) {
      return execute(server, type, total);
    }
    if (!parts.notes().ruled(StatementOutcome.asPrepared(lifecycle.next().decision()))) {
      return true;
    }
    if (command instanceof ExecuteCommand one && lifecycle.next().mayWriteRows()) {
      lifecycle.next().writes(rows.written(of, one));
    }
    notes.statement(server, statement.facts());
    server.statements().bound(statement);
    if (of.hasLongData()) {
      numbered.passLongData(server, of);
      ServerSide.of(server).use().longData(statement.name());
      withLongData = of;
    }
    statements.forgetLongData(of);
    cursors.begin(server, type, of);
    if (!command.hasTypes() && of.types() != null) {
      numbered.pass(server, of, command, total);
    } else {
      if (!of.hasTypesOf(command)) {
        if (of.types() != null) {
          parts.notes().giveUp(Unreplayed.CUT); // an execution before it may have named none
        }
        of.types(command.types());
      }
      numbered.pass(server, of, total);
    }
    ServerSide.of(server).use().binds(statement.name(), of.types(), of.parameters);
    return true;
  }

  /** True if the server would read values wrongly: the statement is prepared anew then. */
  private static boolean spoilsValues(
      ServerConnection server, ClientStatement of, TypedCommand command) {
    if (takesValues(server, of, command)) {
      return false;
    }
    ServerSide.of(server).close(of.runs().name());
    return true;
  }

  /**
   * True if the server reads values, or parts of them that go ahead, as they are. Behind an
   * execution with other types, be it another client's, it may not.
   */
  static boolean takesValues(ServerConnection server, ClientStatement of, TypedCommand command) {
    byte[] types = command.hasTypes() && !of.hasTypesOf(command) ? command.types() : of.types();
    if (types == null) {
      return true;
    }
    MysqlRequests requests = ServerSide.of(server);
    StatementName name = of.runs().name();
    return (requests.mariadb() || requests.use().takes(name, types, of.parameters))
        && (!of.hasLongData() || requests.use().takesLongData(name, types));
  }

  /**
   * Handles the answer to the execution that was sent last.
   *
   * @param error what it has ended with; null for none
   */
  void answered(ServerConnection from, ServerError error) {
    cursors.answered(from);
    if (withLongData != null && error != null && error.message().contains(SENT_AHEAD)) {
      withLongData.reject(error);
    }
    withLongData = null;
  }

  /** Puts what the node knows better than the server in the place of what the statement asks. */
  private void inPlace(ClientStatement of) {
    StatementFacts facts = of.statement.facts();
    if (!diagnostics.sends(facts)) {
      return;
    }
    byte[] body = of.statement.body();
    // A rule may have changed the text: places are those of the one that runs.
    StatementFacts here =
        parts
            .sessions()
            .classifier()
            .classify(body, 0, body.length, lexing.mode(body, 0, body.length));
    byte[] changed = diagnostics.inPlace(here, of.statement::body, lexing.mode());
    statements.stand(of, changed == null ? null : meaning.acquire(changed, facts, of.settings));
  }

  /**
   * Rows that wait to be fetched stay: where the client has prepared the same text twice, an
   * execution of the one would end the cursor of the other.
   */
  private void besideCursors(ClientStatement of) {
    if (cursors.pins() && statements.haveCursorOf(of.runs(), of)) {
      statements.stand(of, meaning.acquireAlone(of.runs()));
    }
  }

  /**
   * True if the server has the statement; else it is asked to prepare it, by the settings with
   * which its client has prepared it.
   */
  private boolean ready(ServerConnection server, ClientStatement of, long total) {
    boolean rejected = preparing != null && preparing.done() && preparing.error() != null;
    if (!rejected && server.statements().confirmed(of.runs())) {
      preparing = null;
      return true;
    }
    Variables now = meaning.settings();
    Variables atFirst = meaning.again(of.settings);
    if (rejected && (preparing.isRepeated() || atFirst.equals(now))) {
      reject(server, of, total, preparing.error());
      return false;
    }
    parts.control().block();
    if (rejected) {
      preparing = preparing.repeated();
      ask(server);
    } else if (preparing == null || !preparing.underWay()) { // or its connection was lost
      preparing = new Preparation(of.runs(), of.examined);
      if (!atFirst.equals(now)) {
        meaning.change(server, now, atFirst);
      }
      ask(server);
      if (!atFirst.equals(now)) {
        meaning.change(server, atFirst, now);
      }
    }
    return false;
  }

  private void ask(ServerConnection server) {
    diagnostics.preparing();
    preparing.ask(server, cursors.pins(), client.owner(), client::resumeReading);
  }

  private void reject(ServerConnection server, ClientStatement of, long total, ServerError error) {
    preparing = null;
    if (server.statements().confirmed(of.runs())) {
      ServerSide.of(server).close(of.runs().name()); // prepared by settings that are not its own
    }
    lifecycle.settled();
    answers.error(total, error);
    diagnostics.failed(server);
    client.settle();
  }

  /** True if the execution at this place goes to a server as it stands there, but for numbers. */
  boolean runsAsIs(ByteBuf in, int at) {
    ClientStatement of = statements.named(in, at);
    return of != null && !of.hasLongData();
  }

  // ---- the end

  /** The command at the reader's position is over before it was sent, or its statement is gone. */
  void refused() {
    preparing = null;
  }

  /** The client has no prepared statements any more. */
  void forget() {
    preparing = null;
    withLongData = null;
    cursors.forget();
  }
}
