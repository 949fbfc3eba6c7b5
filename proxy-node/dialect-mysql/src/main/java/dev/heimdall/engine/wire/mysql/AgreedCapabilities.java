package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Capabilities;

/**
 * Those capabilities of a client by which the bytes of commands and answers, or what they mean, are
 * other ones, and the collation that it asked for: its server connections must have agreed on the
 * same.
 *
 * @param flags of {@link Capability}, none but those of {@link #MEANINGFUL}
 * @param collation what the session begins with, by its number in the log-in; 0 where none was
 *     requested
 */
public record AgreedCapabilities(long flags, int collation) implements Capabilities {
  /** Those of them that a node has where its servers have them. */
  public static final long OF_SERVERS =
      Capability.FOUND_ROWS
          | Capability.NO_SCHEMA
          | Capability.ODBC
          | Capability.IGNORE_SPACE
          | Capability.INTERACTIVE
          | Capability.MULTI_STATEMENTS
          | Capability.MULTI_RESULTS
          | Capability.PS_MULTI_RESULTS
          | Capability.DEPRECATE_EOF
          | Capability.OPTIONAL_RESULTSET_METADATA
          | Capability.QUERY_ATTRIBUTES;

  /** Those that matter behind the log-in. */
  public static final long MEANINGFUL =
      OF_SERVERS
          | Capability.LOCAL_FILES
          | Capability.MARIADB_PROGRESS
          | Capability.MARIADB_BULK
          | Capability.MARIADB_EXTENDED_TYPES
          | Capability.MARIADB_CACHE_METADATA;

  /** Leaves out what does not matter. */
  public AgreedCapabilities {
    flags &= MEANINGFUL;
  }

  /** Those of a connection for which no client has asked. */
  public AgreedCapabilities(long flags) {
    this(flags, 0);
  }

  public boolean has(long capability) {
    return (flags & capability) != 0;
  }

  public boolean deprecatesEof() {
    return has(Capability.DEPRECATE_EOF);
  }

  @Override
  public String toString() {
    return "capabilities 0x" + Long.toHexString(flags) + ", collation " + collation;
  }
}
