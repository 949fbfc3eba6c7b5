package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatementClassifierTest {
  private final StatementClassifier classifier = new PostgresClassifier();

  /** Each line: text, kind, effects; columns are set apart by " ==> " and effects by ", ". */
  private static List<String> lines(String table) {
    return Arrays.stream(table.split("\n")).filter(line -> !line.isBlank()).toList();
  }

  static List<String> kinds() {
    return lines(
        """
        ; ==> EMPTY
        -- nothing ==> EMPTY
        /* a /* nested */ one */ ;; ==> EMPTY
        SELECT 1 ==> SELECT
        select 1; ==> SELECT
        ; ; select 1 ; -- end ==> SELECT
        (SELECT 1) UNION (SELECT 2) ==> SELECT
        ((select 1)) ==> SELECT
        (WITH a AS (SELECT 1) SELECT * FROM a) ==> SELECT
        VALUES (1), (2) ==> SELECT
        TABLE accounts ==> SELECT
        SELECT * FROM a FOR UPDATE ==> SELECT
        SELECT * FROM a FOR NO KEY UPDATE ==> SELECT
        WITH a AS (SELECT 1) SELECT * FROM a ==> SELECT
        WITH a AS (SELECT * FROM b FOR UPDATE) SELECT * FROM a FOR UPDATE ==> SELECT
        WITH a AS (SELECT "insert", t.update, 'delete' FROM t) SELECT * FROM a ==> SELECT
        WITH update AS (SELECT 1) SELECT * FROM update ==> SELECT
        WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a ==> DML
        WITH a AS (SELECT 1), c AS (SELECT 2) UPDATE b SET x = 1 ==> DML
        WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a ==> DML
        WITH a(x) AS MATERIALIZED (INSERT INTO b VALUES (1) RETURNING x) SELECT x FROM a ==> DML
        WITH RECURSIVE a AS (SELECT 1) SEARCH DEPTH FIRST BY x SET o DELETE FROM b USING a ==> DML
        WITH a AS (SELECT 1) MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE ==> DML
        INSERT INTO a VALUES (1) ==> DML
        UPDATE a SET b = 1 ==> DML
        DELETE FROM a ==> DML
        MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1 ==> DML
        INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET b = 1 ==> DML
        INSERT INTO temp VALUES (1) ==> DML
        SELECT U&"d\\0061ta" FROM U&"t" ==> SELECT
        SELECT U&"d!0061ta" UESCAPE '!' FROM U&"\\0441" t ==> SELECT
        INSERT INTO U&"d!0061ta" UESCAPE '!' VALUES (1) ==> DML
        SELECT a INTO b FROM c ==> DDL
        SELECT a AS into FROM c ==> SELECT
        CREATE TABLE a (b int) ==> DDL
        CREATE INDEX CONCURRENTLY i ON a (b) ==> DDL
        CREATE TABLE a AS SELECT 1 ==> DDL
        CREATE UNLOGGED TABLE a (b int) ==> DDL
        ALTER TABLE a ADD COLUMN b int ==> DDL
        DROP TABLE a ==> DDL
        TRUNCATE a ==> DDL
        COMMENT ON TABLE a IS 'pg_advisory_lock(1)' ==> DDL
        GRANT EXECUTE ON FUNCTION f TO g ==> DDL
        REVOKE ALL ON a FROM b ==> DDL
        REFRESH MATERIALIZED VIEW a ==> DDL
        IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c ==> DDL
        CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f() ==> DDL
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2; $$ ==> DDL
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2' ==> DDL
        CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END ==> DDL
        CREATE PROCEDURE f() BEGIN ATOMIC INSERT INTO a VALUES (1); SELECT 1 AS end; END; ==> DDL
        CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT set_config('a.b', 'c', false); END ==> DDL
        CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); INSERT INTO c VALUES (2)) ==> DDL
        BEGIN ==> BEGIN
        begin work; ==> BEGIN
        BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY ==> BEGIN
        BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE NOT DEFERRABLE ==> BEGIN
        BEGIN READ ONLY ==> BEGIN
        START TRANSACTION ==> BEGIN
        START TRANSACTION ISOLATION LEVEL READ COMMITTED, DEFERRABLE ==> BEGIN
        START /* */ TRANSACTION ISOLATION LEVEL READ -- x ==> UNKNOWN
        BEGIN ISOLATION LEVEL READ UNCOMMITTED ==> BEGIN
        BEGIN WORK TRANSACTION ==> UNKNOWN
        BEGIN, READ ONLY ==> UNKNOWN
        BEGIN READ ONLY, ==> UNKNOWN
        BEGIN READ ONLY,, READ WRITE ==> UNKNOWN
        BEGIN ISOLATION SERIALIZABLE ==> UNKNOWN
        BEGIN ISOLATION LEVEL REPEATABLE ==> UNKNOWN
        BEGIN 1 ==> UNKNOWN
        BEGIN ( ==> UNKNOWN
        START ==> UNKNOWN
        COMMIT ==> COMMIT
        COMMIT WORK ==> COMMIT
        END TRANSACTION; ==> COMMIT
        COMMIT AND NO CHAIN ==> COMMIT
        COMMIT AND ==> UNKNOWN
        COMMIT AND CHAIN x ==> UNKNOWN
        COMMIT x ==> UNKNOWN
        ROLLBACK ==> ROLLBACK
        ABORT ==> ROLLBACK
        ROLLBACK TRANSACTION AND NO CHAIN ==> ROLLBACK
        ROLLBACK TO a ==> SAVEPOINT
        ROLLBACK WORK TO SAVEPOINT a ==> SAVEPOINT
        ABORT TO a ==> UNKNOWN
        SAVEPOINT a ==> SAVEPOINT
        RELEASE SAVEPOINT a ==> SAVEPOINT
        PREPARE TRANSACTION 'a' ==> PREPARE_TRANSACTION
        COMMIT PREPARED 'a' ==> UTILITY
        ROLLBACK PREPARED 'a' ==> UTILITY
        SHOW search_path ==> SHOW
        NOTIFY a, 'b' ==> SESSION
        DECLARE a CURSOR FOR SELECT 1 ==> DECLARE
        DECLARE a CURSOR WITHOUT HOLD FOR SELECT 1 ==> DECLARE
        DECLARE a CURSOR FOR WITH hold AS (SELECT 1) SELECT * FROM hold ==> DECLARE
        FETCH ALL FROM a ==> FETCH
        MOVE 1 IN a ==> FETCH
        COPY a FROM STDIN ==> BULK
        COPY (SELECT 1) TO STDOUT ==> BULK
        CALL p(1) ==> CALL
        DO $$ BEGIN PERFORM 1; END $$ ==> BLOCK
        LOCK TABLE a ==> LOCK
        EXPLAIN SELECT 1 ==> EXPLAIN
        EXPLAIN ANALYZE DELETE FROM a ==> EXPLAIN
        EXPLAIN (ANALYZE, BUFFERS) SELECT 1 ==> EXPLAIN
        CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a, pg_temp AS 'SELECT 1' ==> DDL
        ALTER FUNCTION f() SET search_path = a, "pg_temp" ==> DDL
        DO $$ DECLARE x int; BEGIN /* set a = 1 */ x := (SELECT 1 /* pg_advisory_lock(1) */); UPDATE t SET a = x; END $$ LANGUAGE plpgsql ==> BLOCK
        DO LANGUAGE 'plpgsql' 'BEGIN RAISE NOTICE ''hello''; END' ==> BLOCK
        VACUUM a ==> UTILITY
        ANALYZE ==> UTILITY
        CHECKPOINT ==> UTILITY
        REINDEX TABLE a ==> UTILITY
        SET LOCAL a.b = 1 ==> SET
        SET TRANSACTION ISOLATION LEVEL SERIALIZABLE ==> SET
        SET TRANSACTION SNAPSHOT '1' ==> SET
        SET transaction_isolation TO serializable ==> SET
        SET transaction_read_only = on ==> SET
        SET CONSTRAINTS ALL DEFERRED ==> SET
        RESET transaction_isolation ==> SET
        """);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void statementWithoutEffectHasItsKind(String line) {
    String[] columns = line.split(" ==> ");
    StatementFacts facts = classify(columns[0]);

    assertThat(facts.kind()).isEqualTo(StatementKind.valueOf(columns[1].strip()));
    assertThat(facts.effects()).isEmpty();
    assertThat(facts.statements()).isEqualTo(facts.kind() == StatementKind.EMPTY ? 0 : 1);
    assertThat(facts.transactionControlInside()).isFalse();
    assertThat(facts.chain()).isFalse();
  }

  static List<String> effects() {
    return lines(
        """
        SET a = 1 ==> SET ==> SET_VARIABLE a@4-5
        SET Work_Mem TO '1MB' ==> SET ==> SET_VARIABLE work_mem@4-12
        SET SESSION work_mem = 1 ==> SET ==> SET_VARIABLE work_mem@12-20
        SET "Work_Mem" = 1 ==> SET ==> SET_VARIABLE work_mem@4-14
        SET my.Own = 'x' ==> SET ==> SET_VARIABLE my.own@4-10
        SET "my" . /* */ "Own" = 'x' ==> SET ==> SET_VARIABLE my.own@4-22
        SET a TO DEFAULT ==> SET ==> RESET_VARIABLE a@4-5
        SET a = default; ==> SET ==> RESET_VARIABLE a@4-5
        SET a = "default" ==> SET ==> SET_VARIABLE a@4-5
        SET search_path = a, b ==> SET ==> SET_VARIABLE search_path@4-15
        SET search_path = pg_catalog, pg_temp ==> SET ==> PIN temporary table, SET_VARIABLE search_path@4-15
        SET search_path = 'PG_TEMP' ==> SET ==> PIN temporary table, SET_VARIABLE search_path@4-15
        SET search_path = E'pg\\x5ftemp' ==> SET ==> PIN temporary table, SET_VARIABLE search_path@4-15
        SET application_name = 'pg_temp' ==> SET ==> SET_VARIABLE application_name@4-20
        SET TIME ZONE 'UTC' ==> SET ==> SET_VARIABLE timezone@4-8
        SET TIME ZONE LOCAL ==> SET ==> RESET_VARIABLE timezone@4-8
        SET TIME ZONE DEFAULT ==> SET ==> RESET_VARIABLE timezone@4-8
        SET TIME ZONE INTERVAL '1' HOUR TO MINUTE ==> SET ==> SET_VARIABLE timezone@4-8
        SET SESSION TIME ZONE -7 ==> SET ==> SET_VARIABLE timezone@12-16
        SET NAMES 'utf8' ==> SET ==> SET_VARIABLE client_encoding@4-9
        SET NAMES ==> SET ==> RESET_VARIABLE client_encoding@4-9
        SET NAMES DEFAULT ==> SET ==> RESET_VARIABLE client_encoding@4-9
        SET SCHEMA 'a' ==> SET ==> SET_VARIABLE search_path@4-10
        SET SCHEMA 'pg_temp' ==> SET ==> PIN temporary table, SET_VARIABLE search_path@4-10
        SET ROLE a ==> SET ==> SET_VARIABLE role@4-8
        SET ROLE NONE ==> SET ==> SET_VARIABLE role@4-8
        SET SESSION ROLE 'a' ==> SET ==> SET_VARIABLE role@12-16
        SET role TO DEFAULT ==> SET ==> RESET_VARIABLE role@4-8
        SET XML OPTION DOCUMENT ==> SET ==> SET_VARIABLE xmloption@4-7
        SET SESSION AUTHORIZATION a ==> SET ==> PIN session authorization, SET_VARIABLE role@12-25
        SET SESSION AUTHORIZATION DEFAULT ==> SET ==> RESET_VARIABLE session_authorization@12-25, SET_VARIABLE role@12-25
        SET session_authorization = a ==> SET ==> PIN session authorization, SET_VARIABLE role@4-25
        SET Sort_Mem = 1 ==> SET ==> SET_VARIABLE work_mem@4-12
        SET LOCAL search_path TO a ==> SET ==> LOCAL_NAMES
        SET LOCAL SCHEMA 'a' ==> SET ==> LOCAL_NAMES
        SET LOCAL ROLE a ==> SET ==> LOCAL_NAMES
        SET LOCAL role TO DEFAULT ==> SET ==> LOCAL_NAMES, LOCAL_DEFAULT role@10-14
        SET LOCAL A.b = DEFAULT ==> SET ==> LOCAL_DEFAULT a.b@10-13
        SET LOCAL TIME ZONE 'UTC' ==> SET ==> LOCAL_NAMES
        SET LOCAL NAMES 'SJIS' ==> SET ==> LOCAL_NAMES
        SET LOCAL TIME ZONE LOCAL ==> SET ==> LOCAL_NAMES, LOCAL_DEFAULT timezone@10-14
        SET LOCAL NAMES ==> SET ==> LOCAL_NAMES, LOCAL_DEFAULT client_encoding@10-15
        SET LOCAL SESSION AUTHORIZATION a ==> SET ==> LOCAL_NAMES
        SET LOCAL seed = 0.5 ==> SET ==> PIN computed setting
        SELECT set_config('seed', '0.1', true) ==> SELECT ==> PIN computed setting
        SELECT set_config('role', 'a', true) ==> SELECT ==> LOCAL_NAMES
        SET seed = 0.5 ==> SET ==> PIN computed setting
        SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY ==> SET ==> SET_VARIABLE default_transaction_isolation@12-27, SET_VARIABLE default_transaction_read_only@12-27, SET_VARIABLE default_transaction_deferrable@12-27
        RESET a ==> SET ==> RESET_VARIABLE a@6-7
        RESET A.b ==> SET ==> RESET_VARIABLE a.b@6-9
        RESET ALL ==> SET ==> RESET_ALL
        RESET "all" ==> SET ==> RESET_VARIABLE all@6-11
        RESET ROLE ==> SET ==> RESET_VARIABLE role@6-10
        RESET SESSION AUTHORIZATION ==> SET ==> RESET_VARIABLE session_authorization@6-13, SET_VARIABLE role@6-13
        RESET TIME ZONE ==> SET ==> RESET_VARIABLE timezone@6-10
        DISCARD ALL ==> SESSION ==> RESET_SESSION
        DISCARD TEMP ==> SESSION ==> UNPIN_IF_FINAL temporary table
        DISCARD TEMPORARY ==> SESSION ==> UNPIN_IF_FINAL temporary table
        DISCARD SEQUENCES ==> SESSION ==> FORGET_SEQUENCES
        DISCARD PLANS ==> SESSION ==>
        SELECT set_config('a.b', 'x', false) ==> SELECT ==> SET_VARIABLE a.b@18-23
        SELECT set_config('a.b', 'x', true) ==> SELECT ==>
        SELECT set_config('a.b', 'x', 'True') ==> SELECT ==>
        SELECT set_config('A.b', Null, true) ==> SELECT ==> NULL_FOR_DEFAULT a.b@25-29
        SELECT set_config('a.b', null, false) ==> SELECT ==> SET_VARIABLE a.b@18-23, NULL_FOR_DEFAULT a.b@25-29
        SELECT set_config('a.b', null || 'c', true) ==> SELECT ==>
        SELECT set_config('a.b', 'x', 't') ==> SELECT ==> SET_VARIABLE a.b@18-23
        SET LOCAL search_path = a, 'pg_temp' ==> SET ==> LOCAL_NAMES, PIN temporary table
        SET LOCAL "Search_Path" = 'pg_temp' ==> SET ==> LOCAL_NAMES, PIN temporary table
        SET LOCAL SCHEMA 'pg_temp' ==> SET ==> LOCAL_NAMES, PIN temporary table
        SELECT set_config('search_path', 'pg_temp', true) ==> SELECT ==> PIN temporary table, LOCAL_NAMES
        SELECT set_config('a.b', 'x', $1) ==> SELECT ==> SET_VARIABLE a.b@18-23
        SELECT set_config('a.b', f(1, (2)), true) ==> SELECT ==>
        SELECT set_config('a.b', f(1, (2)), not true) ==> SELECT ==> SET_VARIABLE a.b@18-23
        SELECT set_config($1, 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config($1, 'x', true) ==> SELECT ==> LOCAL_NAMES, MAY_SEED
        SELECT set_config('a' || '.b', 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config('a''b', 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config(E'a.b', 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config(U&'a.b', 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config($$a.b$$, 'x', false) ==> SELECT ==> PIN computed setting
        SELECT set_config('a.b', 'x') ==> SELECT ==> PIN computed setting
        SELECT set_config('a.b', 'x', true, 1) ==> SELECT ==> PIN computed setting
        SELECT set_config('seed', '0.1', false) ==> SELECT ==> PIN computed setting
        SELECT set_config('transaction_read_only', 'on', false) ==> SELECT ==>
        SELECT set_config('search_path', 'pg_temp, a', false) ==> SELECT ==> PIN temporary table, SET_VARIABLE search_path@18-31
        SELECT pg_catalog.set_config('Search_Path', '', false) ==> SELECT ==> SET_VARIABLE search_path@29-42
        SELECT "set_config" ('a.b', 'x', false) ==> SELECT ==> SET_VARIABLE a.b@21-26
        SELECT "SET_CONFIG"('a.b', 'x', false) ==> SELECT ==>
        SELECT set_config('a.b', set_config('c.d', 'x', true), true) ==> SELECT ==> PIN computed setting
        SELECT set_config('a.b', 'x', false), set_config('c.d', 'x', false) ==> SELECT ==> SET_VARIABLE a.b@18-23, SET_VARIABLE c.d@49-54
        SELECT set_config ==> SELECT ==>
        SELECT set_config('a ==> UNKNOWN ==> PIN unknown statement
        SELECT set_config('a', ==> SELECT ==> PIN computed setting
        WITH a AS (SELECT set_config('a.b', 'x', false)) SELECT * FROM a ==> SELECT ==> SET_VARIABLE a.b@29-34
        INSERT INTO t SELECT set_config('a.b', 'x', false) ==> DML ==> SET_VARIABLE a.b@32-37
        UPDATE pg_settings SET setting = 'x' WHERE name = 'a' ==> DML ==> PIN computed setting
        UPDATE "pg_catalog"."pg_settings" SET setting = 'x' ==> DML ==> PIN computed setting
        SELECT * FROM pg_settings ==> SELECT ==>
        SELECT setseed(0.1) ==> SELECT ==> PIN computed setting
        CREATE TEMP TABLE a (b int) ==> DDL ==> PIN temporary table
        create temporary table a as select 1 ==> DDL ==> PIN temporary table
        CREATE LOCAL TEMP TABLE IF NOT EXISTS a (b int) ON COMMIT PRESERVE ROWS ==> DDL ==> PIN temporary table
        CREATE GLOBAL TEMPORARY TABLE a (b int) ON COMMIT DELETE ROWS ==> DDL ==> PIN temporary table
        CREATE TEMP TABLE a (b int) ON COMMIT DROP ==> DDL ==>
        CREATE TEMP TABLE a ON COMMIT /* */ DROP AS SELECT 1 ==> DDL ==>
        CREATE TEMP TABLE a AS SELECT * FROM b JOIN c ON commit drop ==> DDL ==> PIN temporary table
        CREATE OR REPLACE TEMP VIEW a AS SELECT 1 ==> DDL ==> PIN temporary table
        CREATE TEMP RECURSIVE VIEW a (b) AS SELECT 1 ==> DDL ==> PIN temporary table
        CREATE TEMP SEQUENCE a ==> DDL ==> PIN temporary table
        CREATE TABLE pg_temp.a (b int) ==> DDL ==> PIN temporary table
        CREATE FUNCTION PG_TEMP.f() RETURNS int LANGUAGE sql AS 'SELECT 1' ==> DDL ==> PIN temporary table
        SELECT * FROM "pg_temp"."a" ==> SELECT ==> PIN temporary table
        SELECT * FROM pg_temp_12.a ==> SELECT ==> PIN temporary table
        SELECT * FROM pg_temp_x, pg_temperature, "PG_TEMP" ==> SELECT ==>
        SELECT a INTO TEMP b FROM c ==> DDL ==> PIN temporary table
        SELECT a INTO LOCAL TEMPORARY TABLE b FROM c ==> DDL ==> PIN temporary table
        WITH x AS (SELECT 1) SELECT * INTO TEMP b FROM x ==> DDL ==> PIN temporary table
        SELECT pg_advisory_lock(1) ==> SELECT ==> PIN advisory lock
        SELECT pg_advisory_lock_shared(1, 2) ==> SELECT ==> PIN advisory lock
        SELECT PG_TRY_ADVISORY_LOCK (1) ==> SELECT ==> PIN advisory lock, MAY_UNPIN advisory lock
        SELECT pg_catalog . "pg_try_advisory_lock_shared"(1) ==> SELECT ==> PIN advisory lock, MAY_UNPIN advisory lock
        SELECT pg_advisory_lock(1), pg_advisory_lock(2) ==> SELECT ==> PIN advisory lock
        SELECT pg_advisory_xact_lock(1), pg_try_advisory_xact_lock_shared(1) ==> SELECT ==>
        SELECT pg_advisory_unlock_all() ==> SELECT ==> MAY_UNPIN advisory lock
        SELECT CASE WHEN false THEN pg_advisory_unlock_all() END ==> SELECT ==> MAY_UNPIN advisory lock
        SELECT pg_advisory_unlock(1), pg_advisory_unlock_shared(2) ==> SELECT ==> MAY_UNPIN advisory lock
        PREPARE p AS SELECT pg_advisory_unlock_all() ==> PREPARE ==> PREPARE p@8-9, MAY_UNPIN advisory lock
        SELECT pg_advisory_unlock(1), pg_advisory_lock(2) ==> SELECT ==> MAY_UNPIN advisory lock, PIN advisory lock
        SELECT current_setting('in_hot_standby') ==> SELECT ==> ASKS_SERVER
        SELECT "current_setting"($1), pg_catalog.current_setting(a) ==> SELECT ==> ASKS_SERVER
        SELECT current_setting('role' || $1) ==> SELECT ==> ASKS_SERVER
        SELECT current_setting(E'app\\x2eport') ==> SELECT ==> ASKS_SERVER
        DO $$ BEGIN PERFORM current_setting('port'); END $$ ==> BLOCK ==>
        SELECT current_setting('port'), 1 ==> SELECT ==> ASKS_SERVER
        SELECT a, current_setting('port') FROM t ==> SELECT ==>
        SELECT a, current_setting('Transaction_Read_Only') FROM t ==> SELECT ==> ASKS_SERVER
        SELECT current_setting('app.tenant', true), current_setting('TimeZone') ==> SELECT ==>
        SELECT current_setting('role' ), current_setting FROM t ==> SELECT ==>
        SELECT dblink_connect('x', 'y') ==> SELECT ==> PIN foreign connection
        SELECT pg_backup_start('x') ==> SELECT ==> PIN base backup
        SELECT pg_create_physical_replication_slot('x', true, true) ==> SELECT ==> PIN replication slot
        SELECT currval('s'), lastval() ==> SELECT ==> SEQUENCE_STATE s, LAST_VALUE
        SELECT currval('a."B"'::regclass), currval( 's' :: text ) ==> SELECT ==> SEQUENCE_STATE a."B", SEQUENCE_STATE s
        SELECT currval('s' || 't'), pg_catalog.currval($1) ==> SELECT ==> COMPUTED_SEQUENCE 's'|| 't', COMPUTED_SEQUENCE $1
        SELECT currval(pg_get_serial_sequence('t', 'c')) ==> SELECT ==> COMPUTED_SEQUENCE pg_get_serial_sequence ( 't' , 'c' )
        SELECT currval(a.b), currval(f('s')), currval("s") ==> SELECT ==> COMPUTED_SEQUENCE
        SELECT currval('s'::text || 't') ==> SELECT ==> COMPUTED_SEQUENCE 's':: text|| 't'
        SELECT currval('16385') ==> SELECT ==> COMPUTED_SEQUENCE '16385'
        SELECT currval('') ==> SELECT ==> COMPUTED_SEQUENCE ''
        SELECT currval('s' ==> SELECT ==> COMPUTED_SEQUENCE
        SELECT currval(currval('s')::text) ==> SELECT ==> COMPUTED_SEQUENCE, SEQUENCE_STATE s
        SELECT set_config('a.b', currval('s')::text, false) ==> SELECT ==> SEQUENCE_STATE s, SET_VARIABLE a.b@18-23
        SELECT 1 AS lastval, currval FROM t ==> SELECT ==>
        SELECT nextval('s') ==> SELECT ==>
        INSERT INTO a VALUES (currval('s')) ==> DML ==> SEQUENCE_STATE s
        DECLARE a CURSOR WITH HOLD FOR SELECT 1 ==> DECLARE ==> PIN cursor with hold, OPEN_CURSOR a
        DECLARE "A b" CURSOR WITH HOLD FOR SELECT 1 ==> DECLARE ==> PIN cursor with hold, OPEN_CURSOR A b
        DECLARE binary CURSOR WITH HOLD FOR SELECT 1 ==> DECLARE ==> PIN cursor with hold, OPEN_CURSOR binary
        DECLARE a BINARY NO SCROLL CURSOR WITH /* */ HOLD FOR SELECT currval('s') ==> DECLARE ==> PIN cursor with hold, OPEN_CURSOR a, SEQUENCE_STATE s
        LOAD 'auto_explain' ==> UTILITY ==> PIN loaded library
        CREATE EXTENSION IF NOT EXISTS hstore ==> DDL ==> LAST_USE
        ALTER EXTENSION hstore UPDATE ==> DDL ==> LAST_USE
        CREATE LANGUAGE plperl ==> DDL ==> LAST_USE
        DROP DATABASE Shop ==> DDL ==> FREE_DATABASE shop
        DROP DATABASE IF EXISTS "Shop" WITH (FORCE) ==> DDL ==> FREE_DATABASE Shop
        DROP TABLE database ==> DDL ==>
        ALTER DATABASE shop RENAME TO store ==> DDL ==> FREE_DATABASE shop, SESSION_DEFAULTS
        ALTER ROLE a SET search_path = b ==> DDL ==> SESSION_DEFAULTS
        CREATE EVENT TRIGGER a ON login EXECUTE FUNCTION b() ==> DDL ==> SESSION_DEFAULTS
        ALTER EVENT TRIGGER a DISABLE ==> DDL ==> SESSION_DEFAULTS
        DROP EVENT TRIGGER a ==> DDL ==> SESSION_DEFAULTS
        ALTER User a IN DATABASE b RESET ALL ==> DDL ==> SESSION_DEFAULTS
        CREATE DATABASE shop OWNER app ==> DDL ==> FREE_DATABASE template1
        CREATE DATABASE shop WITH TEMPLATE = pattern ENCODING 'UTF8' ==> DDL ==> FREE_DATABASE pattern
        CREATE DATABASE shop TEMPLATE 'it''s' ==> DDL ==> FREE_DATABASE it's
        CREATE DATABASE shop TEMPLATE DEFAULT ==> DDL ==> FREE_DATABASE template1
        CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'library', 'symbol' ==> DDL ==> LAST_USE
        CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE plperl ==> DDL ==> LAST_USE
        CREATE OR REPLACE PROCEDURE f() LANGUAGE 'plpython3u' AS $$ x $$ ==> DDL ==> LAST_USE
        CREATE FUNCTION f() RETURNS int LANGUAGE "plpgsql" AS 'x' ==> DDL ==>
        CREATE FUNCTION f() RETURNS int LANGUAGE SQL AS 'SELECT 1' ==> DDL ==>
        CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'int4inc' ==> DDL ==>
        DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$ ==> BLOCK ==> PIN unknown statement
        DO 'BEGIN CREATE TEMP TABLE a (b int); END' ==> BLOCK ==> PIN unknown statement
        DO LANGUAGE plpgsql $x$ BEGIN SET a.b = 1; END $x$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN EXECUTE 'set a.b to 1'; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN SET LOCAL a.b = 1; UPDATE t SET a = 1; END $$ ==> BLOCK ==>
        DO $$ BEGIN UPDATE t SET a = 1; SET a.b = 1; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$ LANGUAGE plpgsql ==> BLOCK ==> PIN unknown statement
        DO E'BEGIN\\nSET a.b = 1; END' ==> BLOCK ==> PIN unknown statement
        DO LANGUAGE plpython3u $$ x = 1 $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN /* update the rest */ SET a.b = 1; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN IF update THEN SET a.b = 1; END IF; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN SET"a".b = 1; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN EXECUTE 'SET ' || x; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN EXECUTE 'SET LOCAL ' || x; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN EXECUTE format('SET %I = 1', x); END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN EXECUTE E'\\x53ET a.b = 1'; END $$ ==> BLOCK ==> PIN unknown statement
        DO $$ BEGIN CREATE TABLE pg_temp_3.a (b int); END $$ ==> BLOCK ==> PIN unknown statement
        CALL p(set_config('a.b', 'c', false)) ==> CALL ==> SET_VARIABLE a.b@18-23
        PREPARE p AS SELECT 1 ==> PREPARE ==> PREPARE p@8-9
        PREPARE "P q" (int, text) AS SELECT $1 ==> PREPARE ==> PREPARE P q@8-13
        PREPARE p AS SELECT set_config('a.b', 'c', false) ==> PREPARE ==> PREPARE p@8-9, SET_VARIABLE a.b@31-36
        PREPARE transaction AS SELECT 1 ==> PREPARE ==> PREPARE transaction@8-19
        EXECUTE p ==> EXECUTE ==> EXECUTE p@8-9
        EXECUTE P(1, 'x'); ==> EXECUTE ==> EXECUTE p@8-9
        EXPLAIN EXECUTE p ==> EXPLAIN ==> EXECUTE p@16-17
        EXPLAIN ANALYZE VERBOSE EXECUTE p(1) ==> EXPLAIN ==> EXECUTE p@32-33
        EXPLAIN (ANALYZE, FORMAT json) EXECUTE "p" ==> EXPLAIN ==> EXECUTE p@39-42
        EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1 ==> EXPLAIN ==> PIN temporary table
        EXPLAIN ANALYZE SELECT set_config('a.b', 'c', false) ==> EXPLAIN ==> SET_VARIABLE a.b@34-39
        CREATE TABLE t AS EXECUTE p(1) ==> DDL ==> EXECUTE p@26-27
        CREATE TEMP TABLE t ON COMMIT DROP AS EXECUTE p ==> DDL ==> EXECUTE p@46-47
        CREATE TABLE t AS SELECT 1 AS execute, 2 AS b ==> DDL ==>
        DEALLOCATE p ==> DEALLOCATE ==> DEALLOCATE p@11-12
        DEALLOCATE PREPARE p ==> DEALLOCATE ==> DEALLOCATE p@19-20
        DEALLOCATE prepare ==> DEALLOCATE ==> DEALLOCATE prepare@11-18
        DEALLOCATE ALL ==> DEALLOCATE ==> DEALLOCATE_ALL
        DEALLOCATE PREPARE ALL ==> DEALLOCATE ==> DEALLOCATE_ALL
        DEALLOCATE "all" ==> DEALLOCATE ==> DEALLOCATE all@11-16
        LISTEN a ==> SESSION ==> LISTEN a@7-8
        LISTEN "A""b" ==> SESSION ==> LISTEN A"b@7-13
        UNLISTEN a ==> SESSION ==> UNLISTEN a@9-10
        UNLISTEN * ==> SESSION ==> UNLISTEN_ALL
        CLOSE ALL ==> CLOSE ==> UNPIN cursor with hold
        CLOSE Some ==> CLOSE ==> CLOSE_CURSOR some
        CLOSE a ==> CLOSE ==> CLOSE_CURSOR a
        CLOSE "all" ==> CLOSE ==> CLOSE_CURSOR all
        LISTEN U&"d\\0061t" ==> UNKNOWN ==> PIN unknown statement
        LISTEN U&"d!0061t" UESCAPE '!' ==> UNKNOWN ==> PIN unknown statement
        SELECT U&"set\\005fconfig"('a.b', 'c', false) ==> SELECT ==> SET_VARIABLE a.b@26-31
        SELECT U&"pg!005fadvisory_lock" UESCAPE '!' (1) ==> SELECT ==> PIN unknown statement
        SELECT U&"d!0061ta" UESCAPE /* ! */ '!' ==> SELECT ==> PIN unknown statement
        DISCARD ==> UNKNOWN ==> PIN unknown statement
        DISCARD x ==> UNKNOWN ==> PIN unknown statement
        DISCARD ALL x ==> UNKNOWN ==> PIN unknown statement
        DEALLOCATE ==> UNKNOWN ==> PIN unknown statement
        DEALLOCATE 1 ==> UNKNOWN ==> PIN unknown statement
        DEALLOCATE p q ==> UNKNOWN ==> PIN unknown statement
        DEALLOCATE ALL p ==> UNKNOWN ==> PIN unknown statement
        DEALLOCATE PREPARE U&"p" ==> UNKNOWN ==> PIN unknown statement
        LISTEN ==> UNKNOWN ==> PIN unknown statement
        LISTEN a, b ==> UNKNOWN ==> PIN unknown statement
        UNLISTEN ==> UNKNOWN ==> PIN unknown statement
        UNLISTEN * a ==> UNKNOWN ==> PIN unknown statement
        PREPARE ==> UNKNOWN ==> PIN unknown statement
        PREPARE p ==> UNKNOWN ==> PIN unknown statement
        PREPARE p SELECT 1 ==> UNKNOWN ==> PIN unknown statement
        PREPARE 'p' AS SELECT 1 ==> UNKNOWN ==> PIN unknown statement
        PREPARE pg_temp AS SELECT 1 ==> PREPARE ==> PREPARE pg_temp@8-15
        PREPARE set_config (int) AS SELECT $1 ==> PREPARE ==> PREPARE set_config@8-18
        EXECUTE "set_config" (1) ==> EXECUTE ==> EXECUTE set_config@8-20
        LISTEN pg_temp_1 ==> SESSION ==> LISTEN pg_temp_1@7-16
        FROBNICATE a ==> UNKNOWN ==> PIN unknown statement
        (DELETE FROM a) ==> UNKNOWN ==> PIN unknown statement
        SELECT 'a ==> UNKNOWN ==> PIN unknown statement
        SELECT "a ==> UNKNOWN ==> PIN unknown statement
        SELECT /* a /* b */ ==> UNKNOWN ==> PIN unknown statement
        SELECT $a$ b $b$ ==> UNKNOWN ==> PIN unknown statement
        SELECT E'a\\' ==> UNKNOWN ==> PIN unknown statement
        CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; ==> UNKNOWN ==> PIN unknown statement
        """);
  }

  @ParameterizedTest
  @MethodSource("effects")
  void statementWithEffectsNamesThemAndTheirPlaces(String line) {
    String[] columns = line.split(" ==>", 3);
    StatementFacts facts = classify(columns[0]);

    assertThat(facts.kind()).isEqualTo(StatementKind.valueOf(columns[1].strip()));
    assertThat(describe(facts)).isEqualTo(columns[2].strip());
    assertThat(facts.statements()).isEqualTo(1);
  }

  static List<String> batches() {
    return lines(
        """
        SELECT 1; SELECT 2 ==> 2 ==> false ==>
        SELECT 1;; SELECT 2; -- end ==> 2 ==> false ==>
        BEGIN; SELECT 1; COMMIT ==> 3 ==> true ==>
        SELECT 1; SAVEPOINT a ==> 2 ==> true ==>
        SELECT 1; ROLLBACK TO a ==> 2 ==> true ==>
        SELECT 1; PREPARE TRANSACTION 'a' ==> 2 ==> true ==>
        SELECT 1; START TRANSACTION ==> 2 ==> true ==>
        SELECT 1; COMMIT AND CHAIN ==> 2 ==> true ==>
        SELECT 'BEGIN'; SELECT "commit" ==> 2 ==> false ==>
        SET a = 1; RESET b; SELECT pg_advisory_lock(1) ==> 3 ==> false ==> SET_VARIABLE a@4-5, RESET_VARIABLE b@17-18, PIN advisory lock
        PREPARE p AS SELECT 1; EXECUTE p ==> 2 ==> false ==> PREPARE p@8-9, EXECUTE p@31-32
        CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SET a = 1 ==> 2 ==> false ==> SET_VARIABLE a@74-75
        CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2); LISTEN b ==> 2 ==> false ==> LISTEN b@64-65
        CREATE TEMP TABLE a (b int) ON COMMIT DROP; SELECT 1 ==> 2 ==> false ==>
        SELECT INTO; CREATE TABLE temp (a int) ==> 2 ==> false ==>
        UPDATE a SET b = 1; SELECT * FROM pg_settings ==> 2 ==> false ==>
        SELECT 1); SET a = 1 ==> 2 ==> false ==> SET_VARIABLE a@15-16
        SELECT set_config('a', 'b'; SET a = 1 ==> 1 ==> false ==> PIN computed setting
        """);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void batchListsTheEffectsOfItsStatementsInOrder(String line) {
    String[] columns = line.split(" ==>", 4);
    StatementFacts facts = classify(columns[0]);

    int statements = Integer.parseInt(columns[1].strip());
    assertThat(facts.statements()).isEqualTo(statements);
    assertThat(facts.kind() == StatementKind.MULTI).isEqualTo(statements > 1);
    assertThat(facts.transactionControlInside())
        .isEqualTo(Boolean.parseBoolean(columns[2].strip()));
    assertThat(describe(facts)).isEqualTo(columns[3].strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "UPDATE t SET a = 1 | NOT",
        "CREATE TABLE t (a int) | ITSELF",
        "SELECT a INTO b FROM c | ITSELF",
        "DO 'begin end' | BY_CODE",
        "UPDATE t SET a = 1; SELECT 1; | NOT",
        "BEGIN; INSERT INTO t VALUES (1); COMMIT | NOT",
        "SELECT ';CREATE TABLE t'; DELETE FROM u | NOT",
        "INSERT INTO t VALUES (1); ALTER TABLE t ADD b int | ITSELF",
        "SELECT a INTO b FROM c; SELECT 1 | ITSELF",
        "SELECT 1; CALL p() | BY_CODE",
        "DO 'begin end'; SELECT 1 | BY_CODE",
        "SELECT 1; EXECUTE p | BY_CODE",
        "SELECT 1; WHATEVER | ITSELF"
      })
  void redefinesWhatItsStatementsDo(String sql, String what) {
    assertThat(classify(sql).redefining()).hasToString(what);
  }

  @Test
  void chainIsSeenOnlyWhereTheNextTransactionIsOpened() {
    assertThat(classify("COMMIT AND CHAIN").chain()).isTrue();
    assertThat(classify("COMMIT AND CHAIN").kind()).isEqualTo(StatementKind.COMMIT);
    assertThat(classify("rollback work and chain;").chain()).isTrue();
    assertThat(classify("ROLLBACK AND CHAIN").kind()).isEqualTo(StatementKind.ROLLBACK);
    assertThat(classify("ROLLBACK AND NO CHAIN").chain()).isFalse();
    assertThat(classify("COMMIT").chain()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BEGIN; SELECT 1 | true",
        "SELECT 1; START TRANSACTION READ ONLY; | true",
        "BEGIN; SELECT 1; COMMIT | false",
        "BEGIN; SELECT 1; END; BEGIN; SAVEPOINT a; RELEASE a | true",
        "BEGIN; ROLLBACK AND CHAIN; SELECT 1 | true",
        "BEGIN; COMMIT AND CHAIN; ROLLBACK | false",
        "BEGIN; PREPARE TRANSACTION 'a' | false",
        "SELECT 1; SELECT 2 | false",
        "BEGIN; SAVEPOINT a; ROLLBACK TO a | true",
      })
  void ofSeveralStatementsItIsSeenWhetherTheyLeaveATransactionOpen(String sql, boolean open) {
    assertThat(classify(sql).kind()).isEqualTo(StatementKind.MULTI);
    assertThat(classify(sql).chain()).isEqualTo(open);
  }

  private StatementFacts classify(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return classifier.classify(bytes, 0, bytes.length);
  }

  static String describe(StatementFacts facts) {
    return facts.effects().stream()
        .map(
            effect ->
                (type(effect) + " " + effect.name()).strip()
                    + (effect.start() < 0 ? "" : "@" + effect.start() + "-" + effect.end()))
        .collect(Collectors.joining(", "));
  }

  static Object type(Effect effect) {
    return effect.type() == Effect.Type.OWN ? effect.detail() : effect.type();
  }
}
