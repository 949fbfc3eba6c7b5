package dev.heimdall.test.tds;

import java.sql.Timestamp;
import java.util.List;

/** Views of sys that tests and drivers read, as the engine can have them. */
final class SystemViews {
  /** Numbers of the types of columns; of others that of sql_variant. */
  private static final String TYPE =
      "CASE DATA_TYPE WHEN 'TINYINT' THEN 48 WHEN 'SMALLINT' THEN 52 WHEN 'INTEGER' THEN 56"
          + " WHEN 'BIGINT' THEN 127 WHEN 'UUID' THEN 36 WHEN 'CHARACTER' THEN 239"
          + " WHEN 'CHARACTER VARYING' THEN 231 WHEN 'CHARACTER LARGE OBJECT' THEN 231"
          + " ELSE 98 END";

  private static final String LENGTH =
      "CASE WHEN DATA_TYPE NOT LIKE 'CHARACTER%' THEN 8"
          + " WHEN CHARACTER_MAXIMUM_LENGTH > 4000 THEN -1"
          + " ELSE 2 * CHARACTER_MAXIMUM_LENGTH END";

  private final TdsSession session;

  SystemViews(TdsSession session) {
    this.session = session;
  }

  /** A query in parentheses. */
  String sql(String database, String view) {
    if (GroupViews.has(view)) {
      return "(" + GroupViews.sql(session, view) + ")";
    }
    return switch (view) {
      case "dm_exec_sessions" -> "(" + sessions() + ")";
      case "dm_exec_requests" ->
          "(SELECT CAST(" + session.spid + " AS SMALLINT) AS session_id, 'running' AS status)";
      case "dm_exec_connections" ->
          "(SELECT CAST("
              + session.spid
              + " AS INTEGER) AS session_id, 'TCP' AS net_transport, 'SQL' AS auth_scheme,"
              + (session.login.encrypted ? " 'TRUE'" : " 'FALSE'")
              + " AS encrypt_option)";
      case "databases" -> "(" + databases() + ")";
      case "sql_logins" -> "(" + logins() + ")";
      case "columns", "all_columns" -> "(" + columns() + ")";
      case "all_objects" -> "(" + new CatalogueViews(session).objects(database) + ")";
      default -> {
        String rows = new CatalogueViews(session).sql(view);
        if (rows == null) {
          throw new SqlErrorException(208, 16, "Invalid object name 'sys." + view + "'.");
        }
        yield "(" + rows + ")";
      }
    };
  }

  private String sessions() {
    StringBuilder rows = new StringBuilder();
    for (TdsSession each : session.server.sessions()) {
      rows.append(rows.length() == 0 ? "" : " UNION ALL ");
      rows.append("SELECT CAST(").append(each.spid).append(" AS SMALLINT) AS session_id, ");
      rows.append(text(each.login.user)).append(" AS login_name, ");
      rows.append(text(each.login.host)).append(" AS host_name, ");
      rows.append(text(each.login.application)).append(" AS program_name, ");
      rows.append("CAST(").append(each.settings.isolationNumber());
      rows.append(" AS SMALLINT) AS transaction_isolation_level, ");
      rows.append("CAST(").append(each.transactionCount());
      rows.append(" AS INTEGER) AS open_transaction_count, ");
      rows.append(text(each == session ? "running" : "sleeping")).append(" AS status, ");
      rows.append(each.settings.lockTimeout).append(" AS lock_timeout, ");
      rows.append(each.settings.textSize).append(" AS text_size, ");
      rows.append(text(each.settings.language)).append(" AS language, ");
      rows.append(text(each.settings.dateFormat)).append(" AS date_format, ");
      rows.append("CAST(").append(each.settings.dateFirst).append(" AS SMALLINT) AS date_first, ");
      rows.append(each.settings.deadlockPriority()).append(" AS deadlock_priority, ");
      rows.append(bit(each, 256)).append(" AS quoted_identifier, ");
      rows.append(bit(each, 64)).append(" AS arithabort, ");
      rows.append(bit(each, 32)).append(" AS ansi_nulls, ");
      rows.append(bit(each, 16)).append(" AS ansi_padding, ");
      rows.append(bit(each, 8)).append(" AS ansi_warnings, ");
      rows.append(bit(each, 4096)).append(" AS concat_null_yields_null, ");
      rows.append(bit(each, 1024)).append(" AS ansi_null_dflt_on, ");
      rows.append(binary(each.contextInfo)).append(" AS context_info, ");
      rows.append(each.rowCount).append(" AS row_count, ");
      rows.append(each.errorNumber).append(" AS prev_error");
    }
    return rows.toString();
  }

  private static String bit(TdsSession of, int option) {
    return of.settings.has(option) ? "TRUE" : "FALSE";
  }

  private static String binary(byte[] bytes) {
    byte[] value = bytes == null ? new byte[0] : bytes;
    return "CAST(X'" + java.util.HexFormat.of().formatHex(value) + "' AS VARBINARY(128))";
  }

  private String databases() {
    StringBuilder rows = new StringBuilder();
    List<String> names = session.server.database().databases();
    for (int i = 0; i < names.size(); i++) {
      rows.append(i == 0 ? "" : " UNION ALL ");
      rows.append("SELECT ").append(text(names.get(i))).append(" AS name, ");
      rows.append(i + 1).append(" AS database_id, 'ONLINE' AS state_desc, ");
      rows.append("TRUE AS is_read_committed_snapshot_on, FALSE AS is_read_only, ");
      rows.append(CatalogueViews.OPTIONS_OF_DATABASES);
      rows.append("'SQL_Latin1_General_CP1_CI_AS' AS collation_name, ");
      rows.append("CAST('").append(new Timestamp(session.server.started()));
      rows.append("' AS TIMESTAMP(3)) AS create_date, ");
      rows.append(GroupViews.ofDatabase(session.server.member(), names.get(i)));
    }
    return rows.toString();
  }

  private String logins() {
    StringBuilder rows = new StringBuilder();
    for (String name : session.server.options().users().keySet()) {
      rows.append(rows.length() == 0 ? "" : " UNION ALL ");
      rows.append("SELECT ").append(text(name)).append(" AS name, FALSE AS is_disabled");
    }
    return rows.toString();
  }

  private String columns() {
    return "SELECT "
        + number("TABLE_NAME")
        + " AS object_id, COLUMN_NAME AS name, CAST(ORDINAL_POSITION AS INTEGER) AS column_id,"
        + " "
        + TYPE
        + " AS system_type_id, "
        + TYPE
        + " AS user_type_id, CAST("
        + LENGTH
        + " AS SMALLINT) AS max_length,"
        + " IS_NULLABLE = 'YES' AS is_nullable, IS_IDENTITY = 'YES' AS is_identity,"
        + " FALSE AS is_computed, 0 AS \"precision\", 0 AS scale,  CASE WHEN DATA_TYPE LIKE 'CHARACTER%' THEN 'SQL_Latin1_General_CP1_CI_AS' END AS collation_name"
        + " FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = '"
        + session.database
        + "'";
  }

  /** The number that OBJECT_ID has for a name. */
  static String number(String name) {
    return "CAST(MOD(ORA_HASH(LOWER(" + name + ")), 2000000000) AS INTEGER)";
  }

  private static String text(String value) {
    return "CAST('" + value.replace("'", "''") + "' AS VARCHAR(128))";
  }
}
