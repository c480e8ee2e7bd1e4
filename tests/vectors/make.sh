#!/bin/sh
# Makes files/ again from the library as it is now, and holds the library against what it made.
# Needed after a format or a request has changed; commit all of files/ together.
#
# Usage: sh tests/vectors/make.sh
set -eu
cd "$(dirname "$0")/../.."
cmake --preset dev >/dev/null
cmake --build --preset dev --target cbank-shared
python=$(sed -n 's/^PYTHON:FILEPATH=//p' .build/dev/CMakeCache.txt)
PYTHONDONTWRITEBYTECODE=1 "$python" tests/vectors/make.py .build/dev/libcbank.so
