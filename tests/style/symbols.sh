#!/bin/sh
# The shared library shows exactly what cbank.h declares; the archives define no name outside our
# prefixes, so that they meet no other library's names in a program.
#
# Usage: symbols.sh CBANK_H LIBCBANK_SO LIBCBANK_A LIBCBANK_MESSAGES_A
set -eu
header=$1 shared=$2 archive=$3 messages=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tr '\n' ' ' <"$header" | grep -oE 'CBANK_API [^;()]*\(' | grep -oE 'cbank_[a-z0-9_]+ *\($' |
    tr -d ' (' | sort >"$work/declared"
nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    sort >"$work/exported"
status=0

if ! diff "$work/declared" "$work/exported" >"$work/differences"; then
    sed -n 's/^</declared in cbank.h but not exported:/p; s/^>/exported but not in cbank.h:/p' \
        "$work/differences"
    status=1
fi

# strangers ARCHIVE PATTERN: names that others could see and that are not ours
strangers() {
    nm --defined-only --extern-only "$1" | awk 'NF == 3 { print $3 }' |
        grep -vE "$2|^__(odr_)?asan" || true
}
strangers "$archive" '^(cbank_[a-z]|cbi_)' >"$work/strangers"
strangers "$messages" '^cbank__' >>"$work/strangers"
if [ -s "$work/strangers" ]; then
    sed 's/^/not a name of ours: /' "$work/strangers"
    status=1
fi

if ! readelf -d "$shared" | grep -q 'SONAME.*\[libcbank\.so\.0\]'; then
    echo "the soname is not libcbank.so.0"
    status=1
fi

echo "$(wc -l <"$work/declared") functions declared, $(wc -l <"$work/exported") exported"
[ -s "$work/declared" ] && exit $status
