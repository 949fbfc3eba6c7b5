#!/usr/bin/env bash
# Clients of psql that never stop: two sessions, each with settings and a prepared statement of its own, and now and then a new
# one. Prints a line every ten rounds; ends well when its standard input ends, and with a reason at the first failure.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PGHOST=$HD_HOST PGPORT=$HD_PORT PGUSER=$HD_USER PGPASSWORD=$HD_PASSWORD PGDATABASE=$HD_DATABASE
export PGSSLMODE=${HD_SSLMODE:-disable} PGCONNECT_TIMEOUT=20 PSQLRC=/dev/null PSQL_HISTORY=/dev/null PGCLIENTENCODING=UTF8
"$here/../install" psql

declare -A to from
open() {
  local name=$1 dir
  dir=$(mktemp -d)
  mkfifo "$dir/in" "$dir/out"
  psql -X -q -A -t <"$dir/in" >"$dir/out" 2>&1 &
  exec {to[$name]}>"$dir/in" {from[$name]}<"$dir/out"
  rm -r "$dir"
}

# expect NAME SQL ANSWER
expect() {
  local line answer=''
  printf '%s\n\\echo <end>\n' "$2" >&"${to[$1]}"
  while IFS= read -r -t 60 line <&"${from[$1]}"; do
    if [[ $line == '<end>' ]]; then
      [[ ${answer%$'\n'} == "$3" ]] && return
      printf 'FAIL %s: expected %q, got %q\n' "$2" "$3" "${answer%$'\n'}"
      exit 1
    fi
    answer+=$line$'\n'
  done
  printf 'FAIL %s: the session ended or was silent: %q\n' "$2" "$answer"
  exit 1
}

for name in one two; do
  open "$name"
  expect "$name" "SET work_mem = '3MB'; PREPARE twice (int) AS SELECT \$1 * 2;" ''
done
for ((round = 1; ; round++)); do
  for name in one two; do
    expect "$name" "SELECT $round + 1;" $((round + 1))
    expect "$name" "EXECUTE twice ($round); SHOW work_mem;" $((2 * round))$'\n3MB'
    expect "$name" "BEGIN; SELECT $round; COMMIT; SELECT 'after';" "$round"$'\nafter'
  done
  ((round % 10)) || {
    [[ $(psql -X -q -A -t -c 'SELECT 7') == 7 ]] || { echo 'FAIL a new session'; exit 1; }
    echo "$round rounds"
  }
  status=0
  read -r -t 0.005 || status=$?
  ((status > 128)) || exit 0
done
