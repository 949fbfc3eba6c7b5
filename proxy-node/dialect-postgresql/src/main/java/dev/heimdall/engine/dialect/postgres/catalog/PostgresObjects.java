package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.sql.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Objects that PostgreSQL has in every database, and its lookup of names. */
public final class PostgresObjects extends BuiltInObjects {
  private static final String CATALOG = "pg_catalog";
  private static final String INFORMATION = "information_schema";
  private static final String TOAST = "pg_toast";

  /**
   * Functions of the server and of its extensions that read or write its files, those of tables
   * among them, or return rows of tables that no text names: from the log, from pages, of cursors.
   */
  private static final Set<String> READ_UNNAMED =
      Set.of(
          "bt_page_items",
          "cursor_to_xml",
          "cursor_to_xmlschema",
          "get_raw_page",
          "lo_export",
          "lo_import",
          "pg_file_read",
          "pg_file_write",
          "pg_get_wal_block_info",
          "pg_get_wal_fpi_info",
          "pg_logical_slot_get_binary_changes",
          "pg_logical_slot_get_changes",
          "pg_logical_slot_peek_binary_changes",
          "pg_logical_slot_peek_changes",
          "pg_read_binary_file",
          "pg_read_file",
          "pg_read_file_old");

  /** Functions of the server whose traces DISCARD ALL does not remove. */
  private static final Set<String> OUTLIVING_DISCARD =
      Set.of(
          "pg_backup_start",
          "pg_copy_logical_replication_slot",
          "pg_copy_physical_replication_slot",
          "pg_create_logical_replication_slot",
          "pg_create_physical_replication_slot",
          "pg_replication_origin_session_setup",
          "pg_start_backup");

  /** Functions of the server that read text as a value of the type that an argument says. */
  private static final Set<String> READING_ANY_TYPE =
      Set.of(
          "array_in",
          "domain_in",
          "multirange_in",
          "pg_input_error_info",
          "pg_input_is_valid",
          "pg_restore_attribute_stats",
          "range_in",
          "record_in");

  private static final Set<String> IN_BETWEEN = Set.of("between");

  /**
   * ORDER BY sorts by an operator class. To be careful it counts for those that it is named after.
   */
  private static final Set<String> SORTING = Set.of("between", "order", "over");

  private static final Set<String> LIKE = Set.of("like", "ilike");

  private static final Set<String> SIMILAR = Set.of("similar");

  /**
   * Operators by the words that stand for them whatever the types. Those by which rows are sorted
   * or hashed are those of operator classes.
   */
  private static final Map<String, Set<String>> BEHIND_WORDS =
      Map.ofEntries(
          Map.entry("=", Set.of("case", "distinct", "in", "natural", "nullif", "using")),
          Map.entry("<>", Set.of("in")),
          Map.entry("<", SORTING),
          Map.entry("<=", IN_BETWEEN),
          Map.entry(">", SORTING),
          Map.entry(">=", IN_BETWEEN),
          Map.entry("~~", LIKE),
          Map.entry("!~~", LIKE),
          Map.entry("~~*", LIKE),
          Map.entry("!~~*", LIKE),
          Map.entry("~", SIMILAR),
          Map.entry("!~", SIMILAR));

  /** Words that compare or convert, or stand before an expression of a certain type. */
  private static final Set<String> COMPUTING =
      Set.of(
          ("::,all,and,any,array,between,case,cast,coalesce,distinct,except,fetch,filter,greatest"
                  + ",group,having,ilike,in,intersect,is,json_table,least,like,limit,natural,not"
                  + ",nullif,offset,on,or,order,over,overlaps,partition,recursive,returning,row"
                  + ",similar,some,tablesample,union,using,values,where,window,xmlserialize"
                  + ",xmltable")
              .split(","));

  /** Tables with results of ANALYZE: the most common values of columns, among others. */
  private static final Set<String> OF_OTHERS_VALUES =
      Set.of(
          "pg_statistic",
          "pg_statistic_ext_data",
          "pg_stats",
          "pg_stats_ext",
          "pg_stats_ext_exprs");

  /** Objects that all servers have in common. */
  public static final PostgresObjects INSTANCE = new PostgresObjects(); // behind what it is made of

  private PostgresObjects() {
    super(
        CATALOG,
        ListedFunctions.EFFECTS,
        Map.of(
            Trait.READS_UNNAMED,
            READ_UNNAMED,
            Trait.OUTLIVES_RESET,
            OUTLIVING_DISCARD,
            Trait.MOVES_NAMES,
            Set.of("set_config"),
            Trait.NOTIFIES,
            Set.of("pg_notify"),
            Trait.READS_SEQUENCES,
            Set.of("currval", "lastval"),
            Trait.READS_ANY_TYPE,
            READING_ANY_TYPE));
  }

  @Override
  protected boolean hasFunctionsIn(String schema) {
    return schema.equals(CATALOG) || schema.equals(INFORMATION);
  }

  @Override
  protected boolean hasOperator(String name) {
    return ListedFunctions.OPERATORS.contains(name) || name.equals("=>"); // of named arguments
  }

  @Override
  protected Map<String, Set<String>> operatorsBehindWords() {
    return BEHIND_WORDS;
  }

  @Override
  protected Set<String> computingWords() {
    return COMPUTING;
  }

  @Override
  protected boolean isOfServer(String schema) {
    return schema.equals(CATALOG) || schema.equals(INFORMATION) || schema.equals(TOAST);
  }

  @Override
  protected boolean looksOfServer(TableName name) {
    String schema = name.schema();
    return schema == null
        ? name.table().startsWith("pg_")
        : schema.equals(CATALOG) || schema.equals(INFORMATION);
  }

  @Override
  protected boolean holdsOthersValues(String schema, String name) {
    return TOAST.equals(schema) || OF_OTHERS_VALUES.contains(name);
  }

  @Override
  protected boolean maySearch(String schema) {
    return !schema.equals(INFORMATION);
  }

  @Override
  protected List<String> usualPath() {
    return List.of("$user", TableName.USUAL_SCHEMA);
  }

  @Override
  protected List<String> searched(List<String> configured, String user) {
    List<String> schemas = new ArrayList<>(configured.size() + 1);
    if (!configured.contains(CATALOG)) {
      schemas.add(CATALOG);
    }
    for (String schema : configured) {
      if (!schema.equals("$user")) {
        schemas.add(schema);
      } else if (user != null) {
        schemas.add(user);
      }
    }
    return schemas;
  }
}
