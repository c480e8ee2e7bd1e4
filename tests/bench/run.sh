#!/bin/sh
# What cbank costs at a city's scale, beside SQLite, PostgreSQL, bare LMDB, OpenSSL and
# @digitalbazaar/vc on the same rows. The ratios count, not the figures: look at the load first.
#
# Usage: sh tests/bench/run.sh [--records N] [--base N] [--json] [WORK...]
#        --records  of a bulk deposit (1000000)
#        --base     deposits are measured again on top of so many (10000000); 0: not
#        --json     one object with a member a row: {"work", "figure", "unit", "peer",
#                   "peer_figure", "ratio", "target", "met"}
#        WORK       verify, single, bulk, base: only these
# CBANK_BENCH=FOLDER is where the stores lie, on the disk that is measured; else .build/bench.
# The exit code is 1 if a target was missed.
set -eu
cd "$(dirname "$0")/../.."

records=1000000 base=10000000 json= works=
while [ $# -gt 0 ]; do
    case $1 in
    --records) records=${2:?}; shift ;;
    --base) base=${2:?}; shift ;;
    --json) json=--json ;;
    -*) sed -n '5,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) works="$works $1" ;;
    esac
    shift
done

sh cli/packages.sh build bench >&2
folder=${CBANK_BENCH:-$PWD/.build/bench}
rm -rf "$folder"
mkdir -p "$folder"
trap 'rm -rf "$folder"' EXIT
cmake --preset dev >"$folder/configure.log" || { cat "$folder/configure.log" >&2; exit 1; }
cmake --build --preset dev --target bench >"$folder/build.log" ||
    { cat "$folder/build.log" >&2; exit 1; }
bench=.build/dev/tests/bench/bench

cp -R tests/bench/vc "$folder/vc"
(cd "$folder/vc" && npm install --no-audit --no-fund --silent >&2)
credentials=$(node "$folder/vc/verify.mjs")
"$bench" --records "$records" "$folder" rows
rate=$(sh tests/bench/postgres.sh "$folder" "$folder/rows.tsv")
rm "$folder/rows.tsv"

# shellcheck disable=SC2086 # words
"$bench" --records "$records" --base "$base" --credentials "$credentials" --postgres "$rate" \
    $json "$folder" ${works:-verify single bulk base}
