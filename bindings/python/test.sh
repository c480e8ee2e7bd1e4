#!/bin/sh
# Installs a build and a wheel made from it into a temporary place, and tests the wheel there.
# Takes the modules of the system where they are (Debian's packages), else pinned ones by pip.
#
# Usage: sh bindings/python/test.sh [BUILD [PYTEST-ARGUMENT...]]     PYTHON names the interpreter
#        sh bindings/python/test.sh BUILD bench      measures a verification, beside C
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)
if [ $# -eq 0 ]; then
    cmake --preset release -S "$root" >/dev/null
    cmake --build "$root/.build/release"
    set -- "$root/.build/release"
fi
build=$(CDPATH='' cd "$1" && pwd)
shift
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "$python" -c 'import venv, sysconfig, os, sys
sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; then
    echo "SKIPPED: Python's venv and its headers are not installed (python3-venv, python3-dev)"
    [ -z "${CI:-}" ] || exit 1
    exit 77
fi

cmake --install "$build" --prefix "$work/prefix" >"$work/log"
libdir=$(dirname "$(find "$work/prefix" -name libcbank.so.0)")
PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
export PKG_CONFIG_PATH LD_LIBRARY_PATH PYTHONDONTWRITEBYTECODE PIP_DISABLE_PIP_VERSION_CHECK

"$python" -m venv --system-site-packages "$work/venv"
inside=$work/venv/bin/python
if ! "$inside" -c 'import cffi, google.protobuf, pytest, setuptools, wheel' 2>/dev/null; then
    "$inside" -m pip install -q -r "$here/requirements.txt"
fi
mkdir "$work/bindings"
cp -R "$here" "$work/bindings/python"
cp "$root/bindings/face.py" "$work/bindings"
"$inside" -m pip wheel -q --no-index --no-build-isolation --no-deps -w "$work/wheels" \
    "$work/bindings/python" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$inside" -m pip install -q --no-index --no-deps "$work"/wheels/*.whl
ls "$work/wheels"

cd "$work"
if [ "${1:-}" = bench ]; then
    # shellcheck disable=SC2046 # flags are words
    cc -O2 "$root/bindings/bench/verify.c" -o verify \
        $(pkg-config --cflags --libs cbank cbank-messages)
    "$inside" "$here/bench/verify.py" "$work/verify" "$root/tests/vectors/files"
    exit
fi
CBANK_SOURCES=$root
export CBANK_SOURCES
"$inside" -m pytest -q -p no:cacheprovider --rootdir "$here" "$here/tests" "$@"
