package dev.heimdall.engine.dialect.sqlserver.sql;

import java.util.Locale;
import java.util.Set;

/**
 * Procedures of the server's own that leave a session as it was. Of all others that is not known: a
 * procedure's options and temporary tables end with it, but not its cursors, its locks, and the
 * session's context.
 */
public final class SystemProcedures {
  private static final Set<String> HARMLESS =
      Set.of(
          "sp_cursor",
          "sp_cursorclose",
          "sp_cursorfetch",
          "sp_cursoroption",
          "sp_columns",
          "sp_columns_100",
          "sp_columns_managed",
          "sp_databases",
          "sp_datatype_info",
          "sp_datatype_info_100",
          "sp_describe_first_result_set",
          "sp_describe_undeclared_parameters",
          "sp_fkeys",
          "sp_help",
          "sp_helpdb",
          "sp_helpindex",
          "sp_helptext",
          "sp_lock",
          "sp_pkeys",
          "sp_server_info",
          "sp_spaceused",
          "sp_special_columns",
          "sp_special_columns_100",
          "sp_sproc_columns",
          "sp_sproc_columns_100",
          "sp_statistics",
          "sp_statistics_100",
          "sp_stored_procedures",
          "sp_tables",
          "sp_who",
          "sp_who2");

  private SystemProcedures() {}

  /**
   * True if a procedure of this name may be one of the server's own, or a temporary one: no
   * catalogue of a database says what it does.
   *
   * @param schema null for none
   */
  public static boolean mayBeOfServer(String schema, String procedure) {
    String name = procedure.toLowerCase(Locale.ROOT);
    return name.startsWith("sp_")
        || name.startsWith("xp_")
        || name.startsWith("#")
        || "sys".equalsIgnoreCase(schema);
  }

  /**
   * True if a call may leave something in the session of which nothing is known.
   *
   * @param procedure its last part
   */
  public static boolean mayChangeSession(String procedure) {
    return !HARMLESS.contains(procedure.toLowerCase(Locale.ROOT));
  }
}
