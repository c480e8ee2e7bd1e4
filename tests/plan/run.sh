#!/bin/sh
# The planner against what others say about the same random questions: by hand, as long as wanted.
#
# Usage: sh tests/plan/run.sh [--mip N] [--brute N] [--properties N] [--seed S]
#        --mip         questions put to GLPK and CBC as well (default 20000)
#        --brute       small questions put to brute force as well (default 20000)
#        --properties  questions held against themselves in another order, and without a cap
#                      (default 2000)
#        --seed        the first seed (default: the time)
#        CBANK_BUILD=FOLDER uses that build folder. What does not agree is made small and kept in
#        .build/found.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${CBANK_BUILD:-$root/.build/dev}
mip=20000
brute=20000
properties=2000
seed=$(date +%s)
while [ $# -gt 1 ]; do
    case $1 in
    --mip) mip=$2 ;;
    --brute) brute=$2 ;;
    --properties) properties=$2 ;;
    --seed) seed=$2 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# -gt 0 ]; then
    echo "usage: sh tests/plan/run.sh [--mip N] [--brute N] [--properties N] [--seed S]" >&2
    exit 2
fi

[ -f "$build/build.ninja" ] || (cd "$root" && cmake --preset dev -B "$build") >&2
cmake --build "$build" --target plan_instance >&2

result=0
for kind in brute mip properties; do
    eval "count=\$$kind"
    [ "$count" -gt 0 ] || continue
    /usr/bin/env python3 -B "$root/tests/plan/compare.py" --count "$count" --seed "$seed" \
        --found "$root/.build/found" "$build/tests/plan/plan_instance" "$kind" || result=1
done
exit $result
