#!/bin/sh
# What programs rely on is there and as it was at the last release. More may be there than was.
#
# Usage: check.sh BASELINE LIBRARY HEADERS
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
now=$(mktemp)
trap 'rm -f "$now"' EXIT

sh "$here/dump.sh" "$2" "$3" >"$now"
abidiff --no-added-syms "$1" "$now" || {
    echo "the library breaks programs that were built against $(basename "$1")"
    exit 1
}
count() {
    grep -c '<elf-symbol ' "$1"
}
echo "$(count "$1") functions are as they were, $(($(count "$now") - $(count "$1"))) are new"
