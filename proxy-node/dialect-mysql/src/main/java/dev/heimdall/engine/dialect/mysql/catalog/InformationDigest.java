package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLiteral;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.mysql.ServerHello;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By what a change of definitions or rights is noticed. The server is asked for rows and no more,
 * one table at a time: it sorts, groups and joins nothing, and makes no temporary tables of long
 * texts. Rows are added up here, one by one as they arrive.
 */
final class InformationDigest {
  /** As {@code information_schema} spells it, in capitals. */
  static final String MERGE = "MRG_MYISAM";

  /** The server writes it behind everything else that a user may have written. */
  private static final String UNION = " UNION=(";

  /** A name in the quotes of either mode. */
  private static final String NAME = "(`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\")";

  /** One name, and perhaps that of its database before it. */
  private static final Pattern UNITED = Pattern.compile("(?:" + NAME + "\\.)?" + NAME + "[,)]");

  private static final String MERGES =
      "SELECT table_schema, table_name FROM information_schema.tables WHERE engine = 'MRG_MyISAM'";

  /** Maximum time that a query may take on the server. */
  private static final int SECONDS = 60;

  /** Behind the name of a schema: whether that is none of the server's own. */
  static final String OF_USERS =
      " NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

  private static final List<String> DEFINITIONS =
      List.of(
          "SELECT schema_name, default_character_set_name, default_collation_name"
              + " FROM information_schema.schemata",
          "SELECT table_schema, table_name, table_type, engine FROM information_schema.tables"
              + " WHERE table_schema"
              + OF_USERS,
          "SELECT table_schema, table_name, ordinal_position, column_name, column_type,"
              + " collation_name, is_nullable, column_default, extra, generation_expression"
              + " FROM information_schema.columns WHERE table_schema"
              + OF_USERS,
          UniqueColumns.QUERY,
          "SELECT table_schema, table_name, view_definition, check_option, definer, security_type,"
              + " character_set_client, collation_connection FROM information_schema.views"
              + " WHERE table_schema"
              + OF_USERS,
          "SELECT routine_schema, routine_name, routine_type, routine_definition, sql_mode,"
              + " last_altered, is_deterministic, sql_data_access, security_type, definer,"
              + " character_set_client, collation_connection, database_collation, dtd_identifier"
              + " FROM information_schema.routines WHERE routine_schema"
              + OF_USERS,
          "SELECT specific_schema, specific_name, ordinal_position, parameter_name, routine_type,"
              + " dtd_identifier FROM information_schema.parameters WHERE specific_schema"
              + OF_USERS,
          "SELECT trigger_schema, trigger_name, event_object_schema, event_object_table,"
              + " event_manipulation, action_timing, action_order, action_statement, sql_mode,"
              + " definer, character_set_client, created FROM information_schema.triggers"
              + " WHERE trigger_schema"
              + OF_USERS,
          "SELECT constraint_schema, constraint_name, table_name, unique_constraint_schema,"
              + " referenced_table_name, update_rule, delete_rule"
              + " FROM information_schema.referential_constraints WHERE constraint_schema"
              + OF_USERS);

  /** Of all users where the reader may see them, else its own. */
  private static final List<String> RIGHTS =
      List.of(
          "SELECT grantee, privilege_type FROM information_schema.user_privileges",
          "SELECT grantee, table_schema, privilege_type FROM information_schema.schema_privileges",
          "SELECT grantee, table_schema, table_name, privilege_type"
              + " FROM information_schema.table_privileges",
          "SELECT grantee, table_schema, table_name, column_name, privilege_type"
              + " FROM information_schema.column_privileges");

  private static final List<String> GRANTED =
      List.of(
          "SELECT * FROM mysql.db",
          "SELECT host, db, user, table_name, table_priv, column_priv FROM mysql.tables_priv",
          "SELECT host, db, user, table_name, column_name, column_priv FROM mysql.columns_priv",
          "SELECT host, db, user, routine_name, routine_type, proc_priv FROM mysql.procs_priv");

  /** Without what users log in by. */
  private static final List<String> GRANTED_BY_MARIADB =
      List.of(
          "SELECT host, user, JSON_VALUE(priv, '$.access'), JSON_VALUE(priv, '$.is_role'),"
              + " JSON_VALUE(priv, '$.default_role') FROM mysql.global_priv",
          "SELECT * FROM mysql.roles_mapping");

  private static final List<String> GRANTED_BY_MYSQL =
      List.of(
          "SELECT host, user, JSON_EXTRACT(user_attributes, '$.Restrictions') FROM mysql.user",
          "SELECT * FROM mysql.role_edges",
          "SELECT * FROM mysql.default_roles",
          "SELECT * FROM mysql.global_grants");

  /** Initial settings of sessions that let a statement mean or return something else. */
  private static final String BEGINNING =
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('activate_all_roles_on_login',"
          + " 'block_encryption_mode', 'character_set_collations', 'character_set_server',"
          + " 'collation_connection', 'collation_server', 'default_collation_for_utf8mb4',"
          + " 'default_regex_flags', 'default_week_format', 'div_precision_increment',"
          + " 'ft_boolean_syntax', 'group_concat_max_len', 'init_connect', 'lc_time_names',"
          + " 'mandatory_roles', 'max_recursive_iterations', 'max_sort_length', 'old_mode',"
          + " 'sql_auto_is_null', 'sql_mode', 'sql_select_limit', 'system_versioning_asof',"
          + " 'time_zone', 'transaction_isolation', 'tx_isolation', 'windowing_use_high_precision')";

  /**
   * Counters of permission changes: a permission that is granted and revoked between two checks
   * leaves no other trace, and results cached meanwhile must be removed.
   */
  private static final String CHANGES_OF_RIGHTS =
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_grant', 'Com_grant_role', 'Com_grant_roles',"
          + " 'Com_revoke', 'Com_revoke_all', 'Com_revoke_role', 'Com_revoke_roles',"
          + " 'Com_alter_user', 'Com_alter_user_default_role', 'Com_create_role',"
          + " 'Com_create_user', 'Com_drop_role', 'Com_drop_user', 'Com_rename_user')";

  /** Counters of definition changes, without those that temporary tables cause all the time. */
  private static final String CHANGES_OF_DEFINITIONS =
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_alter_db', 'Com_alter_function',"
          + " 'Com_alter_procedure', 'Com_alter_table', 'Com_create_function',"
          + " 'Com_create_procedure', 'Com_create_trigger', 'Com_create_view', 'Com_drop_function',"
          + " 'Com_drop_procedure', 'Com_drop_trigger', 'Com_drop_view', 'Com_rename_table')";

  /** Denied, or a table or column that this version does not have. */
  private static final Set<Integer> NOT_TO_BE_SEEN = Set.of(1044, 1054, 1142, 1143, 1146, 1227);

  private final Connection connection;
  private final boolean mariaDb;
  private final MessageDigest sha = sha();

  InformationDigest(Connection connection, String version) {
    this.connection = connection;
    mariaDb = ServerHello.isMariadb(version);
  }

  /** Returns a digest that stays equal as long as nothing has changed. */
  String take() throws SQLException {
    StringBuilder digest = new StringBuilder();
    for (String query : DEFINITIONS) {
      add(digest, query);
    }
    merges(digest);
    add(digest, CHANGES_OF_DEFINITIONS);
    return digest.toString();
  }

  /**
   * Bounds what questions take, and has texts come as they are kept: in their own bytes, with names
   * in quotes that are the same in each mode.
   */
  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET SESSION sql_mode = '', SESSION character_set_results = NULL,"
              + " SESSION sql_quote_show_create = 1, SESSION lock_wait_timeout = "
              + SECONDS
              + (mariaDb
                  ? ", SESSION max_statement_time = " + SECONDS
                  : ", SESSION max_execution_time = " + SECONDS * 1000));
    }
  }

  private void merges(StringBuilder digest) throws SQLException {
    List<TableName> merges = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(MERGES)) {
      while (rows.next()) {
        merges.add(new TableName(null, rows.getString(1), rows.getString(2)));
      }
    }
    for (TableName merge : merges) {
      digest.append(' ').append(union(connection, merge.schema(), merge.table()));
    }
  }

  /** The tables behind a MERGE table; none where that cannot be told. */
  static List<TableName> union(Connection connection, String schema, String table)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SHOW CREATE TABLE "
                    + MysqlLiteral.name(schema)
                    + '.'
                    + MysqlLiteral.name(table))) {
      if (!row.next()) {
        return List.of();
      }
      String text = row.getString(2);
      int at = text.lastIndexOf(UNION);
      List<TableName> names = new ArrayList<>();
      Matcher matcher = UNITED.matcher(text);
      int next = at + UNION.length();
      while (at >= 0 && matcher.find(next) && matcher.start() == next) {
        String database = matcher.group(1) == null ? schema : plain(matcher.group(1));
        names.add(new TableName(null, database, plain(matcher.group(2))));
        next = matcher.end();
      }
      return names;
    } catch (SQLException e) {
      return List.of(); // denied, or dropped just now, or what is behind it is not there
    }
  }

  private static String plain(String quoted) {
    String quote = quoted.substring(0, 1);
    return quoted.substring(1, quoted.length() - 1).replace(quote + quote, quote);
  }

  /**
   * Returns a digest of the initial state of sessions: it includes permissions, as sessions keep
   * some of them until they end.
   */
  String beginning() throws SQLException {
    StringBuilder digest = new StringBuilder();
    prepare();
    add(digest, BEGINNING);
    add(digest, CHANGES_OF_RIGHTS);
    for (String query : RIGHTS) {
      add(digest, query);
    }
    for (List<String> queries : List.of(GRANTED, mariaDb ? GRANTED_BY_MARIADB : GRANTED_BY_MYSQL)) {
      for (String query : queries) {
        addVisible(digest, query);
      }
    }
    return digest.toString();
  }

  private void addVisible(StringBuilder digest, String query) throws SQLException {
    int before = digest.length();
    try {
      add(digest, query);
    } catch (SQLException e) {
      if (!NOT_TO_BE_SEEN.contains(e.getErrorCode())) {
        throw e;
      }
      digest.setLength(before);
      digest.append(" -");
    }
  }

  private void add(StringBuilder digest, String query) throws SQLException {
    long count = 0;
    long sum = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(Integer.MIN_VALUE); // row by row, as they arrive
      try (ResultSet rows = statement.executeQuery(query)) {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
          count++;
          sum += row(rows, columns); // in whatever order they come
        }
      }
    }
    digest.append(' ').append(count).append(':').append(sum);
  }

  private long row(ResultSet row, int columns) throws SQLException {
    for (int i = 1; i <= columns; i++) {
      byte[] value = row.getBytes(i);
      int length = value == null ? -1 : value.length;
      for (int shift = 24; shift >= 0; shift -= 8) {
        sha.update((byte) (length >> shift));
      }
      if (value != null) {
        sha.update(value);
      }
    }
    return ByteBuffer.wrap(sha.digest()).getLong();
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }
}
