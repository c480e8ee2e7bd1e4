#!/bin/sh
# Writes what programs rely on in the shared library: functions, types and their layout. A release
# keeps it as tests/abi/libcbank.so.0.abi:
#
#     cmake --preset dev && cmake --build --preset dev
#     sh tests/abi/dump.sh .build/dev/libcbank.so include >tests/abi/libcbank.so.0.abi
#
# Usage: dump.sh LIBRARY HEADERS
set -eu
abidw --headers-dir "$2" --drop-private-types --exported-interfaces-only --no-architecture \
    --no-show-locs --no-corpus-path --no-comp-dir-path --no-elf-needed --type-id-style hash "$1" |
    sed "s| path='[^']*/lib/| path='lib/|"
