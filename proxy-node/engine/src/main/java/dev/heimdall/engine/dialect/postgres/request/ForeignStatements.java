package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.lease.Destinations;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.ForeignCalls;
import dev.heimdall.engine.session.ForeignClient;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Which of a client's statements go to data sources of other engines, and its simple queries among
 * them.
 */
final class ForeignStatements {
  /** Statements that are about the session, which is PostgreSQL's, whatever rules say. */
  private static final Set<StatementKind> AT_HOME =
      Set.of(
          StatementKind.EMPTY,
          StatementKind.BEGIN,
          StatementKind.COMMIT,
          StatementKind.ROLLBACK,
          StatementKind.SAVEPOINT,
          StatementKind.PREPARE_TRANSACTION,
          StatementKind.SET,
          StatementKind.SESSION,
          StatementKind.PREPARE,
          StatementKind.EXECUTE,
          StatementKind.DEALLOCATE,
          StatementKind.DECLARE,
          StatementKind.FETCH,
          StatementKind.CLOSE,
          StatementKind.LOCK);

  /** Statements that leave nothing behind on their connection, but for what their words say. */
  private static final Set<StatementKind> CONTAINED =
      Set.of(
          StatementKind.SELECT,
          StatementKind.DML,
          StatementKind.DDL,
          StatementKind.SHOW,
          StatementKind.EXPLAIN);

  private static final Set<String> UTF8 = Set.of("utf8", "utf-8", "unicode");

  private final ForeignClient client;
  private final ForeignCalls calls;
  private final Destinations destinations;
  private final SessionState carried;
  private final ClientInput pending;
  private final StatementLifecycle lifecycle;
  private final UnnamedStatement unnamed;

  ForeignStatements(
      ForeignClient client,
      ForeignCalls calls,
      Destinations destinations,
      SessionState carried,
      ClientInput pending,
      StatementLifecycle lifecycle,
      UnnamedStatement unnamed) {
    this.client = client;
    this.calls = calls;
    this.destinations = destinations;
    this.carried = carried;
    this.pending = pending;
    this.lifecycle = lifecycle;
    this.unnamed = unnamed;
  }

  /** Whether the judged statement goes to a data source of another engine. */
  boolean takes() {
    return destinations.foreign() != null && goes(lifecycle.effects());
  }

  /** Whether a statement of this kind goes where a rule wants it. */
  static boolean goes(StatementFacts facts) {
    return !AT_HOME.contains(facts.kind())
        && !(facts.kind() == StatementKind.UTILITY && facts.has(Effect.Type.PIN)); // LOAD
  }

  /** Whether a statement of this kind leaves its connection as it was. */
  static boolean contained(StatementFacts facts) {
    return CONTAINED.contains(facts.kind());
  }

  /** Why a statement cannot be carried out there; null when it can. */
  ServerError refusal(StatementFacts facts, ForeignSource source) {
    String where = " to the data source \"" + source.plan().source().name() + "\"";
    if (facts.kind() == StatementKind.MULTI) {
      return ServerError.error("0A000", "several statements in one cannot be forwarded" + where)
          .withHint("Send them one by one.");
    }
    if (facts.kind() == StatementKind.BULK || !goes(facts)) {
      return ServerError.error("0A000", "this kind of statement cannot be forwarded" + where);
    }
    String encoding = carried.variables().get("client_encoding");
    if (encoding != null && !UTF8.contains(encoding.toLowerCase(Locale.ROOT))) {
      return ServerError.error(
          "0A000", "with the client_encoding " + encoding + " nothing can be forwarded" + where);
    }
    return null;
  }

  /**
   * Has the judged Query message at the reader's position carried out.
   *
   * @return whether it was taken
   */
  boolean query(int total) {
    if (!client.admits()) {
      return false;
    }
    ForeignSource source = destinations.foreign();
    StatementFacts facts = lifecycle.effects();
    ByteBuf input = pending.bytes();
    String sql =
        lifecycle
            .decision()
            .transformed()
            .orElseGet(
                () -> input.toString(input.readerIndex() + 5, total - 6, StandardCharsets.UTF_8));
    String database = destinations.foreignDatabase(source, lifecycle.decision());
    pending.cut();
    input.skipBytes(total);
    unnamed.forget();
    lifecycle.sentElsewhere();
    client.sentElsewhere();
    ServerError refusal = refusal(facts, source);
    if (refusal != null) {
      answer(refusal, null);
      return true;
    }
    calls.run(
        source,
        ForeignStatement.simple(sql, database, contained(facts)),
        outcome -> ended(outcome, facts, sql));
    return true;
  }

  private void ended(ForeignOutcome outcome, StatementFacts facts, String sql) {
    if (outcome.error() != null) {
      answer(outcome.error(), null);
    } else {
      answer(null, ForeignTag.of(facts, sql, outcome));
    }
  }

  private void answer(ServerError error, String tag) {
    ByteBuf out = client.alloc().buffer(128);
    if (error != null) {
      ErrorMessage.encode(error, out);
    } else {
      PgWriter.commandComplete(out, tag);
    }
    PgWriter.ready(out, client.status());
    client.replyElsewhere(out);
    client.answeredElsewhere(error);
  }
}
