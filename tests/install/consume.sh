#!/bin/sh
# Installs a build into an empty place, moves it, and has a stranger's program find it there:
# through pkg-config, shared and static, and through find_package, shared and static.
#
# Usage: consume.sh BUILD CMAKE GENERATOR CC LIBDIR
set -eu
build=$1 cmake=$2 generator=$3 cc=$4 libdir=$5
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0

DESTDIR=$work/stage "$cmake" --install "$build" --prefix /opt/cbank >"$work/log"
mv "$work/stage/opt/cbank" "$work/prefix"
prefix=$work/prefix
for file in include/cbank.h include/cbank/v1/record.pb-c.h share/cbank/proto/cbank/v1/record.proto \
    "$libdir/libcbank.so.0" "$libdir/libcbank.a" "$libdir/libcbank-messages.a"; do
    [ -e "$prefix/$file" ] || { echo "$file is not installed"; exit 1; }
done
if grep -rlF -e "$work" -e "$build" "$prefix/$libdir/cmake" "$prefix/$libdir/pkgconfig"; then
    echo "installed files name the place where they were built"
    exit 1
fi

PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
LD_LIBRARY_PATH=$prefix/$libdir
export PKG_CONFIG_PATH LD_LIBRARY_PATH

# say WAY PROGRAM: the program runs and says what it should
say() {
    said=$("$2")
    [ "$said" = "not_found, 11 bytes" ] || { echo "$1: the program says '$said'"; exit 1; }
    passed=$((passed + 1))
    echo "$1: ok"
}

# shellcheck disable=SC2046 # flags are words
"$cc" -Wall -Werror "$here/consumer/consumer.c" -o "$work/shared" \
    $(pkg-config --cflags --libs cbank cbank-messages)
say 'pkg-config, shared' "$work/shared"
# The archive, alone in its folder so that it is what the linker finds. What it needs besides is
# shared: Debian has no archive of libzip.
mkdir "$work/archive"
cp "$prefix/$libdir/libcbank.a" "$work/archive"
# shellcheck disable=SC2046
"$cc" -Wall -Werror "$here/consumer/consumer.c" -L"$work/archive" -o "$work/static" \
    $(pkg-config --static --cflags --libs cbank) 2>"$work/warnings" ||
    { cat "$work/warnings"; exit 1; }
say 'pkg-config, static' "$work/static"
if ldd "$work/static" | grep -q libcbank; then
    echo "the program with the archive still asks for the shared library"
    exit 1
fi

"$cmake" -G "$generator" -S "$here/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="$cc" >"$work/log" || { cat "$work/log"; exit 1; }
"$cmake" --build "$work/consumer" >"$work/log" || { cat "$work/log"; exit 1; }
say 'find_package, shared' "$work/consumer/consumer-shared"
say 'find_package, static' "$work/consumer/consumer-static"

if [ -x "$build/cbank" ]; then
    unset LD_LIBRARY_PATH
    "$prefix/bin/cbank" --help >/dev/null
    passed=$((passed + 1))
    echo 'the installed program: ok'
fi
echo "$passed ways to use the installed library work"
