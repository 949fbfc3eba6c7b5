package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.mysql.server.ParameterTypes;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.answer.CacheableRequests;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A query, or the execution of a prepared statement, as the cache sees it. The two have results of
 * their own: rows of the one are texts, of the other binary.
 */
final class CachedCommands implements CacheableRequests {
  private static final byte[] NO_PARAMETERS = {};

  /** Bytes of what results depend on besides texts and parameters. */
  private static final int FORM = 1 + Long.BYTES + 2 * Integer.BYTES + 1;

  private static final int LONGEST_PACKET = Packet.HEADER + Packet.MAX_PAYLOAD;

  /** Asks for an answer that was not kept, as servers with caches of their own read it. */
  private static final String UNCACHED = "sql_no_cache";

  private static final List<String> ISOLATION = List.of("tx_isolation", "transaction_isolation");

  private static final String COMMITTED = "READ-COMMITTED";

  private static final String UNCOMMITTED = "READ-UNCOMMITTED";

  private final RequestParts parts;
  private final CachedReads cached;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final ClientAnswers answers;
  private final PreparedExecutions prepared;
  private final DiagnosticsArea diagnostics;
  private final RowsOfCommand rows;

  /** Statement that is executed; null for a query. */
  private ClientStatement of;

  private ExecuteCommand command;

  CachedCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      ClientAnswers answers,
      PreparedExecutions prepared,
      DiagnosticsArea diagnostics,
      RowsOfCommand rows) {
    this.parts = parts;
    this.cached = parts.cached();
    this.agreed = agreed;
    this.text = text;
    this.answers = answers;
    this.prepared = prepared;
    this.diagnostics = diagnostics;
    this.rows = rows;
  }

  @Override
  public Uncached reason(Request asked) {
    MysqlRequest request = (MysqlRequest) asked;
    Uncached reason = reason();
    if (reason == null && request.total() >= LONGEST_PACKET) {
      reason = Uncached.SHAPE; // its answer is not numbered from 1
    }
    if (reason != null) {
      return reason;
    }
    return switch (request.type()) {
      case Command.QUERY -> query(request.total());
      case Command.STMT_EXECUTE -> execution(request.total());
      default -> Uncached.SHAPE;
    };
  }

  /**
   * By which snapshots the client's transaction reads: as its server has reported, or the client
   * has set while it has none. For one transaction alone nothing is set without a pin. What a
   * server has reported that the client has not set holds for others as long as the catalogue,
   * which has the values that sessions begin with, is the same.
   */
  Snapshots snapshots() {
    ServerConnection server = parts.client().server();
    String level = server == null ? isolation(parts.carried().variables()::get) : isolation(server);
    Catalogue.Edition usual = leftToServer();
    if (level == null) {
      return usual != null && usual.isCommittedReader(user())
          ? Snapshots.OF_STATEMENT
          : Snapshots.UNKNOWN;
    }
    if (!level.equals(COMMITTED)) {
      return Snapshots.OF_TRANSACTION;
    }
    if (server != null && usual != null && !parts.carried().held()) {
      usual.readsCommitted(user());
    }
    return Snapshots.OF_STATEMENT;
  }

  /**
   * The catalogue by which the transaction has begun, or begins now, if it is the same still, and
   * its session leaves the level to the server; else null.
   */
  private Catalogue.Edition leftToServer() {
    CarriedSettings settings = parts.carried().settings();
    for (String name : ISOLATION) {
      if (settings.variables().get(name) != null || settings.touched().contains(name)) {
        return null;
      }
    }
    Catalogue.Edition now = parts.lifecycle().next().judgedBy();
    boolean same = !parts.transaction().open() || parts.transaction().reads().begunIn() == now;
    return same ? now : null;
  }

  private String user() {
    return parts.destinations().home().key().credential().user();
  }

  /** MariaDB's name for it, or that of MySQL. */
  private static String isolation(UnaryOperator<String> values) {
    String level = values.apply(ISOLATION.get(0));
    return level == null ? values.apply(ISOLATION.get(1)) : level;
  }

  private static String isolation(ServerConnection server) {
    return isolation(server.reported()::get);
  }

  /** Returns the reason that the session's earlier requests prevent caching; null where none do. */
  private Uncached reason() {
    if (!answers.commitsEach() && !parts.transaction().open() && !isKnownToBegin()) {
      return Uncached.TRANSACTION;
    }
    return diagnostics.leavesNothing() ? null : Uncached.PINNED;
  }

  /** True if the statement begins a transaction of which only that it may write is to be said. */
  private boolean isKnownToBegin() {
    return !parts.carried().settings().autocommits()
        && MysqlSettings.writesByDefault(parts.carried().variables());
  }

  /**
   * Returns the reason that the text itself prevents caching; null where it does not. A variable of
   * the server's is the session's, or says what the server is and does: both are more than tables.
   */
  private Uncached reason(byte[] sql, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (sql[i] == '@'
          && i + 1 < from + length
          && sql[i + 1] == '@'
          && !cached.isUnconditional()) {
        return Uncached.VOLATILE;
      }
      if (sql[i] == '_' && isUncached(sql, i - UNCACHED.indexOf('_'), from, from + length)) {
        return Uncached.DECLINED;
      }
    }
    return null;
  }

  private static boolean isUncached(byte[] sql, int at, int from, int end) {
    if (at < from || at + UNCACHED.length() > end) {
      return false;
    }
    for (int i = 0; i < UNCACHED.length(); i++) {
      if ((sql[at + i] | 0x20) != (UNCACHED.charAt(i) | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private Uncached query(long total) {
    text.read(parts.input().bytes(), total, true);
    return reason(text.bytes(), text.start(), text.length());
  }

  /**
   * The statement is being sent there, to a server that has reported its level. One that may see
   * what is rolled back later has an answer that is not to be kept.
   */
  void sending(ServerConnection server) {
    if (cached.takesQuestion()) {
      snapshots();
    }
    if (cached.awaits() && UNCOMMITTED.equals(isolation(server))) {
      cached.refused(Uncached.SESSION);
    }
  }

  private Uncached execution(long total) {
    of = prepared.asJudged();
    command = of == null ? null : prepared.command(total, of);
    if (command == null || command.opensCursor() || of.hasLongData()) {
      return Uncached.SHAPE;
    }
    if (of.types() != null
        && ParameterTypes.has(of.types(), of.parameters, ColumnDefinition.TYPE_TIME)
        && !cached.isUnconditional()) {
      return Uncached.VOLATILE; // as a date it is one of today
    }
    byte[] sql = of.statement.body();
    return reason(sql, 0, sql.length);
  }

  @Override
  public byte[] values() {
    byte[] parameters = of == null ? NO_PARAMETERS : command.comparable(of.types());
    byte[] all = new byte[FORM + parameters.length];
    Unpooled.wrappedBuffer(all)
        .setByte(0, of == null ? Command.QUERY : Command.STMT_EXECUTE)
        .setLong(1, agreed.flags())
        .setInt(9, agreed.collation())
        .setInt(13, AnswerCopy.outside(answers.status()))
        .setByte(17, answers.tracksState() ? 1 : 0)
        .setBytes(FORM, parameters);
    return all;
  }

  @Override
  public boolean describesColumns() {
    return false;
  }

  @Override
  public byte[] text() {
    return of == null ? text.copy() : of.statement.body();
  }

  @Override
  public Map<String, RowKeys> rows() {
    return of == null ? rows.read(text) : rows.read(of, command);
  }

  @Override
  public AnswerCopy recorder(int most) {
    boolean inside = parts.transaction().open() || !answers.commitsEach();
    return new AnswerCopy(most, agreed.deprecatesEof(), inside);
  }

  @Override
  public void answer(Request request, StoredAnswer kept) {
    diagnostics.served(AnswerCopy.rows(kept));
    ByteBuf copy = parts.client().alloc().buffer(AnswerCopy.length(kept));
    AnswerCopy.write(kept, answers.status(), agreed.deprecatesEof(), copy);
    answers.stored(((MysqlRequest) request).total(), copy);
  }

  @Override
  public void forget() {
    of = null;
    command = null;
  }
}
