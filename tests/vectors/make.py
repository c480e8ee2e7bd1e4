"""Makes the golden files of this folder, and cases.json, from a built library.

Keys, salts and the clock are the library's own, so every run makes other files of the same meaning.
The keys are thrown away: nobody can sign for these colleges again. What a case expects is written
down here, by hand; the run then holds the library against all of them.

Usage: make.py LIBCBANK
"""
import base64
import json
import pathlib
import sys
import tempfile
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

HERE = pathlib.Path(__file__).resolve().parent
SOURCES, FILES = HERE / "sources", HERE / "files"
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]
import tools  # noqa: E402
from formulas import Formulas, pre_authentication  # noqa: E402

ORIGIN = "vectors.example/credit/sha256-ed25519/1"
ORIGIN_SM = "vectors.example/credit/sm3-sm2/1"
DAY, YEAR = 86400, 365 * 86400
COLUMNS = ("reference=记录编号,name=姓名,id_number=公民身份号码,code=课程号,title=课程名称,"
           "credits=学分,score=分数,outcome=结果,awarded=获得日期")
SHEET = {"map": COLUMNS, "set": "id_type=cn-id,type=course,score_max=100", "passed": ["通过"],
         "failed": ["未通过"]}


class Maker:
    """A bank and what it and its colleges sign."""

    def __init__(self, library, folder, origin, suite):
        self.library, self.origin, self.suite = library, origin, suite
        self.path = str(folder / "bank")
        self.info = self.do("cbank_bank_create", {
            "path": self.path, "origin": origin, "names": [name("向量学分银行", "Vector bank")],
            "suite": suite})
        self.bank = library.open("cbank_bank_open", path=self.path)
        self.root = library.open("cbank_key_open", path=f"{self.path}/keys/root.key")
        self.keys = {}

    def do(self, call, request, *handles, feed=None):
        return self.library.ask(call, request, handles=handles, feed=feed)

    def college(self, code, admitted=True):
        self.keys[code] = self.library.open("cbank_key_new", path=self.suite_name())
        file = self.do("cbank_institution_request", {
            "origin": self.origin, "institution": code,
            "names": [name("示范" + code, "Example " + code)]}, self.keys[code]).reply.file
        if admitted:
            self.do("cbank_institution_admit", {"file": file}, self.bank)
        return file

    def suite_name(self):
        return self.suite[len("SUITE_"):].lower().replace("_", "-")

    def batch(self, code, sheet, number, origin=None, **more):
        return self.do("cbank_credit_sign_begin", {
            "institution": code, "origin": origin or self.origin, "number": number,
            "sheet": {"map": COLUMNS, "set": "id_type=cn-id,type=course,score_max=100",
                      "passed": ["通过"], "failed": ["未通过"]}, **more},
            self.keys[code], feed=sheet).output

    def directory(self):
        return self.do("cbank_bank_directory", {"expires_at": self.now() + YEAR}, self.bank,
                       self.root).reply

    def transcript(self, account, recipient, days=30, **more):
        return self.do("cbank_transcript_issue", {
            "account": account, "recipient": recipient, "purpose": "study",
            "expires_at": self.now() + days * 86400, "show_name": True, "show_number": True,
            "ground": {"basis": "legal-duty"}, "order": {"document": "T-1"},
            **more}, self.bank).reply

    @staticmethod
    def now():
        return int(time.time())

    def close(self):
        for key in self.keys.values():
            self.library.close("cbank_key_close", key)
        self.library.close("cbank_key_close", self.root)
        self.library.close("cbank_bank_close", self.bank)


def name(chinese, english=None):
    return {"lang": "zh", "value": chinese}


class Forger:
    """What somebody with the bank's own log key could sign, and a verifier must refuse."""

    def __init__(self, maker):
        pem = pathlib.Path(maker.path, "keys", "log.key").read_bytes()
        self.key = serialization.load_pem_private_key(pem, None)
        self.origin = maker.origin

    def signed(self, file, edit_head=None, edit_body=None, key=None):
        """A transcript with another head or body, its digests and its signature made right."""
        artefact = library.message_class("cbank.v1.Artefact").FromString(file)
        envelope = library.message_class("cbank.v1.Envelope").FromString(artefact.envelope)
        head = library.message_class("cbank.v1.TranscriptHead").FromString(envelope.payload)
        body = list(artefact.body)
        if edit_body:
            edit_body(body)
            head.body_digest = Formulas().body_digest(body)
        if edit_head:
            edit_head(head)
        payload = head.SerializeToString(deterministic=True)
        envelope.payload = payload
        envelope.signatures[0].sig = (key or self.key).sign(
            pre_authentication(envelope.payload_type, payload))
        artefact.envelope = envelope.SerializeToString(deterministic=True)
        del artefact.body[:]
        artefact.body.extend(body)
        return artefact.SerializeToString(deterministic=True)

    def note(self, note, root):
        """The same checkpoint with another root: a second history."""
        text, signature = note.decode().split("\n\n")
        origin, size, _ = text.split("\n")
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        old = base64.b64decode(signature.split(" ")[2])
        new = base64.b64encode(old[:4] + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {new}\n".encode()


def item(body, at, edit):
    """Changes one part of a transcript's body."""
    part = library.message_class("cbank.v1.TranscriptItem").FromString(body[at])
    edit(part)
    body[at] = part.SerializeToString(deterministic=True)


def proof(body, edit):
    part = library.message_class("cbank.v1.LogProof").FromString(body[-1])
    edit(part)
    body[-1] = part.SerializeToString(deterministic=True)


def forgeries(forger, whole, revoked):
    """Transcripts that are wrong in one way each, all under the bank's own signature."""
    def withheld(part):
        digest = Formulas().statement_digest(part.statement)
        part.Clear()
        part.digest, part.entry_class = digest, 2

    def other_number(head):
        head.holder.document_number = "36031318851122002X"

    def other_root(head):
        head.root = bytes(32)

    def later_version(head):
        head.version = 9

    def without_second(body):
        del body[2]

    def one_item_less(head):
        head.chains[0].items -= 1

    def no_such_path(part):
        part.path.append(bytes(32))

    def other_leaf(head):
        head.chains[0].last_leaf = bytes(32)

    def other_statement(part):
        part.statement = part.statement[:-1] + bytes([part.statement[-1] ^ 1])

    stranger = ed25519.Ed25519PrivateKey.generate()
    return {
        "forged-gap.transcript": forger.signed(whole, one_item_less, without_second),
        "forged-leaf.transcript": forger.signed(whole, other_leaf),
        "forged-root.transcript": forger.signed(whole, other_root),
        "forged-path.transcript": forger.signed(
            whole, edit_body=lambda body: proof(body, no_such_path)),
        "forged-holder.transcript": forger.signed(whole, other_number),
        "forged-withheld.transcript": forger.signed(
            revoked, edit_body=lambda body: item(body, len(body) - 2, withheld)),
        "forged-version.transcript": forger.signed(whole, later_version),
        "forged-statement.transcript": forger.signed(
            whole, edit_body=lambda body: item(body, 2, other_statement)),
        "stranger.transcript": forger.signed(whole, key=stranger),
    }


def rules(maker, *names):
    """Signs a document with those that it builds on."""
    return maker.do("cbank_rules_sign_begin", {"documents": documents(*names)},
                    maker.keys["COLLEGE-A"]).output


def documents(*names):
    return [{"name": name, "content": (SOURCES / name).read_bytes()} for name in names]


def publish(maker, file):
    told = maker.do("cbank_publication_publish_begin", {}, maker.bank, feed=file)
    return told.reply.publication.digest.hex()


def run_of_plans(maker, account):
    """Both accounts, and the rows that answer; they are the same in every bank."""
    other = maker.do("cbank_learner_find", {
        "document_type": "cn-id", "document_number": "36031318851122002X"},
        maker.bank).reply.account
    sheet = f"account\n{account}\n{other}\n".encode()
    answer = maker.do("cbank_plan_run_begin", {"lang": "en", "question": {
        "programme": "example/programme", "goal": "PLAN_GOAL_CREDIT", "as_of": 20240901}},
        maker.bank, feed=sheet)
    return sheet, answer.output


def make(lib, folder):
    """All files by name, and what the cases have to know of them."""
    made = {each.name: each.read_bytes() for each in SOURCES.iterdir()}
    maker = Maker(lib, folder, ORIGIN, "SUITE_SHA256_ED25519")
    digests = []
    made["join.request"] = maker.college("COLLEGE-A")
    grades = made["grades.csv"]
    made["grades.batch"] = maker.batch("COLLEGE-A", grades, 1)
    maker.college("COLLEGE-C", admitted=False)
    made["stranger.batch"] = maker.batch("COLLEGE-C", grades, 1)
    made["elsewhere.batch"] = maker.batch("COLLEGE-A", grades, 2, "other.example/bank/1")
    made["changed.batch"] = tools.flipped(made["grades.batch"], len(made["grades.batch"]) - 20)
    made["rules.ruleset"] = rules(maker, "rules.yaml")
    made["study.programme"] = rules(maker, "programme.yaml", "rules.yaml")

    maker.do("cbank_credit_deposit_begin", {"open_accounts": True}, maker.bank,
             feed=made["grades.batch"])
    for name in ("rules.ruleset", "study.programme"):
        digests.append(publish(maker, made[name]))
    account = maker.do("cbank_learner_find", {
        "document_type": "cn-id", "document_number": "360302188103040012"},
        maker.bank).reply.account
    credits = maker.do("cbank_credit_list", {"account": account}, maker.bank).reply.credits
    made["before.note"] = maker.do("cbank_log_checkpoint", {}, maker.bank).reply.note
    made["whole.transcript"] = maker.transcript(account, "COLLEGE-B").file
    made["anyone.transcript"] = maker.transcript(
        account, "anyone", show_name=False, show_number=False).file
    made["part.transcript"] = maker.transcript(account, "COLLEGE-B", only=[credits[0].id]).file
    made["accounts.csv"], made["accounts.answer"] = run_of_plans(maker, account)
    maker.do("cbank_credit_change", {
        "institution": "COLLEGE-A", "ids": [credits[1].id], "action": "CHANGE_ACTION_REVOKE",
        "reason": "error"}, maker.bank, maker.keys["COLLEGE-A"])
    revoked = made["revoked.transcript"] = maker.transcript(account, "COLLEGE-B").file
    made["after.status"] = maker.do("cbank_bank_status", {"expires_at": maker.now() + YEAR},
                                    maker.bank).reply.file
    made["study.claim"], made["taken.claim"] = (maker.do("cbank_claim_issue", {
        "question": {"account": account, "programme": "example/programme",
                     "goal": "PLAN_GOAL_AWARD", "as_of": 20240901},
        "recipient": "COLLEGE-B", "expires_at": maker.now() + 30 * DAY,
        "ground": {"basis": "legal-duty"}, "document": "T-1"}, maker.bank).reply.file
        for _ in range(2))
    maker.do("cbank_claim_withdraw", {"account": account, "file": made["taken.claim"],
                                      "reason": "error"}, maker.bank)
    made["claims.status"] = maker.do("cbank_bank_status", {"expires_at": maker.now() + YEAR},
                                     maker.bank).reply.file
    directory = maker.directory()
    made["bank.directory"] = directory.file

    whole, forger = made["whole.transcript"], Forger(maker)
    made.update(forgeries(forger, whole, revoked))
    made["changed.transcript"] = tools.flipped(whole, whole.index("甲一".encode()) + 2)
    made["changed-body.transcript"] = tools.flipped(whole, len(whole) - 200)
    made["cut.transcript"] = whole[:len(whole) // 2]
    made["fork.note"] = forger.note(made["before.note"], bytes(range(32)))
    made["changed.directory"] = tools.flipped(directory.file, len(directory.file) // 2)
    made["changed.claim"] = tools.flipped(made["study.claim"], len(made["study.claim"]) - 10)
    made["nothing"] = b""
    facts = {"at": maker.now(), "fingerprint": maker.info.reply.fingerprint, "account": account,
             "ids": [each.id for each in credits], "origin": ORIGIN, "sheet": SHEET,
             "rules": digests[0], "programme": digests[1]}
    maker.close()
    return made, facts


def make_sm(lib, folder):
    """A smaller bank of the other suite."""
    maker = Maker(lib, folder, ORIGIN_SM, "SUITE_SM3_SM2")
    maker.college("COLLEGE-A")
    maker.do("cbank_credit_deposit_begin", {"open_accounts": True}, maker.bank,
             feed=maker.batch("COLLEGE-A", (SOURCES / "grades.csv").read_bytes(), 1))
    account = maker.do("cbank_learner_find", {
        "document_type": "cn-id", "document_number": "36031318851122002X"},
        maker.bank).reply.account
    made = {"sm.transcript": maker.transcript(account, "COLLEGE-B").file,
            "sm.directory": maker.directory().file}
    maker.close()
    return made, {"sm_fingerprint": maker.info.reply.fingerprint, "sm_account": account}


def main(path):
    lib = library.Library(path)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "sm").mkdir()
        made, facts = make(lib, place)
        more, more_facts = make_sm(lib, place / "sm")
        made.update(more)
        facts.update(more_facts)
        FILES.mkdir(exist_ok=True)
        for old in FILES.iterdir():
            old.unlink()
        for name, content in made.items():
            (FILES / name).write_bytes(content)
        table = cases.table(facts)
        (FILES / "cases.json").write_text(
            json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        held = library.Cases(lib, FILES)
        (place / "run").mkdir()
        held.run(place / "run")
    print(*held.wrong, sep="\n")
    print(f"{len(made)} files; {held.held} expectations hold, {len(held.wrong)} do not")
    return 1 if held.wrong else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as CLASSES:
        tools.generate(CLASSES)
        import cbank.api.v1  # noqa: F401
        import importlib
        for path in pathlib.Path(CLASSES).rglob("*_pb2.py"):
            importlib.import_module(".".join(path.relative_to(CLASSES).with_suffix("").parts))
        import cases
        import library
        sys.exit(main(sys.argv[1]))
