package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.dialect.postgres.sql.SpecialInput;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CacheableRequests;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.FrontendType;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * A statement as the cache sees it, in either spelling: a kept result answers equal ones, with no
 * regard to the spelling that it was fetched by.
 */
final class CachedStatements implements CacheableRequests {
  private static final int[] NO_TYPES = {};

  /** name, which is cut off at its length, and timetz with its array. */
  private static final Set<Integer> CLIPPED_OR_OF_TODAY = Set.of(19, 1266, 1270);

  private final HandledClient client;
  private final CachedReads cached;
  private final NextStatement next;
  private final TransactionSnapshots snapshots;
  private final UnsentStatement local;
  private final LoneStatement statement;

  /** True if nothing was sent since a Flush. */
  boolean behindFlush;

  /** The text that a batch runs; null for a query. */
  private ClassifiedText bound;

  /** Types that its parameters were given. */
  private int[] types = NO_TYPES;

  CachedStatements(RequestParts parts, UnsentStatement local, LoneStatement statement) {
    this.client = parts.client();
    this.cached = parts.cached();
    this.next = parts.lifecycle().next();
    this.snapshots = new TransactionSnapshots(parts);
    this.local = local;
    this.statement = statement;
  }

  /** True if a statement may be answered so that comes while the client has a server connection. */
  boolean mayAnswerInside() {
    return cached.mayAnswerInside();
  }

  /**
   * True if the message may begin a statement whose batch began with a Flush, outside of a
   * transaction, and the answers up to that have come: drivers have parsed and described by then
   * what a Bind runs, to know its columns. Some parse it again.
   */
  boolean beginsBehindFlush(ServerConnection server, byte type) {
    return behindFlush
        && (type == FrontendType.BIND || type == FrontendType.PARSE)
        && server != null
        && server.groupOpen()
        && server.flushed() == 0
        && client.status() == TransactionState.IDLE;
  }

  /** True if it parses such a statement: the Bind is to be seen before that goes on. */
  boolean parsesBehindFlush(ServerConnection server, byte type) {
    return type == FrontendType.PARSE && beginsBehindFlush(server, type);
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
  public boolean begunAtServer(Request request) {
    return behindFlush && beginsBehindFlush(request.server(), ((PostgresRequest) request).type);
  }

  @Override
  public Uncached reason(Request request) {
    if (!statement.read() || !statement.runsOnce()) {
      return Uncached.SHAPE;
    }
    if (!statement.isQuery()) {
      bound = local.bound();
      if (bound == null || !local.isReadAsNow()) {
        return Uncached.SHAPE;
      }
      types = local.declared();
    }
    return !cached.isUnconditional() && readsClock() ? Uncached.VOLATILE : null;
  }

  /**
   * True if a literal or value may be read as the moment at which the server reads it, or as a time
   * with a zone of today's offset.
   */
  private boolean readsClock() {
    for (int type : types) {
      if (CLIPPED_OR_OF_TODAY.contains(type)) {
        return true;
      }
    }
    return statement.hasSpecialInput()
        || (bound != null
            && SpecialInput.isInLiteral(bound.sql(), 0, bound.length(), bound.lexerMode()));
  }

  @Override
  public byte[] values() {
    return statement.values(types);
  }

  @Override
  public boolean describesColumns() {
    return statement.describesColumns();
  }

  @Override
  public byte[] text() {
    return bound == null ? statement.text() : Arrays.copyOf(bound.sql(), bound.length());
  }

  @Override
  public Map<String, RowKeys> rows() {
    Statement does = next.statement();
    return does == null || does.keys().isEmpty()
        ? Map.of()
        : statement.rows(does.keys(), bound, types);
  }

  @Override
  public AnswerCopy recorder(int most) {
    return new AnswerCopy(most);
  }

  @Override
  public void answered() {
    if (bound != null) {
      local.prepare(bound);
    }
  }

  @Override
  public void answer(Request request, StoredAnswer kept) {
    client.awaitsRestOfBatch(false);
    statement.reply(client, kept, begunAtServer(request));
    behindFlush = false;
  }

  @Override
  public void forget() {
    bound = null;
    types = NO_TYPES;
  }

  @Override
  public void passes(Request request) {
    ServerConnection server = request.server();
    if (begunAtServer(request)) {
      behindFlush = false;
    } else if (!server.groupOpen()) {
      begun(server);
    }
  }
}
