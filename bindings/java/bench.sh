#!/bin/sh
# What a verification costs from Java beside the same from C. Run test.sh before: it builds.
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
java "-Djna.library.path=$LD_LIBRARY_PATH" -Xmx512m \
    -cp "$build/java/classes:$build/java/test-classes:$build/java/needs/*" \
    cbank.Bench "$work/verify" "$root/tests/vectors/files" "${2:-3000}"
