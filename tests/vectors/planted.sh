#!/bin/sh
# The runner must find a case that does not hold: one is planted in each kind of expectation.
#
# Usage: planted.sh FILES PROGRAM
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=0

# plant WHAT SED-EXPRESSION
plant() {
    rm -rf "$work/files" "$work/run"
    mkdir "$work/run"
    cp -r "$1" "$work/files"
    sed "$3" "$1/cases.json" >"$work/files/cases.json"
    if cmp -s "$1/cases.json" "$work/files/cases.json"; then
        echo "$2: nothing was planted"
        exit 1
    fi
    if "$4" "$work/files" "$work/run" >"$work/said"; then
        echo "$2: was not found"
        exit 1
    fi
    found=$((found + 1))
}
plant "$1" 'a status' '0,/"status": 602/s//"status": 603/' "$2"
plant "$1" 'a reason' '0,/"reason": "CHAIN_LEAF"/s//"reason": "CHAIN_TAG"/' "$2"
plant "$1" 'a value' '0,/"totals.0.milli": "7625"/s//"totals\/0\/milli": "7626"/' "$2"
plant "$1" 'an output' 's/"output": "rules.ruleset"/"output": "study.programme"/' "$2"
plant "$1" 'a value in a file' 's/chains.0.items": "4"/chains\/0\/items": "5"/' "$2"
echo "$found planted faults are found"
