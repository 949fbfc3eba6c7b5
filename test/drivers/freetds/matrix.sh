#!/usr/bin/env bash
# usage: matrix.sh [BEHAVIOUR]...
# The command lines of FreeTDS, tsql (its own protocol library) and bsqldb (DB-Library). Prints a line for each behaviour: NAME: VALUE.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export FREETDSCONF=$folder/freetds.conf LC_ALL=C.UTF-8

# server VERSION ENCRYPTION: the endpoint under a name
server() {
  printf '[endpoint]\nhost = %s\nport = %s\ntds version = %s\nencryption = %s\nclient charset = UTF-8\ntext size = 10000000\n' "$HD_HOST" "$HD_PORT" "$1" "$2" >"$FREETDSCONF"
}

tsql_() { timeout 60 tsql -S endpoint -U "$HD_USER" -P "$HD_PASSWORD" -D "$HD_DATABASE" -o fhq 2>&1 | sed '/^locale/d;/^using default/d;/^Setting /d'; }
bsqldb_() { timeout 60 bsqldb -S endpoint -U "$HD_USER" -P "$HD_PASSWORD" -D "$HD_DATABASE" -h -q 2>&1; }

b_log_in() { for v in 7.1 7.2 7.3 7.4; do server "$v" off; echo 'select 1' | tsql_; done; }
b_log_in_encrypted() { for e in request require; do server 7.4 "$e"; echo 'select 1' | tsql_; done; }
b_wrong_password() { server 7.4 require; echo 'select 1' | HD_PASSWORD=wrong tsql_ | grep -o 'Msg [0-9]*' | head -1; }
b_several_results() { printf "select 1 select 'a', N'hé' select null\ngo\nselect 2\ngo\n" | tsql_; }
b_errors() { printf "select 1 raiserror('broken', 16, 3)\ngo\nselect * from nosuch\ngo\nselect 2\ngo\n" | tsql_; }
b_transactions() {
  printf "drop table if exists freetds_tx\ngo\ncreate table freetds_tx (a int)\ngo\nbegin tran insert freetds_tx values (1)\ngo\nselect @@trancount\ngo\nrollback\ngo\nselect count(*), @@trancount from freetds_tx\ngo\n" | tsql_
}
b_large_values() { printf "select replicate(cast('x' as varchar(max)), 200000)\ngo\nselect 1\ngo\n" | tsql_ | awk '{print length($0)}'; }
b_use() { printf 'use tempdb\ngo\nselect db_name()\ngo\n' | tsql_; }
b_db_library() { printf "select 1, 'a'\ngo\nset rowcount 1\ngo\nselect [value] from generate_series(1, 5)\ngo\nprint 'printed'\ngo\n" | bsqldb_; }
b_db_library_errors() { printf "raiserror('broken', 16, 3)\ngo\n" | bsqldb_ | grep -o 'Msg [0-9]*.*'; }

for name in $(compgen -A function b_ | sort); do
  [[ $# == 0 || " $* " == *" ${name#b_} "* ]] || continue
  server 7.4 off
  printf '%s: %s\n' "${name#b_}" "$({ "$name" || true; } 2>&1 | tr '\n' '|')"
done
