package dev.heimdall.engine.wire.mysql;

/**
 * Capabilities that clients and servers agree on when a client logs in (CLIENT_* of the protocol),
 * one bit each. MariaDB's own are the upper 32 bits, sent in bytes that MySQL leaves empty.
 */
public final class Capability {
  /** MySQL's; a MariaDB server leaves it out where it has capabilities of its own to say. */
  public static final long LONG_PASSWORD = 1;

  /** The answer to UPDATE counts rows that were found, not those that were changed. */
  public static final long FOUND_ROWS = 1 << 1;

  public static final long LONG_FLAG = 1 << 2;
  public static final long CONNECT_WITH_DB = 1 << 3;
  public static final long NO_SCHEMA = 1 << 4;
  public static final long COMPRESS = 1 << 5;
  public static final long ODBC = 1 << 6;
  public static final long LOCAL_FILES = 1 << 7;
  public static final long IGNORE_SPACE = 1 << 8;
  public static final long PROTOCOL_41 = 1 << 9;
  public static final long INTERACTIVE = 1 << 10;
  public static final long SSL = 1 << 11;
  public static final long IGNORE_SIGPIPE = 1 << 12;
  public static final long TRANSACTIONS = 1 << 13;
  public static final long RESERVED = 1 << 14;

  /** Challenges of twenty bytes. */
  public static final long SECURE_CONNECTION = 1 << 15;

  public static final long MULTI_STATEMENTS = 1 << 16;
  public static final long MULTI_RESULTS = 1 << 17;
  public static final long PS_MULTI_RESULTS = 1 << 18;
  public static final long PLUGIN_AUTH = 1 << 19;
  public static final long CONNECT_ATTRS = 1 << 20;
  public static final long PLUGIN_AUTH_LENENC_DATA = 1 << 21;
  public static final long HANDLE_EXPIRED_PASSWORDS = 1 << 22;
  public static final long SESSION_TRACK = 1 << 23;

  /** Result sets end with an OK packet, and none stands behind the column definitions. */
  public static final long DEPRECATE_EOF = 1 << 24;

  public static final long OPTIONAL_RESULTSET_METADATA = 1 << 25;
  public static final long ZSTD_COMPRESSION = 1 << 26;
  public static final long QUERY_ATTRIBUTES = 1 << 27;
  public static final long MULTI_FACTOR = 1 << 28;
  public static final long REMEMBER_OPTIONS = 1L << 31;

  /** MariaDB: reports of how far a long statement is. */
  public static final long MARIADB_PROGRESS = 1L << 32;

  /** MariaDB: COM_STMT_BULK_EXECUTE. */
  public static final long MARIADB_BULK = 1L << 34;

  /** MariaDB: column definitions say more of types. */
  public static final long MARIADB_EXTENDED_TYPES = 1L << 35;

  /** MariaDB: column definitions of prepared statements are left out when they are known. */
  public static final long MARIADB_CACHE_METADATA = 1L << 36;

  private Capability() {}
}
