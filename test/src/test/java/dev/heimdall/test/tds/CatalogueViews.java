package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Views of sys that a database's definitions are read by, with the columns that are documented. */
final class CatalogueViews {
  /** Further columns of {@code sys.databases}. */
  static final String OPTIONS_OF_DATABASES =
      "160 AS compatibility_level, 1 AS snapshot_isolation_state,"
          + " FALSE AS is_ansi_null_default_on, FALSE AS is_ansi_nulls_on,"
          + " FALSE AS is_ansi_padding_on, FALSE AS is_ansi_warnings_on,"
          + " FALSE AS is_arithabort_on, FALSE AS is_concat_null_yields_null_on,"
          + " FALSE AS is_quoted_identifier_on, FALSE AS is_numeric_roundabort_on,"
          + " FALSE AS is_recursive_triggers_on, FALSE AS is_local_cursor_default, ";

  private final TdsSession session;
  private final Modules modules;

  CatalogueViews(TdsSession session) {
    this.session = session;
    modules = session.server.database().modules();
  }

  /** A query for its rows; null where there is none of that name. */
  String sql(String view) {
    String own =
        switch (view) {
          case "schemas" ->
              "SELECT 1 AS schema_id, 'dbo' AS name, 1 AS principal_id UNION ALL SELECT 4, 'sys', 4";
          case "objects" -> objects(session.database);
          case "system_objects" ->
              Stream.of(
                      "sp_cursorclose",
                      "sp_cursorfetch",
                      "sp_executesql",
                      "sp_help",
                      "sp_lock",
                      "sp_who")
                  .map("SELECT '%s' AS name"::formatted)
                  .collect(Collectors.joining(" UNION ALL "));
          case "tables" ->
              tables(
                  "TABLE_TYPE = 'BASE TABLE'",
                  ", FALSE AS is_external, FALSE AS is_filetable" + nodes());
          case "sql_modules" ->
              modules(
                  "object_id, definition",
                  each -> !each.type().equals("SN") && !each.type().equals("SP"),
                  each -> text(modules.definitionsHidden() ? null : each.text()),
                  "CAST(NULL AS VARCHAR(8000))");
          case "triggers" ->
              modules(
                  "object_id, name, parent_class, parent_id, is_disabled, is_instead_of_trigger,"
                      + " modify_date",
                  each -> each.type().equals("TR") && !modules.definitionsHidden(),
                  each ->
                      text(each.name())
                          + (each.parent().equalsIgnoreCase("database")
                              ? ", 0, 0"
                              : ", 1, " + id(each.parent()))
                          + ", FALSE, "
                          + each.insteadOf()
                          + ", "
                          + each.modified(),
                  "CAST('' AS VARCHAR(128)), 0, 0, FALSE, FALSE, 0");
          case "trigger_events" -> events();
          case "synonyms" ->
              modules(
                  "object_id, base_object_name",
                  each -> each.type().equals("SN"),
                  each -> text(each.parent()),
                  "CAST('' AS VARCHAR(1000))");
          case "security_policies" ->
              modules(
                  "object_id, is_enabled, modify_date",
                  each -> each.type().equals("SP"),
                  each -> "TRUE, " + each.modified(),
                  "TRUE, 0");
          case "security_predicates" ->
              modules(
                  "object_id, target_object_id, predicate_definition",
                  each -> each.type().equals("SP"),
                  each -> id(each.parent()) + ", " + text(each.text()),
                  "0, CAST('' AS VARCHAR(1000))");
          case "foreign_keys" -> foreignKeys();
          case "change_tracking_tables" ->
              session.server.database().tracking().tables(session.database);
          case "computed_columns" ->
              none("0 AS object_id, '' AS definition, FALSE AS is_persisted");
          case "check_constraints" ->
              none("0 AS parent_object_id, '' AS definition, FALSE AS is_disabled");
          case "default_constraints" -> none("0 AS parent_object_id, '' AS definition");
          case "database_principals" ->
              "SELECT 1 AS principal_id, 'dbo' AS name, 'S' AS type, 'dbo' AS default_schema_name,"
                  + " CAST(NULL AS INTEGER) AS owning_principal_id";
          case "server_principals" ->
              "SELECT 1 AS principal_id, 'sa' AS name, 'S' AS type, FALSE AS is_disabled,"
                  + " 'master' AS default_database_name, 'us_english' AS default_language_name";
          case "database_role_members", "server_role_members" ->
              none("0 AS role_principal_id, 0 AS member_principal_id");
          case "database_permissions", "server_permissions" ->
              none(
                  "0 AS class, 0 AS major_id, 0 AS minor_id, 0 AS grantee_principal_id,"
                      + " 'SL' AS type, 'G' AS state");
          case "pg_class" ->
              "SELECT object_id AS oid, 1 AS relnamespace FROM (" + sql("tables") + ")";
          case "pg_trigger" ->
              "SELECT object_id AS oid, parent_id AS tgrelid, 0 AS tgisinternal FROM ("
                  + sql("triggers")
                  + ")";
          case "pg_rewrite" -> none("0 AS ev_class, '1' AS ev_type");
          case "configurations" -> "SELECT 'user options' AS name, 0 AS value_in_use";
          case "types" ->
              "SELECT 56 AS user_type_id, 'int' AS name, 4 AS schema_id, 56 AS system_type_id,"
                  + " 4 AS max_length, 10 AS \"precision\", 0 AS scale";
          default -> null;
        };
    if (own == null) {
      return null;
    }
    StringBuilder all = new StringBuilder(own);
    for (Modules.Row row : modules.rows(session.database, view)) {
      all.append(" UNION ALL ").append(row.query());
    }
    return all.toString();
  }

  private static String none(String columns) {
    return "SELECT " + columns + " WHERE FALSE";
  }

  private String tables(String which, String more) {
    return tables(which, more, session.database);
  }

  private static String tables(String which, String more, String database) {
    return "SELECT TABLE_NAME AS name, "
        + SystemViews.number("TABLE_NAME")
        + " AS object_id, 'U ' AS type, 'USER_TABLE' AS type_desc, 1 AS schema_id,"
        + " CAST(NULL AS INTEGER) AS principal_id, 0 AS parent_object_id, 0 AS modify_date,"
        + " FALSE AS is_ms_shipped"
        + more
        + " FROM INFORMATION_SCHEMA.TABLES WHERE "
        + which
        + " AND TABLE_SCHEMA = '"
        + database
        + "'";
  }

  /** Objects of another database. */
  String objects(String database) {
    StringBuilder rows = new StringBuilder(tables("TABLE_TYPE = 'BASE TABLE'", "", database));
    for (Modules.Module each : modules.of(database)) {
      if (each.type().equals("TR") && each.parent().equalsIgnoreCase("database")) {
        continue;
      }
      rows.append(" UNION ALL SELECT ").append(text(each.name())).append(", ");
      rows.append(id(each.name())).append(", '").append(each.type());
      rows.append("', '', 1, NULL, 0, ").append(each.modified()).append(", FALSE");
    }
    for (Modules.GraphTable each : modules.graph(session.database)) {
      if (each.edge() && each.constraint()) {
        rows.append(" UNION ALL SELECT ").append(text(each.name() + "_c")).append(", ");
        rows.append(id(each.name() + "_c")).append(", 'EC', '', 1, NULL, ");
        rows.append(id(each.name())).append(", 0, FALSE");
      }
    }
    return rows.toString();
  }

  private String nodes() {
    StringBuilder names = new StringBuilder("''");
    for (Modules.GraphTable each : modules.graph(session.database)) {
      names.append(each.edge() ? "" : ", '" + each.name() + "'");
    }
    return ", LOWER(TABLE_NAME) IN (" + names + ") AS is_node";
  }

  private String modules(
      String columns,
      java.util.function.Predicate<Modules.Module> which,
      Function<Modules.Module, String> values,
      String types) {
    List<String> names = List.of(columns.split(", "));
    StringBuilder rows = new StringBuilder("SELECT * FROM (SELECT 0, " + types + " WHERE FALSE");
    for (Modules.Module each : modules.of(session.database)) {
      if (which.test(each)) {
        rows.append(" UNION ALL SELECT ").append(id(each.name())).append(", ");
        rows.append(values.apply(each));
      }
    }
    return rows + ") AS m(" + String.join(", ", names) + ")";
  }

  private String events() {
    List<String> rows = new ArrayList<>();
    rows.add("SELECT 0 AS object_id, 0 AS type WHERE FALSE");
    for (Modules.Module each : modules.of(session.database)) {
      for (String event : each.events()) {
        int type = event.equals("INSERT") ? 1 : event.equals("UPDATE") ? 2 : 3;
        rows.add("SELECT " + id(each.name()) + ", " + type);
      }
    }
    return String.join(" UNION ALL ", rows);
  }

  private String foreignKeys() {
    return "SELECT "
        + SystemViews.number("f.CONSTRAINT_NAME")
        + " AS object_id, "
        + SystemViews.number("t.TABLE_NAME")
        + " AS parent_object_id, "
        + SystemViews.number("r.TABLE_NAME")
        + " AS referenced_object_id, "
        + action("UPDATE_RULE")
        + " AS update_referential_action, "
        + action("DELETE_RULE")
        + " AS delete_referential_action, FALSE AS is_disabled"
        + " FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS f"
        + " JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA ="
        + " f.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = f.CONSTRAINT_NAME"
        + " JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA ="
        + " f.UNIQUE_CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = f.UNIQUE_CONSTRAINT_NAME"
        + " WHERE f.CONSTRAINT_SCHEMA = '"
        + session.database
        + "'";
  }

  private static String action(String rule) {
    return "CASE "
        + rule
        + " WHEN 'CASCADE' THEN 1 WHEN 'SET NULL' THEN 2 WHEN 'SET DEFAULT' THEN 3 ELSE 0 END";
  }

  private static String id(String name) {
    return SystemViews.number(text(name));
  }

  private static String text(String value) {
    return value == null
        ? "CAST(NULL AS VARCHAR(8000))"
        : "CAST('" + value.replace("'", "''") + "' AS VARCHAR(8000))";
  }
}
