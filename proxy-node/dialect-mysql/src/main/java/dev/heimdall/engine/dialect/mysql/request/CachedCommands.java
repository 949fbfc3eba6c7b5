package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.caching.CachedReads;
import dev.heimdall.engine.dialect.mysql.server.ParameterTypes;
import dev.heimdall.engine.lease.Snapshots;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.RequestControl;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.statement.NextStatement;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.ColumnDefinition;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Answers a query, or the execution of a prepared statement, by what a server has answered before
 * to an equal one. The two have answers of their own: rows of the one are texts, of the other
 * binary.
 */
final class CachedCommands implements Responder {
  private static final int LONGEST_PACKET = Packet.HEADER + Packet.MAX_PAYLOAD;

  /** Asks for an answer that was not kept, as servers with caches of their own read it. */
  private static final String UNCACHED = "sql_no_cache";

  private static final String COMMITTED = "READ-COMMITTED";

  private static final String UNCOMMITTED = "READ-UNCOMMITTED";

  private final RequestParts parts;
  private final RequestControl control;
  private final CachedReads cached;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final AgreedCapabilities agreed;
  private final QueryText text;
  private final ClientAnswers answers;
  private final PreparedExecutions prepared;
  private final Aftermath aftermath;

  CachedCommands(
      RequestParts parts,
      AgreedCapabilities agreed,
      QueryText text,
      ClientAnswers answers,
      PreparedExecutions prepared,
      Aftermath aftermath) {
    this.parts = parts;
    this.control = parts.control();
    this.cached = parts.cached();
    this.lifecycle = parts.lifecycle();
    this.next = parts.lifecycle().next();
    this.agreed = agreed;
    this.text = text;
    this.answers = answers;
    this.prepared = prepared;
    this.aftermath = aftermath;
  }

  @Override
  public Outcome answer(Request asked) {
    MysqlRequest request = (MysqlRequest) asked;
    ServerConnection server = request.server();
    byte type = request.type();
    long total = request.total();
    if (!(type == Command.QUERY || type == Command.STMT_EXECUTE)
        || (server != null && !cached.mayAnswerInside())
        || !cached.mayAnswer()) {
      return Outcome.NEXT;
    }
    Uncached reason = reason();
    if (reason == null && total >= LONGEST_PACKET) {
      reason = Uncached.SHAPE; // its answer is not numbered from 1
    }
    if (reason != null) {
      return refused(reason);
    }
    return type == Command.QUERY ? query(total) : execution(total);
  }

  /**
   * By which snapshots the client's transaction reads: as its server has reported, or the client
   * has set while it has none. For one transaction alone nothing is set without a pin.
   */
  Snapshots snapshots() {
    ServerConnection server = parts.client().server();
    String level = server == null ? isolation(parts.carried().variables()::get) : isolation(server);
    if (level == null) {
      return Snapshots.UNKNOWN;
    }
    return level.equals(COMMITTED) ? Snapshots.OF_STATEMENT : Snapshots.OF_TRANSACTION;
  }

  /** MariaDB's name for it, or that of MySQL. */
  private static String isolation(UnaryOperator<String> values) {
    String level = values.apply("tx_isolation");
    return level == null ? values.apply("transaction_isolation") : level;
  }

  private static String isolation(ServerConnection server) {
    return isolation(server.reported()::get);
  }

  /** Returns the reason that the session's earlier requests prevent caching; null where none do. */
  private Uncached reason() {
    if (!answers.commitsEach() && !parts.transaction().open()) {
      return Uncached.TRANSACTION;
    }
    return aftermath.leavesNothing() ? null : Uncached.PINNED;
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
          && !next.decision().cache().orElseThrow().unconditional()) {
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

  private Outcome refused(Uncached reason) {
    cached.refused(reason);
    return Outcome.NEXT;
  }

  private Outcome query(long total) {
    text.read(parts.input().bytes(), total, true);
    Uncached reason = reason(text.bytes(), text.start(), text.length());
    return reason == null ? find(total, form(Command.QUERY, 0), text::copy, null) : refused(reason);
  }

  /**
   * The statement is being sent there. One that may see what is rolled back later has an answer
   * that is not to be kept.
   */
  void sending(ServerConnection server) {
    if (cached.awaits() && UNCOMMITTED.equals(isolation(server))) {
      cached.refused(Uncached.SESSION);
    }
  }

  private Outcome execution(long total) {
    ClientStatement of = prepared.asJudged();
    ExecuteCommand command = of == null ? null : prepared.command(total, of);
    if (command == null || command.opensCursor() || of.hasLongData()) {
      return refused(Uncached.SHAPE);
    }
    byte[] sql = of.statement.body();
    Uncached reason =
        of.types() != null
                && ParameterTypes.has(of.types(), of.parameters, ColumnDefinition.TYPE_TIME)
                && !cached.isUnconditional()
            ? Uncached.VOLATILE // as a date it is one of today
            : reason(sql, 0, sql.length);
    if (reason != null) {
      return refused(reason);
    }
    byte[] values = command.comparable(of.types());
    byte[] form = form(Command.STMT_EXECUTE, values.length);
    System.arraycopy(values, 0, form, form.length - values.length, values.length);
    return find(total, form, of.statement::body, of);
  }

  /**
   * Returns the inputs of the answer besides the text, with room for this number of bytes of
   * values.
   */
  private byte[] form(byte command, int room) {
    byte[] form = new byte[1 + Long.BYTES + 2 * Integer.BYTES + 1 + room];
    Unpooled.wrappedBuffer(form)
        .setByte(0, command)
        .setLong(1, agreed.flags())
        .setInt(9, agreed.collation())
        .setInt(13, AnswerCopy.outside(answers.status()))
        .setByte(17, answers.tracksState() ? 1 : 0);
    return form;
  }

  private Outcome find(long total, byte[] values, Supplier<byte[]> sql, ClientStatement of) {
    StoredAnswer answer =
        cached.answer(
            next.exactHigh(),
            next.exactLow(),
            values,
            false,
            sql,
            new AnswerCopy(cached.largest(), agreed.deprecatesEof(), parts.transaction().open()),
            () -> null);
    if (answer == null && cached.waits()) {
      control.block();
      return Outcome.WAIT;
    }
    if (answer == null) {
      return Outcome.NEXT;
    }
    if (of != null) {
      prepared.command(total, of); // whose types count for the next one
    }
    lifecycle.settled();
    aftermath.served(AnswerCopy.rows(answer));
    ByteBuf copy = parts.client().alloc().buffer(AnswerCopy.length(answer));
    AnswerCopy.write(answer, answers.status(), agreed.deprecatesEof(), copy);
    answers.stored(total, copy);
    return Outcome.DONE;
  }
}
