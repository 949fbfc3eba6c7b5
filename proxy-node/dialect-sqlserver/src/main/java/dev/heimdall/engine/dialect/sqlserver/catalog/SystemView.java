package dev.heimdall.engine.dialect.sqlserver.catalog;

import java.util.Locale;

/**
 * Views of {@code sys} that a database is read by, in the order in which they are asked for: what
 * connects things is behind the things.
 */
enum SystemView {
  /** Databases of the server; the own one also with what decides on results. */
  DATABASES(
      Use.BEGINNING,
      "name, collation_name, compatibility_level, is_read_only, is_read_committed_snapshot_on,"
          + " snapshot_isolation_state, is_ansi_null_default_on, is_ansi_nulls_on,"
          + " is_ansi_padding_on, is_ansi_warnings_on, is_arithabort_on,"
          + " is_concat_null_yields_null_on, is_quoted_identifier_on, is_numeric_roundabort_on,"
          + " is_recursive_triggers_on, is_local_cursor_default"),
  CONFIGURATIONS(Use.BEGINNING, "name, CAST(value_in_use AS bigint)"),
  SERVER_PRINCIPALS(
      Use.BEGINNING,
      "principal_id, name, type, is_disabled, default_database_name, default_language_name"),
  SERVER_ROLE_MEMBERS(Use.BEGINNING, "role_principal_id, member_principal_id"),
  SERVER_PERMISSIONS(Use.BEGINNING, "class, major_id, minor_id, grantee_principal_id, type, state"),
  DATABASE_PRINCIPALS(
      Use.BEGINNING, "principal_id, name, type, default_schema_name, owning_principal_id"),
  DATABASE_ROLE_MEMBERS(Use.BEGINNING, "role_principal_id, member_principal_id"),
  DATABASE_PERMISSIONS(
      Use.BEGINNING, "class, major_id, minor_id, grantee_principal_id, type, state"),
  SCHEMAS(Use.LOOK, "schema_id, name, principal_id"),
  TYPES(Use.LOOK, "user_type_id, name, schema_id, system_type_id, max_length, [precision], scale"),
  TABLES(Use.READING, "*"),
  OBJECTS(
      Use.LOOK, "object_id, name, schema_id, principal_id, parent_object_id, type, modify_date"),
  COLUMNS(
      Use.LOOK,
      "object_id, column_id, name, user_type_id, max_length, [precision], scale, collation_name,"
          + " is_nullable, is_computed"),
  TRIGGERS(
      Use.LOOK,
      "object_id, name, parent_class, parent_id, is_disabled, is_instead_of_trigger, modify_date"),
  TRIGGER_EVENTS(Use.LOOK, "object_id, type"),
  SYNONYMS(Use.LOOK, "object_id, base_object_name"),
  FOREIGN_KEYS(
      Use.LOOK,
      "object_id, parent_object_id, referenced_object_id, update_referential_action,"
          + " delete_referential_action, is_disabled"),
  SECURITY_POLICIES(Use.LOOK, "object_id, is_enabled, modify_date"),
  SECURITY_PREDICATES(Use.LOOK, "object_id, target_object_id, predicate_definition"),
  COMPUTED_COLUMNS(Use.READING, "object_id, definition, is_persisted"),
  CHECK_CONSTRAINTS(Use.READING, "parent_object_id, definition, is_disabled"),
  DEFAULT_CONSTRAINTS(Use.READING, "parent_object_id, definition"),
  /** Names of the server's own that a procedure of a database may have. */
  SYSTEM_OBJECTS(Use.READING, "name") {
    @Override
    String query() {
      return super.query() + PREFIXED;
    }
  },
  /** The same of users in master. */
  ALL_OBJECTS(Use.LOOK, "name") {
    @Override
    String query() {
      return "SELECT name FROM master.sys.all_objects" + PREFIXED + " AND object_id > 0";
    }
  },
  SQL_MODULES(Use.READING, "object_id, definition");

  private static final String PREFIXED = " WHERE LOWER(LEFT(name, 3)) = N'sp_'";

  /** Purpose that rows of it have. */
  enum Use {
    /** They change what sessions begin with, or may do; a look compares them. */
    BEGINNING,
    /** A look compares them. */
    LOOK,
    /** Whatever changes in them shows in the object that they belong to. */
    READING
  }

  private final Use use;
  private final String columns;

  SystemView(Use use, String columns) {
    this.use = use;
    this.columns = columns;
  }

  Use use() {
    return use;
  }

  String named() {
    return name().toLowerCase(Locale.ROOT);
  }

  String query() {
    return "SELECT " + columns + " FROM sys." + named();
  }
}
