package dev.heimdall.test.tds;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Functions and globals whose values the engine does not know. */
final class SessionFunctions {
  static final String VERSION =
      "Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64) - stand-in of Heimdall's tests";

  /** A value with its type. */
  record Value(SqlType type, Object value) {}

  private final TdsSession session;

  SessionFunctions(TdsSession session) {
    this.session = session;
  }

  private static Value value(String type, Object value) {
    return new Value(SqlType.of(type), value);
  }

  /** A global, in lower case with its at signs. */
  Value global(String name) {
    SessionSettings settings = session.settings;
    return switch (name) {
      case "@@trancount" -> value("int", session.transactionCount());
      case "@@rowcount" -> value("int", session.rowCount);
      case "@@error" -> value("int", session.errorNumber);
      case "@@identity" -> value("decimal(38,0)", session.identity);
      case "@@spid" -> value("smallint", session.spid);
      case "@@options" -> value("int", settings.options);
      case "@@version" -> value("nvarchar(300)", VERSION);
      case "@@servername" -> value("nvarchar(128)", session.server.name());
      case "@@servicename" -> value("nvarchar(128)", "MSSQLSERVER");
      case "@@max_connections" -> value("int", 32767);
      case "@@max_precision" -> value("tinyint", 38);
      case "@@microsoftversion" -> value("int", 0x100003E8);
      case "@@language" -> value("nvarchar(128)", settings.language);
      case "@@langid" -> value("smallint", 0);
      case "@@datefirst" -> value("tinyint", settings.dateFirst);
      case "@@lock_timeout" -> value("int", settings.lockTimeout);
      case "@@textsize" -> value("int", settings.textSize);
      case "@@nestlevel" -> value("int", session.results.inProcedure() ? 1 : 0);
      case "@@fetch_status" -> value("int", 0);
      case "@@procid" -> value("int", 0);
      case "@@dbts" -> value("varbinary(8)", new byte[8]);
      default ->
          throw new SqlErrorException(
              137, 15, "Must declare the scalar variable \"" + name + "\".");
    };
  }

  /** A function, or null if it is none of these. */
  Value function(String name, List<Object> arguments, Scope scope) {
    Object first = arguments.isEmpty() ? null : arguments.get(0);
    SqlError caught = scope.caught;
    return switch (name) {
      case "scope_identity" -> value("decimal(38,0)", session.scopeIdentity);
      case "change_tracking_current_version" ->
          value("bigint", session.server.database().tracking().version(session.database));
      case "xact_state" -> value("smallint", session.transactionState());
      case "db_name" -> value("nvarchar(128)", first == null ? session.database : name(first));
      case "db_id" -> value("smallint", first == null ? id(session.database) : id(first));
      case "suser_sname", "suser_name", "user_name" ->
          value("nvarchar(128)", name.equals("user_name") ? userName() : session.user);
      case "original_login" -> value("nvarchar(128)", session.login.user);
      case "app_name" -> value("nvarchar(128)", session.login.application);
      case "host_name" -> value("nvarchar(128)", session.login.host);
      case "schema_name" -> value("nvarchar(128)", "dbo");
      case "left_behind" -> value("nvarchar(1000)", String.join(", ", session.left));
      case "context_info" -> value("varbinary(128)", session.contextInfo);
      case "session_context" ->
          value("sql_variant", session.context.get(String.valueOf(first).toLowerCase(Locale.ROOT)));
      case "serverproperty" -> value("sql_variant", serverProperty(String.valueOf(first)));
      case "sessionproperty" -> {
        Integer bit = SessionSettings.bit(String.valueOf(first));
        yield value("sql_variant", bit == null ? null : session.settings.has(bit) ? "1" : "0");
      }
      case "databasepropertyex" ->
          value(
              "sql_variant",
              databaseProperty(String.valueOf(first), String.valueOf(arguments.get(1))));
      case "has_perms_by_name" -> value("int", permission(String.valueOf(arguments.get(2))));
      case "fn_hadr_is_primary_replica" -> value("bit", isPrimary(String.valueOf(first)));
      case "connectionproperty" -> value("sql_variant", "TCP");
      case "error_number" -> value("int", caught == null ? null : caught.number());
      case "error_message" -> value("nvarchar(4000)", caught == null ? null : caught.message());
      case "error_severity" -> value("int", caught == null ? null : caught.severity());
      case "error_state" -> value("int", caught == null ? null : caught.state());
      case "error_line" -> value("int", caught == null ? null : caught.line());
      case "error_procedure" ->
          value(
              "nvarchar(128)",
              caught == null || caught.procedure().isEmpty() ? null : caught.procedure());
      case "object_id" -> value("int", objectId(String.valueOf(first)));
      case "type_id" ->
          value(
              "int",
              session.server.database().type(last(String.valueOf(first))) == null ? null : 257);
      case "applock_mode" ->
          value(
              "nvarchar(32)",
              session.server.locks().mode(session, String.valueOf(arguments.get(1))));
      case "is_srvrolemember", "is_member", "has_dbaccess" -> value("int", 1);
      default -> null;
    };
  }

  private String userName() {
    return session.user.equals(session.login.user) ? "dbo" : session.user;
  }

  private static boolean is(GroupMember member, GroupMember.Role role) {
    return member.role == role;
  }

  private boolean isPrimary(String name) {
    GroupMember member = session.server.member();
    return member != null && member.holds(name) && is(member, GroupMember.Role.PRIMARY);
  }

  private Integer permission(String name) {
    GroupMember member = session.server.member();
    boolean denied = member != null && member.group.denied.contains(session.login.user);
    Modules modules = session.server.database().modules();
    if (name.equals("VIEW DEFINITION")) {
      return modules.definitionsHidden() || modules.babelfish() ? 0 : 1;
    }
    if (name.equals("CONTROL")) {
      return modules.definitionsHidden() ? 0 : 1;
    }
    return denied && name.startsWith("VIEW SERVER ") ? 0 : 1;
  }

  private String databaseProperty(String name, String property) {
    GroupMember member = session.server.member();
    boolean held = member != null && member.holds(name);
    return switch (property.toLowerCase(Locale.ROOT)) {
      case "collation" -> "SQL_Latin1_General_CP1_CI_AS";
      case "updateability" ->
          held && (member.readOnly || !is(member, GroupMember.Role.PRIMARY))
              ? "READ_ONLY"
              : "READ_WRITE";
      case "status" ->
          held && is(member, GroupMember.Role.RESOLVING)
              ? "RECOVERING"
              : held && member.refusal == 922 ? "RECOVERING" : "ONLINE";
      default -> null;
    };
  }

  /** Number of a database, or null. */
  Integer databaseId(String name) {
    return id(name);
  }

  private Integer id(Object database) {
    int at =
        session
            .server
            .database()
            .databases()
            .indexOf(String.valueOf(database).toLowerCase(Locale.ROOT));
    return at < 0 ? null : at + 1;
  }

  private String name(Object id) {
    List<String> all = session.server.database().databases();
    int number = ((Number) id).intValue();
    return number < 1 || number > all.size() ? null : all.get(number - 1);
  }

  private String serverProperty(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "productversion" -> "16.0.1000.6";
      case "productlevel" -> "RTM";
      case "edition" -> "Developer Edition (64-bit)";
      case "engineedition" -> "3";
      case "servername", "machinename", "computernamephysicalnetbios" -> session.server.name();
      case "ishadrenabled" -> session.server.member() == null ? "0" : "1";
      case "collation" -> "SQL_Latin1_General_CP1_CI_AS";
      case "isintegratedsecurityonly" -> "0";
      case "babelfish" -> session.server.database().modules().babelfish() ? "1" : null;
      default -> null;
    };
  }

  private static String last(String named) {
    return named.substring(named.lastIndexOf('.') + 1);
  }

  /** Number of a table, view or procedure, or null. */
  private Integer objectId(String named) {
    String[] parts = named.replaceAll("[\\[\\]\"]", "").split("\\.", -1);
    String last = parts[parts.length - 1];
    if (last.startsWith("#")) {
      String table = session.tables.get(last.toLowerCase(Locale.ROOT));
      return table == null ? null : number(table);
    }
    String database = parts.length > 2 ? parts[0] : session.database;
    if (session.server.database().procedure(database, last) != null) {
      return number(last);
    }
    try {
      PreparedStatement statement =
          session.prepare(
              "SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE LOWER(TABLE_SCHEMA) = ?"
                  + " AND LOWER(TABLE_NAME) = ?");
      statement.setString(1, database.toLowerCase(Locale.ROOT));
      statement.setString(2, last.toLowerCase(Locale.ROOT));
      try (ResultSet found = statement.executeQuery()) {
        return found.next() ? number(last) : null;
      }
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  private Integer number(String name) {
    try {
      PreparedStatement statement =
          session.prepare("SELECT " + SystemViews.number("CAST(? AS VARCHAR(128))"));
      statement.setString(1, name);
      try (ResultSet found = statement.executeQuery()) {
        found.next();
        return found.getInt(1);
      }
    } catch (SQLException e) {
      throw ServerErrors.of(e);
    }
  }

  /** An identity in its type. */
  static BigDecimal identity(Object value) {
    return value == null ? null : new BigDecimal(value.toString());
  }
}
