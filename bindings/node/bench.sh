#!/bin/sh
# What a verification costs from Node.js beside the same from C. Run test.sh before: it builds.
#
# Usage: bench.sh BUILD [COUNT]
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)
build=$(CDPATH='' cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work" >/dev/null
export PKG_CONFIG_PATH="$(dirname "$(find "$work" -name cbank.pc)")"
export LD_LIBRARY_PATH="$(dirname "$(find "$work" -name libcbank.so.0)")"
# shellcheck disable=SC2046 # flags are words
cc -O2 "$root/bindings/bench/verify.c" -o "$work/verify" \
    $(pkg-config --cflags --libs cbank cbank-messages)
CBANK_LIBRARY=$LD_LIBRARY_PATH/libcbank.so.0 node "$build/node/dist/test/bench.js" "$work/verify" \
    "$root/tests/vectors/files" "${2:-3000}"
