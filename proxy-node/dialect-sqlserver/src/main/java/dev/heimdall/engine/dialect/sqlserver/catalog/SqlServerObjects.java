package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.FunctionEffect;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Built-in functions of SQL Server. A user's own are called with their schema, and can neither
 * write nor change the session, whatever they are. Those that return rows of tables which an
 * argument names are left out.
 */
public final class SqlServerObjects extends BuiltInObjects {
  private static final String REPEATABLE =
      "abs acos any_value approx_count_distinct ascii asin atan atn2 avg base64_decode base64_encode"
          + " binary_checksum bit_count ceiling char charindex checksum checksum_agg choose coalesce"
          + " compress concat concat_ws convert cos cot count count_big cume_dist datalength"
          + " date_bucket dateadd datediff datediff_big datefromparts datename datepart"
          + " datetime2fromparts datetimefromparts datetimeoffsetfromparts datetrunc day decompress"
          + " degrees dense_rank difference edit_distance edit_distance_similarity eomonth exp"
          + " first_value floor format generate_series get_bit greatest grouping grouping_id"
          + " hashbytes iif isdate isjson isnull isnumeric jaro_winkler_distance"
          + " jaro_winkler_similarity json_array json_arrayagg json_contains json_modify json_object"
          + " json_objectagg json_path_exists json_query json_value lag last_value lead least left"
          + " left_shift len log log10 lower ltrim max min month nchar ntile nullif openjson parse"
          + " parsename patindex percent_rank percentile_cont percentile_disc pi power product"
          + " quotename radians rank regexp_count regexp_instr regexp_like regexp_matches"
          + " regexp_replace regexp_split_to_table regexp_substr replace replicate reverse right"
          + " right_shift round row_number rtrim set_bit sign sin smalldatetimefromparts soundex space"
          + " sqrt square stdev stdevp str string_agg string_escape string_split stuff substring sum"
          + " switchoffset tan timefromparts todatetimeoffset translate trim try_cast try_convert"
          + " try_parse unicode unistr upper var varp vector_distance vector_norm vector_normalize"
          + " year";

  private static final String MOMENT =
      "app_name columns_updated connectionproperty context_info current_date current_request_id"
          + " current_timestamp current_timezone current_timezone_id current_transaction_id"
          + " current_user error_line error_message error_number error_procedure error_severity"
          + " error_state eventdata get_filestream_transaction_context getansinull getdate getutcdate"
          + " has_perms_by_name host_id host_name is_member is_rolemember is_srvrolemember newid"
          + " newsequentialid original_db_name original_login permissions rand rowcount_big"
          + " scope_identity session_context session_id session_user suser_id suser_name suser_sid"
          + " suser_sname sysdatetime sysdatetimeoffset system_user sysutcdatetime user user_id"
          + " user_name xact_state";

  private static final String SERVER =
      "assemblyproperty col_length col_name columnproperty collationproperty database_principal_id"
          + " databasepropertyex db_id db_name file_id file_idex file_name filegroup_id"
          + " filegroup_name filegroupproperty fileproperty fulltextcatalogproperty"
          + " fulltextserviceproperty ident_current ident_incr ident_seed index_col"
          + " indexkey_property indexproperty min_active_rowversion object_definition object_id"
          + " object_name object_schema_name objectproperty objectpropertyex schema_id schema_name"
          + " serverproperty stats_date type_id type_name typeproperty";

  /** By name, in the form in which names are compared. */
  static final Map<String, FunctionEffect> EFFECTS = effects();

  public static final SqlServerObjects INSTANCE = new SqlServerObjects(); // behind its lists

  private SqlServerObjects() {
    super(
        "",
        EFFECTS,
        Map.of(
            Trait.OUTLIVES_RESET,
            Set.of(SqlServerSql.LASTING.name()),
            Trait.BEGINS_TRANSACTION,
            Set.of(SqlServerSql.BEGIN.name())));
  }

  /** Those of no database of a user's, in the form in which names are compared. */
  private static final Set<String> OF_SERVER = Set.of("sys", "information_schema");

  private static Map<String, FunctionEffect> effects() {
    Map<String, FunctionEffect> effects = new HashMap<>();
    add(REPEATABLE, FunctionEffect.REPEATABLE, effects);
    add(MOMENT, FunctionEffect.MOMENT, effects);
    add(SERVER, FunctionEffect.SERVER, effects);
    effects.put(FunctionName.SYSTEM_VARIABLE.name(), FunctionEffect.SERVER);
    effects.put(SqlServerSql.NEXT_VALUE.name(), FunctionEffect.WRITE);
    effects.put(SqlServerSql.UNSETTLED.name(), FunctionEffect.MOMENT);
    effects.put(SqlServerSql.LASTING.name(), FunctionEffect.SESSION);
    effects.put(SqlServerSql.BEGIN.name(), FunctionEffect.MOMENT);
    effects.put(SqlServerSql.UNKNOWN_SOURCE.name(), FunctionEffect.VARYING);
    return Map.copyOf(effects);
  }

  private static void add(String names, FunctionEffect effect, Map<String, FunctionEffect> all) {
    for (String name : names.split(" ")) {
      all.put(name, effect);
    }
  }

  @Override
  protected boolean foldsUnread() {
    return true;
  }

  /** The database's collation decides: usually without regard to case and width. */
  @Override
  protected String folded(String name) {
    return FoldedName.of(name);
  }

  @Override
  protected boolean functionsOnlyRead(StatementClass caller) {
    return caller != StatementClass.CALL;
  }

  @Override
  protected boolean isOfServer(String schema) {
    return OF_SERVER.contains(FoldedName.of(schema));
  }

  @Override
  protected boolean looksOfServer(TableName name) {
    return name.schema() != null && isOfServer(name.schema());
  }

  @Override
  protected boolean neverWritten(TableName name) {
    return looksOfServer(name);
  }

  @Override
  protected boolean mayBeElsewhere(TableName name, String database) {
    String table = name.table();
    return name.database() != null
        && !table.startsWith("#")
        && !looksOfServer(name)
        && !FoldedName.of(name.database()).equals(FoldedName.of(database));
  }

  @Override
  protected String unspelledSchema() {
    return SqlServerSql.USUAL_SCHEMA;
  }

  @Override
  protected List<String> usualPath() {
    return List.of(SqlServerSql.USUAL_SCHEMA);
  }
}
