#!/bin/sh
# The check notices: small libraries, each with one difference from what a release had.
#
# Usage: planted.sh CC
set -eu
cc=$1
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0 checks=0

# build NAME SED: a library whose header is the one below, changed
build() {
    mkdir "$work/$1"
    sed "$2" >"$work/$1/face.h" <<'FACE'
typedef enum status { STATUS_OK = 0, STATUS_NO = 101 } status;
typedef struct fault { int status; char words[80]; } fault;
typedef struct bank bank;
status bank_open(const char *path, bank **out, fault *err);
void bank_close(bank *it);
FACE
    cat >"$work/$1/face.c" <<'BODY'
#include "face.h"
struct bank { int INSIDE; };
status bank_open(PATH path, bank **out, fault *err)
{
    (void)path, (void)out, (void)err;
    return STATUS_NO;
}
CLOSE
MORE
BODY
}

# library NAME PATH-TYPE CLOSE MORE: compiles it
library() {
    "$cc" -g -shared -fPIC -I "$work/$1" -DPATH="$2" -DCLOSE="$3" -DMORE="$4" -DINSIDE="${5:-a}" \
        "$work/$1/face.c" -o "$work/$1/lib.so"
}
closes='void bank_close(bank *it) { (void)it; }'

build release ''
library release 'const char *' "$closes" ''
sh "$here/dump.sh" "$work/release/lib.so" "$work/release" >"$work/release.abi"

# expect VERDICT NAME: passes or fails, as it must
expect() {
    verdict=passes
    said=$(sh "$here/check.sh" "$work/release.abi" "$work/$2/lib.so" "$work/$2" 2>&1) ||
        verdict=fails
    checks=$((checks + 1))
    [ "$verdict" = "$1" ] || { wrong=$((wrong + 1)); echo "$2 $verdict:"; echo "$said"; }
}

expect passes release

build function_added '$a void bank_more(void);'
library function_added 'const char *' "$closes" 'void bank_more(void) {}'
expect passes function_added

build number_added 's/STATUS_NO = 101/STATUS_NO = 101, STATUS_NEW = 102/'
library number_added 'const char *' "$closes" ''
expect passes number_added

build inside_changed ''
library inside_changed 'const char *' "$closes" '' 'a; long b'
expect passes inside_changed

build function_removed ''
library function_removed 'const char *' '' ''
expect fails function_removed

build parameter_changed 's/const char \*path/int path/'
library parameter_changed int "$closes" ''
expect fails parameter_changed

build layout_changed 's/words\[80\]/words[160]/'
library layout_changed 'const char *' "$closes" ''
expect fails layout_changed

build number_changed 's/STATUS_NO = 101/STATUS_NO = 103/'
library number_changed 'const char *' "$closes" ''
expect fails number_changed

echo "$checks libraries compared, $wrong judged wrongly"
[ "$wrong" -eq 0 ]
