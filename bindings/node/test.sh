#!/bin/sh
# Builds the Node.js binding, installs it and the library into a temporary place, and tests it
# there: its types, its tests, and the quickstart of its README in a program of its own, once with
# the library in the package and once with the one that was installed.
#
# Usage: test.sh [BUILD]      BUILD is a folder in which cbank was built; without one it is built
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)

missing=
for tool in node npm python3 protoc; do
    command -v $tool >/dev/null || missing="$missing $tool"
done
old=
if [ -z "$missing" ] && [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    old=yes # Debian 12's own is 18, and its npm can install a newer one
fi
if [ -n "$missing" ]; then
    echo "SKIPPED: the Node.js binding needs$missing"
    [ -z "${CI:-}" ] || { echo "CI leaves nothing out"; exit 1; }
    exit 77
fi

if [ $# -gt 0 ]; then
    build=$(CDPATH='' cd "$1" && pwd)
else
    build=$root/.build/release
    (cd "$root" && cmake --preset release && cmake --build --preset release) >&2
fi
if [ -n "$old" ]; then
    npm install --no-audit --no-fund --silent --prefix "$build/node-runtime" node@20.20.2
    PATH=$build/node-runtime/node_modules/node/bin:$PATH
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
library=$(find "$work/prefix" -name 'libcbank.so.0')

package=$build/node
sh "$here/build.sh" "$package"
code=0
(cd "$package" && CBANK_ROOT=$root CBANK_LIBRARY=$library \
    node --expose-gc --test --test-reporter=tap dist/test/*.test.js) >"$work/log" || code=$?
grep -E '^# .*(grown by|expectations hold)' "$work/log" | sed 's/[#\\ ]*//' || true
if [ $code -ne 0 ]; then
    cat "$work/log"
    exit 1
fi
passed=$(sed -n 's/^# pass //p' "$work/log")
skipped=$(sed -n 's/^# skipped //p' "$work/log")

# The package as a file, installed by a program that has nothing else.
native=$package/native/$(node -p 'process.platform + "-" + process.arch')
rm -rf "$package/native"
mkdir -p "$native" "$work/program"
cp "$library" "$native/libcbank.so"
cd "$work/program"
archive=$(cd "$package" && npm pack --silent --pack-destination "$work")
echo '{"type": "module"}' >package.json
npm install --prefer-offline --no-package-lock --no-audit --no-fund --loglevel=error \
    "$work/$archive"
sed -n '/^```ts$/,/^```$/p' "$here/README.md" | sed '1d;/^```$/,$d' >quickstart.ts
"$package/node_modules/.bin/tsc" --strict --skipLibCheck --module nodenext --target es2022 \
    --lib es2023,esnext.disposable --types node --typeRoots "$package/node_modules/@types" \
    quickstart.ts
wanted="甲一 holds Map(1) { 'credit' => '3.5' }"
quickstart() {
    said=$(env "$@" node quickstart.js "$work/bank-$#")
    [ "$said" = "$wanted" ] || { echo "the quickstart says '$said'"; exit 1; }
    passed=$((passed + 1))
}
quickstart -u CBANK_LIBRARY
quickstart "CBANK_LIBRARY=$library" CBANK_THREADS=1 LANG=C
echo "$passed passed, $skipped skipped"
