"""What the shared cases are: calls, and what each must answer. make.py writes them to cases.json.

Everything expected is written here by hand; only what a run makes at random, such as a fingerprint,
is taken from the run. README.md says how a case is read.
"""
DAY = 86400
A, B = "360302188103040012", "36031318851122002X"


def step(name, call, status=0, reason="", **more):
    return {"name": name, "call": call, "status": status, "reason": reason, **more}


class Table:
    def __init__(self, facts):
        self.facts = facts

    def scenes(self):
        return [self.directories(), self.transcripts(), self.forgeries(), self.terms(), self.sm(),
                self.claims(), self.documents(), self.sheets(), self.bank()]

    # ---- directories and verifiers --------------------------------------------------------

    def opened(self, name, status=0, reason="", file="bank.directory", **more):
        request = {"directory": {"@file": file}, "root_fingerprint": self.facts["fingerprint"],
                   "at": self.facts["at"]}
        request.update(more.pop("request", {}))
        return step(name, "cbank_verifier_open", status, reason, request=request, **more)

    def trusted(self):
        return self.opened("the pinned directory", makes="verifier")

    def directories(self):
        return {"name": "directories", "steps": [
            self.trusted(),
            self.opened("of another root key", 601, "ROOT_KEY_DIFFERS",
                        request={"root_fingerprint": "00" * 32}),
            self.opened("a fingerprint that is none", 101, "BAD_ARGUMENT",
                        request={"root_fingerprint": "zz"}),
            self.opened("changed by one bit", 602, "BAD_SIGNATURE", file="changed.directory"),
            self.opened("a year too late", 603, "FILE_EXPIRED",
                        request={"at": self.facts["at"] + 400 * DAY}),
            self.opened("no directory at all", 201, "ARTEFACT_FORM", file="cut.transcript"),
            self.opened("a file of another kind", 203, "ENVELOPE_TYPE", file="whole.transcript"),
        ]}

    # ---- transcripts ----------------------------------------------------------------------

    def verified(self, name, file, no=0, reason="", expect=None, **request):
        verdicts = {0: "VALID", 201: "MALFORMED", 203: "UNSUPPORTED", 601: "UNTRUSTED_KEY",
                    602: "BAD_SIGNATURE", 603: "EXPIRED", 604: "WRONG_RECIPIENT",
                    605: "BROKEN_CHAIN", 606: "NOT_INCLUDED", 607: "FORK", 609: "BAD_HOLDER",
                    610: "BAD_SEMANTICS", 611: "STALE"}
        wanted = {"verdict": verdicts[no], "reason": reason, **(expect or {})}
        if no:
            wanted.update({"items/#": "0", "totals/#": "0", "account": ""})
        return step(name, "cbank_transcript_verify", no, reason, handles=["verifier"],
                    request={"file": {"@file": file}, "recipient": "COLLEGE-B",
                             "at": self.facts["at"], **request}, expect=wanted)

    def transcripts(self):
        whole = {"account": self.facts["account"], "evidence": "PROVEN_INSTITUTION",
                 "bank_name": "向量学分银行", "fingerprint": self.facts["fingerprint"],
                 "holder/name": "甲一", "holder/document_number": A, "holder_proven": "true",
                 "terms/recipient": "COLLEGE-B", "terms/completeness": "COMPLETENESS_ALL",
                 "items_total": "4", "items_shown": "4", "totals/#": "1",
                 "totals/0/unit": "credit", "totals/0/milli": "7625",
                 "items/1/record/title/0/value": "高等数学", "items/1/record/code": "JX101",
                 "items/1/record/awarded_on": "20240621", "items/1/status": "held",
                 "items/1/record/amounts/0/milli": "4000", "items/1/holder_shown": "true",
                 "items/1/record/grade/score_milli": "88000",
                 "items/1/institution_name": "示范COLLEGE-A",
                 "items/3/record/amounts/0/milli": "125"}
        nobody = {"holder/name": "", "holder_proven": "false", "totals/0/milli": "7625",
                  "terms/recipient": "anyone"}
        part = {"items_total": "4", "items_shown": "2", "totals/0/milli": "4000",
                "terms/completeness": "COMPLETENESS_SELECTION", "items/2/shown": "false",
                "items/2/record_id": ""}
        revoked = {"items_total": "5", "items/2/status": "revoked", "items/1/status": "held",
                   "totals/0/milli": "4125", "items/4/entry_class": "2"}
        shown = step("shown without any check", "cbank_transcript_show",
                     request={"file": {"@file": "changed.transcript"}},
                     expect={"verdict": "UNVERIFIED", "items_total": "4"})
        return {"name": "transcripts", "steps": [
            self.trusted(),
            self.verified("valid, with its holder", "whole.transcript", expect=whole),
            self.verified("valid for anyone, of nobody named", "anyone.transcript", expect=nobody),
            self.verified("valid, of one record", "part.transcript", expect=part),
            self.verified("valid, with one record revoked", "revoked.transcript", expect=revoked),
            self.verified("one bit of the head changed", "changed.transcript", 602,
                          "BAD_SIGNATURE"),
            self.verified("one bit of the body changed", "changed-body.transcript", 602,
                          "BODY_DIFFERS"),
            self.verified("cut short", "cut.transcript", 201, "ARTEFACT_FORM"),
            self.verified("a file of another kind", "grades.batch", 203, "ENVELOPE_TYPE"),
            self.verified("of another bank", "sm.transcript", 601, "ORIGIN_UNKNOWN"),
            shown,
        ]}

    def forgeries(self):
        return {"name": "what the bank's own key must not be able to sign", "steps": [
            self.trusted(),
            self.verified("an entry left out", "forged-gap.transcript", 605, "CHAIN_LEAF"),
            self.verified("another end of the chain", "forged-leaf.transcript", 605,
                          "CHAIN_LEAF"),
            self.verified("a record changed", "forged-statement.transcript", 605, "CHAIN_LEAF"),
            self.verified("another root of the log", "forged-root.transcript", 606,
                          "NOT_INCLUDED"),
            self.verified("a path too long", "forged-path.transcript", 606, "NOT_INCLUDED"),
            self.verified("another person's number", "forged-holder.transcript", 609,
                          "HOLDER_DIFFERS"),
            self.verified("a revocation kept back", "forged-withheld.transcript", 610,
                          "ITEM_WITHHELD"),
            self.verified("a version of the future", "forged-version.transcript", 203,
                          "FILE_VERSION"),
            self.verified("signed by a stranger", "stranger.transcript", 602, "BAD_SIGNATURE"),
        ]}

    def terms(self):
        later = self.facts["at"] + 40 * DAY
        return {"name": "terms, pins and freshness", "steps": [
            self.trusted(),
            self.verified("for somebody else", "whole.transcript", 604, "RECIPIENT_OTHER",
                          recipient="COLLEGE-X"),
            self.verified("asked by nobody", "whole.transcript", 604, "RECIPIENT_UNSTATED",
                          recipient=""),
            self.verified("whoever asks", "whole.transcript", recipient="", any_recipient=True,
                          expect={"consistency": "CONSISTENCY_NOT_PINNED"}),
            self.verified("after its day", "whole.transcript", 603, "FILE_EXPIRED", at=later),
            self.verified("the log that was pinned", "whole.transcript",
                          pin={"@file": "before.note"},
                          expect={"consistency": "CONSISTENCY_SHOWN"}),
            self.verified("two histories of one bank", "whole.transcript", 607, "LOG_FORKED",
                          pin={"@file": "fork.note"}, expect={"fork_notes/#": "2"}),
            self.verified("revoked since", "whole.transcript", 611, "ENDED_SINCE",
                          status={"@file": "after.status"}),
            self.verified("nothing ended since", "revoked.transcript",
                          status={"@file": "after.status"}, expect={"fresh": "true"}),
        ]}

    def sm(self):
        trusted = self.opened("its directory", file="sm.directory", makes="verifier",
                              request={"root_fingerprint": self.facts["sm_fingerprint"]})
        return {"name": "the suite sm3-sm2", "steps": [
            trusted,
            self.verified("valid", "sm.transcript", expect={
                "totals/0/milli": "4000", "account": self.facts["sm_account"],
                "origin": "vectors.example/credit/sm3-sm2/1", "holder/name": "乙二"}),
            self.verified("of the other suite", "whole.transcript", 601, "ORIGIN_UNKNOWN"),
        ]}

    def claims(self):
        def claim(name, file, status=0, reason="", expect=None, status_file=None, **request):
            if status_file:
                request["status"] = {"@file": status_file}
            return step(name, "cbank_claim_verify", status, reason, handles=["verifier"],
                        request={"file": {"@file": file}, "recipient": "COLLEGE-B",
                                 "at": self.facts["at"], **request}, expect=expect or {})
        return {"name": "claims", "steps": [
            self.trusted(),
            claim("valid", "study.claim", expect={
                "verdict": "VALID", "claim/reached_milli": "4000", "claim/required_milli": "10000",
                "claim/result": "CLAIM_RESULT_NOT_MET", "claim/parts/0/id": "core",
                "claim/as_of": "20240901", "claim/title/1/value": "Example programme"}),
            claim("one bit changed", "changed.claim", 602, "BAD_SIGNATURE",
                  {"verdict": "BAD_SIGNATURE"}),
            claim("for somebody else", "study.claim", 604, "RECIPIENT_OTHER",
                  {"verdict": "WRONG_RECIPIENT"}, recipient="COLLEGE-X"),
            claim("after its day", "study.claim", 603, "FILE_EXPIRED", {"verdict": "EXPIRED"},
                  at=self.facts["at"] + 40 * DAY),
            claim("not withdrawn since", "study.claim", status_file="claims.status", expect={
                "verdict": "VALID", "fresh": "true", "basis": "legal-duty"}),
            claim("withdrawn since", "taken.claim", 611, "CLAIM_RECALLED",
                  {"verdict": "STALE", "fresh": "false", "claim/size": "0"},
                  status_file="claims.status"),
            claim("before the status file says so", "taken.claim", expect={
                "verdict": "VALID", "fresh": "false"}),
            claim("a status file from before the claim", "taken.claim", 611, "STATUS_OLDER",
                  {"verdict": "STALE"}, status_file="after.status"),
        ]}

    # ---- what institutions write ----------------------------------------------------------

    def documents(self):
        def check(name, *files, expect):
            return step(name, "cbank_rules_check_begin", expect=expect, request={
                "documents": [{"name": each, "content": {"@file": each}} for each in files],
                "lang": "en"})
        return {"name": "rule sets and programmes", "steps": [
            check("a rule set", "rules.yaml", expect={
                "findings/#": "0", "errors": "0", "kind": "PUBLICATION_KIND_RULE_SET",
                "id": "example/rules", "items": "2", "digest": self.facts["rules"]}),
            check("a programme and its rule set", "programme.yaml", "rules.yaml", expect={
                "findings/#": "0", "kind": "PUBLICATION_KIND_PROGRAMME",
                "digest": self.facts["programme"]}),
            check("a programme alone", "programme.yaml", expect={
                "errors": "1", "findings/0/code": "RULE_REFERENCE", "findings/0/line": "14",
                "findings/0/severity": "RULES_SEVERITY_ERROR"}),
            check("what is wrong, and where", "wrong.yaml", expect={
                "errors": "1", "warnings": "1", "findings/0/code": "LINT_OVERLAP",
                "findings/0/line": "18", "findings/1/code": "FORM_VALUE",
                "findings/1/line": "23", "findings/1/column": "49", "digest": ""}),
            step("the files that it names", "cbank_rules_files", request={"document": {
                "name": "programme.yaml", "content": {"@file": "programme.yaml"}}},
                expect={"files/#": "1", "files/0/name": "rules.yaml", "files/0/document": "true"}),
            step("a name that leads out", "cbank_rules_files", 204, "FORM_PATH", request={
                "document": {"name": "../programme.yaml",
                             "content": {"@file": "programme.yaml"}}}),
        ]}

    def sheets(self):
        sheet = self.facts["sheet"]
        request = {"institution": "COLLEGE-A", "origin": self.facts["origin"], "number": 1,
                   "sheet": sheet, "lang": "en"}
        return {"name": "spreadsheets", "steps": [
            step("a new key", "cbank_key_new", path="sha256-ed25519", makes="key"),
            step("no such suite", "cbank_key_new", 203, "SUITE_NAME", path="md5-rsa"),
            step("what passed is signed", "cbank_credit_sign_begin", handles=["key"],
                 feed="grades.csv", request=request, expect={
                     "rows": "5", "deposited": "4", "skipped": "1", "rejected": "0",
                     "totals/0/unit": "credit", "totals/0/milli": "11625"}),
            step("what is wrong is told row by row", "cbank_credit_sign_begin", handles=["key"],
                 feed="bad.csv", request=request, output="nothing", expect={
                     "rows": "4", "rejected": "3", "deposited": "0", "errors/#": "3",
                     "errors/0/row": "3", "errors/0/reason": "BAD_CHECK_DIGIT",
                     "errors/1/row": "4", "errors/1/reason": "BAD_AMOUNT",
                     "errors/2/row": "5", "errors/2/reason": "BAD_DATE"}),
        ]}

    # ---- a bank ---------------------------------------------------------------------------

    def bank(self):
        return {"name": "a bank", "steps": [
            step("is made", "cbank_bank_create", request={
                "path": "{scene}/bank", "origin": self.facts["origin"],
                "names": [{"lang": "zh", "value": "向量学分银行"}],
                "suite": "SUITE_SHA256_ED25519"},
                expect={"origin": self.facts["origin"], "accounts": "0"}),
            step("not twice in one place", "cbank_bank_create", 302, "BANK_EXISTS", request={
                "path": "{scene}/bank", "origin": self.facts["origin"],
                "names": [{"lang": "zh", "value": "向量学分银行"}],
                "suite": "SUITE_SHA256_ED25519"}),
            step("is nowhere else", "cbank_bank_open", 301, "BANK_MISSING", path="{scene}/other"),
            step("is opened", "cbank_bank_open", path="{scene}/bank", makes="bank"),
            *self.institutions(), *self.batches(), *self.learners(), *self.credits(),
            *self.plans(),
            step("all of it holds", "cbank_bank_check_begin", handles=["bank"],
                 expect={"ok": "true", "findings/#": "0"}),
        ]}

    @staticmethod
    def in_bank(name, noun, status=0, reason="", **more):
        return step(name, "cbank_" + noun, status, reason, handles=["bank"], **more)

    def institutions(self):
        join = {"file": {"@file": "join.request"}}
        return [
            self.in_bank("no request", "institution_admit", 201, "ARTEFACT_FORM",
                         request={"file": {"@file": "cut.transcript"}}),
            self.in_bank("a college joins", "institution_admit", request=join, expect={
                "institution": "COLLEGE-A", "status": "INSTITUTION_STATUS_ACTIVE", "keys/#": "1",
                "keys/0/vouched": "false", "names/0/value": "示范COLLEGE-A"}),
            self.in_bank("not twice", "institution_admit", 302, "INSTITUTION_TAKEN",
                         request=join),
            self.in_bank("are listed", "institution_list",
                         expect={"institutions/#": "1", "more": "false"}),
            self.in_bank("an unknown one", "institution_show", 301, "INSTITUTION_MISSING",
                         request={"institution": "COLLEGE-X"}),
        ]

    def batches(self):
        def deposit(name, file, status=0, reason="", expect=None):
            return self.in_bank(name, "credit_deposit_begin", status, reason, feed=file,
                                request={"open_accounts": True}, expect=expect or {})
        return [
            deposit("a batch changed by one bit", "changed.batch", 602, "BODY_DIFFERS"),
            deposit("a stranger's batch", "stranger.batch", 301, "INSTITUTION_MISSING"),
            deposit("a batch for another bank", "elsewhere.batch", 204, "FOR_ANOTHER_BANK"),
            deposit("a request is no batch", "join.request", 203, "ENVELOPE_TYPE"),
            deposit("a batch is deposited", "grades.batch", expect={
                "institution": "COLLEGE-A", "records": "4", "deposited": "4", "unchanged": "0",
                "rejected": "0", "accounts_opened": "2", "batch_number": "1"}),
            deposit("again, it changes nothing", "grades.batch",
                    expect={"deposited": "0", "unchanged": "4", "accounts_opened": "0"}),
        ]

    def learners(self):
        def find(name, number, status=0, reason="", **more):
            return self.in_bank(name, "learner_find", status, reason, request={
                "document_type": "cn-id", "document_number": number}, **more)
        return [
            find("is found by number", A, expect={
                "account": self.facts["account"], "status": "ACCOUNT_STATUS_OPEN",
                "records": "3", "totals/0/unit": "credit", "totals/0/milli": "7625"}),
            find("nobody has this number", "360302188103040020", 301, "LEARNER_UNKNOWN"),
            find("the number has a wrong check digit", A[:-1] + "3", 204, "BAD_CHECK_DIGIT"),
        ]

    def credits(self):
        listed = {f"credits/{at}/id": each for at, each in enumerate(self.facts["ids"])}
        return [
            self.in_bank("the records have the ids that they have everywhere", "credit_list",
                         request={"account": self.facts["account"]}, expect={
                             "credits/#": "3", "credits/1/record/title/0/value": "大学英语",
                             "credits/1/record/amounts/0/milli": "3500",
                             "credits/1/status": "CREDIT_STATUS_HELD", **listed}),
            self.in_bank("one is shown", "credit_show", request={"id": self.facts["ids"][0]},
                         expect={"account": self.facts["account"], "record/reference": "V-001"}),
            self.in_bank("and proven", "log_prove", request={"id": self.facts["ids"][0]},
                         expect={"index": self.facts["ids"][0].split("-")[0]}),
            self.in_bank("there is no such record", "credit_show", 301, "RECORD_UNKNOWN",
                         request={"id": "999-0123456789abcdef"}),
        ]

    def plans(self):
        question = {"account": self.facts["account"], "programme": "example/programme",
                    "goal": "PLAN_GOAL_CREDIT", "as_of": 20240901}
        inside = "plan/cbank.v1.Plan/"
        return [
            self.in_bank("no programme yet", "plan_make", 301, "PUBLICATION_UNKNOWN",
                         request=question),
            self.in_bank("a rule set is published", "publication_publish_begin",
                         feed="rules.ruleset", expect={
                             "publication/id": "example/rules", "publication/edition": "1"}),
            self.in_bank("a programme is published", "publication_publish_begin",
                         feed="study.programme",
                         expect={"publication/kind": "PUBLICATION_KIND_PROGRAMME"}),
            self.in_bank("is known again", "publication_export_begin", output="rules.ruleset",
                         request={"kind": "PUBLICATION_KIND_RULE_SET",
                                  "name": "example/rules@1"},
                         expect={"publication/digest": self.facts["rules"]}),
            self.in_bank("the best plan, and why", "plan_make", request=question, expect={
                inside + "optimal": "true", inside + "measures/counted_milli": "4000",
                inside + "applications/#": "1", inside + "applications/0/rule": "mathematics",
                inside + "applications/0/grants/0/course": "MATH",
                inside + "applications/0/grants/0/amount_milli": "4000",
                inside + "buckets/0/missing_milli": "2000",
                inside + "sources/#": "3", inside + "refusals/#": "2"}),
            self.in_bank("of many accounts at once", "plan_run_begin", feed="accounts.csv",
                         output="accounts.answer", request={"question": {
                             "programme": "example/programme", "goal": "PLAN_GOAL_CREDIT",
                             "as_of": 20240901}, "lang": "en"},
                         expect={"accounts": "2", "not_met": "2", "failed": "0"}),
        ]

    # ---- files, each read by a language's own protobuf runtime ----------------------------

    @staticmethod
    def files():
        def artefact(file, head, parts, expect):
            into = f"envelope/cbank.v1.Envelope/payload/{head}/"
            return {"file": file, "message": "cbank.v1.Artefact", "expect": {
                "body/#": str(parts), "envelope/cbank.v1.Envelope/signatures/#": "1",
                **{into + path: value for path, value in expect.items()}}}
        batch = artefact("grades.batch", "cbank.v1.BatchHead", 4, {
            "version": "1", "institution": "COLLEGE-A", "number": "1", "count": "4"})
        batch["expect"].update({
            "body/0/cbank.v1.BatchItem/record/cbank.v1.CreditRecord/title/0/value": "高等数学",
            "body/1/cbank.v1.BatchItem/record/cbank.v1.CreditRecord/amounts/0/milli": "3500",
            "body/3/cbank.v1.BatchItem/record/cbank.v1.CreditRecord/reference": "V-004"})
        return [
            batch,
            artefact("whole.transcript", "cbank.v1.TranscriptHead", 6, {
                "holder/name": "甲一", "terms/recipient": "COLLEGE-B", "chains/0/items": "4"}),
            artefact("join.request", "cbank.v1.RequestHead", 0, {"institution": "COLLEGE-A"}),
            artefact("rules.ruleset", "cbank.v1.PublicationHead", 1, {
                "id": "example/rules", "title/0/value": "示例转换规则"}),
            artefact("study.claim", "cbank.v1.ClaimHead", 0, {"reached_milli": "4000"}),
        ]


def table(facts):
    cases = Table(facts)
    scenes, files = cases.scenes(), cases.files()
    held = sum(2 + ("output" in each) + len(each.get("expect", {}))
               for scene in scenes for each in scene["steps"])
    held += sum(len(each["expect"]) for each in files)
    return {"format": 1, "expectations": held, "scenes": scenes, "files": files}
