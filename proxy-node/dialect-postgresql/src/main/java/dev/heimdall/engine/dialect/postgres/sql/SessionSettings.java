package dev.heimdall.engine.dialect.postgres.sql;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Settings whose values are those of the session on whatever server: they are carried, or of the
 * application. What others say is about the server that is asked.
 */
public final class SessionSettings {
  /** Drivers ask for the last two when they log in, whose servers need not be the writer. */
  private static final Set<String> NAMES =
      Set.of(
          "application_name",
          "client_encoding",
          "datestyle",
          "intervalstyle",
          "role",
          "search_path",
          "timezone",
          "server_version",
          "server_version_num");

  /** Those that say whether a server is the writer, or where that is. */
  private static final Set<String> OF_ROLE =
      Set.of(
          "default_transaction_read_only",
          "in_hot_standby",
          "hot_standby",
          "primary_conninfo",
          "primary_slot_name",
          "transaction_read_only");

  private static final int LONGEST = 30;

  /** Kind of setting that the argument of a call of {@code current_setting} names. */
  public enum Named {
    /** A setting that is equal on each server. */
    OF_SESSION,
    /** The configuration of a server; the setting may well be the session's. */
    CONFIGURATION,
    /** Possibly the role of a server as the writer: it cannot be determined. */
    ANYTHING
  }

  private SessionSettings() {}

  /**
   * Returns the kind of setting named by an argument that begins with a plain literal, which has
   * this text between its quotes. Only names of applications and extensions have a dot.
   *
   * @param behind index behind the literal
   * @param limit where the text ends
   */
  public static Named named(byte[] text, int from, int to, int behind, int limit) {
    for (int i = from; i < to; i++) {
      if (text[i] == '.') {
        return Named.OF_SESSION;
      }
    }
    if (!endsArgument(text, behind, limit)) {
      return Named.ANYTHING;
    }
    if (to - from > LONGEST) {
      return Named.CONFIGURATION;
    }
    String name =
        new String(text, from, to - from, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (NAMES.contains(name)) {
      return Named.OF_SESSION;
    }
    return OF_ROLE.contains(name) ? Named.ANYTHING : Named.CONFIGURATION;
  }

  /** The names without a dot, in small letters. */
  public static Set<String> names() {
    return NAMES;
  }

  private static boolean endsArgument(byte[] text, int behind, int limit) {
    int next = behind;
    while (next < limit && (text[next] == ' ' || text[next] == '\n')) {
      next++;
    }
    return next < limit && (text[next] == ')' || text[next] == ',' || text[next] == ':');
  }
}
