"""The keys of the JSON output, command by command, against keys.json: scripts lean on them.

A key may be added (add it to keys.json); one that is gone or renamed breaks somebody.
"""
import json
import pathlib
import subprocess

import artefact
import desk

GOLDEN = json.loads(pathlib.Path(__file__).with_name("keys.json").read_text(encoding="utf-8"))


# One cap is zero, which is worth a note.
RULES = """kind: ruleset
id: pxu/zero
edition: 1
authority: PXU
title: {zh: 转换规则}
standing: own
effective: 2020-01-01..
date: application
partial_dates: last-day
zone: "+08:00"
caps: [{id: none, limit: 0}]
"""


class Keys(desk.Town):
    seen = set()

    def hold(self, command, document):
        """The document has exactly the golden keys, and so have the objects named below it."""
        self.seen.add(command)
        self.assertEqual(sorted(document), sorted(GOLDEN[command]), command)
        for name in GOLDEN:
            if name.startswith(command + " "):
                key = name[len(command) + 1:]
                items = document[key[:-2]] if key.endswith("[]") else [document[key]]
                self.assertTrue(items, name)
                for item in items:
                    self.assertEqual(sorted(item), sorted(GOLDEN[name]), name)
        return document

    def test_every_command_has_the_keys_that_it_promises(self):
        self.banks()
        self.institutions()
        self.learners()
        self.credit_records()
        self.changes()
        self.published()
        self.plans()
        self.recognitions()
        self.cases()
        self.transfers()
        self.consents()
        self.transcripts()
        self.sign()
        self.log()
        self.keeping()
        self.own_keys()
        promised = {name for name in GOLDEN if name.count(" ") == 1}
        self.assertEqual(self.seen, promised)

    def banks(self):
        made = self.ask("bank", "init", "other", "--origin", "other.example/credit/sm3-sm2/1",
                        "--name", "en=Other", "--suite", "sm3-sm2", "--guard", "other-guard")
        self.assertEqual(self.hold("bank init", made)["suite"], "sm3-sm2")
        self.hold("bank info", self.in_bank("bank", "info"))
        self.hold("bank directory", self.in_bank("bank", "directory", "-o", "directory"))
        self.hold("trust pin", self.ask("trust", "pin", "directory", "-o", "pinned"))
        self.hold("trust refresh",
                  self.ask("trust", "refresh", "pinned", "--directory", "directory"))
        self.hold("trust show", self.ask("trust", "show", "pinned"))

    def own_keys(self):
        self.path("log.pub").write_bytes(subprocess.run(
            ["openssl", "pkey", "-in", self.path("bank/keys/log.key"), "-pubout"], check=True,
            capture_output=True).stdout)
        self.hold("bank rotate-key", self.in_bank("bank", "rotate-key"))
        self.hold("bank compromised", self.in_bank("bank", "compromised", "log.pub", "--since", 2,
                                                   "--reason", "stolen"))
        self.cbank("key", "new", "root2.key")
        self.hold("bank succession",
                  self.ask("bank", "succession", "--origin", desk.ORIGIN, "--epoch", 2,
                           "--root-key", "bank/keys/root.key", "--new-root-key", "root2.key",
                           "-o", "succession"))
        self.hold("bank succeed", self.in_bank("bank", "succeed", "succession"))
        self.hold("institution compromised",
                  self.in_bank("institution", "compromised", "PXU", "--reason", "stolen"))

    def institutions(self):
        self.hold("key new", self.ask("key", "new", "new.key"))
        self.hold("key reference", self.ask("key", "reference", "new.reference"))
        self.hold("institution reference-key",
                  self.in_bank("institution", "reference-key", "PXU", "-o", "pxu.reference"))
        self.hold("key show", self.ask("key", "show", "new.key.pub"))
        self.hold("institution request",
                  self.ask("institution", "request", "--code", "NEW", "--name", "新学院",
                           "--origin", desk.ORIGIN, "--key", "new.key", "-o", "new.request"))
        self.hold("institution admit",
                  self.in_bank("institution", "admit", "NEW", "--name", "新学院", "--key",
                               "new.key.pub"))
        for one in self.list_in_bank("institution", "list"):
            self.hold("institution list", one)
        self.hold("institution show", self.in_bank("institution", "show", "PXU"))
        self.cbank("key", "new", "next.key")
        self.hold("institution rotate-request",
                  self.ask("institution", "rotate-request", "--code", "NEW", "--origin",
                           desk.ORIGIN, "--key", "new.key", "--new-key", "next.key", "-o",
                           "rotation"))
        self.hold("institution rotate-key", self.in_bank("institution", "rotate-key", "rotation"))
        self.hold("institution suspend",
                  self.in_bank("institution", "suspend", "NEW", "--reason", "audit"))
        self.hold("institution resume", self.in_bank("institution", "resume", "NEW"))

        self.standing()

    def standing(self):
        """A point without a key, whom others sign for, and that ends."""
        point = ("institution", "register", "POINT", "--name", "学习中心", "--parent", "PXU")
        self.hold("institution register", self.in_bank(*point))
        self.hold("institution rename",
                  self.in_bank("institution", "rename", "POINT", "--name", "社区学习中心", "--from",
                               "2021-01-01"))
        self.hold("institution describe",
                  self.in_bank("institution", "describe", "POINT", "--role", "awards"))
        self.hold("institution scope",
                  self.in_bank("institution", "scope", "POINT", "--from", "2020-01-01"))
        self.hold("institution licence",
                  self.in_bank("institution", "licence", "POINT", "--number", "7"))
        self.hold("institution delegate",
                  self.in_bank("institution", "delegate", "POINT", "--to", "PXU"))
        self.hold("institution delegate-request",
                  self.ask("institution", "delegate-request", "--code", "PXU", "--to", "NEW",
                           "--origin", desk.ORIGIN, "--key", "pxu.key", "-o", "hand.request"))
        told = self.hold("institution succeed",
                         self.in_bank("institution", "succeed", "POINT", "--to", "PXU",
                                      "--custodian", "--power", "amend"))
        self.hold("institution end",
                  self.in_bank("institution", "end", "POINT", "--index",
                               str(told["scopes"][0]["granted_index"]), "--on", "2020-12-31"))
        self.hold("institution close",
                  self.in_bank("institution", "close", "POINT", "--on", "2024-12-31"))
        self.in_bank("institution", "register", "OTHER", "--name", "另一中心")
        self.hold("institution merge",
                  self.in_bank("institution", "merge", "OTHER", "PXU", "--on", "2024-12-31"))

    def learners(self):
        opened = self.in_bank("learner", "open", "--person", "-", given=json.dumps(desk.PERSON))
        account = self.hold("learner open", opened)["account"]
        self.write("roster.csv", "姓名,身份证号\n戊五,360302188103040020\n")
        self.hold("learner import", self.in_bank("learner", "import", "roster.csv"))
        self.hold("learner find", self.in_bank("learner", "find", "--id-type", "cn-id",
                                               "--id-number", desk.PERSON["id_number"]))
        self.hold("learner show", self.in_bank("learner", "show", account, "--with-person"))
        self.hold("learner freeze",
                  self.in_bank("learner", "freeze", account, "--reason", "dispute"))
        self.hold("learner unfreeze",
                  self.in_bank("learner", "unfreeze", account, "--reason", "settled"))
        why = ("--reason", "on-request")
        passport = {"id_type": "passport/GBR", "id_number": "X1234567"}
        for verb, person in (("amend", {"name": "丁四四"}), ("bind", passport),
                             ("correct", {"id_type": "cn-id", "id_number": "360302190001010018"}),
                             ("unbind", passport)):
            self.hold(f"learner {verb}", self.in_bank("learner", verb, account, "--person", "-",
                                                      *why, given=json.dumps(person)))
        two = (*why, "--operator", "op1", "--approver", "op2")
        other = self.in_bank("learner", "open", "--person", "-", given=json.dumps(
            {"name": "丁四", "id_type": "passport/GBR", "id_number": "Y1234567"}))["account"]
        self.hold("learner merge", self.in_bank("learner", "merge", other, account, *two))
        self.hold("learner unmerge", self.in_bank("learner", "unmerge", other, *two))
        self.hold("learner export", self.in_bank("learner", "export", account, "-o", "held.json"))
        self.hold("learner erase", self.in_bank("learner", "erase", other, *two))
        for verb in ("restrict", "release", "close", "reopen", "deceased", "reopen"):
            self.hold(f"learner {verb}",
                      self.in_bank("learner", verb, account, "--reason", "on-request"))

    def credit_records(self):
        self.write("bad.csv", "\n".join([desk.HEADER, *desk.ROWS, "5,甲一,123,C3,体育,1,通过,"]))
        self.hold("credit import", self.import_grades("bad.csv", "--errors", "errors.csv", code=3))
        self.hold("credit sign", self.ask("credit", "sign", "grades.csv", *self.signs, *self.reads,
                                          "--origin", desk.ORIGIN, "-o", "batch"),)
        self.hold("credit deposit",
                  self.in_bank("credit", "deposit", "batch", "--open-accounts"))
        issued = self.in_bank("credit", "issue", *self.signs, "--learner", self.account(),
                              "--reference", "R-1", "--title", "电工证", "--credits", "2",
                              "--hours", "32", "--type", "certificate")
        self.hold("credit issue", issued)
        self.hold("credit reconcile",
                  self.in_bank("credit", "reconcile", "grades.csv", "--institution", "PXU",
                               *self.reads, code=1))
        self.hold("credit export", self.in_bank("credit", "export", "--institution", "PXU",
                                                "--format", "shanghai", "-o", "export.csv"))
        for one in self.credits():
            self.hold("credit list", one)
        self.hold("credit show", self.in_bank("credit", "show", issued["id"]))
        for one in self.list_in_bank("batch", "list"):
            self.hold("batch list", one)
        self.hold("batch show", self.in_bank("batch", "show", one["batch"]))

    def changes(self):
        first, second, *_ = (one["id"] for one in self.credits())
        why = (*self.signs, "--reason", "corrected")
        self.hold("credit amend", self.in_bank("credit", "amend", first, *why, "--credits", "5"))
        self.hold("credit suspend", self.in_bank("credit", "suspend", second, *why))
        self.hold("credit reinstate", self.in_bank("credit", "reinstate", second, *why))
        self.hold("credit revoke", self.in_bank("credit", "revoke", second, *why))

    def published(self):
        self.write("rules.yaml", RULES)
        self.hold("rules check", self.ask("rules", "check", "rules.yaml"))
        self.hold("rules sign", self.ask("rules", "sign", "rules.yaml", "--key", "pxu.key", "-o",
                                         "rules.art"))
        self.hold("rules publish", self.in_bank("rules", "publish", "rules.yaml", "--authority",
                                                "PXU", "--key", "pxu.key"))
        artefact.write(self, "units.art")
        self.hold("rules publish", self.in_bank("rules", "publish", "units.art"))
        for one in self.list_in_bank("rules", "list"):
            self.hold("rules list", one)
        self.hold("rules show", self.in_bank("rules", "show", "pxu/units"))
        self.hold("rules withdraw",
                  self.in_bank("rules", "withdraw", "pxu/units@1", "--authority", "PXU", "--key",
                               "pxu.key"))

    def plans(self):
        rules = (artefact.cap("half", 5000, "PXU") +
                 artefact.rule("R-1", artefact.select(codes=["C1"]), bucket="free") +
                 artefact.rule("R-2", artefact.select(codes=["C2"]), bucket="free"))
        page = artefact.programme(10000, artefact.bucket("free", 9000), rule_sets=["pxu/rules"])
        artefact.write(self, "r.art", kind="ruleset", pages=[rules], items=2, name="pxu/rules")
        artefact.write(self, "p.art", kind="programme", pages=[page], items=0, name="pxu/p")
        for path in ("r.art", "p.art"):
            self.cbank(*self.bank, "rules", "publish", path)
        self.hold("plan make",
                  self.in_bank("plan", "make", self.account(), "--programme", "pxu/p"))
        self.enrolments()
        self.write("accounts.csv", f"account\n{self.account()}\n")
        self.hold("plan run", self.in_bank("plan", "run", "--accounts", "accounts.csv",
                                           "--programme", "pxu/p", "-o", "run.csv"))
        self.hold("claim issue", self.in_bank("claim", "issue", self.account(), "--requirement",
                                              "pxu/p", "-o", "claim", *desk.BASIS))
        self.hold("claim verify", self.ask("claim", "verify", "claim", *self.trust()))
        self.hold("claim withdraw", self.in_bank("claim", "withdraw", self.account(), "claim",
                                                 "--reason", "error"))

        self.hold("rules diff",
                  self.in_bank("rules", "diff", "r.art", "r.art", "--accounts", "accounts.csv",
                               "--programme", "pxu/p", "-o", "diff.csv"))

    def enrolments(self):
        one = self.hold("enrol add", self.in_bank(
            "enrol", "add", *self.signs, "--learner", self.account(), "--reference", "1",
            "--programme", "pxu/p", "--cohort", "2022", "--started", "2022-09-01"))
        signs = (one["id"], *self.signs, "--since", "2023-03-01")
        self.hold("enrol change", self.in_bank("enrol", "change", *signs))
        self.hold("enrol end", self.in_bank("enrol", "end", *signs))
        self.write("list.csv", "学号\n0001\n")
        self.hold("enrol import", self.in_bank(
            "--dry-run", "enrol", "import", "list.csv", *self.signs, "--set",
            "programme=pxu/none,cohort=2022,started=2022-09-01", code=3))
        self.hold("enrol list", self.list_in_bank("enrol", "list", self.account())[0])
        self.hold("enrol show", self.in_bank("enrol", "show", one["id"]))

    def recognitions(self):
        self.in_bank("plan", "make", self.account(), "--programme", "pxu/p", "-o", "a.plan")
        made = self.hold("plan recognise",
                         self.in_bank("plan", "recognise", "a.plan", *self.signs, "-o",
                                      "a.recognition"))
        self.transcript()
        self.hold("plan check", self.ask("plan", "check", "a.recognition", "--transcript",
                                         "transcript", "--rules", "r.art", "--rules", "p.art"))
        self.in_bank("plan", "make", self.account(), "--programme", "pxu/p", "--replacing",
                     made["id"], "-o", "b.plan")
        made = self.hold("recognition replace",
                         self.in_bank("recognition", "replace", made["id"], "b.plan",
                                      *self.signs))
        self.assertEqual(made["status"], "stands")
        self.hold("recognition show", self.in_bank("recognition", "show", made["id"][:16]))
        listed = self.list_in_bank("recognition", "list", self.account())
        self.hold("recognition list", listed[0])
        for verb, status in (("suspend", "suspended"), ("reinstate", "stands"),
                             ("reverse", "reversed")):
            changed = self.hold("recognition " + verb,
                                self.in_bank("recognition", verb, made["id"], *self.signs,
                                             "--reason", "review"))
            self.assertEqual(changed["status"], status)
        self.assertTrue(changed["released"])
        records = [row["id"] for row in self.list_in_bank("credit", "list", self.account())
                   if row["status"] == "held"]
        noted = self.hold("recognition note",
                          self.in_bank("recognition", "note", self.account(), "--record",
                                       records[0], "--by", "省外学院", "--number", "2026-7",
                                       "--on", "2026-03-01"))
        self.hold("recognition settle",
                  self.in_bank("recognition", "settle", noted["id"], "--state", "reversed",
                               "--reason", "error"))

    def cases(self):
        def act(verb, number, *more):
            self.hold("case " + verb,
                      self.in_bank("case", verb, number, *self.signs, *more))

        act("open", "1", "--account", self.account())
        act("return", "1", "--reason", "incomplete")
        act("evidence", "1", "--evidence", "ab" * 32)
        act("accept", "1")
        act("review", "1", "--reviewer", "rev-1")
        act("decide", "1", "--outcome", "none")
        act("notice", "1", "--from", "2026-03-01", "--until", "2026-03-06")
        act("conclude", "1", "--result", "stands")
        act("appeal", "1", "--number", "A-1")
        act("answer", "1", "--result", "stands")
        act("close", "1", "--reason", "done")
        self.in_bank("case", "open", "2", *self.signs, "--account", self.account())
        act("withdraw", "2", "--reason", "asked")
        self.hold("case show", self.in_bank("case", "show", "1", "--institution", "PXU"))
        self.hold("case list",
                  self.list_in_bank("case", "list", "--institution", "PXU", "--ended")[0])

    def transfers(self):
        origin = "other.example/credit/sha256-ed25519/1"
        there = ("--bank", "town")
        self.cbank("bank", "init", "town", "--origin", origin, "--name", "en=Other")
        account = self.account("36031318851122002X")
        offer = self.hold("transfer offer", self.in_bank(
            "transfer", "offer", account, "--to", origin, "-o", "offer", *desk.BASIS))
        self.hold("transfer file", self.in_bank("transfer", "file", offer["id"], "-o", "offer",
                                                *desk.BASIS))
        trust = self.trust()
        self.hold("transfer receive", self.ask(*there, "transfer", "receive", "offer", "-o",
                                               "receipt", *trust, "--open-accounts"))
        self.ask(*there, "bank", "directory", "-o", "town.directory")
        root = self.ask(*there, "bank", "info")["fingerprint"]
        self.hold("transfer ack", self.in_bank("transfer", "ack", "receipt", "--trust",
                                               "town.directory", "--root", root))
        self.hold("transfer return", self.ask(*there, "transfer", "return", offer["id"], "-o",
                                              "receipt"))
        self.in_bank("transfer", "ack", "receipt", "--trust", "town.directory", "--root", root)
        self.hold("transfer list", self.list_in_bank("transfer", "list")[0])
        self.hold("transfer show", self.in_bank("transfer", "show", offer["id"]))
        offer = self.in_bank("transfer", "offer", account, "--to", "ZX-BANK", "--by-letter", "-o",
                             "offer", *desk.BASIS)
        self.hold("transfer settle", self.in_bank("transfer", "settle", offer["id"], "--state",
                                                  "declined", "--document", "L-1"))

    def consents(self):
        account = self.account()
        agent = self.hold("consent authorise", self.in_bank(
            "consent", "authorise", account, "--role", "agent", "--document", "D-1", "--until",
            "2999-12-31", "--person", "-", given=json.dumps(desk.PERSON)))["id"]
        given = self.hold("consent give", self.in_bank(
            "consent", "give", account, "--until", "2999-12-31", "--by", "agent", "--agent", agent))
        self.hold("consent end", self.in_bank("consent", "end", account, agent))
        code = self.in_bank("transcript", "issue", account, "-o", "shown")["code"]
        for one in self.list_in_bank("consent", "list", account):
            self.hold("consent list", one)
        for one in self.list_in_bank("transcript", "list", account):
            self.hold("transcript list", one)
        self.hold("transcript extend",
                  self.in_bank("transcript", "extend", code, "--expires", "2999-12-30"))
        self.hold("transcript withdraw", self.in_bank("transcript", "withdraw", code))
        self.hold("consent withdraw", self.in_bank("consent", "withdraw", account, given["id"]))

    def transcripts(self):
        trust = self.trust()
        self.hold("transcript issue",
                  self.transcript("--for", "NCU", "--show", "name,number,birth"))
        self.hold("transcript verify",
                  self.ask("transcript", "verify", "transcript", *trust, "--for", "NCU"))
        self.hold("transcript show", self.ask("transcript", "show", "transcript"))

    def sign(self):
        self.ask("institution", "request", "--code", "FAR", "--name", "x", "--origin", desk.ORIGIN,
                 "--key", "new.key.pub", "-o", "draft")
        self.hold("sign prepare", self.ask("sign", "prepare", "draft", "-o", "bytes"))
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "new.key", "-in",
                        "bytes", "-out", "signature"], cwd=self.folder, check=True)
        self.hold("sign attach",
                  self.ask("sign", "attach", "bytes", "--signature", "signature"))

    def log(self):
        self.hold("log checkpoint", self.in_bank("log", "checkpoint"))
        self.hold("log prove",
                  self.in_bank("log", "prove", self.credits()[0]["id"], "--leaf", "leaf", "-o",
                               "proof"))
        self.hold("log consistency",
                  self.in_bank("log", "consistency", "--from", "1", "-o", "consistency"))
        self.hold("bank status", self.in_bank("bank", "status", "-o", "status"))

    def keeping(self):
        self.hold("bank check", self.in_bank("bank", "check"))
        self.hold("bank clock", self.in_bank("bank", "clock"))
        self.hold("bank compact", self.in_bank("bank", "compact"))
        self.hold("bank backup", self.in_bank("bank", "backup", "backup"))
        self.hold("bank restore",
                  self.ask("bank", "restore", "backup", "restored", "--keys", "bank/keys",
                           "--guard", "bank.guard"))


class Values(desk.Town):
    def test_amounts_are_decimals_in_strings(self):
        self.import_grades()
        one = self.credits()[1]
        self.assertEqual(one["totals"], [{"unit": "credit", "amount": "3.5"}])
        self.assertEqual(one["credits"], "3.5")
        found = self.in_bank("learner", "show", self.account())
        self.assertEqual(found["credits"], "7.5")

    def test_dates_stay_as_they_were_given_and_times_are_utc(self):
        for number, date in enumerate(("1901-06-21", "1901-06", "1901")):
            account = self.in_bank("learner", "open", "--person", "-",
                                   given=json.dumps(desk.PERSON))["account"]
            issued = self.in_bank("credit", "issue", *self.signs, "--learner", account,
                                  "--reference", f"D-{number}", "--title", "x", "--awarded", date)
            shown = self.in_bank("credit", "show", issued["id"])
            self.assertEqual(shown["awarded"], date)
            self.assertRegex(shown["deposited"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_list_is_one_object_a_line_and_nothing_where_there_is_nothing(self):
        self.assertEqual(self.cbank("--json", *self.bank, "credit", "list").out, "")
        self.import_grades()
        self.assertEqual(len(self.credits()), 3)

    def test_words_and_keys_are_the_same_in_both_languages(self):
        self.import_grades()
        english = self.list_in_bank("--lang", "en", "credit", "list")
        chinese = self.list_in_bank("--lang", "zh", "credit", "list")
        self.assertEqual(english, chinese)

    def test_the_verdict_of_what_is_not_valid_says_nothing_of_the_content(self):
        self.import_grades()
        trust = self.trust()
        self.transcript("--for", "NCU", "--show", "name,number")
        report = self.ask("transcript", "verify", "transcript", *trust, "--for", "OTHER", code=1)
        self.assertEqual(report["verdict"], "WRONG_RECIPIENT")
        self.assertEqual(sorted(report), sorted(GOLDEN["transcript verify"]))
        self.assertEqual([report[key] for key in ("holder", "account", "items", "credits")],
                         [None, None, [], None])
        self.assertNotIn("甲一", json.dumps(report, ensure_ascii=False))


desk.main()
