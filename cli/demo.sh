#!/bin/sh
# The life of a credit, from a college's spreadsheet to a partner's desk, in about twenty commands.
# The people and colleges are invented. What it makes stays in WORK to be looked at.
#
# Usage: demo.sh CBANK WORK
set -eu
cbank=$(CDPATH='' cd "$(dirname "$1")" && pwd)/$(basename "$1")
sample=$(CDPATH='' cd "$(dirname "$0")" && pwd)/sample
work=$2
rm -rf "$work"
mkdir -p "$work"
cd "$work"

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
zh*) lang=zh ;;
*) lang=en ;;
esac

# say CHINESE ENGLISH: what the next commands show
say() {
    [ $lang = zh ] && printf '\n【%s】\n' "$1" || printf '\n== %s\n' "$2"
}

# run ARGUMENT...: shows the command and runs it
run() {
    printf '$ cbank'
    printf ' %s' "$@"
    printf '\n'
    "$cbank" --lang $lang "$@"
}

# value KEY: the first value of KEY in the JSON on standard input
value() {
    sed -n 's/.*"'"$1"'": *"\{0,1\}\([^",}]*\).*/\1/p' | head -n 1
}

fail() {
    echo "demo: $1" >&2
    exit 1
}

origin=demo.example/credit/sha256-ed25519/1

say '一、建立学分银行；防回滚的“守卫”放在银行目录之外' \
    '1. A bank is made; the guard against old copies lies outside of it'
run bank init bank --origin $origin --name 示范学分银行 --guard guard
CBANK_BANK=$PWD/bank
export CBANK_BANK
root=$("$cbank" bank info --json | value fingerprint)

say '二、两所学院用自己的密钥申请加入，银行接纳' \
    '2. Two colleges ask to join, each with its own key, and are admitted'
for college in DEMO-A:示范甲学院 DEMO-B:示范乙学院; do
    code=${college%%:*}
    run key new "$code.key"
    run institution request --code "$code" --name "${college#*:}" --origin $origin \
        --key "$code.key" -o "$code.request"
    run institution admit "$code.request"
done

say '三、甲学院在自己的电脑上给一张成绩表签名，这一步不需要银行' \
    '3. College A signs a spreadsheet of grades on its own machine; no bank is needed'
cat "$sample/grades.csv"
columns='reference=记录编号,name=姓名,id_number=公民身份号码,code=课程号,title=课程名称'
columns="$columns,credits=学分,score=分数,outcome=结果,awarded=获得日期"
(
    unset CBANK_BANK
    run credit sign "$sample/grades.csv" --institution DEMO-A --origin $origin --key DEMO-A.key \
        --map "$columns" --set id_type=cn-id,type=course,score_max=100 --passed 通过 --failed 未通过 \
        -o grades.batch
)

say '四、银行存入这一批次，并为新学习者开户' \
    '4. The bank deposits the batch and opens accounts for the learners it does not know'
run credit deposit grades.batch --open-accounts

say '五、学习者同意后，银行向乙学院出具学分证明' \
    '5. A learner consents, and the bank issues a transcript for college B'
number=$(sed -n '2s/^[^,]*,[^,]*,\([^,]*\),.*/\1/p' "$sample/grades.csv")
account=$("$cbank" learner find --id-type cn-id --id-number "$number" --json | value account)
[ -n "$account" ] || fail 'the learner has no account'
run bank directory -o directory
run consent give "$account" --for DEMO-B --show name --until 2099-12-31
run transcript issue "$account" -o transcript --for DEMO-B --show name

say '六、乙学院离线核验：只用成绩单、机构目录和预先核对过的银行根密钥指纹' \
    '6. College B verifies it offline, with the directory and the fingerprint of the root it pinned'
verify() {
    (
        unset CBANK_BANK
        run transcript verify "$@" --trust directory --root "$root" --for DEMO-B
    )
}
verify transcript

say '七、成绩单里改动一个比特，核验拒绝并说明原因' \
    '7. One bit of the transcript is changed: it is refused, with the reason'
at=$(($(wc -c <transcript) / 2))
byte=$(od -An -tu1 -j $at -N 1 transcript | tr -d ' ')
cp transcript forged
# shellcheck disable=SC2059 # the format is the byte
printf "\\$(printf %03o $((byte ^ 1)))" | dd of=forged bs=1 seek=$at conv=notrunc 2>/dev/null
status=0
verify forged || status=$?
[ $status -eq 1 ] || fail "a forged transcript answers $status, not 1"

say '八、甲学院撤销一条学分；新的成绩单不能隐去这件事' \
    '8. College A revokes one credit; a new transcript cannot keep it quiet'
credit=$("$cbank" credit list "$account" --json | value id)
[ -n "$credit" ] || fail 'the account has no credit'
run credit revoke "$credit" --institution DEMO-A --key DEMO-A.key --reason entered-in-error
run transcript issue "$account" -o transcript-2 --for DEMO-B --show name
verify transcript-2
verify transcript-2 --json | grep -q '"revoked"' || fail 'the revoked credit does not show'

say '九、重放整个账本：每个字节、每条链、每个签名' \
    '9. The whole log is replayed: every byte, chain and signature'
run bank check
run log checkpoint

say "完成。文件都在 $work" "Done. All files are in $work"
