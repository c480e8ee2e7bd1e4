#!/bin/sh
# The checks notice: each fault, planted into a copy of the project, is found and named.
#
# Usage: planted.sh ROOT PYTHON
set -eu
root=$1 python=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$root/lib" "$copy"
found=0 missed=0

# many COUNT LINE
many() {
    yes "$2" | head -n "$1" | tr -d '\n'
}

# expect CHECK FILE TEXT WORDS: FILE with TEXT makes CHECK fail, and it says WORDS of it
expect() {
    mkdir -p "$(dirname "$copy/$2")"
    printf '%b' "$3" >"$copy/$2"
    if said=$("$python" "$root/tests/style/$1.py" "$copy"); then
        said="nothing at all"
    fi
    rm "$copy/$2"
    case $said in
    *"$2"*"$4"*) found=$((found + 1)) ;;
    *) missed=$((missed + 1)); echo "$1 misses '$4' in $2; it says: $said" ;;
    esac
}

expect layers lib/proof/x.c '#include "store/store.h"\n' 'may not include store'
expect layers lib/base/x.c '#include "wire/message.h"\n' 'may not include wire'
expect layers lib/ledger/x.c '#include <lmdb.h>\n' 'belongs to store only'
expect layers lib/wire/x.h '#include <openssl/evp.h>\n' 'belongs to crypto only'
expect layers lib/proof/x.c 'int a = protobuf_c_message_pack(m);\n' 'only wire does'
expect layers lib/strange/x.c 'int a;\n' 'no layer'
expect layers lib/bank/x.h '/* x.h - a new noun. */\n' 'not on the map'
expect layers cli/x.c '#include "base/bytes.h"\n' 'only cbank.h'
expect layers cli/x.c '#include "../lib/base/bytes.h"\n' 'only cbank.h'
expect tidy lib/base/x.c 'int a = strcpy(b, c);\n' 'no bound'
expect tidy lib/base/x.c 'int a = printf("x");\n' 'silent'
expect tidy lib/record/x.c 'int a = time(NULL);\n' 'clock'
expect tidy lib/crypto/x.c 'int a = SHA256(b, 1, c);\n' 'fetch the digest'
expect tidy lib/bank/x.c 'int a = cbi_hash_equal(&row.mac, &b);\n' 'cbi_equal_secret'
expect tidy lib/base/x.c "int f(void)\n{\n$(many 101 '    f();\n')}\n" '101 lines'
expect tidy lib/base/x.c "$(many 501 'int a;\n')" '501 lines'
expect tidy cli/x.c "/* $(many 100 -) */\n" '106 columns'
expect tidy cli/x.c '\tint a;\n' 'a tab'
expect tidy cli/x.sh '# TO''DO\n' 'unfinished'
expect tidy cli/x.sh 'cd /ro''ot/x\n' "somebody's machine"
expect tidy bindings/x.py 'get("htt''ps://packages.org/x")\n' 'on the network'
expect tidy bindings/x.csv '440524''198001010014\n' 'born in 1980'
expect tidy x.txt 'a\n' 'top of the project'

echo "$found planted faults found, $missed missed"
[ "$missed" -eq 0 ]
