-- Counts changes of definitions, so that Heimdall notices those made past its nodes by a small
-- question instead of a digest of the system tables. See docs/catalog.md. Optional; for PostgreSQL 12
-- and later.
--
-- Run it in each database, as a superuser (on RDS and Aurora as a member of rds_superuser), on the
-- writer:
--
--   psql -X -v ON_ERROR_STOP=1 -d shop -f definition-changes.sql
--
-- It may be run again at any time. definition-changes-uninstall.sql takes all of it away.
--
-- What it does: at the end of each DDL statement, a row with a new number replaces those before it.
-- The row is part of the transaction: it is seen when the change is, and not at all after a rollback.
-- No transaction waits for another one's row. DDL goes on when the row cannot be written. The table is
-- unlogged: it costs no WAL, and is neither replicated nor published.

BEGIN;

-- Whoever may create schemas could have made one of this name, with tables that are his.
DO $do$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_namespace n
             WHERE n.nspname = 'heimdall' AND n.nspowner <> current_user::pg_catalog.regrole) THEN
    RAISE EXCEPTION 'the schema heimdall belongs to another role than %', current_user
      USING HINT = 'Drop it, or run this as its owner.';
  END IF;
END
$do$;

CREATE SCHEMA IF NOT EXISTS heimdall;
REVOKE ALL ON SCHEMA heimdall FROM PUBLIC;
GRANT USAGE ON SCHEMA heimdall TO PUBLIC;
COMMENT ON SCHEMA heimdall IS 'Counts changes of definitions for the SQL proxy Heimdall';

CREATE SEQUENCE IF NOT EXISTS heimdall.definition_change_ids;
REVOKE ALL ON SEQUENCE heimdall.definition_change_ids FROM PUBLIC;

-- Without an index: nothing can conflict in it.
CREATE UNLOGGED TABLE IF NOT EXISTS heimdall.definition_changes (id bigint NOT NULL);
REVOKE ALL ON TABLE heimdall.definition_changes FROM PUBLIC;
GRANT SELECT ON TABLE heimdall.definition_changes TO PUBLIC;

CREATE OR REPLACE FUNCTION heimdall.note_definition_change() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  temporary boolean;
BEGIN
  -- Temporary tables come and go without number, and mean nothing to other sessions.
  IF tg_event = 'sql_drop' THEN
    SELECT bool_and(o.is_temporary) INTO temporary FROM pg_event_trigger_dropped_objects() o;
  ELSE
    SELECT bool_and(c.schema_name = 'pg_temp' AND c.classid = 'pg_class'::regclass) INTO temporary
    FROM pg_event_trigger_ddl_commands() c;
  END IF;
  -- What is dropped comes in the other event, except for privileges.
  IF coalesce(temporary, tg_tag LIKE 'DROP %' AND tg_tag <> 'DROP OWNED') THEN
    RETURN;
  END IF;
  -- In the other isolation levels a row that somebody else deletes would be an error.
  IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
    DELETE FROM heimdall.definition_changes
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM heimdall.definition_changes
                            LIMIT 1000 FOR UPDATE SKIP LOCKED));
  END IF;
  INSERT INTO heimdall.definition_changes VALUES (nextval('heimdall.definition_change_ids'));
EXCEPTION WHEN OTHERS THEN
  -- A change that is not counted is found by the digest, later.
  RAISE LOG 'heimdall: a change of definitions was not counted: %', sqlerrm;
END
$function$;
REVOKE ALL ON FUNCTION heimdall.note_definition_change() FROM PUBLIC;

DROP EVENT TRIGGER IF EXISTS heimdall_definition_change;
CREATE EVENT TRIGGER heimdall_definition_change ON ddl_command_end
  EXECUTE FUNCTION heimdall.note_definition_change();
-- Also under session_replication_role = replica.
ALTER EVENT TRIGGER heimdall_definition_change ENABLE ALWAYS;

DROP EVENT TRIGGER IF EXISTS heimdall_definition_drop;
CREATE EVENT TRIGGER heimdall_definition_drop ON sql_drop
  EXECUTE FUNCTION heimdall.note_definition_change();
ALTER EVENT TRIGGER heimdall_definition_drop ENABLE ALWAYS;

COMMIT;
