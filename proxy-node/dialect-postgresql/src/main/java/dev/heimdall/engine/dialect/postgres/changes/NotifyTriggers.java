package dev.heimdall.engine.dialect.postgres.changes;

import dev.heimdall.engine.changes.ChangeTriggers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The SQL that makes triggers which notify of written tables, and takes them away. All of it can be
 * run again. The trigger of a table also names the tables that inherit from it, its partitions
 * among them: a statement that writes them by its name fires no trigger of theirs.
 */
public final class NotifyTriggers implements ChangeTriggers {
  private static final String SCHEMA = "heimdall";
  private static final String FUNCTION = SCHEMA + ".notify_changed";
  private static final String TRIGGER = "heimdall_changed";

  private static final String MAKE_FUNCTION =
      """
      CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql
      SET search_path TO pg_catalog AS $function$
      BEGIN
        PERFORM pg_notify('%s', '%s,' || current_database() || '.' || n.nspname || '.' || c.relname
            || ',' || floor(date_part('epoch', transaction_timestamp()) * 1000)::int8)
          FROM (WITH RECURSIVE written AS (
              SELECT TG_RELID AS id UNION
              SELECT i.inhrelid FROM pg_inherits i JOIN written w ON w.id = i.inhparent)
            SELECT id FROM written) w
          JOIN pg_class c ON c.oid = w.id JOIN pg_namespace n ON n.oid = c.relnamespace;
        RETURN NULL;
      END $function$\
      """
          .formatted(FUNCTION, NotifiedTables.CHANNEL, NotifiedTables.WORD);

  /**
   * Loop over the wanted tables and those that inherit from them, with the state of each one's
   * trigger, and whether it always fires.
   */
  private static final String FOR_EACH =
      """
      DO $do$
      DECLARE one record;
      BEGIN
        FOR one IN
          WITH RECURSIVE wanted AS (
            SELECT c.oid AS id FROM pg_catalog.pg_class c WHERE %s UNION
            SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN wanted w ON w.id = i.inhparent)
          SELECT c.oid::pg_catalog.regclass AS name, t.tgenabled AS fires
          FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.id
            LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND t.tgname = '%s'
          WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        LOOP
      %s
        END LOOP;
      END $do$\
      """;

  private static final String MAKE_TRIGGER =
      """
      IF one.fires IS NULL THEN
        EXECUTE pg_catalog.format('CREATE TRIGGER %1$s AFTER INSERT OR UPDATE OR DELETE OR'
          ' TRUNCATE ON %%s FOR EACH STATEMENT EXECUTE PROCEDURE %2$s()', one.name);
      END IF;
      IF one.fires IS DISTINCT FROM 'A' THEN
        EXECUTE pg_catalog.format('ALTER TABLE ONLY %%s ENABLE ALWAYS TRIGGER %1$s', one.name);
      END IF;\
      """
          .formatted(TRIGGER, FUNCTION);

  private static final String DROP_TRIGGER =
      """
      IF one.fires IS NOT NULL THEN
        EXECUTE pg_catalog.format('DROP TRIGGER %s ON %%s', one.name);
      END IF;\
      """
          .formatted(TRIGGER);

  /**
   * Selection of tables.
   *
   * @param schemas all tables of these
   * @param tables these, with their schema or where the search path finds them
   */
  private record Selection(List<String> schemas, List<String> tables) {
    Selection {
      schemas = List.copyOf(schemas);
      tables = List.copyOf(tables);
    }

    /** True if it names none, which stands for all tables that have the trigger. */
    boolean none() {
      return schemas.isEmpty() && tables.isEmpty();
    }

    private String condition() {
      if (none()) {
        return "c.oid IN (SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgname = '"
            + TRIGGER
            + "')";
      }
      String named = listed(tables, table -> literal(quoted(table)) + "::pg_catalog.regclass");
      String within =
          listed(schemas, schema -> literal(quoted(schema)) + "::pg_catalog.regnamespace");
      return "c.oid = ANY (ARRAY["
          + named
          + "]::pg_catalog.oid[]) OR c.relnamespace = ANY (ARRAY["
          + within
          + "]::pg_catalog.oid[])";
    }

    private static String listed(List<String> names, Function<String, String> spelled) {
      return names.stream().map(spelled).collect(Collectors.joining(", "));
    }

    /** Each part of a name as an identifier: users need not quote capitals. */
    private static String quoted(String name) {
      return Arrays.stream(name.split("\\.", 2))
          .map(part -> '"' + part.replace("\"", "\"\"") + '"')
          .collect(Collectors.joining("."));
    }

    private static String literal(String text) {
      return '\'' + text.replace("'", "''") + '\'';
    }
  }

  @Override
  public List<String> install(List<String> schemas, List<String> tables) {
    Selection selection = new Selection(schemas, tables);
    return List.of(
        "CREATE SCHEMA IF NOT EXISTS " + SCHEMA,
        MAKE_FUNCTION,
        FOR_EACH.formatted(selection.condition(), TRIGGER, MAKE_TRIGGER));
  }

  @Override
  public List<String> remove(List<String> schemas, List<String> tables) {
    Selection selection = new Selection(schemas, tables);
    String drop = FOR_EACH.formatted(selection.condition(), TRIGGER, DROP_TRIGGER);
    return selection.none()
        ? List.of(
            drop, "DROP FUNCTION IF EXISTS " + FUNCTION + "()", "DROP SCHEMA IF EXISTS " + SCHEMA)
        : List.of(drop);
  }
}
