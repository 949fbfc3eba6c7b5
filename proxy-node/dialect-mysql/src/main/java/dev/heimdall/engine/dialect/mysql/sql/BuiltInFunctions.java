package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.WordTable;
import java.util.List;
import java.util.Map;

/**
 * The functions that MySQL and MariaDB bring, in whatever version, by what one call of them does.
 * Calls of all others are of users' functions.
 */
public final class BuiltInFunctions {
  /** Compute from their arguments. */
  private static final String REPEATABLE =
      """
      abs acos add_months adddate addtime aes_decrypt aes_encrypt against any_value area
      asbinary ascii asgeojson asin astext aswkb aswkt atan atan2 avg benchmark bin
      bin_to_uuid binary bit_and bit_count bit_length bit_or bit_xor boundary buffer cast ceil
      ceiling centroid char char_length character_length charset chr coalesce coercibility
      collation column_add column_check column_create column_delete column_exists column_get
      column_json column_list compress concat concat_operator_oracle concat_ws contains conv
      convert convert_tz convexhull cos cot count crc32 crc32c crosses cume_dist date date_add
      date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear decode
      decode_histogram decode_oracle degrees dense_rank des_decrypt des_encrypt dimension
      disjoint distance elt encode endpoint envelope equals etag exp export_set
      exteriorring extract extractvalue field find_in_set first_value floor format
      format_bytes format_pico_time from_base64 from_days from_vector geomcollection
      geomcollfromtext geomcollfromwkb geometrycollection geometrycollectionfromtext
      geometrycollectionfromwkb geometryfromtext geometryfromwkb geometryn geometrytype
      geomfromtext geomfromwkb get_format glength greatest group_concat grouping gtid_subset
      gtid_subtract hex hour if ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr
      interiorringn intersects interval is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid
      isclosed isempty isnull isring issimple json_array json_array_append json_array_insert
      json_array_intersect json_arrayagg json_compact json_contains json_contains_path
      json_depth json_detailed json_duality_object json_equals json_exists json_extract
      json_insert json_key_value json_keys json_length json_loose json_merge json_merge_patch
      json_merge_preserve json_normalize json_object json_object_filter_keys
      json_object_to_array json_objectagg json_overlaps json_pretty json_query json_quote
      json_remove json_replace json_schema_valid json_schema_validation_report json_search
      json_set json_storage_free json_storage_size json_table json_type json_unquote
      json_valid json_value kdf lag last_day last_value lcase lead least left length lengthb
      linefromtext linefromwkb linestring linestringfromtext linestringfromwkb ln locate log
      log10 log2 lower lpad lpad_oracle ltrim ltrim_oracle make_set makedate maketime match
      max mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals mbrintersects
      mbroverlaps mbrtouches mbrwithin md5 median microsecond mid min minute mlinefromtext
      mlinefromwkb mod month monthname mpointfromtext mpointfromwkb mpolyfromtext mpolyfromwkb
      multilinestring multilinestringfromtext multilinestringfromwkb multipoint
      multipointfromtext multipointfromwkb multipolygon multipolygonfromtext
      multipolygonfromwkb name_const natural_sort_key nth_value ntile nullif numgeometries
      numinteriorrings numpoints nvl nvl2 oct octet_length old_password ord overlaps password
      percent_rank percentile_cont percentile_disc period_add period_diff pi point
      pointfromtext pointfromwkb pointn pointonsurface polyfromtext polyfromwkb polygon
      polygonfromtext polygonfromwkb position pow power quarter quote radians rank
      regexp_instr regexp_like regexp_replace regexp_substr repeat replace replace_oracle
      reverse right round row_number rownum rpad rpad_oracle rtrim rtrim_oracle schemas
      sec_to_time second sformat sha sha1 sha2 sign sin soundex space sqrt srid st_area
      st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer
      st_buffer_strategy st_centroid st_collect st_contains st_convexhull st_crosses
      st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint
      st_envelope st_equals st_exteriorring st_frechetdistance st_geohash st_geomcollection
      st_geomcollfromtext st_geomcollfromtxt st_geomcollfromwkb st_geometrycollectionfromtext
      st_geometrycollectionfromwkb st_geometryfromtext st_geometryfromwkb st_geometryn
      st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_hausdorffdistance
      st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_isring
      st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_linefromtext
      st_linefromwkb st_lineinterpolatepoint st_lineinterpolatepoints st_linestringfromtext
      st_linestringfromwkb st_longfromgeohash st_longitude st_makeenvelope st_mlinefromtext
      st_mlinefromwkb st_mpointfromtext st_mpointfromwkb st_mpolyfromtext st_mpolyfromwkb
      st_multilinestringfromtext st_multilinestringfromwkb st_multipointfromtext
      st_multipointfromwkb st_multipolygonfromtext st_multipolygonfromwkb st_numgeometries
      st_numinteriorring st_numinteriorrings st_numpoints st_overlaps st_pointatdistance
      st_pointfromgeohash st_pointfromtext st_pointfromwkb st_pointn st_pointonsurface
      st_polyfromtext st_polyfromwkb st_polygonfromtext st_polygonfromwkb st_relate
      st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform
      st_union st_validate st_within st_x st_y startpoint statement_digest
      statement_digest_text std stddev stddev_pop stddev_samp str_to_date strcmp
      string_to_vector subdate substr substr_oracle substring substring_index subtime sum tan
      time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64
      to_char to_days to_number to_seconds to_vector touches trim trim_oracle trunc truncate
      ucase uncompress uncompressed_length unhex updatexml upper uuid_to_bin values var_pop
      var_samp variance vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext
      vec_totext vector_dim vector_to_string week weekday weekofyear weight_string within x y
      year yearweek
      """;

  /** Answer from the clock, from chance, or from the session. */
  private static final String MOMENT =
      """
      curdate current_date current_role current_time current_timestamp
      current_user curtime database default encrypt found_rows from_unixtime last_insert_id localtime
      localtimestamp now rand random_bytes row_count schema session_user sleep sys_guid
      sysdate system_user unix_timestamp user utc_date utc_time utc_timestamp uuid
      uuid_v4 uuid_v7
      """;

  /** Answer from the server that is asked. */
  private static final String SERVER =
      """
      binlog_gtid_pos can_access_column can_access_database can_access_table can_access_user
      can_access_view connection_id get_dd_column_privileges get_dd_create_options
      get_dd_index_sub_part_length icu_version is_free_lock is_used_lock is_visible_dd_object
      lastval load_file master_gtid_wait master_pos_wait ps_current_thread_id ps_thread_id
      roles_graphml source_pos_wait uuid_short validate_password_strength version
      wait_for_executed_gtid_set wsrep_last_seen_gtid wsrep_last_written_gtid
      wsrep_sync_wait_upto_gtid
      """;

  /** Take or give back locks of the session. */
  private static final String SESSION_LOCK =
      """
      get_lock release_all_locks release_lock
      """;

  /** Draw from sequences. */
  private static final String WRITE =
      """
      nextval setval
      """;

  /** Words that may stand unquoted before a bracket, and call no function. */
  private static final String GRAMMAR =
      """
      add all alter analyze and any as asc before between bigint binary bit blob bool boolean
      by call character check clob collate columns constraint cross cube datetime dec decimal
      default desc distinct distinctrow div double dual duplicate else elseif enum except
      exists float float4 float8 for force foreign from fulltext generated global group having
      ignore in index inner int int1 int2 int3 int4 int8 integer intersect into is join key
      keys lateral like limit long longblob longtext mediumblob mediumint mediumtext member
      middleint minus national natural nchar not null numeric nvarchar of offset on or order
      outer over partition precision primary range raw real recursive references regexp return
      returning rlike row rows select separator set signed some spatial sql_calc_found_rows
      straight_join table text then tinyblob tinyint tinytext to union unique unsigned update
      using value varbinary varchar varchar2 varcharacter vector when where while window with
      within xor
      """;

  private static final Map<Volatility, String> BY_VOLATILITY =
      Map.of(
          Volatility.REPEATABLE,
          REPEATABLE,
          Volatility.MOMENT,
          MOMENT,
          Volatility.SERVER,
          SERVER,
          Volatility.SESSION_LOCK,
          SESSION_LOCK,
          Volatility.WRITE,
          WRITE);

  private static final WordTable FUNCTIONS =
      WordTable.listed(String.join(" ", BY_VOLATILITY.values()));
  private static final WordTable WORDS = WordTable.listed(GRAMMAR);

  /** Dependency of a function's answer, or effect of the function. */
  public enum Volatility {
    /** Equal arguments give an equal answer. */
    REPEATABLE,
    /** The time gives another one, or chance, or another session. */
    MOMENT,
    /** Another server gives another one. */
    SERVER,
    /** It takes or gives back a lock of the connection. */
    SESSION_LOCK,
    /** It changes something that only the writer can change. */
    WRITE
  }

  private BuiltInFunctions() {}

  /** The names of all that have this volatility, in small letters. */
  public static List<String> of(Volatility volatility) {
    return List.of(BY_VOLATILITY.get(volatility).strip().split("\\s+"));
  }

  /** Words that may stand before a bracket, in no quotes, and call nothing. */
  static List<String> grammar() {
    return List.of(GRAMMAR.strip().split("\\s+"));
  }

  /**
   * True if the name before a bracket is one of these, or, without quotes, a word of the language.
   */
  static boolean mayPrecedeBracket(byte[] text, int from, int to, boolean quoted) {
    return FUNCTIONS.find(text, from, to) != 0 || (!quoted && WORDS.find(text, from, to) != 0);
  }
}
