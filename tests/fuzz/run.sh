#!/bin/sh
# Campaigns by hand: builds the libFuzzer programs and runs each target from its seeds and its
# corpus, with AddressSanitizer and UndefinedBehaviorSanitizer. A crash, a leak, a broken promise,
# a run over 1 s of processor time or over 64 MiB of memory (limit.h) ends a campaign; the input is
# left in .build/fuzz/found. The last line counts; the corpora grow in .build/fuzz/corpus.
#
# Usage: sh tests/fuzz/run.sh [--runs N] [--seconds N] [--keep] [TARGET...]
#
# --runs     so many runs of each target (10000000 without --seconds)
# --seconds  so many seconds for each target
# --keep     afterwards, makes of each corpus the smallest that reaches as much, and packs it into
#            tests/fuzz/corpus, where it is part of the ordinary tests
set -eu
cd "$(dirname "$0")/../.."

runs= seconds= keep= targets=
while [ $# -gt 0 ]; do
    case $1 in
    --runs) runs=${2:?}; shift ;;
    --seconds) seconds=${2:?}; shift ;;
    --keep) keep=yes ;;
    -*) echo "usage: sh tests/fuzz/run.sh [--runs N] [--seconds N] [--keep] [TARGET...]" >&2
        exit 2 ;;
    *) targets="$targets $1" ;;
    esac
    shift
done
[ -n "$runs$seconds" ] || runs=10000000
all=$(sed -n 's/^FUZZ_TARGET(\(.*\))$/\1/p' tests/fuzz/targets.def)
[ -n "$targets" ] || targets=$all

build=.build/fuzz
mkdir -p "$build/corpus" "$build/found" "$build/logs"
cmake --preset fuzz >"$build/configure.log" || { cat "$build/configure.log"; exit 1; }
cmake --build --preset fuzz --target fuzz-programs >"$build/build.log" ||
    { cat "$build/build.log"; exit 1; }
"$build/tests/fuzz/fuzz-seeds" "$build/seeds"

# What is freed is held back for a while, so that its use is noticed: 16 MiB of it will do. Nobody
# reads where it was freed from in ten million runs: two frames are kept.
export ASAN_OPTIONS="quarantine_size_mb=16:malloc_context_size=2"
# Banks and key files lie in memory: no disk is under test.
[ -n "${TMPDIR-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm

# smallest TARGET: as little of its corpus as reaches as much beside the seeds, packed; names say
# what is in them
smallest() {
    rm -rf "$build/smallest/$1"
    mkdir -p "$build/smallest/$1" tests/fuzz/corpus
    cp "$build/seeds/$1"/* "$build/smallest/$1"
    "$build/tests/fuzz/fuzz-$1" -merge=1 -max_len=4096 "$build/smallest/$1" \
        "$build/corpus/$1" 2>>"$build/logs/$1"
    for seed in "$build/seeds/$1"/*; do
        rm -f "$build/smallest/$1/${seed##*/}"
    done
    tar -C "$build/smallest" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
        --mode=644 -cf - "$1" | xz -9 >"tests/fuzz/corpus/$1.tar.xz"
}

# campaign TARGET: runs it from what is kept and what was found before
campaign() {
    mkdir -p "$build/corpus/$1"
    [ ! -e "tests/fuzz/corpus/$1.tar.xz" ] ||
        tar -C "$build/corpus" -xf "tests/fuzz/corpus/$1.tar.xz"
    "$build/tests/fuzz/fuzz-$1" ${runs:+-runs="$runs"} ${seconds:+-max_total_time="$seconds"} \
        -timeout=60 -malloc_limit_mb=64 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="$build/found/$1-" "$build/corpus/$1" "$build/seeds/$1" \
        2>"$build/logs/$1"
}

bad=0 count=0
for target in $targets; do
    begin=$(date +%s)
    verdict=ok
    campaign "$target" || verdict=BAD
    done_runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/logs/$target")
    echo "$target: $verdict, ${done_runs:-0} runs in $(($(date +%s) - begin)) s"
    if [ "$verdict" = BAD ]; then
        bad=$((bad + 1))
        grep -a -m 3 -E 'ERROR|SUMMARY|^fuzz:|runtime error' "$build/logs/$target" || true
    fi
    [ -z "$keep" ] || smallest "$target"
    count=$((count + 1))
done
echo "$count targets, $bad bad"
[ "$bad" -eq 0 ]
