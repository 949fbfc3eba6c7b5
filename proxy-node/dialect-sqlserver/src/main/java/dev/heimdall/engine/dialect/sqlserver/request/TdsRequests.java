package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.sqlserver.answer.Attentions;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.server.SentRequest;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerRequests;
import dev.heimdall.engine.dialect.sqlserver.sql.ProcedureText;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerPins;
import dev.heimdall.engine.journal.Journal;
import dev.heimdall.engine.journal.TransactionLog;
import dev.heimdall.engine.pipeline.AnswerOrder;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestHandler;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CachedAnswers;
import dev.heimdall.engine.session.answer.DeferredStatements;
import dev.heimdall.engine.session.answer.DelayedBegins;
import dev.heimdall.engine.session.answer.RuleResults;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementRows;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Handling of one client's requests, of which one at a time is on its way to a server. */
final class TdsRequests implements RequestHandler {
  /** In UTF-16. */
  private static final int BYTES_OF_CHARACTER = 2;

  private static final MessageFormat FORMAT = new MessageFormat();

  private final RequestParts parts;
  private final HandledClient client;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final SqlServerEncoder encoder;
  private final Attentions attentions;

  private final TdsRequest request;
  private final KeptResults kept;
  private final RpcRequests rpc;
  private final ReplayNotes replay;
  private final ForeignBatches foreign;
  private final InterruptedClient interrupted;
  private final CallHandles handles;
  private final Preparing preparing;
  private final MessageRest rest;
  private final RowsOfRequest keyed;
  private final CachedRequests cached;
  private final UnreportedTransactions unreported = new UnreportedTransactions();

  /** True if the request on its way sets options. */
  private boolean setsOptions;

  /** The statement on its way for whose rows its server then waits; null for none. */
  private byte[] loads;

  TdsRequests(RequestParts parts) {
    this.parts = parts;
    this.client = parts.client();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.encoder = (SqlServerEncoder) client.encoder();
    this.attentions = encoder.attentions();
    this.rpc =
        new RpcRequests(
            client, parts.sessions().statements(), parts.notes(), parts.carried().settings());
    this.kept = new KeptResults(client, parts.carried(), parts.loop());
    this.request = new TdsRequest(parts, rpc, kept);
    this.replay = new ReplayNotes(parts, request, this::mode);
    this.keyed = new RowsOfRequest(next, request, rpc, this::mode);
    this.foreign = new ForeignBatches(parts, request, rpc, keyed, this::mode);
    this.handles = new CallHandles(client, rpc);
    this.preparing = new Preparing(parts, this::mode);
    this.rest = new MessageRest(parts, rpc, handles);
    this.cached = new CachedRequests(parts, request, rpc, kept, keyed);
    this.interrupted = new InterruptedClient(parts, encoder, foreign);
    if (!encoder.recovered().isEmpty()) {
      parts.carried().settings().resume(encoder.recovered());
    }
  }

  // ---- attention

  /** Servers acknowledge what interrupts, and send no error. */
  @Override
  public void interrupts(ServerError why) {
    cached.interrupted();
    requests(client.server()).interrupts(why, attentions.unanswered());
  }

  @Override
  public boolean leavesDoubt(ServerConnection from, ServerError error) {
    boolean reported = from.status() == TransactionState.OPEN;
    boolean surely = requests(from).reportsTransactions();
    unreported.answered(encoder.version().hasHeaders(), surely, reported, error != null);
    return unreported.inDoubt();
  }

  @Override
  public void answered(ServerConnection from, ServerError error) {
    encoder.asked(false);
    if (requests(from).takeAcknowledged()) {
      attentions.answered();
    }
    if (setsOptions && error != null && error.cause() != ServerError.Cause.UNREAD) {
      client.pin(SqlServerPins.FAILED_SET);
    }
    if (setsOptions && error != null) {
      cached.sets(null);
    }
    rest.answered();
    setsOptions = false;
    handles.answered(requests(from));
    pinned(SqlServerPins.BULK_LOAD, loads != null && error == null);
    request.loads(error == null ? loads : null);
    loads = null;
    if (unreported.rolledBack(error != null)) {
      requests(from).rolledBack();
    }
    pinned(SqlServerPins.OPEN_CURSOR, requests(from).hasCursors(client.owner()));
    kept.answered();
    rpc.handles().settle();
    requests(from).mayBeOpen(unreported.open());
    pinned(SqlServerPins.UNREPORTED_TRANSACTION, unreported.open());
    interrupted.answered();
  }

  @Override
  public void unanswered() {
    unreported.forget();
    setsOptions = false;
    loads = null;
    request.loads(null);
  }

  private void pinned(PinReason reason, boolean pins) {
    if (pins != parts.carried().pins().all().contains(reason)) {
      if (pins) {
        client.pin(reason);
      } else {
        parts.carried().pins().remove(reason);
      }
    }
  }

  private static SqlServerRequests requests(ServerConnection server) {
    return (SqlServerRequests) server.requests();
  }

  // ---- the steps of the path

  @Override
  public Outcome dialogue(byte type, long total) {
    return Outcome.NEXT;
  }

  @Override
  public boolean framed(ServerConnection server, byte type, long total) {
    if (client.outstanding() > 0 || (server != null && !server.quiet())) {
      parts.control().block();
      return false;
    }
    return switch (type) {
      case TdsPacket.SQL_BATCH ->
          parts.input().whole(total, BYTES_OF_CHARACTER * parts.limits().maxStatementSize());
      case MessageFormat.CALLS_HEAD, MessageFormat.ROWS_HEAD -> true;
      case MessageFormat.IGNORED, TdsPacket.RPC, TdsPacket.TRANSACTION, TdsPacket.BULK_LOAD ->
          parts.input().whole(total, parts.limits().maxMessageSize());
      default -> {
        client.protocolError("no message of type " + type + " was expected");
        yield false;
      }
    };
  }

  @Override
  public boolean begins(ServerConnection server, byte type) {
    return true;
  }

  @Override
  public boolean judged(byte type, long total) {
    byte[] text = request.text();
    boolean judged =
        preparing.only()
            || lifecycle.judge(text, 0, text.length, mode(), request.type() == TdsPacket.RPC);
    if (!judged) {
      parts.control().block();
    }
    return judged;
  }

  @Override
  public Request request(ServerConnection server, byte type, long total) {
    return request.at(server, type, total);
  }

  private LexerMode mode() {
    String quoted = parts.carried().settings().now("quoted_identifier");
    return "OFF".equals(quoted) ? new LexerMode(false, false, false) : LexerMode.STANDARD;
  }

  @Override
  public List<Responder> commands() {
    return List.of(this::unsupported, new OperatorBatches(parts, request), preparing);
  }

  @Override
  public AnswerOrder answerOrder() {
    return new AnswerOrder(
        encoder.recovers() ? this::tell : Responder.NONE,
        new RuleResults(parts),
        new CachedAnswers(parts, cached),
        new DelayedBegins(parts),
        Responder.NONE,
        new DeferredStatements(parts, new DeferrableBatches(parts, this::mode)),
        foreign.responder());
  }

  @Override
  public boolean leaves(byte type) {
    boolean leaves = parts.destinations().awaitsDeparture();
    if (leaves) {
      parts.control().block();
    }
    return leaves;
  }

  @Override
  public boolean aside(byte type, long total) {
    throw new IllegalStateException("a message of type " + type + " begins nothing");
  }

  @Override
  public void beginsLate(ServerConnection server) {
    requests(server).begins(client.owner());
    unreported.begun();
  }

  @Override
  public boolean takePiece(ServerConnection server) {
    return rest.take(server);
  }

  @Override
  public boolean forward(ServerConnection server, byte framed, long total) {
    byte type = request.at(server, framed, total).type();
    if (request.streams() && !server.quiet()) {
      parts.control().block(); // the transaction has to begin first
      return false;
    }
    if (!preparing.only() && kept.refusal(next.effects(), server) != null) {
      parts.control().block();
      client.resumeReading(); // to be rejected, now that it has a connection
      return false;
    }
    if (!preparing.only() && !parts.notes().ruled(StatementOutcome.of(next.decision()))) {
      return true;
    }
    List<RpcCall> calls = request.calls();
    boolean isReset = RpcRequests.isReset(calls);
    boolean resets = request.resets() || isReset;
    if ((type == TdsPacket.RPC && !ready(server)) || (request.streams() && sets(server, resets))) {
      parts.control().block();
      return false;
    }
    StatementFacts said = preparing.only() ? Preparing.FACTS : next.effects();
    StatementRows written = next.mayWriteRows() ? keyed.written() : StatementRows.UNKNOWN;
    ByteBuf payload = request.takePayload();
    boolean rows = type == TdsPacket.BULK_LOAD;
    String changed = rows ? null : changed(type);
    if (changed != null) {
      byte[] text = changed.getBytes(StandardCharsets.UTF_8);
      said = preparing.only() ? said : classified(text);
      payload = changed(payload, changed);
    }
    CalledCode code =
        preparing.only() || changed != null
            ? CalledCode.UNKNOWN
            : CalledCode.of(next, requests(server).reportsTransactions());
    StatementFacts facts =
        type == TdsPacket.RPC ? SessionEffects.ofCall(said, code) : SessionEffects.of(said, code);
    if (calls != null && calls.get(0).procedure() == RpcProcedure.PREPARE_EXECUTE_RPC) {
      facts = facts.with(new Effect(Effect.Type.PIN, SqlServerPins.PROCEDURE));
    }
    facts = rows ? SessionEffects.without(facts, SqlServerPins.BULK_LOAD) : facts;
    loads = SessionEffects.awaitsRows(facts) ? request.text() : null;
    String level =
        type == TdsPacket.TRANSACTION ? ClientRequest.isolation(payload, encoder.version()) : null;
    if (level != null) {
      facts = facts.with(SessionEffects.setting(SessionOptions.ISOLATION, level));
    }
    SentRequest.Numbered prepares = null;
    if (type == TdsPacket.RPC) {
      prepares = handles.number(requests(server), payload, calls, changed, preparing.effects());
    }
    Map<String, String> given = SessionEffects.given(facts);
    setsOptions = !given.isEmpty();
    if (SessionEffects.sets(facts, SessionOptions.ISOLATION)) {
      cached.sets(given.get(SessionOptions.ISOLATION));
    }
    if (resets) {
      unreported.forget();
    }
    unreported.sent(said, request.text(), isImplicit(given), code.mayBegin(said));
    if (resets) {
      facts = SessionEffects.behindReset(facts, isReset);
    }
    if (!preparing.only()) {
      next.writes(changed == null ? written : StatementRows.UNKNOWN);
      lifecycle.sent(server);
    }
    kept.sent(said, resets);
    replay.sent(said, loads != null, resets);
    parts.transaction().sent(facts, parts.carried().sent());
    parts.resolution().sent(facts);
    if (!facts.effects().isEmpty() || facts.redefining() == Redefining.ITSELF) {
      parts.carried().note(facts);
    }
    if (request.streams()) {
      rest.begin(request.payloadBytes(), request.scan(), calls, changed, preparing.effects());
    }
    if (kept.readsNone(said) && !request.streams()) {
      requests(server).clearResult(client.owner());
    }
    requests(server)
        .request(
            new SentRequest(
                type,
                payload,
                client.owner(),
                resets,
                given,
                prepares,
                request.cursors(),
                RpcCall.outputs(calls, encoder.version()),
                request.streams(),
                false));
    // What a call sets ends with it, but not on each server.
    if (SessionEffects.sets(said, SessionOptions.ISOLATION) || level != null) {
      requests(server).mayLevel();
    }
    client.groupSent();
    request.send();
    return true;
  }

  private boolean isImplicit(Map<String, String> given) {
    String option = SessionOptions.IMPLICIT_TRANSACTIONS;
    return "ON".equals(given.getOrDefault(option, parts.carried().settings().now(option)));
  }

  private StatementFacts classified(byte[] text) {
    return parts.sessions().classifier().classify(text, 0, text.length, mode());
  }

  /** Returns the text that rules want in the place of the client's; null for none. */
  private String changed(byte type) {
    String text = preparing.transformed();
    if (type != TdsPacket.SQL_BATCH || !next.decision().wraps()) {
      return text; // a call is a procedure of its own already
    }
    String wrapped =
        ProcedureText.of(
            text == null ? request.text() : text.getBytes(StandardCharsets.UTF_8), mode());
    return wrapped == null ? text : wrapped;
  }

  /** Puts a rule's text in the place of the client's. */
  private ByteBuf changed(ByteBuf consumed, String text) {
    try {
      if (request.calls() == null) {
        return ClientRequest.batch(consumed, text, encoder.version());
      }
      return request.calls().get(0).executes()
          ? consumed.retain() // its server has that text by the handle that it gets
          : RpcCall.withStatement(consumed, request.calls(), text);
    } finally {
      consumed.release();
    }
  }

  /** Has the server prepare the statements that are to be executed, unless it has them. */
  private boolean ready(ServerConnection server) {
    for (RpcCall call : request.calls()) {
      if (call.executes() && !ready(server, call.handle())) {
        return false;
      }
    }
    return true;
  }

  private boolean ready(ServerConnection server, int handle) {
    PreparedHandles.Prepared statement = rpc.handles().get(handle);
    String text = next.decision().transformed().orElse(statement.statement());
    if (requests(server).handleOf(client.owner(), handle, text) != null) {
      return true;
    }
    requests(server)
        .prepare(
            client.owner(),
            new SentRequest.Numbered(handle, text, statement.cursors()),
            statement.declarations(),
            goesOn());
    return false;
  }

  /** Has the server set what the session has set, if that is to be done before a request. */
  private boolean sets(ServerConnection server, boolean resets) {
    return requests(server).setsBefore(client.owner(), resets, goesOn());
  }

  /** A statement of the node's own, behind which the request is looked at once more. */
  private InternalQuery goesOn() {
    return new InternalQuery() {
      @Override
      protected void done(ServerConnection from, ServerError error) {
        if (error != null && !from.closed()) {
          parts.control().refuse(error.asError());
          client.settle();
        } else {
          client.resumeReading();
        }
      }
    };
  }

  // ---- who answers

  /** Tells the client what it needs to have its session again, ahead of the answer. */
  private Outcome tell(Request asked) {
    encoder.asked(true);
    Variables settings = isHarmless() ? parts.carried().variables() : null;
    if (encoder.tells(settings)) {
      ByteBuf out = client.alloc().buffer();
      encoder.before(settings, out);
      client.write(out);
    }
    return Outcome.NEXT;
  }

  /** True if the session has settings alone, and will have no more when the request is answered. */
  private boolean isHarmless() {
    StatementFacts facts = preparing.effects();
    boolean quiet =
        switch (facts.kind()) {
          case SELECT, DML -> true;
          case MULTI -> !facts.transactionControlInside() && !facts.chain();
          default -> false;
        };
    return quiet
        && !mayBeCursors()
        && (preparing.only() || next.decision().leavesText())
        && facts.effects().isEmpty()
        && !request.resets()
        && client.status() == TransactionState.IDLE
        && parts.carried().carriesAll()
        && !"ON".equals(parts.carried().settings().now(SessionOptions.IMPLICIT_TRANSACTIONS));
  }

  private boolean mayBeCursors() {
    if (request.calls() != null) {
      for (RpcCall call : request.calls()) {
        if (call.mayBeCursors()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Answers what is not supported, and what its own client has taken back. */
  private Outcome unsupported(Request asked) {
    if (request.type() == MessageFormat.IGNORED) {
      request.take();
      attentions.arrived();
      return Outcome.DONE;
    }
    if (request.isRead()) {
      return Outcome.NEXT;
    }
    ServerError refusal;
    try {
      if (!request.isJudgeable()) {
        return Outcome.WAIT;
      }
      refusal = request.read();
    } catch (TdsProtocolException | IndexOutOfBoundsException e) {
      client.protocolError("a malformed request: " + e.getMessage());
      return Outcome.WAIT;
    }
    List<Integer> gone = refusal == null ? unprepared() : List.of();
    refusal = refusal == null ? rpc.unknown(gone) : refusal;
    if (refusal == null) {
      return gone.isEmpty() ? Outcome.NEXT : unprepare(gone, asked.server());
    }
    parts.control().refuse(refusal);
    return Outcome.DONE;
  }

  /** The handles of statements that the client has no use for any more, and nothing else. */
  private List<Integer> unprepared() {
    return request.calls() == null
        ? UnprepareBatch.handles(request.text())
        : RpcRequests.unprepared(request.calls());
  }

  /** Handles are the node's own: the server's go with a reset, or with the connection. */
  private Outcome unprepare(List<Integer> gone, ServerConnection server) {
    for (int handle : gone) {
      rpc.handles().remove(handle);
      if (server != null) {
        requests(server).forget(client.owner(), handle);
      }
    }
    request.take();
    ByteBuf out = client.alloc().buffer();
    encoder.carriedOut(gone.size(), client.status(), out);
    client.write(out);
    return Outcome.DONE;
  }

  @Override
  public void refused() {
    request.forget();
    if (MessageFormat.isHead(FORMAT.type(parts.input().bytes()))) {
      parts.input().beginPieces(true);
    }
  }

  @Override
  public void letGo() {
    kept.letGo();
    request.loads(null);
    unreported.forget();
  }

  @Override
  public void rewinds() {
    rpc.handles().rewind();
  }

  @Override
  public Snapshots snapshots() {
    return cached.snapshots();
  }

  // ---- one request at a time

  @Override
  public boolean awaitsRest(ServerConnection server) {
    return !server.quiet();
  }

  @Override
  public void atRest() {
    client.resumeReading();
    client.settle();
  }

  // ---- by itself nothing but a batch is sent again, and nothing is shared

  @Override
  public void note(Journal journal, ByteBuf in, byte type, int total) {
    if (type != TdsPacket.SQL_BATCH || request.resets() || ClientRequest.resets(in)) {
      journal.spoil();
    }
  }

  @Override
  public void note(TransactionLog log, ByteBuf from, int at, int length) {
    log.count();
  }

  @Override
  public long held() {
    return rpc.handles().weight() + request.weight() + rest.weight();
  }

  @Override
  public void forget() {
    request.forget();
    rest.forget();
    kept.forget();
    rpc.handles().clear();
  }
}
