#!/bin/sh
# The README shows example.c as it is; the program says VALID of a genuine transcript, and why not
# of others. The files are those of the demo.
#
# Usage: run.sh ROOT CBANK EXAMPLE
set -eu
root=$1 cbank=$2 example=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n '/^<!-- example.c -->$/,/^<!-- end -->$/p' "$root/README.md" | sed '1,2d;$d' | sed '$d' \
    >"$work/shown.c"
diff -u "$root/tests/readme/example.c" "$work/shown.c" ||
    { echo 'the README shows another example than tests/readme/example.c'; exit 1; }

LC_ALL=C sh "$root/cli/demo.sh" "$cbank" "$work/demo" >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
cd "$work/demo"
fingerprint=$("$cbank" --bank bank bank info --json |
    sed -n 's/.*"fingerprint": *"\([0-9a-f]*\)".*/\1/p' | head -n 1)
checks=0

# expect CODE WORDS ARGUMENT...: what the example answers
expect() {
    code=0
    said=$("$example" directory "$fingerprint" "$3" "$4") || code=$?
    echo "$said"
    case $code:$said in
    "$1:$2"*) checks=$((checks + 1)) ;;
    *) echo "expected $2 and exit code $1, not $code"; exit 1 ;;
    esac
}
expect 0 'VALID: ' transcript DEMO-B
expect 1 'bad_signature: ' forged DEMO-B
expect 1 'wrong_recipient: ' transcript DEMO-A
expect 1 'malformed: ' nothing DEMO-B
fingerprint=$(echo "$fingerprint" | tr 0-9 1-90)
expect 1 'untrusted_key: ' transcript DEMO-B
echo "the example of the README is right in $checks of $checks cases"
