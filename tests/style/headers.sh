#!/bin/sh
# Every header explains itself to the compiler: included alone, and twice, it compiles; the public
# one as C99, C11, C17 and C++17, with pedantic warnings as errors.
#
# Usage: headers.sh ROOT GENERATED CC CXX [CFLAGS...]
set -eu
root=$1 generated=$2 cc=$3 cxx=$4
shift 4
passed=0 failed=0
source=$(mktemp)
trap 'rm -f "$source"' EXIT

# try WHAT HEADER COMPILER ARGUMENT...
try() {
    what=$1 header=$2
    shift 2
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" >"$source"
    if "$@" -fsyntax-only "$source"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what does not compile alone"
    fi
}

strict="-Wall -Wextra -Wpedantic -Werror -I$root/include"
for standard in c99 c11 c17; do
    try "cbank.h as $standard" cbank.h "$cc" -std=$standard -x c $strict
done
try 'cbank.h as c++17' cbank.h "$cxx" -std=c++17 -x c++ $strict

for path in "$root"/lib/*/*.h; do
    name=${path#"$root"/lib/}
    try "$name" "$name" "$cc" -std=c11 -x c -D_GNU_SOURCE -Wall -Wextra -Werror \
        -I"$root/lib" -I"$root/include" -I"$generated" "$@"
done

echo "$passed headers compile alone, $failed do not"
[ "$failed" -eq 0 ] && [ "$passed" -gt 3 ]
