package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsAgreement;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CacheableRequests;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.RpcProcedure;
import dev.heimdall.engine.wire.sqlserver.StatementParameter;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A batch, or the call that runs one statement, as the cache sees it. Results are of one form of
 * request each: what its bytes are besides the statement's text, its handle and its transaction.
 */
final class CachedRequests implements CacheableRequests {
  private static final String COMMITTED = "READ COMMITTED";
  private static final String UNCOMMITTED = "READ UNCOMMITTED";

  /** Number of a batch among the procedures. */
  private static final int BATCH = 0;

  /** UTF-8 of U+FFFD: half a character has become one, so that texts may be equal that differ. */
  private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

  private final RequestParts parts;
  private final CachedReads cached;
  private final NextStatement next;
  private final CarriedSettings settings;
  private final SqlServerEncoder encoder;
  private final TdsVersion version;
  private final TdsAgreement agreed;
  private final TdsRequest request;
  private final RpcRequests rpc;
  private final KeptResults kept;
  private final RowsOfRequest rows;

  /** The call of the request; null for a batch. */
  private RpcCall call;

  /** Handle for the statement that it prepares; 0 for none. */
  private int handle;

  /** True if the statement begins a transaction, as those of the session do. */
  private boolean begins;

  /** The isolation level that a request has set, where it is not read back yet. */
  private String setLevel;

  CachedRequests(
      RequestParts parts,
      TdsRequest request,
      RpcRequests rpc,
      KeptResults kept,
      RowsOfRequest rows) {
    this.parts = parts;
    this.cached = parts.cached();
    this.next = parts.lifecycle().next();
    this.settings = parts.carried().settings();
    this.encoder = (SqlServerEncoder) parts.client().encoder();
    this.version = encoder.version();
    this.agreed = TdsAgreement.of(parts.capabilities());
    this.request = request;
    this.rpc = rpc;
    this.kept = kept;
    this.rows = rows;
  }

  // ---- what may be kept

  @Override
  public Uncached reason(Request asked) {
    begins = !settings.autocommits() && parts.transaction().status() == TransactionState.IDLE;
    Uncached reason = ofSession();
    if (reason != null) {
      return reason;
    }
    boolean calls = request.type() == TdsPacket.RPC;
    if (!request.needsNoReset()) {
      return Uncached.PINNED;
    }
    if (request.streams() || !(calls || request.type() == TdsPacket.SQL_BATCH)) {
      return Uncached.SHAPE;
    }
    call = calls ? request.calls().get(0) : null;
    boolean shaped = !calls || (request.calls().size() == 1 && isSuited(call));
    return shaped && isPlain() ? null : Uncached.SHAPE;
  }

  /** Returns the reason that the session prevents caching; null where it does not. */
  private Uncached ofSession() {
    String level = level();
    boolean unknown = settings.touched().contains(SessionOptions.IMPLICIT_TRANSACTIONS);
    if (unknown || level == null || level.equals(UNCOMMITTED)) {
      return Uncached.SESSION; // it may see what is rolled back later, or begin a transaction
    }
    return kept.areRead() || encoder.attentions().unanswered() ? Uncached.PINNED : null;
  }

  /** The isolation level, which the beginning of a transaction may have set; null for unknown. */
  private String level() {
    if (settings.touched().contains(SessionOptions.ISOLATION)) {
      return setLevel;
    }
    String known = settings.now(SessionOptions.ISOLATION);
    return known == null ? COMMITTED : known;
  }

  /** A request sets the isolation level: null where to what is not known. */
  void sets(String level) {
    setLevel = level;
  }

  private boolean isSuited(RpcCall one) {
    return switch (one.procedure()) {
      case RpcProcedure.EXECUTE_SQL -> true;
      case RpcProcedure.PREPARE_EXECUTE ->
          one.handleAt() < 0 && one.returnsHandle(); // else it has another one dropped
      case RpcProcedure.EXECUTE -> rpc.isAsPrepared(one);
      default -> false;
    };
  }

  /** True if nothing is wanted beside the answer, such as a notification, and its text is exact. */
  private boolean isPlain() {
    ByteBuf payload = request.payload();
    boolean alone =
        !version.hasHeaders()
            || AllHeaders.hasTransactionAlone(
                payload, payload.readerIndex(), payload.writerIndex());
    return alone && !hasReplacement(request.text());
  }

  private static boolean hasReplacement(byte[] text) {
    for (int i = 0; i + 2 < text.length; i++) {
      if (text[i] == REPLACEMENT[0]
          && text[i + 1] == REPLACEMENT[1]
          && text[i + 2] == REPLACEMENT[2]) {
        return true;
      }
    }
    return false;
  }

  /** By which snapshots the client's transaction reads. */
  Snapshots snapshots() {
    return COMMITTED.equals(level()) ? Snapshots.OF_STATEMENT : Snapshots.OF_TRANSACTION;
  }

  /** The running statement is interrupted: where its answer ends says nothing. */
  void interrupted() {
    cached.dropped();
  }

  // ---- by what it is known

  private int start() {
    ByteBuf payload = request.payload();
    int at = payload.readerIndex();
    return version.hasHeaders() ? AllHeaders.end(payload, at, payload.writerIndex()) : at;
  }

  @Override
  public byte[] values() {
    ByteBuf payload = request.payload();
    ByteBuf values = Unpooled.buffer(64 + (call == null ? 0 : payload.readableBytes()));
    agreement(values);
    values.writeByte(call == null ? BATCH : call.procedure());
    if (call != null && call.executes()) {
      text(rpc.handles().get(call.handle()).declarations(), values);
      values.writeBytes(payload, start(), call.handleAt() - start());
      rest(payload, call.handleAt() + Integer.BYTES, values);
    } else if (call != null) {
      values.writeBytes(payload, start(), call.statementAt() - start());
      rest(payload, StatementParameter.end(payload, call.statementAt()), values);
    }
    byte[] all = new byte[values.readableBytes()];
    values.readBytes(all);
    return all;
  }

  /** Appends the client's side of the server log-in: version, options and language. */
  private void agreement(ByteBuf values) {
    Login7.Flags flags = agreed.flags();
    values.writeInt(version.number());
    values.writeByte(flags.first()).writeByte(flags.second());
    values.writeByte(flags.type()).writeByte(flags.third());
    values.writeInt(agreed.zone()).writeInt(agreed.lcid());
    text(agreed.language(), values);
  }

  private static void text(String text, ByteBuf values) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    values.writeInt(text == null ? -1 : bytes.length).writeBytes(bytes);
  }

  private static void rest(ByteBuf payload, int from, ByteBuf values) {
    values.writeBytes(payload, from, payload.writerIndex() - from);
  }

  @Override
  public boolean describesColumns() {
    return false;
  }

  @Override
  public byte[] text() {
    return request.text();
  }

  @Override
  public Map<String, RowKeys> rows() {
    return rows.read();
  }

  // ---- answers

  @Override
  public AnswerRecorder recorder(int most) {
    boolean inside = parts.transaction().open();
    return new AnswerCopy(most, form(), version, inside, request.resets(), begins);
  }

  private AnswerCopy.Form form() {
    if (call == null) {
      return AnswerCopy.Form.BATCH;
    }
    return call.prepares() ? AnswerCopy.Form.PREPARING_CALL : AnswerCopy.Form.CALL;
  }

  @Override
  public void answered() {
    handle = call != null && call.prepares() ? rpc.add(call, next.effects()) : 0;
  }

  @Override
  public void answer(Request asked, StoredAnswer answer) {
    AnswerCopy.Form form = form();
    int made = handle;
    boolean inside = parts.client().status() == TransactionState.OPEN;
    boolean resets = request.resets();
    if (resets) {
      request.takeReset();
    } else {
      request.take();
    }
    kept.served();
    ByteBuf out = parts.client().alloc().buffer(answer.rows().length + 64);
    encoder.whole(
        tokens -> {
          if (resets) {
            EnvChange.writeReset(tokens);
          }
          if (begins && version.hasHeaders()) {
            EnvChange.writeBegin(tokens, request.begins());
          }
          AnswerCopy.write(answer, form, made, inside, version, tokens);
        },
        out);
    parts.client().write(out);
  }

  @Override
  public void forget() {
    call = null;
    handle = 0;
  }
}
