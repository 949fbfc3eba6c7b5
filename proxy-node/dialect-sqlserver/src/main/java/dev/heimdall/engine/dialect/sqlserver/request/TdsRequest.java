package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.answer.StatementCommand;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.dialect.sqlserver.server.SentRequest;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerRequests;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import dev.heimdall.model.RuleAction;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One message of a client: a batch, calls, or what is meant for the transaction manager. */
final class TdsRequest implements Request {
  private static final ServerError NO_DTC =
      ServerError.error(
              Sqlstate.FEATURE_NOT_SUPPORTED,
              "MSDTC is unavailable: this proxy does not support distributed transactions")
          .withNumber(TdsErrors.NO_DTC);

  private static final ServerError NO_LOAD =
      ServerError.error(
          Sqlstate.PROTOCOL_VIOLATION, "no INSERT BULK is ahead of the rows of a bulk load");

  private final RequestParts parts;
  private final HandledClient client;
  private final NextStatement next;
  private final SqlServerEncoder encoder;
  private final RpcRequests rpc;
  private final KeptResults kept;
  private ServerConnection server;
  private byte type;
  private long total;

  /** Its packets' contents, once it was read; else null. */
  private ByteBuf payload;

  private int payloadBytes;

  /** The statement that it is judged as, once it was read; else null. */
  private byte[] text;

  /** The statement for whose rows its server waits; null for none. */
  private byte[] loading;

  /** Its calls where it is one of remote procedure calls; else null. */
  private List<RpcCall> calls;

  /** True if it is a head, whose rest streams. */
  private boolean streams;

  /** Reading of the calls that a head begins; else null. */
  private CallScan scan;

  /** Transactions that the node has begun. */
  private long transactions;

  /** True if a request that no server got has asked for a reset: the next one has it done. */
  private boolean owesReset;

  /** True if the session is as new already, as the request wants it. */
  private boolean asNew;

  /** Resets of the session that the node has acknowledged, so that no server knows of them. */
  private int resetsHere;

  TdsRequest(RequestParts parts, RpcRequests rpc, KeptResults kept) {
    this.parts = parts;
    this.client = parts.client();
    this.next = parts.lifecycle().next();
    this.encoder = (SqlServerEncoder) client.encoder();
    this.rpc = rpc;
    this.kept = kept;
  }

  TdsRequest at(ServerConnection now, byte message, long length) {
    server = now;
    if (now != null) {
      ((SqlServerRequests) now.requests()).taken(client.owner(), resetsHere);
    }
    // What was read as a head is one, whatever has come since; what was read whole stays so.
    if (!isRead() || !(streams || MessageFormat.isHead(message))) {
      type = MessageFormat.ofMessage(message);
      streams = MessageFormat.isHead(message);
      total = length;
    }
    return this;
  }

  /** True if it is a head, whose rest streams. */
  boolean streams() {
    return streams;
  }

  /** Reading of the calls that a head begins; null for others. */
  CallScan scan() {
    return scan;
  }

  byte type() {
    return type;
  }

  /** Length of its packets. */
  long total() {
    return total;
  }

  List<RpcCall> calls() {
    return calls;
  }

  /** Cursors that its calls open, fetch from or close. */
  SentRequest.Cursors cursors() {
    if (calls == null) {
      return SentRequest.Cursors.NONE;
    }
    return opensCursor()
        ? SentRequest.Cursors.opened(calls.get(0).procedure())
        : SentRequest.Cursors.using(RpcCall.cursorCalls(calls));
  }

  // ---- what it says

  boolean isRead() {
    return text != null;
  }

  /** True if it can be judged by so much of it as is here. */
  boolean isJudgeable() {
    if (!streams || type != TdsPacket.RPC) {
      return true;
    }
    ByteBuf head = contents();
    boolean complete = false;
    try {
      CallScan begun = new CallScan(encoder.version(), mostText());
      begun.on(head, head.readerIndex(), head.writerIndex());
      List<RpcCall> known = begun.isKnown() ? begun.take() : List.of();
      complete = !known.isEmpty() && known.get(0).mayStream();
      if (complete) {
        payload = head;
        scan = begun;
        calls = known;
      }
    } finally {
      if (!complete) {
        head.release();
      }
    }
    return complete || isWhole();
  }

  /** True if all of it is here, of which the head alone does not show enough. */
  private boolean isWhole() {
    long whole = MessageFormat.whole(parts.input().bytes());
    long needed = Math.max(whole, total + 1);
    if (parts.input().whole(needed, parts.limits().maxMessageSize()) && whole > 0) {
      streams = false;
      total = whole;
      return true;
    }
    return false;
  }

  private int mostText() {
    return (int) Math.min(Integer.MAX_VALUE, parts.limits().maxStatementSize());
  }

  /** Reads it; returns an error for one that cannot be carried out. */
  ServerError read() {
    if (server == null && resets()) {
      if (ClientRequest.resetsTransaction(parts.input().bytes())) {
        client.rolledBackLost();
      }
      reset();
    }
    if (type == TdsPacket.BULK_LOAD) {
      text = loading;
      return text == null ? NO_LOAD : null;
    }
    payload = payload == null ? contents() : payload;
    ClientRequest.checkHeaders(payload, encoder.version());
    encoder.inTransaction(ClientRequest.ofTransaction(payload, encoder.version()));
    switch (type) {
      case TdsPacket.SQL_BATCH -> text = ClientRequest.text(payload, encoder.version());
      case TdsPacket.RPC -> {
        if (calls == null) {
          calls = RpcCall.read(payload, encoder.version(), mostText());
        }
        ServerError refusal = rpc.refusal(calls);
        if (refusal != null) {
          return refusal;
        }
        text = bytes(rpc.text(calls));
      }
      default -> {
        String statement = ClientRequest.transaction(payload, encoder.version());
        if (statement == null) {
          return NO_DTC;
        }
        text = bytes(statement);
      }
    }
    return null;
  }

  /**
   * A session that has settings alone is as new before its request is judged; servers get the reset
   * with the request, or with the session's next one.
   */
  private void reset() {
    if (client.status() == TransactionState.IDLE && parts.carried().carriesAll()) {
      parts.carried().resetAway();
      kept.forget();
      asNew = true;
    }
  }

  private static byte[] bytes(String statement) {
    return statement.getBytes(StandardCharsets.UTF_8);
  }

  private ByteBuf contents() {
    return ClientRequest.payload(parts.input().bytes(), total, client.alloc());
  }

  /** Bytes of its packets' contents, without a rest that streams. */
  int payloadBytes() {
    return payloadBytes;
  }

  /** Its packets' contents, which stay its own. */
  ByteBuf payload() {
    return payload;
  }

  /** Gives away its packets' contents, to be sent. */
  ByteBuf takePayload() {
    ByteBuf taken = payload == null ? contents() : payload;
    payload = null;
    payloadBytes = taken.readableBytes();
    return taken;
  }

  /** Forgets what was read of it. */
  void forget() {
    if (payload != null) {
      payload.release();
      payload = null;
    }
    text = null;
    calls = null;
    scan = null;
    asNew = false;
  }

  /** The server waits for rows of this statement; for none where it is null. */
  void loads(byte[] statement) {
    loading = statement;
  }

  /** True if the session is to be as new before it is carried out. */
  boolean resets() {
    return owesReset || ClientRequest.resets(parts.input().bytes());
  }

  /** True unless it wants a reset that a server has to carry out. */
  boolean needsNoReset() {
    return asNew || !resets();
  }

  /** It is on its way. */
  void send() {
    owesReset = false;
    end(false);
  }

  /** It is answered without a server. */
  void take() {
    owesReset = resets();
    end(true);
  }

  /** It is answered without a server, and the reset that it asks for is acknowledged, too. */
  void takeReset() {
    resetsHere++;
    owesReset = false;
    end(true);
  }

  /**
   * It was handled, and so is what follows of it.
   *
   * @param drops whether that goes to no server
   */
  private void end(boolean drops) {
    forget();
    parts.input().begin(total, true);
    if (streams) {
      parts.input().beginPieces(drops);
      streams = false;
    }
  }

  /** About how many bytes it takes. */
  long weight() {
    return (text == null ? 0 : text.length)
        + (payload == null ? 0 : payload.capacity())
        + (loading == null ? 0 : loading.length);
  }

  @Override
  public ServerConnection server() {
    return server;
  }

  @Override
  public Kind kind() {
    return switch (type) {
      case TdsPacket.SQL_BATCH -> Kind.TEXT;
      case TdsPacket.RPC -> calls == null ? Kind.COMMAND : kindOfCalls();
      default -> Kind.COMMAND;
    };
  }

  private Kind kindOfCalls() {
    boolean byName =
        calls.size() > 1 && calls.stream().anyMatch(call -> call.procedure() == RpcProcedure.OTHER);
    return switch (byName ? RpcProcedure.OTHER : calls.get(0).procedure()) {
      case RpcProcedure.EXECUTE_SQL,
          RpcProcedure.EXECUTE,
          RpcProcedure.PREPARE_EXECUTE,
          RpcProcedure.CURSOR_OPEN,
          RpcProcedure.CURSOR_EXECUTE,
          RpcProcedure.CURSOR_PREPARE_EXECUTE ->
          calls.size() == 1 ? Kind.EXECUTION : Kind.BULK;
      case RpcProcedure.PREPARE, RpcProcedure.CURSOR_PREPARE -> Kind.PREPARATION;
      case RpcProcedure.OTHER,
          RpcProcedure.CURSOR,
          RpcProcedure.CURSOR_FETCH,
          RpcProcedure.CURSOR_OPTION,
          RpcProcedure.CURSOR_CLOSE ->
          Kind.CALL;
      default -> Kind.COMMAND;
    };
  }

  @Override
  public boolean standsAlone() {
    return true;
  }

  @Override
  public byte[] text() {
    return text;
  }

  /**
   * Only a statement that comes as a text can have another one in its place. What is left of
   * earlier batches is known where there is a connection.
   */
  @Override
  public ServerError unfit() {
    if (type == TdsPacket.BULK_LOAD) {
      return null; // as the statement ahead of it was judged
    }
    boolean hasText = type == TdsPacket.SQL_BATCH || (calls != null && kind() != Kind.CALL);
    Decision decision = next.decision();
    if (!hasText && decision.transformed().isPresent()) {
      return unfit(decision, RuleAction.TRANSFORM);
    }
    boolean mixed = calls != null && calls.size() > 1 && rpc.statements(calls).size() > 1;
    if (mixed && decision.transformed().isPresent()) {
      return unfit(decision, RuleAction.TRANSFORM);
    }
    boolean formless = type == TdsPacket.TRANSACTION || opensCursor() || mixed;
    if (formless && decision.result().isPresent()) {
      return unfit(decision, RuleAction.RESULT);
    }
    return server == null ? null : kept.refusal(next.effects(), server);
  }

  private boolean opensCursor() {
    return calls != null && RpcProcedure.opensCursor(calls.get(0).procedure());
  }

  private ServerError unfit(Decision decision, RuleAction action) {
    String rule =
        decision.lastMatched(action).map(matched -> "rule " + matched.place()).orElse("a rule");
    return ServerError.error(
            Sqlstate.FEATURE_NOT_SUPPORTED,
            "%s (%s) does not apply to %s"
                .formatted(
                    rule,
                    action.spelling(),
                    type == TdsPacket.TRANSACTION
                        ? "a request to the transaction manager"
                        : opensCursor()
                            ? "a cursor"
                            : kind() == Kind.CALL
                                ? "a procedure's call by its name"
                                : "different statements in one request"))
        .withDetail("It was not carried out; a batch with the statement can be.");
  }

  /** Only of the plain forms, for a client that has no connection anyway. */
  @Override
  public StatementFacts transactionControl(boolean begun) {
    boolean plain = type == TdsPacket.TRANSACTION ? isPlain() : type == TdsPacket.SQL_BATCH;
    if (server != null || !plain || !next.onItsWay() || resets() || (isImplicit() && !begun)) {
      return null;
    }
    StatementKind ends = begun && calls == null ? UnreportedTransactions.ends(text) : null;
    return ends == null ? next.effects() : StatementFacts.ofSingle(ends, List.of(), false);
  }

  /** True if it names nothing, and sets no level that the session does not have. */
  private boolean isPlain() {
    TransactionRequest asked = ClientRequest.read(payload, encoder.version());
    String level = ClientRequest.isolation(payload, encoder.version());
    String now = parts.carried().settings().now(SessionOptions.ISOLATION);
    return asked.name().isEmpty()
        && !asked.begins()
        && (level == null || level.equals(now == null ? "READ COMMITTED" : now));
  }

  /** True if statements begin transactions: one that is begun then is inside another. */
  private boolean isImplicit() {
    return "ON".equals(parts.carried().settings().now(SessionOptions.IMPLICIT_TRANSACTIONS));
  }

  // ---- answers

  @Override
  public void refuse(ServerError error) {
    take();
    ByteBuf out = client.alloc().buffer();
    encoder.error(error, out);
    encoder.ready(client.status(), out);
    client.write(out);
    client.settle();
  }

  /** Answers it in the place of a server. */
  void answer(Answer answer) {
    take();
    ByteBuf out = client.alloc().buffer();
    encoder.answer(answer, out);
    encoder.ready(client.status(), out);
    client.write(out);
  }

  @Override
  public boolean carriedOut(long rows) {
    if (type == TdsPacket.TRANSACTION || kind() == Kind.PREPARATION) {
      return false;
    }
    ByteBuf out = client.alloc().buffer();
    StatementCommand command = StatementCommand.of(text);
    encoder.counts(command);
    if (calls == null) {
      encoder.answer(new Answer.Done("DONE " + rows), out);
      encoder.ready(client.status(), out);
    } else {
      for (int i = 0; i < calls.size(); i++) {
        boolean last = i == calls.size() - 1;
        encoder.counts(command);
        encoder.called(rows, handleFor(calls.get(i)), client.status(), last, out);
      }
    }
    take();
    client.write(out);
    return true;
  }

  /** A handle for the statement that a call prepares, and would run; 0 for none. */
  private int handleFor(RpcCall call) {
    return call.prepares() ? rpc.add(call, next.effects()) : 0;
  }

  /** Returns the number of a transaction that the node begins. */
  long begins() {
    return ++transactions;
  }

  /** The number of the transaction is the node's: servers get their own in its place. */
  @Override
  public void controlled(StatementFacts facts) {
    take();
    ByteBuf out = client.alloc().buffer();
    if (facts.kind() == StatementKind.BEGIN) {
      encoder.begun(begins(), out);
    } else {
      encoder.ended(facts.kind() == StatementKind.COMMIT, out);
    }
    encoder.ready(client.status(), out);
    client.write(out);
  }
}
