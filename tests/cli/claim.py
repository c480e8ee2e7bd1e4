"""A claim says how much of a requirement is fulfilled, offline, and nothing of the records; it is
handed out, extended and withdrawn as a transcript is."""
import datetime
import json

import artefact
import desk


class Claim(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        rules = (artefact.rule("R-1", artefact.select(codes=["C1"]), bucket="free", scope=1) +
                 artefact.rule("R-2", artefact.select(codes=["C2"]), bucket="free", scope=1))
        page = artefact.programme(7000, artefact.bucket("free", 7000), rule_sets=["pxu/rules"])
        artefact.write(self, "r.art", kind="ruleset", pages=[rules], items=2, name="pxu/rules")
        artefact.write(self, "p.art", kind="programme", pages=[page], items=0, name="pxu/seven",
                       title="七学分要求")
        for path in ("r.art", "p.art"):
            self.cbank(*self.bank, "rules", "publish", path)
        self.trusted = self.trust()

    def issue(self, *more, account=None, ground=desk.BASIS):
        return self.in_bank(*self.asked(*more, account=account, ground=ground))

    def asked(self, *more, account=None, ground=()):
        return ("claim", "issue", account or self.account(), "--requirement", "pxu/seven", "-o",
                "claim", *ground, *more)

    def refused(self, *more):
        error = self.cbank("--json", *self.bank, *self.asked(*more), code=4).error
        self.assertFalse(self.path("claim").exists())
        return error["reason"]

    def consent(self, *more):
        return self.in_bank("consent", "give", self.account(), "--until", "2999-12-31",
                            *more)["id"]

    def status(self):
        self.in_bank("bank", "status", "-o", "status")
        return ("--status", "status")

    def verify(self, *more, code=0):
        return self.ask("claim", "verify", "claim", *self.trusted, *more, code=code)

    def test_who_fulfils_it_can_show_so_offline(self):
        made = self.issue("--for", "NCU", "--show-name")
        self.assertEqual((made["result"], made["reached"], made["required"]), ("met", "7.5", "7"))
        told = self.verify("--for", "NCU")
        self.assertEqual((told["verdict"], told["result"], told["reached"], told["required"]),
                         ("VALID", "met", "7.5", "7"))
        self.assertEqual((told["title"], told["holder_name"]), ("七学分要求", "甲一"))

    def test_the_period_counts(self):
        self.issue("--from", "1901-06-22", "--to", "1901-12-31")
        told = self.verify()
        self.assertEqual((told["result"], told["reached"], told["from"]),
                         ("not_met", "3.5", "1901-06-22"))

    def test_it_shows_no_record_no_account_and_no_name_that_was_not_disclosed(self):
        self.issue()
        content = self.path("claim").read_bytes()
        for secret in (self.account(), "高等数学", "甲一", "360302188103040012"):
            self.assertNotIn(secret.encode(), content)

    def test_a_claim_for_somebody_else_or_of_yesterday_is_refused(self):
        self.issue("--for", "NCU", "--expires", "1d", "--show-name")
        self.assertEqual(self.verify("--for", "OTHER", code=1)["verdict"], "WRONG_RECIPIENT")
        self.assertEqual(self.verify(code=1)["verdict"], "WRONG_RECIPIENT")
        late = self.verify("--for", "NCU", "--at", "2999-01-01T00:00:00Z", code=1)
        self.assertIn(late["verdict"], ("EXPIRED", "STALE"))
        self.assertNotIn("甲一", json.dumps(late, ensure_ascii=False))

    def test_no_byte_of_it_can_be_changed(self):
        self.issue("--show-name")
        good = self.path("claim").read_bytes()
        for place in range(0, len(good), 5):
            bad = bytearray(good)
            bad[place] ^= 1
            self.path("claim").write_bytes(bad)
            told = self.ask("claim", "verify", "claim", *self.trusted, code=1)
            self.assertIn(told["verdict"], ("MALFORMED", "UNSUPPORTED", "BAD_SIGNATURE",
                                            "UNTRUSTED_KEY"), place)
            self.assertIsNone(told["reached"])

    def test_another_bank_is_not_trusted(self):
        self.issue()
        self.cbank("bank", "init", "other", "--origin", "other.example/credit/sha256-ed25519/1",
                   "--name", "en=Other")
        told = self.cbank("--bank", "other", "--json", "bank", "directory", "-o",
                          "other.directory").document
        answer = self.ask("claim", "verify", "claim", "--trust", "other.directory", "--root",
                          told["fingerprint"], code=1)
        self.assertEqual(answer["verdict"], "UNTRUSTED_KEY")

    def test_one_that_is_withdrawn_is_valid_no_more_by_the_next_status_file(self):
        self.issue("--for", "NCU")
        told = self.verify("--for", "NCU", *self.status())
        self.assertEqual((told["verdict"], told["fresh"], told["basis"]),
                         ("VALID", True, "legal-duty"))
        self.in_bank("claim", "withdraw", self.account(), "claim", "--reason", "error")
        old = self.verify("--for", "NCU", "--status", "status")
        self.assertEqual((old["verdict"], old["fresh"]), ("VALID", True), "as of that file")
        told = self.verify("--for", "NCU", *self.status(), code=1)
        self.assertEqual((told["verdict"], told["reason"], told["fresh"], told["reached"]),
                         ("STALE", "claim_recalled", False, None))
        self.assertFalse(self.verify("--for", "NCU")["fresh"], "without one nothing is said")

    def test_the_status_file_of_a_trust_store_is_looked_at(self):
        self.issue()
        self.in_bank("claim", "withdraw", self.account(), "claim", "--reason", "error")
        self.status()
        self.ask("trust", "pin", self.trusted[1], *self.trusted[2:], "-o", "kept")
        self.assertEqual(self.ask("claim", "verify", "claim", "--trust", "kept")["fresh"], False)
        self.ask("trust", "refresh", "kept", "--status", "status")
        told = self.ask("claim", "verify", "claim", "--trust", "kept", code=1)
        self.assertEqual((told["verdict"], told["reason"]), ("STALE", "claim_recalled"))

    def test_a_status_file_that_is_older_or_not_one_says_nothing(self):
        before = self.status()
        self.issue()
        self.assertEqual(self.verify(*before)["fresh"], True, "of the same log")
        self.in_bank("learner", "open", "--name", "己六", "--id-type", "passport/GBR",
                     "--id-number", "123456789")
        self.issue()
        self.assertEqual(self.verify(*before, code=1)["reason"], "status_older")
        self.path("status").write_bytes(self.path("claim").read_bytes())
        self.assertEqual(self.verify(*before, code=1)["reason"], "status_unusable")

    def test_it_is_extended_and_withdrawn_by_its_code_as_what_else_was_shown(self):
        code = self.issue("--expires", "2d")["code"]
        soon = (datetime.datetime.now(datetime.timezone.utc)
                + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertEqual(self.verify("--at", soon, code=1)["verdict"], "EXPIRED")
        one, = self.list_in_bank("transcript", "list", self.account())
        self.assertEqual((one["code"], one["claim"], one["state"], one["items"]),
                         (code, True, "valid", 0))
        extended = self.in_bank("transcript", "extend", code, "--expires", "5d", "--document",
                                "T-2")
        told = self.verify("--at", soon, *self.status())
        self.assertEqual((told["verdict"], told["expires"], told["extended"]),
                         ("VALID", extended["expires"], True))
        self.in_bank("transcript", "withdraw", code, "--reason", "learner-asked")
        self.assertEqual(self.verify(*self.status(), code=1)["reason"], "claim_recalled")
        answer = self.cbank("--json", *self.bank, "claim", "withdraw", self.account(), "claim",
                            "--reason", "error", code=5)
        self.assertEqual(answer.error["reason"], "claim_is_withdrawn")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_it_needs_a_consent_to_this_recipient_for_this_purpose(self):
        self.assertEqual(self.refused(), "consent_needed")
        consent = self.consent("--for", "NCU", "--show", "name")
        for more in (("--for", "OTHER"), ("--for", "NCU", "--purpose", "job"),
                     ("--for", "NCU", "--show-birth")):
            self.assertEqual(self.refused(*more), "consent_needed")
        made = self.issue("--for", "NCU", "--show-name", ground=())
        self.assertEqual((made["consent"], made["basis"]), (consent, None))
        self.in_bank("consent", "withdraw", self.account(), consent, "--recall")
        self.path("claim").rename(self.path("shown"))
        self.assertEqual(self.refused("--for", "NCU", "--show-name"), "consent_needed")
        told = self.ask("claim", "verify", "shown", *self.trusted, "--for", "NCU", *self.status(),
                        code=1)
        self.assertEqual(told["reason"], "claim_recalled")

    def test_a_consent_has_to_let_the_records_be_shown_that_count(self):
        record = self.list_in_bank("credit", "list", self.account())[0]["id"]
        self.consent("--types", "certificate")
        self.consent("--only", record)
        self.assertEqual(self.refused(), "consent_needed")
        period = ("--from", "1901-06-22", "--to", "1901-12-31")
        courses = self.consent("--types", "course")
        self.assertEqual(self.issue(*period, ground=())["consent"], courses)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_it_is_noted_where_no_transcript_shows_it(self):
        before = self.in_bank("bank", "info")["size"]
        self.issue()
        self.issue()
        self.assertEqual(self.in_bank("bank", "info")["size"], before + 2)
        self.assertEqual(self.in_bank("learner", "show", self.account())["entries"], 3)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_what_is_withdrawn_is_noted_once(self):
        self.issue()
        size = self.in_bank("bank", "info")["size"]
        why = ("claim", "withdraw", self.account(), "claim", "--reason", "error")
        self.ask(*self.bank, "--dry-run", *why)
        self.assertEqual(self.in_bank("bank", "info")["size"], size)
        told = self.in_bank(*why, "--token", "0" * 31 + "1")
        self.assertEqual((told["status"], told["index"]), ("withdrawn", size))
        again = self.in_bank(*why, "--token", "0" * 31 + "1")
        self.assertEqual(again, told, "the same token, the same answer")
        answer = self.cbank("--json", *self.bank, *why, code=5)
        self.assertEqual(answer.error["reason"], "claim_is_withdrawn")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_only_an_accounts_own_claim_is_withdrawn(self):
        self.issue()
        other = self.account("36031318851122002X")
        answer = self.cbank("--json", *self.bank, "claim", "withdraw", other, "claim", "--reason",
                            "error", code=1)
        self.assertEqual(answer.error["reason"], "claim_unknown")

    def test_a_dry_run_notes_nothing(self):
        before = self.in_bank("bank", "info")["size"]
        told = self.ask(*self.bank, "--dry-run", *self.asked(ground=desk.BASIS))
        self.assertEqual(told["result"], "met")
        self.assertEqual(self.in_bank("bank", "info")["size"], before)
        self.assertNotIn("claim", self.names())


desk.main()
