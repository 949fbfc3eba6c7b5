package dev.heimdall.engine.sql;

/**
 * Reason that a session has to stay on its server connection: state that cannot be carried to
 * another one. Dialects have reasons of their own besides those that are here for all.
 *
 * @param label a few lower-case words for people, as shown in {@code SHOW CLIENTS}
 * @param keepsNames whether names in statements mean the same as without it
 * @param outlivesRollback whether it may be there though the statement that brought it failed, or
 *     was taken back
 * @param outlivesReset whether it may be there after the session's state was reset: the server
 *     connection has to end with the session
 */
public record PinReason(
    String label, boolean keepsNames, boolean outlivesRollback, boolean outlivesReset)
    implements Effect.Detail {
  /** A temporary table, view or sequence exists, or the schema is named in which they are. */
  public static final PinReason TEMP_TABLE = of("temporary table");

  /** A cursor outlives its transaction. */
  public static final PinReason HOLD_CURSOR = harmless("cursor with hold");

  /** A setting was changed whose name or value cannot be read back. */
  public static final PinReason COMPUTED_SETTING =
      new PinReason("computed setting", false, true, false);

  /** A prepared statement was made inside a batch in a way that cannot be followed. */
  public static final PinReason PREPARE_IN_BATCH = harmless("prepare in a batch");

  /** Notifications go to the session itself, on the server connection that it keeps anyway. */
  public static final PinReason LISTEN = harmless("LISTEN");

  /** The client is itself a replica, or speaks as one. */
  public static final PinReason REPLICATION = harmless("replication");

  /** A statement, name or code block that cannot be understood may have changed the session. */
  public static final PinReason UNKNOWN_STATEMENT =
      new PinReason("unknown statement", false, true, true);

  /** State of which nothing is known but its name; a rollback or a reset takes it away. */
  public static PinReason of(String label) {
    return new PinReason(label, false, false, false);
  }

  /** Reason of which only the name is known, for state that leaves names alone. */
  public static PinReason harmless(String label) {
    return new PinReason(label, true, false, false);
  }
}
