package dev.heimdall.engine.dialect.postgres.catalog;

/**
 * By what a change of the system tables is noticed: of each of them in which a change can let a
 * statement mean, return or be allowed something else. docs/catalog.md goes through all others. For
 * PostgreSQL 12 and later; run with {@code pg_catalog} as the whole search path.
 *
 * <p>A row's xmin is that of the transaction that wrote it; freezing it leaves that where it is,
 * and so do VACUUM FULL and what ANALYZE and VACUUM write in place.
 */
final class CatalogueDigest {
  /**
   * Replica status of the server, and a text that changes whenever a transaction has committed that
   * wrote anything, or settings were reloaded: as long as it is unchanged, so are all definitions.
   * It is the same only over one connection.
   */
  static final String MOMENT =
      """
      SELECT pg_is_in_recovery(), txid_current_snapshot() || ' ' || pg_backend_pid() || ' '
             || pg_postmaster_start_time() || ' ' || pg_conf_load_time()
      """;

  /**
   * Relevant properties of tables and similar objects, rather than the writers of their rows:
   * TRUNCATE, VACUUM FULL, CREATE INDEX and the like write these rows. Temporary tables come and go
   * without number, and nothing is read of them.
   */
  private static final String RELATIONS =
      """
      SELECT count(*) || ':' || coalesce(sum(hashint8extended((oid::int8 << 32) + relowner::int8,
               hashnameextended(relname, (relnamespace::int8 << 16) + (relkind::int4 << 2)
                                         + relrowsecurity::int4 * 2 + relforcerowsecurity::int4))), 0)
             || ':' || coalesce(sum(hashtextextended(concat(relacl, ' ', reloptions), oid::int8))
                                  FILTER (WHERE relacl IS NOT NULL OR reloptions IS NOT NULL), 0)
      FROM pg_class WHERE relpersistence <> 't' AND relnamespace <> 'pg_toast'::regnamespace
      """;

  /** Relations that are never named, or only by the session that has made them. */
  private static final String HIDDEN =
      "hidden AS MATERIALIZED (SELECT oid FROM pg_class WHERE relpersistence = 't'"
          + " OR relkind IN ('i', 'I', 't', 'S'))";

  /** Types of temporary tables come and go with them. */
  private static final String NAMED_TYPES =
      " WHERE typnamespace NOT IN"
          + " (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast$|toast_temp_|temp_)')";

  private static final String EXTENSIONS_OBJECTS =
      """
      SELECT count(*) || ':' || coalesce(sum(hashint8extended(objid::int8, classid::int8)), 0)
      FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
      """;

  /**
   * Columns of unique indexes that compare them as users define it, or by a collation in which
   * texts are equal that differ.
   */
  static final String COMPARING_INDEXES =
      """
      SELECT i.indrelid, k.attnum, i.indexrelid
      FROM pg_index i,
           unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[])
             k(attnum, compares, collates)
      WHERE i.indisunique AND i.indrelid >= 16384 AND k.attnum <> 0
        AND (k.compares >= 16384
             OR k.collates IN (SELECT oid FROM pg_collation WHERE NOT collisdeterministic))
      """;

  /** Rather than who wrote it: that is not readable, and passwords and ends of validity change. */
  private static final String ROLES =
      """
      SELECT coalesce(sum(hashtextextended(
               concat_ws(' ', rolname, rolsuper, rolinherit, rolbypassrls), oid::int8)), 0)::text
      FROM pg_roles
      """;

  /**
   * Objects that all databases of the server share, and event triggers: written without a call of
   * any event trigger. Settings that were loaded anew count as such.
   */
  private static final String SHARED =
      "ARRAY_TO_STRING(ARRAY[(%s), (%s), (%s), (%s), (%s), (%s), pg_conf_load_time()::text], ' ')"
          .formatted(
              ROLES,
              mark("pg_auth_members", "(roleid::int8 << 32) + member::int8"),
              mark("pg_db_role_setting", "setrole"),
              mark("pg_event_trigger", "oid"),
              mark("pg_shseclabel", "objoid"),
              mark("pg_database", "oid") + " WHERE datname = current_database()");

  /**
   * Query for the counter of definition changes by {@code
   * templates/postgresql/definition-changes.sql}: null, or a text that changes once the counter was
   * switched off or replaced in between. With the first transaction that is under way, and the
   * first that has not begun. Event triggers are made by superusers, so a table of their owner is
   * no other user's.
   */
  static final String COUNTER =
      """
      SELECT (SELECT string_agg(e.oid || '@' || e.xmin || '@' || p.xmin, ' ' ORDER BY e.evtname)
              FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
                   JOIN pg_namespace n ON n.oid = p.pronamespace
                   JOIN pg_class c ON c.relnamespace = n.oid
              WHERE n.nspname = 'heimdall' AND p.proname = 'note_definition_change'
                AND c.relname = 'definition_changes' AND c.relkind = 'r' AND c.relpersistence = 'u'
                AND e.evtenabled = 'A' AND e.evttags IS NULL
                AND e.evtowner = p.proowner AND p.proowner = c.relowner AND c.relowner = n.nspowner
                AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
              HAVING array_agg(e.evtevent::text ORDER BY e.evtevent) = '{ddl_command_end,sql_drop}'),
             txid_snapshot_xmin(s), txid_snapshot_xmax(s)
      FROM txid_current_snapshot() s
      """;

  /**
   * Query for a text that stays equal as long as no change was counted, and no uncounted change was
   * written.
   */
  static final String COUNTED =
      """
      SELECT (SELECT count(*) || ':' || coalesce(sum(hashint8extended(id, 0)), 0)
              FROM heimdall.definition_changes) || ' ' || %s
      """
          .formatted(SHARED);

  /**
   * One number for each system table: the same as long as no row of it was written. Without rows of
   * temporary tables, which come and go, and without what VACUUM, ANALYZE, TRUNCATE, REFRESH and
   * the building of an index write.
   */
  static final String MARK =
      "WITH %s SELECT array_to_string(ARRAY[%s], ' ') || ' ' || %s, (%s)"
          .formatted(
              HIDDEN,
              String.join(
                  ", ",
                  of(mark("pg_namespace", "oid") + " WHERE nspname !~ '^pg_(toast_)?temp_'"),
                  of(RELATIONS),
                  of(
                      named("pg_attribute", "(attrelid::int8 << 16) + attnum", "attrelid")
                          + " AND attnum > 0"),
                  of(named("pg_inherits", "inhrelid", "inhrelid")),
                  of(named("pg_rewrite", "oid", "ev_class")),
                  of(named("pg_constraint", "oid", "conrelid")),
                  of(named("pg_trigger", "oid", "tgrelid")),
                  of(named("pg_policy", "oid", "polrelid")),
                  of(named("pg_attrdef", "oid", "adrelid")),
                  of(named("pg_partitioned_table", "partrelid", "partrelid")),
                  of(mark("pg_proc", "oid")),
                  of(mark("pg_aggregate", "aggfnoid::oid")),
                  of(mark("pg_operator", "oid")),
                  of(mark("pg_opclass", "oid")),
                  of(mark("pg_opfamily", "oid")),
                  of(mark("pg_amop", "oid")),
                  of(mark("pg_amproc", "oid")),
                  of(mark("pg_cast", "oid")),
                  of(mark("pg_transform", "oid")),
                  of(mark("pg_conversion", "oid")),
                  of(mark("pg_collation", "oid")),
                  of(mark("pg_language", "oid")),
                  of(mark("pg_type", "oid") + NAMED_TYPES),
                  of(mark("pg_enum", "oid")),
                  of(mark("pg_range", "rngtypid")),
                  of(mark("pg_ts_config", "oid")),
                  of(
                      mark(
                          "pg_ts_config_map",
                          "(mapcfg::int8 << 24) + (maptokentype::int8 << 8) + mapseqno")),
                  of(mark("pg_ts_dict", "oid")),
                  of(mark("pg_ts_parser", "oid")),
                  of(mark("pg_ts_template", "oid")),
                  of(mark("pg_foreign_data_wrapper", "oid")),
                  of(mark("pg_foreign_server", "oid")),
                  of(mark("pg_foreign_table", "ftrelid")),
                  of(mark("pg_extension", "oid")),
                  of(mark("pg_seclabel", "objoid")),
                  of(EXTENSIONS_OBJECTS),
                  of(
                      "SELECT count(*) || ':' || coalesce(sum(hashint8extended("
                          + "indexrelid::int8, attnum)), 0) FROM ("
                          + COMPARING_INDEXES
                          + ") x")),
              SHARED,
              CatalogueQueries.SESSION_DEFAULTS);

  private CatalogueDigest() {}

  private static String of(String query) {
    return "(" + query + ")";
  }

  private static String mark(String table, String id) {
    return "SELECT count(*) || ':' || coalesce(sum(hashint8extended((%s)::int8, xmin::text::int8)), 0) FROM %s"
        .formatted(id, table);
  }

  /** Of relations that are not {@link #HIDDEN}. */
  private static String named(String table, String id, String relation) {
    return mark(table, id) + " WHERE " + relation + " NOT IN (SELECT oid FROM hidden)";
  }
}
