#!/bin/sh
# The instances with answers that lie beside the project: whatever claims to be the best is. What is
# not proven within the work given is counted aloud.
#
# Usage: instances.sh PLAN_INSTANCE FOLDER [WORK]
set -eu
program=$1 folder=$2 work=${3:-100000}

if ! [ -f "$folder/tiny-0.json" ]; then
    echo "SKIPPED: no instances in $folder" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 77
fi
lines=$("$program" --check --work "$work" "$folder"/tiny-*.json "$folder"/easy-*.json \
    "$folder"/mixed-1.json "$folder"/nm-1.json)
all=$(printf '%s\n' "$lines" | wc -l)
proven=$(printf '%s\n' "$lines" | grep -c '"optimal":true')
echo "$all instances, $((all - proven)) not proven within the work"
[ $((proven * 10)) -ge $((all * 9)) ]
