"""A claim says how much of a requirement is fulfilled, offline, and nothing of the records."""
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

    def issue(self, *more, account=None):
        return self.in_bank("claim", "issue", account or self.account(), "--requirement",
                            "pxu/seven", "-o", "claim", *more)

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
        told = self.ask(*self.bank, "--dry-run", "claim", "issue", self.account(),
                        "--requirement", "pxu/seven", "-o", "claim")
        self.assertEqual(told["result"], "met")
        self.assertEqual(self.in_bank("bank", "info")["size"], before)
        self.assertNotIn("claim", self.names())


desk.main()
