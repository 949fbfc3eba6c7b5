package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.lease.Destinations;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import java.util.Locale;
import java.util.Set;

/** Which of a client's statements go to data sources of other engines, and why not. */
final class ForeignRules {
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

  private final Destinations destinations;
  private final SessionState carried;
  private final StatementLifecycle lifecycle;

  ForeignRules(Destinations destinations, SessionState carried, StatementLifecycle lifecycle) {
    this.destinations = destinations;
    this.carried = carried;
    this.lifecycle = lifecycle;
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
}
