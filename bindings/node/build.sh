#!/bin/sh
# Makes the package in a folder: what repeats the header, the messages of proto/, and all of it and
# its tests compiled. Packages that it needs are installed there if they are not.
#
# Usage: build.sh OUT
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
proto=$here/../../proto
mkdir -p "$1"
cd "$1"
rm -rf src test dist
cp -R "$here/src" "$here/test" "$here/README.md" "$here/tsconfig.json" .
if ! cmp -s "$here/package.json" package.json || [ ! -x node_modules/.bin/tsc ]; then
    cp "$here/package.json" .
    npm install --no-package-lock --no-audit --no-fund --loglevel=error
fi
python3 "$here/generate.py" src src/generated
# shellcheck disable=SC2046 # a list of files
protoc -I "$proto" --plugin=node_modules/.bin/protoc-gen-es --es_out=src/generated \
    --es_opt=target=ts,import_extension=js $(find "$proto/cbank" -name '*.proto' | sort)
node_modules/.bin/tsc -p .
node_modules/.bin/tsc -p test
