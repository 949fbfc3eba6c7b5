package dev.heimdall.engine.foreign;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.util.Set;

/**
 * Request to a data source.
 *
 * @param want how much of it
 * @param kind what the statement is, by its words
 * @param format the statement as its client spells it
 * @param database the database that it is about
 * @param maxRows how many rows are wanted; 0 for all
 */
public record ForeignStatement(
    Want want, StatementKind kind, ForeignFormat format, String database, int maxRows) {
  /** Statements that are about the session, which is at home, whatever rules say. */
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

  /** Requested part of the work on a statement. */
  public enum Want {
    /** Its text is carried out as it stands. */
    SIMPLE,
    /** It is carried out with parameters. */
    PREPARED,
    /** Description of its parameters and result. */
    DESCRIPTION
  }

  /** True if a statement of this kind goes where a rule wants it. */
  public static boolean goes(StatementFacts facts) {
    return !AT_HOME.contains(facts.kind())
        && !(facts.kind() == StatementKind.UTILITY && facts.has(Effect.Type.PIN)); // LOAD
  }

  /** Reason that a statement cannot be carried out at a data source; null when it can. */
  public static ServerError refusal(StatementFacts facts, ForeignSource source) {
    if (facts.kind() == StatementKind.MULTI) {
      return refused("several statements in one", source).withHint("Send them one by one.");
    }
    return facts.kind() == StatementKind.BULK || !goes(facts)
        ? refused("this kind of statement", source)
        : null;
  }

  private static ServerError refused(String what, ForeignSource source) {
    return ServerError.error(
        Sqlstate.FEATURE_NOT_SUPPORTED,
        what + " cannot be forwarded to the data source \"" + source.name() + "\"");
  }

  /** True if it leaves nothing behind on its connection, but for what its words say. */
  boolean contained() {
    return switch (kind) {
      case SELECT, DML, DDL, SHOW, EXPLAIN -> true;
      default -> want == Want.DESCRIPTION;
    };
  }

  /** True if it may give many rows, and can be carried out in a transaction. */
  boolean mayStream() {
    return want != Want.DESCRIPTION && (kind == StatementKind.SELECT || kind == StatementKind.DML);
  }

  @Override
  public String toString() {
    return want + " of a statement: " + kind;
  }
}
