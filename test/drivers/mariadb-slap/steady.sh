#!/usr/bin/env bash
# mysqlslap (mariadb-slap) again and again: four clients come, query and go, every other time with a new connection for every
# ten statements. Prints a line for each run; otherwise as psql/steady.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/../install" mariadb-slap
root=$here/../../target/drivers/mariadb-slap/root
slap=("$root/usr/bin/mariadb-slap" --no-defaults --plugin-dir="$(echo "$root"/usr/lib/*/libmariadb3/plugin)"
  --host="$HD_HOST" --port="$HD_PORT" --user="$HD_USER" --password="$HD_PASSWORD" --create-schema="$HD_DATABASE" --no-drop
  --concurrency=4 --number-of-queries=200 --delimiter=';' --query='SELECT 1;SELECT 2 + 2')

for ((run = 1; ; run++)); do
  more=()
  ((run % 2)) || more=(--detach=10)
  said=$("${slap[@]}" ${more[@]+"${more[@]}"} 2>&1 </dev/null) && [[ ${said,,} != *error* ]] || {
    printf 'FAIL run %s: %s\n' "$run" "$said"
    exit 1
  }
  echo "run $run"
  status=0
  read -r -t 0.005 || status=$?
  ((status > 128)) || exit 0
done
