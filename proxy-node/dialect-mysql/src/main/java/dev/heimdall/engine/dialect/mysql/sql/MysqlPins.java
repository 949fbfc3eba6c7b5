package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.PinReason;
import java.util.Set;

/**
 * Further reasons to pin a session to its server connection where the server is MySQL or MariaDB.
 * All of it is there whatever becomes of the transaction; COM_RESET_CONNECTION takes away what it
 * can.
 */
public final class MysqlPins {
  /** A user variable may have a value. */
  public static final PinReason USER_VARIABLE = pin("user variable");

  /** GET_LOCK holds a lock. */
  public static final PinReason NAMED_LOCK = pin("named lock");

  /** LOCK TABLES, or FLUSH TABLES with a lock. */
  public static final PinReason LOCKED_TABLES = pin("locked tables");

  /** A lock for a backup is held. */
  public static final PinReason BACKUP_LOCK = pin("backup lock");

  /** An XA transaction is the connection's. */
  public static final PinReason XA = pin("XA transaction");

  /** HANDLER has a table open. */
  public static final PinReason HANDLER = pin("open handler");

  /** A statement was prepared by SQL. */
  public static final PinReason PREPARED = pin("PREPARE");

  /** SET TRANSACTION is about the next transaction of this connection. */
  public static final PinReason NEXT_TRANSACTION = pin("next transaction");

  /**
   * SAVEPOINT is the first statement of a transaction that autocommit=0 begins: none is open yet.
   */
  public static final PinReason SAVEPOINT = pin("savepoint");

  /** A prepared statement's rows are fetched as the client asks for them. */
  public static final PinReason CURSOR = PinReason.harmless("cursor");

  /** A sequence has a last value in this connection. */
  public static final PinReason SEQUENCE = pin("sequence value");

  /** A variable was set that cannot be carried. */
  public static final PinReason VARIABLE = pin("variable of one connection");

  /** FLUSH STATUS has begun to count for this connection anew. */
  public static final PinReason STATUS = pin("session status");

  /** ALTER DATABASE changes defaults that connections read when they come to the database. */
  public static final PinReason DEFAULTS = pin("defaults of a database");

  /** Its default database was dropped; no command brings another connection to having none. */
  public static final PinReason NO_DATABASE = pin("default database dropped");

  /** Code on the server has changed something that no report names. */
  public static final PinReason STORED_CODE = pin("state set by a routine or trigger");

  /** A statement whose effect, or whose execution at all, cannot be determined. */
  public static final PinReason UNKNOWN = new PinReason("unknown statement", false, true, false);

  /** Other roles are active than those of the log-in. */
  public static final PinReason ROLE = forGood("role");

  /** Traces of the optimizer are kept, with the statements that they are of. */
  public static final PinReason TRACE = forGood("optimizer_trace");

  /** Profiles of statements are kept, with their texts. */
  public static final PinReason PROFILES = forGood("profiling");

  /** The server's thread works in another resource group. */
  public static final PinReason RESOURCE_GROUP = forGood("resource group");

  /** The connection applies events of a binary log. */
  public static final PinReason BINARY_LOG = forGood("binary log events");

  /** Of these a session may be rid before it ends: what else pins it has to be known meanwhile. */
  public static final Set<PinReason> ENDING =
      Set.of(
          PinReason.TEMP_TABLE,
          NAMED_LOCK,
          LOCKED_TABLES,
          BACKUP_LOCK,
          XA,
          HANDLER,
          SAVEPOINT,
          CURSOR);

  private MysqlPins() {}

  private static PinReason pin(String label) {
    return new PinReason(label, true, true, false);
  }

  /** Of what COM_RESET_CONNECTION may leave. */
  private static PinReason forGood(String label) {
    return new PinReason(label, true, true, true);
  }
}
