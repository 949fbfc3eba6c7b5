#!/usr/bin/env bash
# usage: matrix.sh 'CLIENT...' [BEHAVIOUR]...
# The command lines of MySQL and MariaDB: scripts, databases, warnings, files, Ctrl-C, several sessions side by side.
# Prints one line for each behaviour.
set -euo pipefail

read -ra client <<<"$1"
shift
export MYSQL_PWD=$HD_PASSWORD MYSQL_HISTFILE=/dev/null MARIADB_HISTFILE=/dev/null
oracle=$("${client[@]}" --no-defaults --version | grep -vc MariaDB || true)
# MySQL's own knows \s and \r no more unless told.
commands=()
((oracle == 0)) || commands=(--commands)
case ${HD_SSLMODE:-disable}/$oracle in
  disable/1) tls=(--ssl-mode=DISABLED --get-server-public-key) ;;
  disable/0) tls=(--skip-ssl) ;;
  */1) tls=(--ssl-mode=REQUIRED) ;;
  */0) tls=(--ssl) ;;
esac

fail() { printf '%s\n' "$*" >&2; exit 1; }

is() { # what, got, expected
  [[ $2 == "$3" ]] || fail "$1: expected '${3:0:300}', got '${2:0:300}'"
}

has() { # what, text, part
  [[ $2 == *"$3"* ]] || fail "$1: expected '$3' in '${2:0:300}'"
}

plain() { "${client[@]}" --no-defaults -h "$HD_HOST" -P "$HD_PORT" -u "$HD_USER" --protocol=tcp --connect-timeout=20 "${tls[@]}" ${commands[@]+"${commands[@]}"} "$@"; }
sql() { plain -N -B -D "$HD_DATABASE" "$@"; }

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

b_connect() {
  is database "$(sql -e 'SELECT database(), 1 + 1')" "$HD_DATABASE"$'\t2'
  has 'wrong password' "$(MYSQL_PWD=wrong sql -e 'SELECT 1' 2>&1 || true)" 'ERROR 1045 (28000)'
}

b_connect_with_tls() {
  local tls=("--ssl")
  ((oracle == 0)) || tls=(--ssl-mode=REQUIRED)
  ((oracle == 1)) || tls+=(--skip-ssl-verify-server-cert)

  [[ $(sql -e '\s') == *'Cipher in use'* ]] || fail 'not encrypted'
}

b_status() {
  has status "$(plain <<<'\s')" 'Threads: '
  has 'connection id' "$(plain <<<'\s')" 'Connection id:'
}

b_script() {
  local out
  out=$(sql <<'SQL'
DROP TABLE IF EXISTS cli_script;
CREATE TABLE cli_script (n int, s varchar(20));
INSERT INTO cli_script VALUES (1, 'one'), (2, NULL), (3, 'a	b');
-- a comment; with a semicolon
SELECT * FROM cli_script # another one
 ORDER BY n;
/*!50000 SELECT 'of this version' */;
DELIMITER //
CREATE OR REPLACE VIEW cli_view AS SELECT sum(n) AS s FROM cli_script//
SELECT s FROM cli_view//
DELIMITER ;
SELECT 'end';
SQL
  )
  is output "$out" $'1\tone\n2\tNULL\n3\ta\\tb\nof this version\n6\nend'
}

b_errors_end_a_script() {
  local out
  out=$(sql -e 'SELECT 1; SELECT nothing; SELECT 2' 2>&1) && fail 'exit status 0'
  has error "$out" "ERROR 1054 (42S22)"
  [[ $out != *2 ]] || fail "it went on: $out"
  has 'with --force' "$(sql --force <<<'SELECT 1; SELECT nothing; SELECT 77;' 2>&1 || true)" 77
}

b_warnings_are_shown() {
  has warning "$(sql --show-warnings -e "SET sql_mode = ''; DROP TABLE IF EXISTS cli_warn; CREATE TABLE cli_warn (n tinyint); INSERT INTO cli_warn VALUES (1000)" 2>&1)" 'Warning'
}

b_databases_and_state() {
  is 'use' "$(plain -N -B -e "USE information_schema; SELECT database(); USE $HD_DATABASE; SELECT database()")" $'information_schema\n'"$HD_DATABASE"
  is 'state of a session' "$(sql -e "SET @a = 1, time_zone = '+03:00'; CREATE TEMPORARY TABLE cli_temp AS SELECT 5 AS n; SELECT @a + n, @@time_zone FROM cli_temp")" $'6\t+03:00'
}

b_reconnect_within_a_session() {
  is 'after connect' "$(printf 'SET @a = 1;\n\\r\nSELECT @a;\n' | sql 2>/dev/null | tail -1)" NULL
}

b_routines() {
  is result "$(sql <<'SQL'
DROP PROCEDURE IF EXISTS cli_proc;
DELIMITER $$
CREATE PROCEDURE cli_proc(IN a int, OUT b int)
BEGIN
  SELECT a;
  SET b = a * 2;
  SELECT 'second';
END$$
DELIMITER ;
CALL cli_proc(21, @b);
SELECT @b;
SQL
  )" $'21\nsecond\n42'
}

b_prepared_in_sql() {
  is result "$(sql -e "PREPARE p FROM 'SELECT ? + 1'; SET @x = 4; EXECUTE p USING @x; EXECUTE p USING @x; DEALLOCATE PREPARE p")" $'5\n5'
}

b_large_result() {
  local digits='(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)'
  is 'rows and bytes' "$(sql --quick -e "SELECT repeat('x', 1000) FROM $digits a, $digits b, $digits c, $digits d" | wc -lc | tr -s ' ' | sed 's/^ //')" '10000 10010000'
}

b_types_of_columns() {
  has 'column types' "$(plain -t --column-type-info -e "SELECT CAST(1 AS UNSIGNED) AS n, 'x' AS s")" 'NOT_NULL UNSIGNED BINARY NUM'
}

b_file_of_the_client() {
  local file out
  file=$(mktemp)
  printf '1\n2\n3\n' >"$file"
  sql -e 'DROP TABLE IF EXISTS cli_file; CREATE TABLE cli_file (n int)'
  # A server, or a node, may refuse it; the session goes on either way.
  out=$(sql --local-infile=1 --force 2>&1 <<<"LOAD DATA LOCAL INFILE '$file' INTO TABLE cli_file; SELECT concat('rows ', count(*)) FROM cli_file;") || true
  rm "$file"
  [[ $out == *'rows 3' || ( $out == *ERROR* && $out == *'rows 0' ) ]] || fail "got '$out'"
}

b_ctrl_c_cancels_a_statement() {
  local out pid n
  out=$(mktemp)
  # A shell without job control starts what has an & deaf to SIGINT.
  env --default-signal=INT "${client[@]}" --no-defaults -h "$HD_HOST" -P "$HD_PORT" -u "$HD_USER" --protocol=tcp "${tls[@]}" -N -B -D "$HD_DATABASE" \
    -e "SELECT 'cli_sleep', sleep(25)" >"$out" 2>&1 &
  pid=$!
  sleeping() { [[ $(sql -e "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT ''cli_sleep%'") == 1 ]]; }
  until_true 'the statement runs' sleeping
  kill -INT $pid
  SECONDS=0
  wait $pid || true
  ((SECONDS < 15)) || fail "ended after $SECONDS s: $(cat "$out")"
  gone() { ! sleeping; }
  until_true 'the server has ended it' gone
  rm "$out"
}

b_sessions_side_by_side() {
  local n
  sql -e 'DROP TABLE IF EXISTS cli_many; CREATE TABLE cli_many (n int)'
  for n in 1 2 3 4 5 6 7 8; do
    sql -e "SET @n = $n; BEGIN; INSERT INTO cli_many VALUES (@n); SELECT sleep(0.1); COMMIT" >/dev/null &
  done
  wait
  is rows "$(sql -e 'SELECT count(*), sum(n) FROM cli_many')" $'8\t36'
}

b_rolls_back_what_is_not_committed() {
  sql -e 'DROP TABLE IF EXISTS cli_tx; CREATE TABLE cli_tx (n int)'
  sql -e 'START TRANSACTION; INSERT INTO cli_tx VALUES (1)'
  is rows "$(sql -e 'SELECT count(*) FROM cli_tx')" 0
}

# --- runner

failed=0
for behaviour in $(declare -F | sed -n 's/^declare -f b_//p'); do
  if (($#)) && [[ " $* " != *" $behaviour "* ]]; then continue; fi
  errors=$(mktemp)
  # set -e does not hold inside an if: the exit status is looked at after.
  set +e
  (set -e; "b_$behaviour") >/dev/null 2>"$errors" &
  pid=$!
  (sleep "${HD_TIMEOUT:-30}"; kill $pid) >/dev/null 2>&1 &
  watchdog=$!
  wait $pid
  status=$?
  kill $watchdog 2>/dev/null
  wait $watchdog 2>/dev/null
  set -e
  if ((status == 0)); then
    echo "ok $behaviour"
  else
    failed=1
    echo "FAIL $behaviour: $(tr '\n' ' ' <"$errors" | head -c 500) (exit status $status)"
  fi
  rm "$errors"
done
exit $failed
