package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.PinReason;

/** Further reasons to pin a session to its server connection where the server is PostgreSQL. */
public final class PostgresPins {
  /** An advisory lock at session level is held. */
  public static final PinReason ADVISORY_LOCK = new PinReason("advisory lock", true, true, false);

  /** The session acts as another user. */
  static final PinReason SESSION_AUTHORIZATION = PinReason.of("session authorization");

  /** A library was loaded into the server process. */
  static final PinReason LOADED_LIBRARY = process("loaded library");

  /** The server process holds a connection to another database. */
  static final PinReason FOREIGN_CONNECTION = process("foreign connection");

  /** A base backup runs in the server process, and must be ended there. */
  static final PinReason BACKUP = process("base backup");

  /** A replication slot was made, possibly one that lives as long as the session. */
  static final PinReason REPLICATION_SLOT = process("replication slot");

  /** Writes of the server process count as replayed from another origin. */
  static final PinReason REPLICATION_ORIGIN = process("replication origin");

  private PostgresPins() {}

  /** State of the server process, which neither a rollback nor DISCARD ALL need take away. */
  private static PinReason process(String label) {
    return new PinReason(label, true, true, true);
  }
}
