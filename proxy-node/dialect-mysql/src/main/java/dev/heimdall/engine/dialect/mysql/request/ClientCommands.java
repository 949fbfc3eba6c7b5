package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.pipeline.AnswerOrder;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CachedAnswers;
import dev.heimdall.engine.session.answer.DeferredStatements;
import dev.heimdall.engine.session.answer.DelayedBegins;
import dev.heimdall.engine.session.answer.RuleResults;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.RuleQuestions;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.CarriedOut;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Payload;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Handling of one command of a client: the component that answers it, and the way it is sent. One
 * command of each client at a time is on its way to a server.
 */
final class ClientCommands implements RequestHandler {
  private static final int MAX_SMALL_COMMAND = 64 * 1024;

  private static final int[] NO_TYPES = {};

  private static final ServerError MALFORMED =
      ServerError.error("HY000", "Malformed communication packet.").withNumber(1835);

  private final RequestParts parts;
  private final HandledClient client;
  private final ClientInput input;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final ClientAnswers answers;
  private final SessionLexing lexing;
  private final SentStatements notes;
  private final ForeignCommands foreign;
  private final PreparedCommands prepared;
  private final PreparedExecutions executions;
  private final SharedCommands shared;
  private final DiagnosticsArea diagnostics;
  private final RowsOfCommand rows;
  private final CachedCommands cached;
  private final RenewedSession renewed;
  private final SessionCommands sessions;
  private final RuleQuestions questions;
  private final SessionKills kills;
  private final HandedCommands handed;
  private final List<Responder> commands;
  private final MysqlRequest request;
  private final AnswerOrder order;

  ClientCommands(RequestParts parts) {
    this.parts = parts;
    this.client = parts.client();
    this.input = parts.input();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.agreed =
        parts.capabilities() instanceof AgreedCapabilities those
            ? those
            : new AgreedCapabilities(0);
    this.text = new QueryText(parts.loop(), agreed);
    this.answers = new ClientAnswers(client, input, parts.notes());
    this.lexing = new SessionLexing(client, parts.carried(), answers, agreed.collation());
    this.notes = new SentStatements(parts);
    this.diagnostics =
        new DiagnosticsArea(
            client,
            parts.carried(),
            parts.control(),
            parts.loop(),
            answers,
            lexing,
            parts.others()::own,
            next::statement);
    this.foreign = new ForeignCommands(parts, agreed, text, lexing, answers, this::elsewhere);
    NumberedStatements statements = new NumberedStatements(parts, agreed);
    this.rows = new RowsOfCommand(next, lexing);
    this.executions =
        new PreparedExecutions(
            parts, agreed, lexing, answers, notes, diagnostics, foreign, statements, rows);
    this.prepared =
        new PreparedCommands(
            parts, text, lexing, answers, notes, diagnostics, foreign, statements, executions);
    this.shared = new SharedCommands(parts, agreed, answers, diagnostics, statements);
    this.cached = new CachedCommands(parts, agreed, text, answers, executions, diagnostics, rows);
    this.kills = new SessionKills(parts, answers);
    this.renewed = new RenewedSession(parts, answers);
    this.sessions =
        new SessionCommands(parts, agreed, answers, notes, prepared, diagnostics, kills);
    this.handed = new HandedCommands(parts, answers, lexing, diagnostics, statements);
    this.questions =
        new RuleQuestions(
            parts.admin(),
            parts.notes()::note,
            parts.cached()::how,
            parts.cached()::by,
            parts.catalogue(),
            lifecycle);
    this.commands = List.of(this::command);
    this.request = new MysqlRequest(parts, agreed, text, answers, lexing, executions);
    this.order =
        new AnswerOrder(
            Responder.NONE,
            new RuleResults(parts),
            new CachedAnswers(parts, cached),
            new DelayedBegins(parts),
            Responder.NONE,
            new DeferredStatements(parts, new DeferrableCommands(parts, text, lexing, executions)),
            foreign.responder());
  }

  // ---- the steps of the path

  @Override
  public Outcome dialogue(byte type, long total) {
    return Outcome.NEXT;
  }

  @Override
  public boolean framed(ServerConnection server, byte type, long total) {
    if (server != null && server.copyIn()) {
      return true;
    }
    if (client.outstanding() > 0 || (server != null && !server.quiet() && !server.shared())) {
      parts.control().block();
      return false;
    }
    return switch (type) {
      case Command.QUERY, Command.STMT_PREPARE ->
          input.whole(total, parts.limits().maxStatementSize());
      case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE, Command.STMT_SEND_LONG_DATA ->
          input.whole(total, parts.limits().maxMessageSize());
      case CommandFormat.DATA, Command.CHANGE_USER -> true;
      default -> input.whole(total, MAX_SMALL_COMMAND);
    };
  }

  @Override
  public boolean begins(ServerConnection server, byte type) {
    return type != CommandFormat.DATA && (server == null || !server.copyIn());
  }

  @Override
  public boolean judged(byte type, long total) {
    boolean judged =
        switch (type) {
          case Command.QUERY -> judge(total);
          case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE -> executions.judge();
          default -> !CommandsInSql.includes(type) || judgeInSql(type, total);
        };
    if (!judged && !input.midMessage()) {
      parts.control().block();
    }
    return judged;
  }

  private static boolean carriesStatement(byte type) {
    return type == Command.QUERY || PreparedExecutions.executes(type);
  }

  private boolean judgeInSql(byte type, long total) {
    byte[] sql = CommandsInSql.of(type, input.bytes(), total, lexing.mode());
    return lifecycle.judge(sql, 0, sql.length, mode(sql), false, NO_TYPES);
  }

  private boolean judge(long total) {
    if (!text.read(input.bytes(), total, true)) {
      client.fatal(MALFORMED.asFatal());
      return false;
    }
    return lifecycle.judge(
        text.bytes(),
        text.start(),
        text.length(),
        lexing.mode(text.bytes(), text.start(), text.length()),
        false,
        NO_TYPES);
  }

  @Override
  public Request request(ServerConnection server, byte type, long total) {
    return request.at(server, type, total);
  }

  @Override
  public List<Responder> commands() {
    return commands;
  }

  @Override
  public AnswerOrder answerOrder() {
    return order;
  }

  /** Another session, perhaps of another loop, could be given it with commands on their way. */
  @Override
  public boolean awaitsRest(ServerConnection server) {
    return !server.quiet();
  }

  /**
   * Continues when the condition is met that {@link #framed} has waited for, or that has kept the
   * connection.
   */
  @Override
  public void atRest() {
    client.resumeReading();
    client.settle();
  }

  @Override
  public boolean leaves(byte type) {
    boolean leaves = parts.destinations().awaitsDeparture();
    if (!leaves
        && diagnostics.lets(
            carriesStatement(type) ? next.effects() : null,
            this::mayStay,
            next.decision().forward().isPresent())) {
      client.settle();
      leaves = true;
    }
    if (leaves) {
      parts.control().block();
    }
    return leaves;
  }

  /** True if the statement would be given a connection of this pool, if it had none. */
  private boolean mayStay() {
    return next.refusal() == null
        && next.decision().isNone()
        && (!client.led() || next.effects().kind() == StatementKind.DML);
  }

  @Override
  public boolean aside(byte type, long total) {
    client.fatal(ServerError.fatal("08S01", "Got packets out of order").withNumber(1156));
    return false;
  }

  @Override
  public boolean forward(ServerConnection server, byte type, long total) {
    if (server.copyIn()) {
      input.begin(total, false);
      if (Payload.length(total) == 0) {
        server.replies().copyInEnded();
      }
      return true;
    }
    cached.sending(server);
    boolean sent = send(server, type, total);
    if (sent) {
      text.release();
    }
    return sent;
  }

  private boolean send(ServerConnection server, byte type, long total) {
    if (!renewed.ready(server)) {
      return false;
    }
    return switch (type) {
      case Command.QUERY -> query(server, total);
      case Command.STMT_EXECUTE, Command.STMT_BULK_EXECUTE ->
          executions.execute(server, type, total);
      case Command.STMT_PREPARE, Command.STMT_FETCH, Command.STMT_RESET ->
          prepared.forward(server, type, total);
      case CommandFormat.DATA -> aside(type, total);
      default -> sessions.forward(server, type, total);
    };
  }

  // ---- who answers

  /**
   * Calls the handlers that precede rules: they answer commands that are no statement, or one of
   * the node's own.
   */
  private Outcome command(Request asked) {
    byte type = request.type();
    long total = request.total();
    boolean carriesText = type == Command.QUERY;
    Outcome outcome = carriesText ? console(total) : sessions.answer(type, total);
    if (outcome != Outcome.NEXT) {
      return outcome;
    }
    if (!carriesText) {
      return prepared.answer(type, total);
    }
    outcome = kill(total);
    return outcome == Outcome.NEXT ? ofRules(total) : outcome;
  }

  /** Has a statement carried out at another data source, where rules want that. */
  private Outcome elsewhere(Request asked) {
    return switch (asked.kind()) {
      case TEXT -> foreign.query(request.total());
      case EXECUTION, BULK -> executions.forwarded(request.type(), request.total());
      default -> Outcome.NEXT;
    };
  }

  private Outcome console(long total) {
    if (!parts.admin()
        || !text.read(input.bytes(), total, true)
        || !parts.console().recognises(text.bytes(), text.start(), text.length())) {
      return Outcome.NEXT;
    }
    String command = new String(text.copy(), StandardCharsets.UTF_8);
    input.begin(total, true);
    parts.console().run(command);
    return Outcome.DONE;
  }

  private Outcome kill(long total) {
    return total <= SessionKills.LONGEST
            && text.mayBeginWith(input.bytes(), total, 'k')
            && text.read(input.bytes(), total, true)
        ? kills.answer(total, text, lexing.mode())
        : Outcome.NEXT;
  }

  private Outcome ofRules(long total) {
    boolean shows = text.mayBeginWith(input.bytes(), total, 's');
    if (!questions.mayBe((int) total, (byte) (shows ? 's' : 0))
        || !text.read(input.bytes(), total, true)
        || !questions.recognises(text.bytes(), text.start(), text.length())) {
      return Outcome.NEXT;
    }
    Answer answer = questions.answer(text.copy(), 0, text.length());
    if (answer == null) {
      parts.control().block();
      return Outcome.WAIT;
    }
    answers.answer(total, answer);
    return Outcome.DONE;
  }

  // ---- with a server connection

  private byte[] read(long total) {
    text.read(input.bytes(), total, true);
    return text.copy();
  }

  private boolean query(ServerConnection server, long total) {
    Decision decision = next.decision();
    StatementFacts facts = next.effects();
    if (!diagnostics.ready(server, facts, () -> read(total), lexing.mode())) {
      return false;
    }
    if (!parts.notes().ruled(StatementOutcome.of(decision))) {
      return true;
    }
    byte[] changed =
        decision.transformed().map(sql -> sql.getBytes(StandardCharsets.UTF_8)).orElse(null);
    boolean asks = diagnostics.sends(facts);
    if (changed != null || asks) {
      text.read(input.bytes(), total, true);
    }
    if (changed != null) {
      facts = parts.sessions().classifier().classify(changed, 0, changed.length, mode(changed));
    } else if (asks) {
      changed = diagnostics.inPlace(facts, text::copy, lexing.mode());
    }
    if (SentText.matters(facts, next.statement(), total)) {
      byte[] sql = changed == null ? read(total) : changed;
      diagnostics.sends(sql, mode(sql));
    }
    if (changed == null && next.mayWriteRows() && text.read(input.bytes(), total, true)) {
      next.writes(rows.written(text));
    }
    notes.statement(server, facts);
    answers.begin(server, Command.QUERY);
    if (changed == null) {
      input.begin(total, false);
    } else {
      input.cut();
      ByteBuf message = text.with(changed);
      input.out(message.readableBytes()).writeBytes(message);
      input.bytes().skipBytes((int) total);
    }
    return true;
  }

  private LexerMode mode(byte[] sql) {
    return lexing.mode(sql, 0, sql.length);
  }

  @Override
  public CarriedOut carriedOut(ServerConnection from, ServerError error) {
    return diagnostics.carriedOut(from, error);
  }

  @Override
  public void answered(ServerConnection from, ServerError error) {
    answers.seen(ServerSide.of(from).status());
    executions.answered(from, error);
    if (from.shared()) {
      diagnostics.answeredShared(from);
    } else {
      diagnostics.answered(from, error);
    }
  }

  @Override
  public boolean hasEnded(ServerConnection from, ServerError error) {
    return diagnostics.hasEnded(from, error);
  }

  @Override
  public Snapshots snapshots() {
    return cached.snapshots();
  }

  @Override
  public void pinEnded(ServerConnection server) {
    diagnostics.pinEnded(server);
  }

  // ---- what may be sent again

  @Override
  public void note(Journal journal, ByteBuf in, byte type, int total) {
    if (!(type == Command.QUERY
        || (PreparedExecutions.executes(type) && executions.runsAsIs(in, in.readerIndex())))) {
      journal.spoil();
    }
  }

  @Override
  public void note(TransactionLog log, ByteBuf from, int at, int length) {
    if (PreparedExecutions.executes(from.getByte(at + 4)) && !executions.runsAsIs(from, at)) {
      log.giveUp(Unreplayed.CUT);
    }
    log.count();
  }

  @Override
  public boolean shareable(int most) {
    return renewed.settled() && shared.shareable(most);
  }

  @Override
  public boolean runsOn(ServerConnection server) {
    return shared.runsOn(server);
  }

  @Override
  public void refused() {
    prepared.refused();
  }

  // ---- what there is nothing of

  @Override
  public long held() {
    return prepared.held();
  }

  // ---- another process

  @Override
  public boolean mayMove() {
    return handed.mayMove();
  }

  @Override
  public void letGo() {
    diagnostics.letGo();
  }

  @Override
  public void write(StateWriter out) {
    handed.write(out);
  }

  @Override
  public void read(StateReader in) {
    handed.read(in);
  }

  @Override
  public void forget() {
    prepared.forget();
  }
}
