#!/bin/sh
# Tests the worked example of ../README.md: the program that stands there runs, and the shared cases
# are answered as in C. Skips (77) where PHP, its FFI or its protobuf runtime are not installed.
#
# Usage: sh bindings/php/test.sh BUILD
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)
build=$(CDPATH='' cd "${1:-$root/.build/release}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! php -r 'exit((int) !(class_exists("FFI") && function_exists("bccomp") &&
    stream_resolve_include_path("Google/Protobuf/Internal/Message.php")));' 2>/dev/null; then
    echo "SKIPPED: php-cli with FFI, php-bcmath or php-google-protobuf are not installed"
    [ -z "${CI:-}" ] || exit 1
    exit 77
fi

cmake --install "$build" --prefix "$work/prefix" >"$work/log"
LD_LIBRARY_PATH=$(dirname "$(find "$work/prefix" -name libcbank.so.0)")
export LD_LIBRARY_PATH
header=$work/prefix/include/cbank.h
protos=$work/prefix/share/cbank/proto
mkdir "$work/messages" "$work/scenes"
(cd "$protos" && find . -name '*.proto' | sed 's,^\./,,' |
    xargs protoc "-I$protos" "--php_out=$work/messages")

# block NAME: what stands in the README between <!-- NAME --> and the end of its code
block() {
    awk -v name="<!-- $1 -->" '$0 == name { found = 1; next }
        found && /^```/ { if (inside) exit; inside = 1; next } inside' "$root/bindings/README.md"
}
block example >"$work/example.php"
block says >"$work/says"
ln -s "$here/load.php" "$here/Cbank.php" "$work"
(cd "$work" && php example.php "$header" messages "$root/tests/vectors/files") >"$work/said"
diff "$work/says" "$work/said"
echo "the example of bindings/README.md says what stands there"

python3 "$root/bindings/face.py" "$header" |
    php "$here/cases.php" "$header" "$work/messages" "$root/tests/vectors/files" "$work/scenes"
