package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.dialect.postgres.sql.SpecialInput;
import dev.heimdall.engine.lease.Snapshots;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Answers a statement by what a server has answered before to an equal one, with no regard to which
 * of the two spellings either had.
 */
final class CachedStatements implements Responder {
  private static final int[] NO_TYPES = {};

  /** name, which is cut off at its length, and timetz with its array. */
  private static final Set<Integer> CLIPPED_OR_OF_TODAY = Set.of(19, 1266, 1270);

  private final HandledClient client;
  private final RequestControl requests;
  private final CachedReads cached;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final TransactionSnapshots snapshots;
  private final UnsentStatement local;
  private final LoneStatement statement;
  private final Supplier<byte[]> text = this::text;
  private final Supplier<RowKeys> rows = this::rows;

  /** True if nothing was sent since a Flush. */
  boolean behindFlush;

  /** The text that a batch runs, while it is looked for; null for a query. */
  private ClassifiedText sought;

  /** Those that its parameters were given. */
  private int[] types = NO_TYPES;

  /** Made for an answer that was found: for the next one that is not. */
  private AnswerCopy spare;

  CachedStatements(RequestParts parts, UnsentStatement local, LoneStatement statement) {
    this.client = parts.client();
    this.requests = parts.control();
    this.cached = parts.cached();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
    this.snapshots =
        new TransactionSnapshots(parts.transaction(), parts.carried().settings(), client.owner());
    this.local = local;
    this.statement = statement;
  }

  /** True if a statement may be answered so that comes while the client has a server connection. */
  boolean mayAnswerInside() {
    return cached.mayAnswerInside();
  }

  /**
   * True if a Bind is the first message behind a Flush whose answers have come, outside of a
   * transaction: drivers have parsed and described by then what it runs, to know its columns.
   */
  boolean isBehindFlush(ServerConnection server) {
    return behindFlush
        && server.groupOpen()
        && server.flushed() == 0
        && client.status() == TransactionState.IDLE;
  }

  /** By which snapshots the client's transaction reads, as far as that is known. */
  Snapshots snapshots() {
    return snapshots.now();
  }

  /** The transaction has begun there, of which a statement comes next. */
  void begun(ServerConnection server) {
    if (cached.takesQuestion()) {
      snapshots.ask(server);
    } else if (cached.takesSnapshot()) {
      snapshots.take(server);
    }
  }

  @Override
  public Outcome answer(Request asked) {
    PostgresRequest request = (PostgresRequest) asked;
    ServerConnection server = request.server;
    if (server == null) {
      return answer(false);
    }
    if (behindFlush && request.type == FrontendType.BIND) {
      Outcome outcome = answer(true);
      behindFlush = outcome == Outcome.WAIT;
      return outcome;
    }
    if (server.groupOpen()) {
      return Outcome.NEXT;
    }
    Outcome outcome = mayAnswerInside() ? answer(false) : Outcome.NEXT;
    if (outcome == Outcome.NEXT) {
      begun(server);
    }
    return outcome;
  }

  /**
   * Answers it, if that may be.
   *
   * @param server whether the statement was parsed and described in the same batch, which a server
   *     has and has answered so far: it does not wait for others, who may want that connection
   */
  private Outcome answer(boolean server) {
    if (!cached.mayAnswer()) {
      return Outcome.NEXT;
    }
    if (!statement.read() || !statement.runsOnce()) {
      cached.refusedShape();
      return Outcome.NEXT;
    }
    ClassifiedText bound = null;
    int[] declared = NO_TYPES;
    if (!statement.isQuery()) {
      bound = local.bound();
      if (bound == null || !local.isReadAsNow()) {
        cached.refusedShape();
        return Outcome.NEXT;
      }
      declared = local.declared();
    }
    if (!cached.isUnconditional() && readsClock(bound, declared)) {
      cached.refused(Uncached.VOLATILE);
      return Outcome.NEXT;
    }
    sought = bound;
    types = declared;
    byte[] values = statement.values(declared);
    StoredAnswer answer = find(values);
    if (answer == null && server && cached.stopWaiting()) {
      answer = find(values);
    }
    sought = null;
    if (answer == null) {
      spare = null; // it is taken
    }
    if (answer == null && cached.waits()) {
      requests.block();
      return Outcome.WAIT;
    }
    if (answer == null) {
      return Outcome.NEXT;
    }
    if (bound != null) {
      local.prepare(bound);
    }
    lifecycle.settled();
    statement.reply(client, answer, server);
    return Outcome.DONE;
  }

  private StoredAnswer find(byte[] values) {
    return cached.answer(
        next.exactHigh(),
        next.exactLow(),
        values,
        statement.describesColumns(),
        text,
        recorder(),
        rows);
  }

  /**
   * True if a literal or value may be read as the moment at which the server reads it, or as a time
   * with a zone of today's offset.
   */
  private boolean readsClock(ClassifiedText bound, int[] declared) {
    for (int type : declared) {
      if (CLIPPED_OR_OF_TODAY.contains(type)) {
        return true;
      }
    }
    return statement.hasSpecialInput()
        || (bound != null
            && SpecialInput.isInLiteral(bound.sql(), 0, bound.length(), bound.lexerMode()));
  }

  private RowKeys rows() {
    Statement does = next.statement();
    return does == null || does.keys() == null ? null : statement.rows(does.keys(), sought, types);
  }

  private AnswerCopy recorder() {
    int most = cached.largest();
    if (spare == null || spare.most() != most) {
      spare = new AnswerCopy(most);
    }
    return spare;
  }

  private byte[] text() {
    return sought == null ? statement.text() : Arrays.copyOf(sought.sql(), sought.length());
  }
}
