#!/bin/sh
# Verification needs no bank: the tests of proof, linked with base, crypto, wire and record alone,
# load no LMDB and hold no call to it; neither do the tests of rules.
#
# Usage: links.sh PROGRAM...
set -eu
status=0
for program in "$@"; do
    if ! libraries=$(ldd "$program"); then
        echo "$program: ldd cannot read it"
        exit 1
    fi
    if echo "$libraries" | grep -q 'liblmdb'; then
        echo "$program loads LMDB"
        status=1
    fi
    if nm "$program" | grep -qE ' (U|T) (mdb_|cbi_(store|ledger|bank)_)'; then
        echo "$program knows the store:"
        nm "$program" | grep -E ' (U|T) (mdb_|cbi_(store|ledger|bank)_)'
        status=1
    fi
    echo "$(basename "$program"): $(echo "$libraries" | wc -l) libraries"
done
exit $status
