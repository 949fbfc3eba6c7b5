#!/usr/bin/env bash
# psql: scripts, meta-commands, \copy, large objects by function call, Ctrl-C, several sessions side by side.
# Prints one line for each behaviour; `matrix.sh NAME...` runs only these.
set -euo pipefail

export PGHOST=$HD_HOST PGPORT=$HD_PORT PGUSER=$HD_USER PGPASSWORD=$HD_PASSWORD PGDATABASE=$HD_DATABASE
export PGSSLMODE=${HD_SSLMODE:-disable} PGCONNECT_TIMEOUT=20 PSQLRC=/dev/null PSQL_HISTORY=/dev/null PGCLIENTENCODING=UTF8
unset PGOPTIONS PGAPPNAME PGTZ PGSERVICE PGPASSFILE
direct_port=${HD_DIRECT_PORT:-$HD_PORT}

fail() { printf '%s\n' "$*" >&2; exit 1; }

is() { # what, got, expected
  [[ $2 == "$3" ]] || fail "$1: expected '${3:0:300}', got '${2:0:300}'"
}

has() { # what, text, part
  [[ $2 == *"$3"* ]] || fail "$1: expected '$3' in '${2:0:300}'"
}

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
in_a_line() { sql "$@" | tr '\n' ' '; }
direct() { PGPORT=$direct_port PGSSLMODE=prefer sql "$@"; }

# A session of its own: `open NAME`, then `ask NAME SQL` as often as wanted; its notices and errors come in the answer.
declare -A to from
open() {
  local name=$1 dir
  shift
  dir=$(mktemp -d)
  mkfifo "$dir/in" "$dir/out"
  psql -X -q -A -t "$@" <"$dir/in" >"$dir/out" 2>&1 &
  exec {to[$name]}>"$dir/in" {from[$name]}<"$dir/out"
  rm -r "$dir"
}

ask() {
  local name=$1 line answer=''
  printf '%s\n\\echo <end>\n' "$2" >&"${to[$name]}"
  while IFS= read -r -t 25 line <&"${from[$name]}"; do
    [[ $line == '<end>' ]] && { printf '%s' "${answer%$'\n'}"; return; }
    answer+=$line$'\n'
  done
  fail "session $name ended or was silent after: $2"
}

until_true() { # what, command...
  local what=$1 n
  shift
  for ((n = 0; n < 300; n++)); do
    "$@" && return
    sleep 0.05
  done
  fail "not within 15 s: $what"
}

# --- behaviours: functions named b_*

b_connect_scram() {
  is user "$(sql -c 'SELECT current_user, current_database()')" "$HD_USER|$HD_DATABASE"
}

b_wrong_password() {
  local out
  out=$(PGPASSWORD='not the password' sql -c 'SELECT 1' 2>&1) && fail 'log-in succeeded'
  has message "$out" "FATAL:  password authentication failed for user \"$HD_USER\""
}

b_unknown_database() {
  local out
  out=$(PGDATABASE=hd_no_such_database sql -c 'SELECT 1' 2>&1) && fail 'log-in succeeded'
  has message "$out" 'FATAL:  database "hd_no_such_database" does not exist'
}

b_server_parameters() {
  local script='\echo :SERVER_VERSION_NUM :SERVER_VERSION_NAME :ENCODING :DBNAME :USER
    SHOW server_version; SHOW server_encoding; SHOW client_encoding; SHOW DateStyle; SHOW TimeZone; SHOW is_superuser; SHOW application_name;'
  is parameters "$(sql <<<"$script")" "$(direct <<<"$script")"
}

b_startup_options() {
  is options "$(PGOPTIONS='-c statement_timeout=123456 -c hd.tag=x' PGAPPNAME='my app' PGTZ=Asia/Tokyo \
    sql -c 'SHOW statement_timeout' -c 'SHOW hd.tag' -c 'SHOW application_name' -c 'SHOW timezone' | tr '\n' ' ')" '123456ms x my app Asia/Tokyo '
}

b_simple_query() {
  is rows "$(sql -c 'SELECT n, n * n FROM generate_series(1, 3) n' | tr '\n' ' ')" '1|1 2|4 3|9 '
}

b_types_round_trip() {
  is values "$(sql -v text="Grüße, 世界, 🐘, ''" <<'END'
SELECT :'text', NULL, '\x00ff'::bytea, 12345678901234567890.1234567890::numeric, ARRAY[1, NULL, 3], ARRAY['a,b', 'q"'];
SELECT '2024-02-29 23:59:59.999999+00'::timestamptz AT TIME ZONE 'UTC', '{"a": "é"}'::jsonb, '-3 days 7 seconds'::interval;
END
)" "Grüße, 世界, 🐘, ''||\\x00ff|12345678901234567890.1234567890|{1,NULL,3}|{\"a,b\",\"q\\\"\"}
2024-02-29 23:59:59.999999|{\"a\": \"é\"}|-3 days +00:00:07"
}

b_empty_query() {
  is rows "$(sql -c '' -c ';' -c '-- nothing' -c 'SELECT 1')" 1
  is rows "$(sql <<<';;; SELECT 2;;')" 2
}

b_multi_statement_simple_query() {
  is rows "$(sql -c 'SELECT 1; SELECT 2; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (9) RETURNING a' | tr '\n' ' ')" '1 2 9 '
  is rows "$(sql <<<'SELECT 1 \; SELECT 2 \; SELECT 3;' | tr '\n' ' ')" '1 2 3 '
  sql -c 'DROP TABLE IF EXISTS hd_psql_multi' -c 'CREATE TABLE hd_psql_multi (a int)' 2>/dev/null
  sql -c 'INSERT INTO hd_psql_multi VALUES (1); SELECT 1/0' 2>/dev/null && fail 'no error'
  is rows "$(sql -c 'SELECT count(*) FROM hd_psql_multi')" 0
}

b_meta_commands() {
  sql <<'END' 2>/dev/null
DROP TABLE IF EXISTS hd_psql_meta;
CREATE TABLE hd_psql_meta (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'x', at timestamptz CHECK (at > '2000-01-01'));
COMMENT ON TABLE hd_psql_meta IS 'é';
CREATE INDEX ON hd_psql_meta (name);
END
  local command
  for command in '\d hd_psql_meta' '\d+ hd_psql_meta' '\dt+ hd_psql_meta' '\di hd_psql_meta*' '\dn' '\l' '\du' '\df generate_series' '\dp hd_psql_meta' '\dT int4' '\sf pg_catalog.abs(integer)' '\encoding'; do
    is "$command" "$(psql -X -c "$command" 2>&1)" "$(PGPORT=$direct_port PGSSLMODE=prefer psql -X -c "$command" 2>&1)"
  done
}

b_variables_gset_gexec_gdesc() {
  is output "$(in_a_line <<'END'
SELECT 6 AS a, 7 AS b \gset
SELECT :a * :b;
SELECT 'SELECT ' || n FROM generate_series(1, 3) n \gexec
SELECT 1 AS x, 'y'::text AS y \gdesc
END
)" '42 1 2 3 x|integer y|text '
}

b_error_fields() {
  local out
  out=$(psql -X -q -v VERBOSITY=verbose 2>&1 <<'END'
SELECT no_such_column;
DO $$ BEGIN RAISE EXCEPTION 'boom' USING HINT = 'duck', DETAIL = 'é', ERRCODE = 'HD001'; END $$;
SELECT 1/0 \; SELECT 2;
SELECT 'after';
END
)
  has undefined "$out" 'ERROR:  42703: column "no_such_column" does not exist'
  has position "$out" 'LINE 1: SELECT no_such_column;'
  has fields "$out" $'ERROR:  HD001: boom\nDETAIL:  é\nHINT:  duck'
  has division "$out" 'ERROR:  22012: division by zero'
  has after "$out" after
}

b_transaction_commit_and_rollback() {
  sql <<'END' 2>/dev/null
DROP TABLE IF EXISTS hd_psql_tx;
CREATE TABLE hd_psql_tx (a int);
BEGIN;
INSERT INTO hd_psql_tx VALUES (1);
COMMIT;
BEGIN;
INSERT INTO hd_psql_tx VALUES (2);
SAVEPOINT s;
INSERT INTO hd_psql_tx VALUES (3);
ROLLBACK TO s;
COMMIT;
BEGIN;
DELETE FROM hd_psql_tx;
ROLLBACK;
\set AUTOCOMMIT off
INSERT INTO hd_psql_tx VALUES (4);
ROLLBACK;
INSERT INTO hd_psql_tx VALUES (5);
COMMIT;
END
  is rows "$(sql -c 'SELECT string_agg(a::text, $$,$$ ORDER BY a) FROM hd_psql_tx')" 1,2,5
  sql -1 -c 'INSERT INTO hd_psql_tx VALUES (6)' -c 'SELECT 1/0' 2>/dev/null && fail 'no error'
  is rows "$(sql -c 'SELECT max(a) FROM hd_psql_tx')" 5
}

b_error_in_transaction() {
  local out
  out=$(psql -X -q -A -t -v VERBOSITY=verbose 2>&1 <<'END'
BEGIN;
SELECT 1/0;
SELECT 1;
COMMIT;
SELECT 'went on';
END
)
  has first "$out" 22012
  has second "$out" '25P02: current transaction is aborted, commands ignored until end of transaction block'
  has after "$out" 'went on'
}

b_on_error_rollback() {
  # psql sets a savepoint of its own around each statement.
  is rows "$(in_a_line -v ON_ERROR_STOP=0 -v ON_ERROR_ROLLBACK=on 2>/dev/null <<'END'
BEGIN;
CREATE TEMP TABLE t (a int PRIMARY KEY);
INSERT INTO t VALUES (1);
INSERT INTO t VALUES (1);
INSERT INTO t VALUES (2);
COMMIT;
SELECT a FROM t;
END
)" '1 2 '
}

b_sql_prepare_execute() {
  local n
  for n in 1 2 3; do
    open "p$n"
    is prepare "$(ask "p$n" "PREPARE hd_stmt (int) AS SELECT \$1 * $n;")" ''
  done
  for _ in 1 2 3 4 5; do
    for n in 1 2 3; do is execute "$(ask "p$n" 'EXECUTE hd_stmt (100);')" "${n}00"; done
  done
  is deallocate "$(ask p1 'DEALLOCATE hd_stmt;')" ''
  has gone "$(ask p1 'EXECUTE hd_stmt (1);')" 'prepared statement "hd_stmt" does not exist'
  is others "$(ask p2 'EXECUTE hd_stmt (1);')" 2
  is discard "$(ask p2 'DISCARD ALL;')" ''
  has gone "$(ask p2 'EXECUTE hd_stmt (1);')" 'prepared statement "hd_stmt" does not exist'
  is others "$(ask p3 'EXECUTE hd_stmt (1);')" 3
}

b_copy_in_and_out() {
  local out
  out=$(sql <<'END' 2>/dev/null
DROP TABLE IF EXISTS hd_psql_copy;
CREATE TABLE hd_psql_copy (a int, b text);
COPY hd_psql_copy FROM STDIN;
1	eins
2	\N
3	té\t3
\.
SELECT count(*), count(b) FROM hd_psql_copy;
COPY hd_psql_copy TO STDOUT (FORMAT csv, HEADER);
SELECT 'after';
END
)
  is output "$out" $'3|2\na,b\n1,eins\n2,\n3,té\t3\nafter'
  seq 1 100000 | sql -c '\copy hd_psql_copy (a) from pstdin'
  is sum "$(sql -c 'SELECT sum(a) FROM hd_psql_copy')" 5000050006
  is bytes "$(sql -c '\copy (SELECT a FROM hd_psql_copy WHERE b IS NULL AND a > 2) to pstdout' | md5sum)" "$(seq 3 100000 | md5sum)"
}

b_copy_in_fails_midway() {
  local out
  out=$(psql -X -q -A -t <<'END' 2>&1
DROP TABLE IF EXISTS hd_psql_copy_bad;
CREATE TABLE hd_psql_copy_bad (a int);
COPY hd_psql_copy_bad FROM STDIN;
1
not a number
3
\.
SELECT 'rows', count(*) FROM hd_psql_copy_bad;
END
)
  has error "$out" 'invalid input syntax for type integer: "not a number"'
  has context "$out" 'CONTEXT:  COPY hd_psql_copy_bad, line 2'
  has after "$out" 'rows|0'
  out=$( (seq 1 200000; echo x; seq 1 200000) | sql -c '\copy hd_psql_copy_bad from pstdin' 2>&1) && fail 'no error'
  has error "$out" 'line 200001'
  out=$(sql -c '\copy hd_no_such_table from /dev/null' 2>&1) && fail 'no error'
  has error "$out" 'relation "hd_no_such_table" does not exist'
}

b_copy_in_aborted_by_client() {
  sql -c 'DROP TABLE IF EXISTS hd_psql_copy_abort' -c 'CREATE TABLE hd_psql_copy_abort (a int)' 2>/dev/null
  # The client is killed in the middle; nothing of it may be committed.
  local pid fd
  mkfifo "$scratch/lines"
  psql -X -q -c '\copy hd_psql_copy_abort from pstdin' <"$scratch/lines" 2>/dev/null &
  pid=$!
  exec {fd}>"$scratch/lines"
  seq 1 200000 >&"$fd"
  kill -9 "$pid"
  exec {fd}>&-
  no_copy() { [[ $(direct -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY %hd_psql_copy_abort%'") == 0 ]]; }
  until_true 'the COPY has ended' no_copy
  is rows "$(sql -c 'SELECT count(*) FROM hd_psql_copy_abort')" 0
}

b_fetch_count() {
  is sum "$(sql -v FETCH_COUNT=100 -c 'SELECT n FROM generate_series(1, 20000) n' | awk '{ s += $1 } END { print s }')" 200010000
}

b_cursor_with_hold() {
  open hold
  is declare "$(ask hold 'DECLARE hd_hold SCROLL CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 5) n;')" ''
  open other
  is fetch "$(ask hold 'FETCH 2 FROM hd_hold;')" $'1\n2'
  has other "$(ask other 'FETCH 1 FROM hd_hold;')" 'cursor "hd_hold" does not exist'
  is fetch "$(ask hold 'FETCH LAST FROM hd_hold;')" 5
}

b_big_result() {
  is rows "$(sql -c 'SELECT n, md5(n::text) FROM generate_series(1, 200000) n' | wc -l)" 200000
}

b_big_value() {
  is bytes "$(sql -c "SELECT repeat('0123456789', 2000000)" | wc -c)" 20000001
}

b_big_statement() {
  is length "$( (printf "SELECT length('"; head -c 20000000 /dev/zero | tr '\0' x; printf "');") | sql)" 20000000
}

b_large_objects_by_function_call() {
  head -c 3000000 /dev/urandom >"$scratch/in"
  sql <<END
\lo_import '$scratch/in'
\lo_export :LASTOID '$scratch/out'
\lo_unlink :LASTOID
END
  cmp "$scratch/in" "$scratch/out" || fail 'the object came back changed'
}

b_cancel_a_running_statement() {
  local pid out
  psql -X -q -c 'SELECT pg_sleep(23)' >"$scratch/cancel" 2>&1 &
  pid=$!
  asleep() { [[ $(sql -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(23)'") == "$1" ]]; }
  until_true sleeping asleep 1
  kill -INT "$pid"
  wait "$pid" && fail 'the statement was not cancelled'
  has message "$(<"$scratch/cancel")" 'canceling statement due to user request'
  until_true 'no longer sleeping' asleep 0
}

b_client_killed_while_its_statement_runs() {
  local pid
  psql -X -q -c 'BEGIN' -c 'SELECT pg_advisory_xact_lock(770016)' -c 'SELECT 1 FROM pg_sleep(3)' >/dev/null 2>&1 &
  pid=$!
  locked() { [[ $(sql -c 'BEGIN; SELECT pg_try_advisory_xact_lock(770016); COMMIT') == f ]]; }
  until_true 'lock taken' locked
  kill -9 "$pid"
  wait "$pid" 2>/dev/null || true
  free() { ! locked; }
  until_true 'lock free again' free
}

b_statement_timeout() {
  open t
  open u
  is set "$(ask t "SET statement_timeout = '100ms';")" ''
  has error "$(ask t 'SELECT pg_sleep(5);')" 'canceling statement due to statement timeout'
  is other "$(ask u 'SELECT 1 FROM pg_sleep(0.2);')" 1
}

b_listen_notify() {
  open a
  open s
  is listen "$(ask a 'LISTEN hd_psql_ch;')" ''
  is notify "$(ask s "NOTIFY hd_psql_ch, 'grüße';")" ''
  heard() { [[ $(ask a 'SELECT 1;') == *'Asynchronous notification "hd_psql_ch" with payload "grüße" received'* ]]; }
  until_true 'notification' heard
  is rollback "$(ask s "BEGIN; NOTIFY hd_psql_ch, 'no'; ROLLBACK;")" ''
  is unlisten "$(ask a 'UNLISTEN *;')" ''
  is notify "$(ask s "NOTIFY hd_psql_ch, 'unheard';")" ''
  sleep 0.2
  is silence "$(ask a 'SELECT 1;')" 1
}

b_notices() {
  local out
  out=$(sql -c "DO \$\$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; RAISE INFO 'i'; RAISE LOG 'unseen'; END \$\$" 2>&1)
  is notices "$out" $'NOTICE:  é 1\nWARNING:  w\nINFO:  i'
}

b_session_settings_survive() {
  local n round
  for n in 1 2 3 4 5 6; do
    open "s$n"
    is set "$(ask "s$n" "SET application_name = 'app $n'; SET search_path TO hd_path_$n, public; SET timezone = '+0$n'; SET hd.tag = 'tag $n';")" ''
  done
  for round in 1 2 3 4; do
    for n in 3 1 6 2 5 4; do
      is "state of $n" "$(ask "s$n" "SHOW application_name; SHOW search_path; SHOW hd.tag; SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24');")" \
        "app $n"$'\n'"hd_path_$n, public"$'\n'"tag $n"$'\n'"$((12 + n))"
    done
  done
  is encoding "$(ask s1 $'\\encoding latin1\nSELECT octet_length(convert_to(chr(233), $$latin1$$)); \\encoding')" $'1\nLATIN1'
  is encoding "$(ask s2 '\encoding')" UTF8
}

b_temp_tables() {
  local n round
  for n in 1 2 3 4; do
    open "t$n"
    is create "$(ask "t$n" "CREATE TEMP TABLE hd_temp AS SELECT $n AS a;")" ''
  done
  for round in 1 2 3; do
    for n in 4 2 1 3; do is "rows of $n" "$(ask "t$n" 'SELECT a FROM hd_temp;')" "$n"; done
  done
  open t5
  has 'another session' "$(ask t5 'SELECT a FROM hd_temp;')" 'relation "hd_temp" does not exist'
}

b_advisory_locks() {
  open a
  open b
  is lock "$(ask a 'SELECT pg_advisory_lock(770006);')" ''
  for _ in 1 2 3; do is held "$(ask b 'SELECT pg_try_advisory_lock(770006);')" f; done
  is unlock "$(ask a 'SELECT pg_advisory_unlock(770006);')" t
  is free "$(ask b 'SELECT pg_try_advisory_lock(770006);')" t
}

b_reconnect_within_a_session() {
  is output "$(in_a_line <<'END'
SET hd.tag = 'before';
CREATE TEMP TABLE hd_temp (a int);
\connect
SELECT coalesce(current_setting('hd.tag', true), ''), to_regclass('pg_temp.hd_temp') IS NULL;
END
)" '|t '
}

b_fifty_connections_in_transactions() {
  sql <<'END' 2>/dev/null
DROP TABLE IF EXISTS hd_psql_accounts;
CREATE TABLE hd_psql_accounts (id int PRIMARY KEY, balance int NOT NULL);
INSERT INTO hd_psql_accounts SELECT n, 100 FROM generate_series(0, 49) n;
END
  local n pids=() script
  for n in {0..49}; do
    script=''
    for k in 1 2 3 4; do
      script+="BEGIN; UPDATE hd_psql_accounts SET balance = balance - 1 WHERE id = $((n / 2));
UPDATE hd_psql_accounts SET balance = balance + 1 WHERE id = $((25 + n / 2)); $( ((k % 2)) && echo COMMIT || echo ROLLBACK);"
    done
    sql <<<"$script" 2>"$scratch/error.$n" &
    pids+=($!)
  done
  for n in {0..49}; do wait "${pids[n]}" || fail "client $n: $(<"$scratch/error.$n")"; done
  is balances "$(sql -c 'SELECT sum(balance), min(balance), max(balance) FROM hd_psql_accounts')" '5000|96|104'
}

# --- running them

if [[ ${1:-} == --one ]]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  "b_$2"
  exit
fi

names=("$@")
((${#names[@]})) || mapfile -t names < <(sed -n 's/^b_\([a-z0-9_]*\)() {$/\1/p' "$0")
failed=0
for name in "${names[@]}"; do
  if reason=$(timeout -k 2 "${HD_TIMEOUT:-30}" bash "$0" --one "$name" 2>&1 >/dev/null); then
    echo "ok $name"
  else
    status=$?
    failed=1
    ((status == 124 || status == 137)) && reason="no end within ${HD_TIMEOUT:-30} s ${reason}"
    echo "FAIL $name: $(tr '\n' '|' <<<"${reason:-exit status $status}")"
  fi
done
exit $failed
