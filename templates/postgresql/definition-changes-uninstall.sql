-- Takes away what definition-changes.sql has made. Nodes go on with the digest at once.
--
--   psql -X -v ON_ERROR_STOP=1 -d shop -f definition-changes-uninstall.sql

BEGIN;
DROP EVENT TRIGGER IF EXISTS heimdall_definition_change;
DROP EVENT TRIGGER IF EXISTS heimdall_definition_drop;
DROP FUNCTION IF EXISTS heimdall.note_definition_change();
DROP TABLE IF EXISTS heimdall.definition_changes;
DROP SEQUENCE IF EXISTS heimdall.definition_change_ids;
DROP SCHEMA IF EXISTS heimdall;
COMMIT;
