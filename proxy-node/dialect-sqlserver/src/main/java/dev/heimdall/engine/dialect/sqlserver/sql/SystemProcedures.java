package dev.heimdall.engine.dialect.sqlserver.sql;

import java.util.Locale;
import java.util.Set;

/**
 * Procedures of the server's own that leave a session as it was. Of all others that is not known: a
 * procedure's options and temporary tables end with it, but not its cursors, its locks, and the
 * session's context.
 */
public final class SystemProcedures {
  /** Schema in which users have none. */
  public static final String SCHEMA = "sys";

  /** Those that read system tables, and may read a table that they are told. */
  private static final Set<String> METADATA =
      Set.of(
          "sp_column_privileges",
          "sp_columns",
          "sp_columns_100",
          "sp_columns_170",
          "sp_columns_managed",
          "sp_describe_first_result_set",
          "sp_describe_undeclared_parameters",
          "sp_fkeys",
          "sp_help",
          "sp_helpdb",
          "sp_helpindex",
          "sp_helptext",
          "sp_pkeys",
          "sp_spaceused",
          "sp_special_columns",
          "sp_special_columns_100",
          "sp_sproc_columns",
          "sp_sproc_columns_100",
          "sp_statistics",
          "sp_statistics_100",
          "sp_stored_procedures",
          "sp_table_privileges",
          "sp_tables");

  private static final Set<String> READING =
      Set.of(
          "sp_cursorclose",
          "sp_cursorfetch",
          "sp_cursoroption",
          "sp_databases",
          "sp_datatype_info",
          "sp_datatype_info_100",
          "sp_lock",
          "sp_server_info",
          "sp_who",
          "sp_who2");

  /** Others of the server's own, which the classifier knows one by one. */
  private static final Set<String> KNOWN =
      Set.of(
          "sp_bindsession",
          "sp_cursorexecute",
          "sp_cursoropen",
          "sp_cursorprepare",
          "sp_cursorprepexec",
          "sp_execute",
          "sp_execute_remote",
          "sp_executesql",
          "sp_getapplock",
          "sp_getbindtoken",
          "sp_msforeachdb",
          "sp_msforeachtable",
          "sp_prepare",
          "sp_prepexec",
          "sp_prepexecrpc",
          "sp_releaseapplock",
          "sp_reset_connection",
          "sp_set_session_context",
          "sp_setapprole",
          "sp_unprepare",
          "sp_unsetapprole");

  /** The one that changes rows, and leaves the session as it was. */
  private static final String CURSOR = "sp_cursor";

  private SystemProcedures() {}

  /**
   * True if a procedure of this name is one of the server's own, or a temporary one, of which no
   * catalogue of a database says what it does.
   *
   * @param schema null for none
   */
  public static boolean isOfServer(String schema, String procedure) {
    String name = procedure.toLowerCase(Locale.ROOT);
    return KNOWN.contains(name)
        || name.startsWith("xp_")
        || name.startsWith("#")
        || (SCHEMA.equalsIgnoreCase(schema) && mayChangeSession(name));
  }

  /**
   * True if a procedure of this name is looked for among the server's own and in master as well.
   *
   * @param folded its last part
   */
  public static boolean isLookedForInMaster(String folded) {
    return folded.startsWith("sp_");
  }

  /** Folded names of those that change nothing, and may read a table that they are told. */
  public static Set<String> metadata() {
    return METADATA;
  }

  /** Folded names of those that change nothing, and read nothing of a table that they are told. */
  public static Set<String> reading() {
    return READING;
  }

  /**
   * True if a call may leave something in the session of which nothing is known.
   *
   * @param procedure its last part
   */
  public static boolean mayChangeSession(String procedure) {
    String name = procedure.toLowerCase(Locale.ROOT);
    return !METADATA.contains(name) && !READING.contains(name) && !name.equals(CURSOR);
  }
}
