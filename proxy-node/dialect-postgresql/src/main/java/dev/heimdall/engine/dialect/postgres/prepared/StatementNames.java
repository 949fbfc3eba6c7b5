package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.ServerNaming;
import dev.heimdall.engine.wire.ServerError;
import java.nio.charset.StandardCharsets;

/**
 * The names that the node gives to statements on servers, and what texts of servers make of them.
 */
public final class StatementNames implements ServerNaming {
  /**
   * Statements of clients may not begin with this; such names are unknown to the node and sent on
   * altered.
   */
  public static final String PREFIX = "hd_";

  /**
   * Name that replaces, on the server, one that the client has given already, to be rejected there.
   */
  public static final String TAKEN = PREFIX + "taken";

  private final String prefix;

  private StatementNames(String prefix) {
    this.prefix = prefix;
  }

  /** The names of the statements of one event loop. */
  public static StatementNames ofLoop(int loop) {
    return new StatementNames(PREFIX + loop + "_");
  }

  @Override
  public byte[] name(long number) {
    return (prefix + number).getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public boolean mayBeClients(byte[] given) {
    return !new String(given, StandardCharsets.ISO_8859_1).startsWith(PREFIX);
  }

  @Override
  public byte[] instead(String unknown) {
    return isLikeOurs(unknown)
        ? ("\"_" + unknown.replace("\"", "\"\"") + '"').getBytes(StandardCharsets.UTF_8)
        : null;
  }

  /**
   * True if the name has our prefix and then only digits and underscores. Others with the prefix
   * may be a client's, prepared under that very name through the extended protocol.
   */
  private static boolean isLikeOurs(String name) {
    if (!name.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  /**
   * A server's text with the names of statements there replaced by one client's, one character for
   * each byte.
   *
   * @param unnamed the statement that stands, or stood, for the client's unnamed one; null for none
   */
  public static String inClientsNames(String text, PreparedNames names, PreparedStatement unnamed) {
    StringBuilder changed = new StringBuilder(text);
    if (names.unknownName() != null) {
      replace(changed, '_' + names.unknownName(), names.unknownName());
    }
    names.forEachOnServer((name, statement) -> replace(changed, onServer(statement), name));
    if (names.refusedName() != null) {
      replace(changed, TAKEN, names.refusedName());
    }
    if (unnamed != null) {
      replace(changed, onServer(unnamed), "");
    }
    return changed.toString();
  }

  private static String onServer(PreparedStatement statement) {
    return new String(statement.serverName(), StandardCharsets.ISO_8859_1);
  }

  private static void replace(StringBuilder text, String name, String by) {
    String quoted = '"' + name + '"';
    for (int at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + by.length() + 2)) {
      text.replace(at, at + quoted.length(), '"' + by + '"');
    }
  }

  /** A statement's name as SQL has it. */
  public static String inSql(PreparedStatement statement) {
    String name = new String(statement.serverName(), StandardCharsets.UTF_8);
    return statement.isClientNamed() ? '"' + name.replace("\"", "\"\"") + '"' : name;
  }

  /** There is no statement of the name that the client has given. */
  public static ServerError missing(byte[] name) {
    return ServerError.error(
        "26000",
        name.length == 0
            ? "unnamed prepared statement does not exist"
            : "prepared statement \""
                + new String(name, StandardCharsets.UTF_8)
                + "\" does not exist");
  }
}
