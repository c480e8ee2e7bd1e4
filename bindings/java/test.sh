#!/bin/sh
# Builds the Java binding, installs it and the library into a temporary place, and tests it there:
# its JUnit tests, its documentation, the quickstart of its README, once with the library beside the
# jar and once with the one inside it, and virtual threads where there is a Java that has them.
#
# Usage: test.sh [BUILD]      BUILD is a folder in which cbank was built; without one it is built
set -eu
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
root=$(CDPATH='' cd "$here/../.." && pwd)

missing=
for tool in javac mvn python3; do
    command -v $tool >/dev/null || missing="$missing $tool"
done
if [ -z "$missing" ] && [ "$(javac -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/')" -lt 17 ]; then
    missing=' a javac of 17 or later'
fi
if [ -n "$missing" ]; then
    echo "SKIPPED: the Java binding needs$missing"
    [ -z "${CI:-}" ] || { echo "CI leaves nothing out"; exit 1; }
    exit 77
fi

if [ $# -gt 0 ]; then
    build=$(CDPATH='' cd "$1" && pwd)
else
    build=$root/.build/release
    (cd "$root" && cmake --preset release && cmake --build --preset release) >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/log" || { cat "$work/log"; exit 1; }
library=$(find "$work/prefix" -name 'libcbank.so.0')
libraries=$(dirname "$library")
case $(uname -m) in
x86_64) processor=x86-64 ;;
*) processor=$(uname -m) ;;
esac
mkdir -p "$work/bundle/linux-$processor"
cp "$library" "$work/bundle/linux-$processor/libcbank.so"

# A compiler that lives for seconds is not worth optimising.
MAVEN_OPTS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
export MAVEN_OPTS
maven() {
    (cd "$here" && mvn -B -q -Dstyle.color=never "$@" "-Dcbank.build=$build/java" \
        "-Dcbank.bundle=$work/bundle" "-Dcbank.library.path=$libraries")
}
rm -rf "$build/java/surefire-reports"
maven package
attribute() {
    sed -n 's/^<testsuite .* '"$1"'="\([0-9]*\)".*/\1/p' \
        "$build/java/surefire-reports/"TEST-*.xml | awk '{ sum += $1 } END { print sum + 0 }'
}
tests=$(attribute tests)
skipped=$(attribute skipped)

# Every public name has its comment, and every comment is one.
mkdir "$work/lib"
cp "$build"/java/cbank-*.jar "$build"/java/needs/*.jar "$work/lib"
javadoc -quiet -Xdoclint:all -Xmaxwarns 10000 -encoding UTF-8 -d "$work/doc" \
    -cp "$work/lib/*" -sourcepath "$here/src/main/java:$build/java/header" cbank \
    >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
if grep -E 'warning: (no comment|.*(tag|reference|malformed|bad))' "$work/log" |
    grep -v 'no @'; then
    echo 'the documentation has gaps'
    exit 1
fi

# The README's quickstart, from the jars alone.
sed -n '/^```java$/,/^```$/p' "$here/README.md" | sed '1d;/^```$/,$d' >"$work/Quickstart.java"
wanted='甲一 holds {credit=3.5}'
quickstart() {
    said=$(cd "$work" && java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 "$@" -cp "$work/lib/*" \
        Quickstart.java "$work/bank-$passed")
    [ "$said" = "$wanted" ] || { echo "the quickstart says '$said'"; exit 1; }
    passed=$((passed + 1))
}
passed=0
quickstart
quickstart "-Dcbank.library=$library"
quickstart "-Djna.library.path=$libraries"

for java in /usr/lib/jvm/*/bin/java; do
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 21 ]; then
        maven surefire:test "-Djvm=$java" "-Dcbank.options=--enable-native-access=ALL-UNNAMED" \
            -Dtest='ThreadsTest#virtualThreadsAreNotPinned'
        skipped=$((skipped + $(attribute skipped) - 1))
        passed=$((passed + 1))
        break
    fi
done
echo "$((tests + passed - skipped)) passed, $skipped skipped"
