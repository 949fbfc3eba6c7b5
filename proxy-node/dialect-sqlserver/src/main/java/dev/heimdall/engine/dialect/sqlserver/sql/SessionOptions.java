package dev.heimdall.engine.dialect.sqlserver.sql;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Options of SET that last as long as the session, and that another connection can be given. */
public final class SessionOptions {
  /** The database in use: USE sets it, and the server reports it. */
  public static final String DATABASE = "database";

  /** Sets the formats of dates as well. */
  public static final String LANGUAGE = "language";

  public static final String ISOLATION = "transaction isolation level";

  /** Statements begin transactions. */
  public static final String IMPLICIT_TRANSACTIONS = "implicit_transactions";

  static final String CONTEXT_INFO = "context_info";
  static final String IDENTITY_INSERT = "identity_insert";

  /** Sets several switches at once. */
  static final String ANSI_DEFAULTS = "ansi_defaults";

  /** Those of {@link #ANSI_DEFAULTS}. */
  static final List<String> OF_ANSI_DEFAULTS =
      List.of(
          "ansi_nulls",
          "ansi_null_dflt_on",
          "ansi_padding",
          "ansi_warnings",
          "cursor_close_on_commit",
          IMPLICIT_TRANSACTIONS,
          "quoted_identifier");

  private static final String NULLS_BY_DEFAULT = "ansi_null_dflt_on";
  private static final String NO_NULLS_BY_DEFAULT = "ansi_null_dflt_off";

  /** Options that are ON or OFF. */
  private static final Set<String> SWITCHES =
      Set.of(
          ANSI_DEFAULTS,
          NO_NULLS_BY_DEFAULT,
          NULLS_BY_DEFAULT,
          "ansi_nulls",
          "ansi_padding",
          "ansi_warnings",
          "arithabort",
          "arithignore",
          "concat_null_yields_null",
          "cursor_close_on_commit",
          IMPLICIT_TRANSACTIONS,
          "nocount",
          "numeric_roundabort",
          "quoted_identifier",
          "xact_abort");

  /** Options with a number, a word or a literal. */
  private static final Set<String> VALUES =
      Set.of(
          "datefirst",
          "dateformat",
          "deadlock_priority",
          LANGUAGE,
          "lock_timeout",
          "query_governor_cost_limit",
          "rowcount",
          "textsize");

  /** Options with a second word, or of which no other connection may know. */
  private static final Set<String> OF_ONE_CONNECTION =
      Set.of(
          "fips_flagger",
          "fmtonly",
          "forceplan",
          "offsets",
          "remote_proc_transactions",
          "result_set_caching",
          "showplan_all",
          "showplan_text",
          "showplan_xml",
          "statistics");

  private static final Set<String> LEVELS =
      Set.of("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "SNAPSHOT");

  /** A number, a word or a literal: nothing that could go on with another statement. */
  private static final Pattern VALUE =
      Pattern.compile("-?[0-9]{1,18}|[A-Za-z]\\w{0,63}|N?'[^']{0,64}'|\\[[^\\]]{0,64}]");

  private SessionOptions() {}

  /** True if a session that comes from elsewhere may have this beside its database. */
  public static boolean mayBeGiven(String name, String value) {
    return switch (name) {
      case ISOLATION -> LEVELS.contains(value);
      default ->
          isSwitch(name)
              ? value.equals("ON") || value.equals("OFF")
              : hasValue(name) && VALUE.matcher(value).matches();
    };
  }

  static boolean isSwitch(String name) {
    return SWITCHES.contains(name);
  }

  static boolean hasValue(String name) {
    return VALUES.contains(name);
  }

  /** True for one that ends with the procedure that sets it. */
  static boolean isOption(String name) {
    return isSwitch(name) || hasValue(name) || isOfOneConnection(name);
  }

  static boolean isOfOneConnection(String name) {
    return OF_ONE_CONNECTION.contains(name);
  }

  /** The switch that goes off where this one goes on; null for none. */
  static String opposite(String name) {
    return switch (name) {
      case NULLS_BY_DEFAULT -> NO_NULLS_BY_DEFAULT;
      case NO_NULLS_BY_DEFAULT -> NULLS_BY_DEFAULT;
      default -> null;
    };
  }
}
