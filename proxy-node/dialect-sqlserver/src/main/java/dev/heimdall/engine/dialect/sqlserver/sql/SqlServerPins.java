package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;

/**
 * Further reasons to pin a session to its server connection where the server is SQL Server. A reset
 * of the connection takes away what it can.
 */
public final class SqlServerPins {
  /** A table whose name begins with a number sign: a batch that fails may have made it. */
  public static final PinReason TEMP_TABLE =
      new PinReason(PinReason.TEMP_TABLE.label(), false, true, false);

  /** The same of one that all sessions see, and that outlives the procedure which makes it. */
  private static final PinReason GLOBAL_TEMP_TABLE =
      new PinReason("global temporary table", false, true, false);

  /** A global cursor exists. */
  public static final PinReason CURSOR = pin("cursor");

  /** A cursor is open that a procedure's call by its number has opened. */
  public static final PinReason OPEN_CURSOR = pin("open cursor");

  /** The server waits for rows. */
  public static final PinReason BULK_LOAD = PinReason.harmless("bulk load");

  /** sp_getapplock may hold a lock of the session. */
  public static final PinReason APPLICATION_LOCK = pin("application lock");

  /** The session's context has values, which nothing lists. */
  public static final PinReason SESSION_CONTEXT = forGood("session context");

  /** A statement was prepared, or a cursor opened, by a procedure called in a text. */
  public static final PinReason HANDLE = pin("handle");

  /** A procedure of a user's was called: what it has left in the session is not known. */
  public static final PinReason PROCEDURE = forGood("stored procedure");

  /** A text in the text was run, or a procedure whose name was computed. */
  public static final PinReason RUN_TEXT = forGood("text run by EXEC");

  /** A key is open. */
  public static final PinReason KEY = pin("open key");

  /** Rows with identities of the client's own may be inserted: Babelfish's resets leave that. */
  public static final PinReason IDENTITY_INSERT = forGood("IDENTITY_INSERT");

  /** An option was set that cannot be carried. */
  public static final PinReason OPTION = pin("option of one connection");

  /** A batch that sets options has failed: which of them it has set is not known. */
  public static final PinReason FAILED_SET = pin("SET in a failed batch");

  /** A transaction may be open that the server says nothing of. */
  public static final PinReason UNREPORTED_TRANSACTION = pin("unreported transaction");

  /** The transaction is bound to another session's, or distributed. */
  public static final PinReason SHARED_TRANSACTION = pin("shared transaction");

  /** Another principal's rights are in force; a reset then fails. */
  public static final PinReason EXECUTE_AS = forGood("EXECUTE AS");

  /** An application role is in force; a reset then fails. */
  public static final PinReason APPLICATION_ROLE = forGood("application role");

  /** DBCC may have set a trace flag for the session. */
  public static final PinReason TRACE_FLAG = forGood("trace flag");

  private SqlServerPins() {}

  /** The reason that a table pins for, whose name begins with a number sign. */
  static PinReason ofTable(String name) {
    return name.startsWith("##") ? GLOBAL_TEMP_TABLE : TEMP_TABLE;
  }

  /** True for what a procedure, or a text that is run, leaves when it ends. */
  public static boolean endsWithCall(Effect effect) {
    return effect.type() == Effect.Type.SET_VARIABLE
        || TEMP_TABLE.equals(effect.detail())
        || OPTION.equals(effect.detail());
  }

  private static PinReason pin(String label) {
    return new PinReason(label, true, true, false);
  }

  /** Of what a reset may leave. */
  private static PinReason forGood(String label) {
    return new PinReason(label, true, true, true);
  }
}
