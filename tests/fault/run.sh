#!/bin/sh
# Builds the fault campaigns and runs them, one after the other; the exit code is 0 if none found
# anything bad.
#
# Usage: sh tests/fault/run.sh [--states N] [--seeds N] [--json]
#        --states   how much each campaign does: states, rounds or points; see tests/README.md
#        --json     one line a campaign: {"campaign", "cases", "bad", "seconds"}
#        CBANK_BUILD=FOLDER uses that build folder, CBANK_CAMPAIGNS="kill rot" runs only these
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${CBANK_BUILD:-$root/.build/dev}
campaigns=${CBANK_CAMPAIGNS:-powerloss points memory table kill bulk full rot processes threads}

targets=
for campaign in $campaigns; do
    targets="$targets fault-$campaign"
done
[ -f "$build/build.ninja" ] || (cd "$root" && cmake --preset dev -B "$build") >&2
# shellcheck disable=SC2086 # a list of targets
cmake --build "$build" --target $targets >&2

result=0
for campaign in $campaigns; do
    "$build/tests/fault/fault-$campaign" "$@" || result=1
done
exit $result
