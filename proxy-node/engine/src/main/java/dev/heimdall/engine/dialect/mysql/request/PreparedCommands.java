package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A client's prepared statements. The client knows them by the node's numbers, each server
 * connection by its own; a connection that lacks one prepares it first.
 */
final class PreparedCommands implements Responder {
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
  private final Aftermath aftermath;
  private final ForeignCommands foreign;
  private final NumberedStatements statements;
  private final NumberedCommands numbered;
  private final PreparedMeaning meaning;
  private final LockingClause locking = new LockingClause();

  /** What is being prepared for the command at the reader's position; null for nothing. */
  private Preparation preparing;

  /** Whose execution or fetch is unanswered; null for none. */
  private ClientStatement running;

  PreparedCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      SessionLexing lexing,
      ClientAnswers answers,
      SentStatements notes,
      Aftermath aftermath,
      ForeignCommands foreign,
      NumberedStatements statements) {
    this.parts = parts;
    this.client = parts.client();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.carried = parts.carried();
    this.agreed = agreed;
    this.text = text;
    this.lexing = lexing;
    this.answers = answers;
    this.notes = notes;
    this.aftermath = aftermath;
    this.foreign = foreign;
    this.statements = statements;
    this.numbered = new NumberedCommands(input);
    this.meaning = new PreparedMeaning(parts, agreed);
  }

  // ---- without a server

  @Override
  public Outcome answer(byte type, long total) {
    statements.forgetClosed();
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
      case Command.STMT_EXECUTE -> {
        return known(total, "mysqld_stmt_execute") == null ? Outcome.DONE : Outcome.NEXT;
      }
      case Command.STMT_RESET -> {
        ClientStatement reset = known(total, "mysqld_stmt_reset");
        if (reset == null) {
          return Outcome.DONE;
        }
        statements.forgetLongData(reset);
        if (reset.cursor) {
          return Outcome.NEXT;
        }
        answers.ok(total, 0);
        return Outcome.DONE;
      }
      case Command.STMT_FETCH -> {
        ClientStatement fetched = known(total, "mysqld_stmt_fetch");
        if (fetched != null && !fetched.cursor) {
          answers.error(
              total, 1421, "HY000", "The statement (" + fetched.id + ") has no open cursor.");
        }
        return fetched == null || !fetched.cursor ? Outcome.DONE : Outcome.NEXT;
      }
      default -> {
        return Outcome.NEXT;
      }
    }
  }

  /** The statement that the command at the reader's position names; if none, it is answered so. */
  private ClientStatement known(long total, String command) {
    statements.settle(input.bytes(), input.bytes().readerIndex());
    ClientStatement found = named();
    if (found == null) {
      answers.error(
          total,
          1243,
          "HY000",
          "Unknown prepared statement handler (" + number() + ") given to " + command);
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
        closed.cursor = false;
        closeCursor(closed);
      }
    }
    return Outcome.DONE;
  }

  /** What is left of a cursor on the connection goes, whatever its client has fetched. */
  private void closeCursor(ClientStatement of) {
    ServerConnection server = client.server();
    if (server == null || statements.haveCursor()) {
      return;
    }
    ServerSide.of(server)
        .resetStatement(
            of.runs().name(),
            new InternalQuery() {
              @Override
              protected void done(ServerConnection from, ServerError error) {
                carried.unpin(MysqlPins.CURSOR);
                answers.after(from);
              }
            });
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
    if (decision.forward().isPresent() && aftermath.lets(facts, () -> false, true)) {
      client.settle(); // else it would not go where its executions do
      return blocked();
    }
    ClassifiedText examined = lifecycle.previewed().examine(sql, lexing.mode(sql, 0, sql.length));
    byte[] sent =
        lifecycle.transformed().map(to -> to.getBytes(StandardCharsets.UTF_8)).orElse(sql);
    PreparedStatement statement = meaning.acquire(sent, facts);
    statements.begin(statement);
    ForeignSource elsewhere = foreign.of(facts, decision);
    if (elsewhere != null) {
      int id = statements.next();
      return foreign.prepare(
          total,
          elsewhere,
          sent,
          facts,
          id,
          parameters -> keep(id, statement, examined, parameters),
          statements::forgetUnnumbered);
    }
    if (statement.source() instanceof KnownAnswer known
        && !known.warns()
        && meaning.settled()
        && !aftermath.preparingClears()
        && !mayBeReadOnly(facts, sent)) {
      give(total, statement, examined, known);
      return Outcome.DONE;
    }
    preparing = new Preparation(statement, examined);
    return Outcome.NEXT;
  }

  /** Whether the server may refuse to prepare it, as the transaction is to change nothing. */
  private boolean mayBeReadOnly(StatementFacts facts, byte[] sql) {
    ServerConnection server = client.server();
    boolean now =
        server != null
            && (ServerSide.of(server).status() & StatusFlag.IN_READ_ONLY_TRANSACTION) != 0;
    if (!now && parts.transaction().heldBegin() == null) {
      return false;
    }
    return switch (facts.kind()) {
      case SELECT -> locking.mayBeIn(sql, lexing.mode());
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

  private void keep(int id, PreparedStatement statement, ClassifiedText examined, int parameters) {
    statements.keep(id, statement, examined, parameters, meaning.settings());
  }

  /** Has the server prepare a text that nobody has prepared yet, as far as is known. */
  private boolean prepare(ServerConnection server, long total) {
    Preparation now = preparing;
    if (now.done()) {
      preparing = null;
      if (now.error() != null) {
        statements.forgetUnnumbered();
        aftermath.failed(server);
        answers.error(total, now.error());
      } else {
        aftermath.prepared(server, now.answer().warns());
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
    aftermath.preparing();
    preparing.ask(server, carried.pins().contains(MysqlPins.CURSOR), client::resumeReading);
  }

  // ---- executing

  /** Has rules decide on the statement that is to be executed. */
  boolean judge() {
    ClientStatement of = named();
    String database = of.settings.get(MysqlSettings.DATABASE);
    return Objects.equals(database, carried.now(MysqlSettings.DATABASE))
        ? lifecycle.judge(of.examined)
        : lifecycle.judgeAsPrepared(of.examined, database);
  }

  /** Has the execution at the reader's position carried out elsewhere, if that is its way. */
  Outcome forwarded(long total) {
    ClientStatement of = named();
    if (!foreign.takes(of)) {
      return Outcome.NEXT;
    }
    List<Object> values = values(total, of);
    Outcome outcome =
        values == null ? incorrectArguments(total) : foreign.execute(total, of, values);
    if (outcome == Outcome.DONE) {
      statements.forgetLongData(of);
    }
    return outcome;
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
   * The execution at the reader's position, whose types are the statement's then; null for none.
   */
  ExecuteCommand command(long total, ClientStatement of) {
    ExecuteCommand command = ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command == null) {
      return null;
    }
    if (command.hasTypes()) {
      of.types(command.types());
    }
    return of.types() == null && of.parameters > 0 ? null : command;
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

  private Outcome incorrectArguments(long total) {
    lifecycle.settled();
    answers.error(total, 1210, "HY000", "Incorrect arguments to mysqld_stmt_execute");
    return Outcome.DONE;
  }

  boolean forward(ServerConnection server, byte type, long total) {
    if (type == Command.STMT_PREPARE) {
      return prepare(server, total);
    }
    ClientStatement of = named();
    if (type == Command.STMT_EXECUTE) {
      return execute(server, of, total);
    }
    notes.sent(SentStatements.OF_SESSION);
    begin(server, type, of);
    if (type == Command.STMT_RESET) {
      of.cursor = false;
    }
    numbered.pass(server, of, total);
    return true;
  }

  private void begin(ServerConnection server, byte type, ClientStatement of) {
    running = server.shared() ? null : of; // no cursor comes of what shares a connection
    answers.begin(server, type);
  }

  private boolean execute(ServerConnection server, ClientStatement of, long total) {
    inPlace(of);
    PreparedStatement statement = of.runs();
    if (!ready(server, of)
        || !aftermath.ready(server, statement.facts(), statement::body, lexing.mode())) {
      return false;
    }
    ExecuteCommand command = ExecuteCommand.read(input.bytes(), total, of.parameters, agreed);
    if (command == null || !of.knowsTypes(command)) {
      incorrectArguments(total);
      client.settle();
      return true;
    }
    if (!ServerSide.of(server).executes(statement.name(), command.opensCursor())) {
      return execute(server, of, total);
    }
    notes.statement(server, statement.facts());
    server.statements().bound(statement);
    numbered.passLongData(server, of);
    statements.forgetLongData(of);
    begin(server, Command.STMT_EXECUTE, of);
    if (!command.hasTypes() && of.parameters > 0) {
      numbered.pass(server, of, command, total);
    } else {
      if (of.types() == null || !command.hasTypes(of.types())) {
        if (of.types() != null) {
          parts.notes().giveUp(Unreplayed.CUT); // an execution before it may have named none
        }
        of.types(command.types());
      }
      numbered.pass(server, of, total);
    }
    return true;
  }

  /** Puts what the node knows better than the server in the place of what the statement asks. */
  private void inPlace(ClientStatement of) {
    StatementFacts facts = of.statement.facts();
    if (!aftermath.sends(facts)) {
      return;
    }
    byte[] body = of.statement.body();
    // A rule may have changed the text: places are those of the one that runs.
    StatementFacts here =
        parts
            .sessions()
            .classifier()
            .classify(body, 0, body.length, lexing.mode(body, 0, body.length));
    byte[] changed = aftermath.inPlace(here, of.statement::body, lexing.mode());
    statements.stand(of, changed == null ? null : meaning.acquire(changed, facts, of.settings));
  }

  /**
   * Whether the server has the statement; else it is asked to prepare it, by the settings with
   * which its client has prepared it.
   */
  private boolean ready(ServerConnection server, ClientStatement of) {
    boolean rejected = preparing != null && preparing.done() && preparing.error() != null;
    if (!rejected && server.statements().confirmed(of.runs())) {
      preparing = null;
      return true;
    }
    Variables now = meaning.settings();
    Variables atFirst = meaning.again(of.settings);
    if (rejected && (preparing.isRepeated() || atFirst.equals(now))) {
      reject(server, of, preparing.error());
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

  private void reject(ServerConnection server, ClientStatement of, ServerError error) {
    preparing = null;
    if (server.statements().confirmed(of.runs())) {
      ServerSide.of(server).close(of.runs().name()); // prepared by settings that are not its own
    }
    lifecycle.settled();
    aftermath.failed(server);
    answers.error(
        Packet.HEADER + Packet.payload(input.bytes(), input.bytes().readerIndex()), error);
    client.settle();
  }

  /** Whether the execution at this place goes to a server as it stands there, but for numbers. */
  boolean runsAsIs(ByteBuf in, int at) {
    ClientStatement of = statements.named(in, at);
    return of != null && !of.hasLongData();
  }

  /** The command that was sent last was answered. */
  void answered(ServerConnection from) {
    ClientStatement of = running;
    running = null;
    if (of == null) {
      return;
    }
    int status = ServerSide.of(from).status();
    boolean open =
        (status & StatusFlag.CURSOR_EXISTS) != 0 && (status & StatusFlag.LAST_ROW_SENT) == 0;
    of.cursor = open;
    if (open) {
      carried.pin(MysqlPins.CURSOR);
      from.taint();
    } else if (carried.pins().contains(MysqlPins.CURSOR) && !statements.haveCursor()) {
      carried.unpin(MysqlPins.CURSOR);
    }
  }

  // ---- the end

  /** The command at the reader's position is over before it was sent. */
  void refused() {
    if (preparing != null) {
      statements.forgetUnnumbered();
      preparing = null;
    }
  }

  long held() {
    return statements.longBytes();
  }

  /** The client has no prepared statements any more. */
  void forget() {
    statements.forget();
    preparing = null;
    running = null;
  }
}
