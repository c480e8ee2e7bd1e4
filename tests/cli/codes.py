"""Exit codes: what a script can tell from the number alone."""
import json
import shutil

import desk

DONE, NO, USAGE, INPUT, DENIED, CONFLICT, STORE = range(7)


class Codes(desk.Town):
    def fails(self, code, *arguments, **more):
        """The error of one command in the bank."""
        answer = self.cbank("--json", *self.bank, *arguments, code=code, **more)
        self.assertEqual(answer.out, "")
        self.assertEqual(sorted(answer.error),
                         ["message", "object", "reason", "remedy", "status", "where"])
        return answer.error["status"]

    def issue(self, reference="R-1", credits="2", signs=None):
        account = self.in_bank("learner", "open", "--person", "-",
                               given=json.dumps(desk.PERSON))["account"]
        return ("credit", "issue", *(signs or self.signs), "--learner", account, "--reference",
                reference, "--title", "x", "--credits", credits)

    def test_1_what_is_not_there(self):
        self.assertEqual(self.fails(NO, "learner", "show", "0000000000000195"), "not_found")
        self.assertEqual(self.fails(NO, "institution", "show", "NOBODY"), "not_found")
        self.assertEqual(self.fails(NO, "learner", "find", "--id-type", "cn-id", "--id-number",
                                    "360302188103040012"), "not_found")
        self.cbank("--bank", "nowhere", "bank", "info", code=NO)

    def test_3_values_that_are_not_acceptable(self):
        self.assertEqual(self.fails(INPUT, *self.issue(credits="2.5555")), "invalid")
        self.assertEqual(self.fails(INPUT, *self.issue(), "--awarded", "1901-13"), "invalid")
        wrong = dict(desk.PERSON, id_number="360323190001010061")
        self.assertEqual(self.fails(INPUT, "learner", "open", "--person", "-",
                                    given=json.dumps(wrong)), "invalid")
        self.assertEqual(self.fails(INPUT, "learner", "open", "--person", "-", given="[]"),
                         "invalid")
        self.assertEqual(self.fails(INPUT, "learner", "open", "--person", "-",
                                    given='{"name": "x", "shoe_size": "40"}'), "invalid")

    def test_3_files_that_cannot_be_read(self):
        self.assertEqual(self.fails(INPUT, "credit", "deposit", "nothing"), "not_found")
        self.assertEqual(self.fails(INPUT, "institution", "admit", self.write("x", "x")),
                         "malformed")

    def test_3_rows_that_are_rejected(self):
        bad = desk.ROWS[0].replace("360302188103040012", "360302188103040013")
        self.write("bad.csv", "\n".join([desk.HEADER, bad, *desk.ROWS[1:]]))
        result = self.import_grades("bad.csv", code=INPUT)
        self.assertEqual((result["rejected"], result["deposited"]), (1, 0))
        result = self.import_grades("bad.csv", "--keep-going", code=INPUT)
        self.assertEqual((result["rejected"], result["deposited"]), (1, 2))

    def test_4_keys_and_signatures_that_are_not_accepted(self):
        self.cbank("key", "new", "other.key")
        other = ("--institution", "PXU", "--key", "other.key")
        self.assertEqual(self.fails(DENIED, *self.issue(signs=other)), "key_not_valid")
        self.cbank("credit", "sign", "grades.csv", *other, *self.reads, "--origin", desk.ORIGIN,
                   "-o", "batch")
        self.assertEqual(self.fails(DENIED, "credit", "deposit", "batch", "--open-accounts"),
                         "bad_signature")
        request = bytearray(self.path("pxu.request").read_bytes())
        request[-1] ^= 1
        self.path("forged.request").write_bytes(request)
        self.assertEqual(self.fails(DENIED, "institution", "admit", "forged.request"),
                         "bad_signature")

    def test_4_passphrases(self):
        secret = {"CBANK_PASSPHRASE": "open sesame"}
        self.cbank("key", "new", "locked.key", environment=secret)
        self.cbank("key", "show", "locked.key", environment=secret)
        self.cbank("key", "show", "locked.key", "--passphrase-file",
                   self.write("secret", "open sesame\nnot this\n"))
        self.cbank("key", "show", "locked.key", code=DENIED)
        self.cbank("key", "show", "locked.key", "--passphrase-file", self.write("s", "wrong"),
                   environment=secret, code=DENIED)
        self.cbank("key", "show", "locked.key", "--passphrase-file", self.write("s", "\n"),
                   code=INPUT)

    def test_4_another_bank_s_root_key(self):
        self.cbank("key", "new", "other.key")
        self.assertEqual(self.fails(DENIED, "bank", "directory", "-o", "d", "--root-key",
                                    "other.key"), "key")

    def test_5_what_is_there_already(self):
        self.fails(CONFLICT, "institution", "admit", "pxu.request")
        self.cbank("key", "new", "pxu.key", code=CONFLICT)
        self.cbank("bank", "init", "bank", "--origin", desk.ORIGIN, "--name", "x", code=CONFLICT)

    def test_5_other_content_under_the_same_name(self):
        self.cbank(*self.bank, *self.issue())
        self.assertEqual(self.fails(CONFLICT, *self.issue(credits="3")), "conflict")
        other = dict(desk.PERSON, name="戊五")
        self.assertEqual(self.fails(CONFLICT, "learner", "open", "--person", "-",
                                    given=json.dumps(other)), "conflict")

    def test_5_a_token_answers_the_same_request_only(self):
        token = ("--token", "00112233445566778899aabbccddeeff")
        first = self.in_bank(*self.issue(), *token)
        self.assertEqual(self.in_bank(*self.issue(), *token), first)
        self.assertEqual(self.fails(CONFLICT, *self.issue("R-2"), *token), "conflict")
        self.fails(INPUT, *self.issue("R-3"), "--token", "0011")

    def test_5_a_state_that_does_not_allow_it(self):
        self.import_grades()
        self.in_bank("learner", "freeze", self.account(), "--reason", "dispute")
        self.assertEqual(self.fails(CONFLICT, "transcript", "issue", self.account(), "-o", "t"),
                         "state")

    def test_6_a_bank_that_was_put_back_to_an_old_copy(self):
        shutil.copytree(self.path("bank"), self.path("copy"))
        self.import_grades()
        shutil.rmtree(self.path("bank"))
        self.path("copy").rename(self.path("bank"))
        self.assertEqual(self.fails(STORE, "bank", "info"), "rollback")

    def test_6_a_guard_that_is_gone(self):
        shutil.rmtree(self.path("bank.guard"))
        self.assertEqual(self.fails(STORE, "bank", "info"), "guard")

    def test_6_a_file_that_cannot_be_written(self):
        self.assertEqual(self.fails(STORE, "log", "checkpoint", "-o", "no/such/folder"), "io")


class Verdicts(desk.Town):
    """A "no" is 1 and has a report; what could not be verified is another number and has none."""

    def setUp(self):
        super().setUp()
        self.import_grades()
        self.trusts = self.trust()
        self.transcript("--for", "NCU")

    def verify(self, *arguments, code=0, name="transcript"):
        return self.cbank("--json", "transcript", "verify", name, *arguments, code=code)

    def verdict(self, *arguments, code=NO, name="transcript"):
        answer = self.verify(*arguments, code=code, name=name)
        self.assertEqual(answer.err, "")
        return answer.document["verdict"]

    def test_valid(self):
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", code=DONE), "VALID")
        self.assertEqual(self.verdict(*self.trusts, "--any-recipient", code=DONE), "VALID")
        key = self.in_bank("bank", "info")["vkey"]
        self.assertEqual(self.verdict("--vkey", key, "--for", "NCU", code=DONE), "VALID")

    def test_no(self):
        self.assertEqual(self.verdict(*self.trusts), "WRONG_RECIPIENT")
        self.assertEqual(self.verdict(*self.trusts, "--for", "OTHER"), "WRONG_RECIPIENT")
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", "--at",
                                      "2199-01-01T00:00:00Z"), "EXPIRED")
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", "--require", "pinned"),
                         "UNTRUSTED_KEY")
        self.assertEqual(self.verdict("--trust", "directory", "--root", 64 * "0", "--for", "NCU"),
                         "UNTRUSTED_KEY")
        whole = self.path("transcript").read_bytes()
        self.path("cut").write_bytes(whole[:-1])
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", name="cut"), "MALFORMED")
        self.path("forged").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", name="forged"),
                         "BAD_SIGNATURE")

    def test_stale(self):
        self.in_bank("credit", "revoke", self.credits()[0]["id"], *self.signs, "--reason", "error")
        self.in_bank("bank", "status", "-o", "status")
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", "--status", "status"), "STALE")
        self.assertEqual(self.verdict(*self.trusts, "--for", "NCU", "--status", "grades.csv"),
                         "STALE")

    def test_what_could_not_be_verified_has_no_verdict(self):
        for code, arguments in [(INPUT, ("--trust", "nothing", "--for", "NCU")),
                                (INPUT, (*self.trusts, "--for", "NCU", "--pin", "nothing")),
                                (INPUT, (*self.trusts, "--for", "NCU", "--consistency",
                                         "grades.csv")),
                                (INPUT, ("--trust", "grades.csv", "--for", "NCU")),
                                (INPUT, ("--trust", "directory", "--root", "abc")),
                                (USAGE, ("--root", 64 * "0")),
                                (INPUT, (*self.trusts, "--at", "yesterday"))]:
            answer = self.verify(*arguments, code=code)
            self.assertEqual(answer.out, "", arguments)
            self.assertTrue(answer.error["message"])

    def test_pinned_before_and_after(self):
        self.in_bank("log", "checkpoint", "-o", "checkpoint")
        size = self.in_bank("bank", "info")["size"]
        self.in_bank("learner", "freeze", self.account(), "--reason", "dispute")
        self.in_bank("learner", "unfreeze", self.account(), "--reason", "settled")
        issued = self.transcript("--for", "NCU")
        self.in_bank("log", "consistency", "--from", size, "--to", issued["size"], "-o", "proof")
        pin = (*self.trusts, "--for", "NCU", "--pin", "checkpoint")
        self.assertEqual(self.verify(*pin).document["consistency"], "not_shown")
        joined = self.verify(*pin, "--consistency", "proof").document
        self.assertEqual(joined["consistency"], "shown")

    def test_two_copies_that_both_signed(self):
        shutil.copytree(self.path("bank"), self.path("copy/bank"))
        shutil.copytree(self.path("bank.guard"), self.path("copy/bank.guard"))
        self.in_bank("log", "checkpoint", "-o", "before")
        self.in_bank("learner", "freeze", self.account(), "--reason", "dispute")
        self.in_bank("log", "checkpoint", "-o", "ours")
        joined = self.in_bank("log", "consistency", "--pin", "before", "-o", "proof")
        self.assertGreater(joined["to"], joined["from"])
        for name in ("bank", "bank.guard"):
            shutil.rmtree(self.path(name))
            shutil.copytree(self.path("copy") / name, self.path(name))
        ask = (*self.bank, "log", "consistency", "--pin", "ours", "-o", "proof")
        self.assertEqual(self.ask(*ask, code=1)["fork_notes"][0], self.path("ours").read_text())
        self.in_bank("learner", "freeze", self.account(), "--reason", "settled")
        self.in_bank("learner", "unfreeze", self.account(), "--reason", "settled")
        notes = self.ask(*ask, code=1)["fork_notes"]
        self.assertEqual([note.splitlines()[0] for note in notes], [desk.ORIGIN] * 2)
        self.assertEqual(self.cbank(*ask, code=1).out, "\n".join(notes))
        self.cbank(*self.bank, "log", "consistency", "-o", "proof", code=2)
        self.cbank(*ask, "--from", "1", code=2)

    def test_a_key_that_the_verifier_knows(self):
        mark = self.ask("key", "show", "pxu.key.pub")["fingerprint"]
        report = self.verify(*self.trusts, "--for", "NCU", "--pin-key", f"PXU={mark}", "--require",
                             "pinned").document
        self.assertEqual(report["evidence"], "pinned")

    def test_show_is_no_verdict(self):
        shown = self.ask("transcript", "show", "transcript")
        self.assertEqual(shown["verdict"], "UNVERIFIED")
        self.assertEqual(len(shown["items"]), 3)


desk.main()
