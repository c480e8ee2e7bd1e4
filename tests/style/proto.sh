#!/bin/sh
# Lints proto/ with buf, pinned in tests/interop/node. Skips (77) where there is no npm, except in
# CI, which has it.
#
# Usage: proto.sh ROOT WORK
set -eu
root=$1 work=$2

if ! command -v npm >/dev/null; then
    echo "SKIPPED: buf needs npm, which is not installed"
    [ -z "${CI:-}" ] || exit 1
    exit 77
fi
wanted=$root/tests/interop/node/package.json
if ! cmp -s "$wanted" "$work/installed.json"; then
    mkdir -p "$work"
    cp "$wanted" "$work/package.json"
    (cd "$work" && npm install --no-package-lock --no-audit --no-fund --loglevel=error)
    cp "$wanted" "$work/installed.json"
fi
"$work/node_modules/.bin/buf" lint "$root/proto"
echo "buf lint: $(find "$root/proto" -name '*.proto' | wc -l) files are clean"
