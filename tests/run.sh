#!/bin/sh
# Installs what the tests need, builds, and runs every test; then builds with AddressSanitizer and
# UndefinedBehaviorSanitizer and runs them again. The last line counts what happened.
#
# Usage: sh tests/run.sh [--quick]      --quick leaves the sanitizer build out
set -eu
cd "$(dirname "$0")/.."

presets='dev asan'
for option in "$@"; do
    case $option in
    --quick) presets=dev ;;
    *) echo "usage: sh tests/run.sh [--quick]" >&2; exit 2 ;;
    esac
done

sh cli/packages.sh build test

jobs=$(getconf _NPROCESSORS_ONLN)
reports=
mkdir -p .build
for preset in $presets; do
    echo "== $preset: build"
    rm -f ".build/$preset/tests.xml"
    cmake --preset "$preset" >.build/configure.log || { cat .build/configure.log; exit 1; }
    cmake --build --preset "$preset" -j "$jobs"
    echo "== $preset: test"
    ctest --test-dir ".build/$preset" -j "$jobs" --no-tests=error --output-on-failure \
        --test-output-size-passed 1000000 --output-junit tests.xml || true
    reports="$reports .build/$preset/tests.xml"
done

# shellcheck disable=SC2086 # a list of files
python3 tests/summary.py $reports
