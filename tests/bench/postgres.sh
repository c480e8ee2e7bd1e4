#!/bin/sh
# Stores rows in PostgreSQL, as a server of its own in FOLDER that is gone afterwards: COPY, 20,000
# rows a transaction, durable, a unique reference and an index of learners. Prints rows a second.
#
# Usage: sh tests/bench/postgres.sh FOLDER ROWS      ROWS: tab-separated learner, reference, content
set -eu
folder=$1 rows=$2
server=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
data=$folder/postgres
mkdir "$data"
run=
if [ "$(id -u)" -eq 0 ]; then # the server refuses to be root
    chown postgres "$data"
    run='runuser -u postgres --'
fi
$run "$server/initdb" -D "$data/cluster" -A trust -E UTF8 --no-locale >"$folder/postgres.log"
$run "$server/pg_ctl" -D "$data/cluster" -o "-k '$data' -c listen_addresses=''" -w \
    -l "$data/server.log" start >>"$folder/postgres.log"
trap '$run "$server/pg_ctl" -D "$data/cluster" -m immediate stop >/dev/null; rm -rf "$data"' EXIT

sql() {
    $run "$server/psql" -h "$data" -d postgres -q -v ON_ERROR_STOP=1 "$@"
}
sql -c 'CREATE TABLE record (number BIGSERIAL PRIMARY KEY, learner TEXT NOT NULL,
    reference TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
    CREATE INDEX by_learner ON record (learner, number)'
split -l 20000 "$rows" "$data/part-"
chmod a+r "$data"/part-*
for part in "$data"/part-*; do
    printf '%s\n' "\\copy record (learner, reference, content) from '$part'"
done >"$data/all.sql"
chmod a+r "$data/all.sql"
begin=$(date +%s.%N)
sql -f "$data/all.sql"
end=$(date +%s.%N)
[ "$(sql -A -t -c 'SELECT count(*) FROM record')" -eq "$(wc -l <"$rows")" ]
awk -v rows="$(wc -l <"$rows")" -v begin="$begin" -v end="$end" \
    'BEGIN { printf "%.0f\n", rows / (end - begin) }'
