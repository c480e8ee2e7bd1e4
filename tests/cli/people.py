"""Day (h) of an office: a new name, a mistyped number, two accounts that are one, one that was two.

And what is left of somebody who is erased: nothing, and proofs that still hold.
"""
import json

import desk

WHY = ("--reason", "on-request")
TWO = (*WHY, "--operator", "op1", "--approver", "op2")
WRONG = "360302190001010018"  # typed for the last one
RIGHT = "360302190001010026"
PASSPORT = {"id_type": "passport/GBR", "id_number": "X1234567"}


class People(desk.Town):
    def person(self, verb, account, person, *more, code=0):
        return self.in_bank("learner", verb, account, "--person", "-", *WHY, *more,
                            given=json.dumps(person), code=code)

    def refused(self, status, *arguments, given=""):
        answer = self.run_cbank("--json", *self.bank, *arguments, given=given)
        self.assertNotEqual(answer.code, 0)
        self.assertEqual(answer.error["status"], status)
        return answer.error["message"]

    def open(self, name, number, kind="cn-id"):
        given = json.dumps({"name": name, "id_type": kind, "id_number": number})
        return self.in_bank("learner", "open", "--person", "-", given=given)["account"]

    def issue(self, account, reference, credits="2"):
        return self.in_bank("credit", "issue", *self.signs, "--learner", account, "--reference",
                            reference, "--title", "书法", "--code", "SF1", "--credits",
                            credits)["id"]

    def verify(self, account, *more):
        trust = self.trust()
        self.in_bank("transcript", "issue", account, "-o", "transcript", "--show",
                     "name,number", *desk.BASIS, *more)
        return self.ask("transcript", "verify", "transcript", *trust)

    def sound(self):
        self.assertEqual(self.in_bank("bank", "check")["findings"], [])


class Names(People):
    def test_a_new_name_leaves_the_former_one_with_its_day(self):
        account = self.open("丁四", RIGHT)
        names = self.person("amend", account, {"name": "丁小四"})["person"]["names"]
        self.assertEqual([(one["text"], one["kind"]) for one in names],
                         [("丁小四", "current"), ("丁四", "former")])
        self.assertEqual(self.verify(account)["holder"]["name"], "丁小四")
        self.refused("conflict", "learner", "open", "--person", "-", given=json.dumps(
            {"name": "丁四", "id_type": "cn-id", "id_number": RIGHT}))
        self.sound()

    def test_a_mistyped_number_is_put_right_and_leads_nowhere_any_more(self):
        account = self.open("丁四", WRONG)
        self.issue(account, "R-1")
        self.person("correct", account, {"id_type": "cn-id", "id_number": RIGHT})
        self.refused("not_found", "learner", "find", "--id-type", "cn-id", "--id-number", WRONG)
        self.assertEqual(self.account(RIGHT), account)
        self.issue(account, "R-2")
        report = self.verify(account)
        self.assertEqual(report["holder"]["document_number"], RIGHT)
        self.assertTrue(report["holder"]["proven"])
        self.sound()
        # The stranger whose number it was opens an account of his own.
        self.assertNotEqual(self.open("戊五", WRONG), account)
        self.sound()

    def test_the_right_number_may_be_another_accounts_which_is_for_a_merger(self):
        account, other = self.open("丁四", WRONG), self.open("丁四", RIGHT)
        told = self.refused("conflict", "learner", "correct", account, "--person", "-", *WHY,
                            given=json.dumps({"id_type": "cn-id", "id_number": RIGHT}))
        self.assertIn(other, told.replace("-", ""))

    def test_documents_come_and_go_but_not_the_last(self):
        account = self.open("丁四", RIGHT)
        self.person("bind", account, PASSPORT)
        self.refused("exists", "learner", "bind", account, "--person", "-", *WHY,
                     given=json.dumps(PASSPORT))
        self.person("unbind", account, {"id_type": "cn-id", "id_number": RIGHT})
        self.refused("state", "learner", "unbind", account, "--person", "-", *WHY,
                     given=json.dumps(PASSPORT))
        self.assertEqual(self.verify(account)["holder"]["document_type"], "passport/GBR")
        self.sound()


class Mergers(People):
    def setUp(self):
        super().setUp()
        self.old = self.open("丁四", WRONG)
        self.new = self.open("丁四", RIGHT)
        self.first = self.issue(self.old, "OLD-1", "3")
        self.issue(self.new, "NEW-1", "2")

    def test_it_takes_two_operators(self):
        for who in ((), ("--operator", "op1"), ("--operator", "op1", "--approver", "op1")):
            self.refused("denied", "learner", "merge", self.old, self.new, *WHY, *who)

    def test_a_preview_names_what_seems_to_be_there_twice_and_writes_nothing(self):
        size = self.in_bank("bank", "info")["size"]
        told = self.in_bank("learner", "merge", self.old, self.new, *TWO, "--preview")
        self.assertEqual(told["doubles"], [self.first])
        self.assertEqual(self.in_bank("bank", "info")["size"], size)

    def test_one_account_shows_and_changes_what_both_hold(self):
        self.in_bank("learner", "merge", self.old, self.new, *TWO)
        shown = self.in_bank("learner", "show", self.old)
        self.assertEqual((shown["status"], shown["merged_into"]), ("merged", self.new))
        found = self.in_bank("learner", "find", "--id-type", "cn-id", "--id-number", WRONG)
        self.assertEqual((found["account"], found["credits"]), (self.new, "5"))
        self.assertEqual(self.verify(self.new)["credits"], "5")
        self.in_bank("credit", "amend", self.first, *self.signs, "--reason", "corrected",
                     "--credits", "4")
        self.assertEqual(self.verify(self.new)["credits"], "6")
        self.refused("state", "transcript", "issue", self.old, "-o", "never")
        self.sound()
        self.in_bank("bank", "status", "-o", "status")
        self.sound()

    def test_what_was_merged_by_mistake_goes_its_own_way_with_what_changed_meanwhile(self):
        self.in_bank("learner", "merge", self.old, self.new, *TWO)
        self.in_bank("credit", "revoke", self.first, *self.signs, "--reason", "error")
        self.write("later.csv", f"{desk.HEADER}\nL-1,丁四,{WRONG},C9,绘画,1,通过,1902-01-02\n")
        self.import_grades("later.csv")
        stray = self.list_in_bank("credit", "list", "--code", "C9")[0]
        self.assertEqual(stray["account"], self.new)
        parted = self.in_bank("learner", "unmerge", self.old, *TWO)
        self.assertEqual(parted["to_move"], [stray["id"]])
        self.assertEqual(self.verify(self.new)["credits"], "3")
        report = self.verify(self.old)
        self.assertEqual(report["credits"], "0")
        self.assertEqual(self.account(RIGHT), self.new)
        self.issue(self.old, "OLD-2")
        self.sound()


class Nested(People):
    """Three accounts of one person: A goes into B, then B into C."""

    def setUp(self):
        super().setUp()
        self.a = self.open("丁四", WRONG)
        self.b = self.open("丁四", RIGHT)
        self.c = self.open("丁四", "Y7654321", "passport/GBR")
        self.first = self.issue(self.a, "A-1", "3")
        self.second = self.issue(self.b, "B-1", "2")
        self.issue(self.c, "C-1", "1")
        self.in_bank("learner", "merge", self.a, self.b, *TWO)

    def test_the_last_one_shows_and_changes_what_all_hold(self):
        told = self.in_bank("learner", "merge", self.b, self.c, *TWO, "--preview")
        self.assertEqual(sorted(told["doubles"]), sorted([self.first, self.second]))
        self.in_bank("learner", "merge", self.b, self.c, *TWO)
        self.assertEqual(self.account(WRONG), self.c)
        self.assertEqual(self.verify(self.c)["credits"], "6")
        self.in_bank("credit", "amend", self.first, *self.signs, "--reason", "corrected",
                     "--credits", "4")
        self.assertEqual(self.verify(self.c)["credits"], "7")
        self.sound()

    def test_they_are_parted_in_the_opposite_order_and_keep_what_changed(self):
        self.in_bank("learner", "merge", self.b, self.c, *TWO)
        self.in_bank("credit", "revoke", self.first, *self.signs, "--reason", "error")
        self.in_bank("credit", "amend", self.second, *self.signs, "--reason", "corrected",
                     "--credits", "2.5")
        told = self.refused("state", "learner", "unmerge", self.a, *TWO)
        self.assertIn(self.c, told.replace("-", ""))
        self.in_bank("learner", "unmerge", self.b, *TWO)
        self.sound()
        self.assertEqual((self.verify(self.b)["credits"], self.verify(self.c)["credits"]),
                         ("0", "3.5"))
        self.in_bank("learner", "unmerge", self.a, *TWO)
        self.assertEqual((self.verify(self.a)["credits"], self.account(WRONG)), ("0", self.a))
        self.sound()


class Exported(People):
    def test_everything_that_is_held_stands_in_one_file_for_its_owner_alone(self):
        account = self.open("丁四", WRONG)
        credit = self.issue(account, "R-1")
        self.write("note", "其子来电，称与他人同名\n")
        self.in_bank("learner", "freeze", account, "--reason", "dispute", "--note-file", "note")
        self.person("correct", account, {"id_type": "cn-id", "id_number": RIGHT})
        done = self.in_bank("learner", "export", account, "-o", "held.json")
        self.assertEqual(done["entries"], 4)
        self.assertEqual(self.path("held.json").stat().st_mode & 0o777, 0o600)
        held = json.loads(self.path("held.json").read_text(encoding="utf-8"))
        self.assertEqual([one["kind"] for one in held["chain"]],
                         ["account_opened", "credit_deposited", "account_frozen",
                          "identity_corrected"])
        self.assertEqual([one["text"] for one in held["notes"]], ["其子来电，称与他人同名"])
        self.assertEqual([one["number"] for one in held["person"]["documents"]], [RIGHT, WRONG])
        self.assertEqual(held["chain"][1]["id"], credit)
        self.assertEqual(held["chain"][1]["opening"]["number"], WRONG)
        self.assertEqual(held["chain"][1]["record"]["reference"], "R-1")


class Erased(People):
    def setUp(self):
        super().setUp()
        self.import_grades()
        self.other = self.account("36031318851122002X")
        self.gone = self.account()

    def test_nothing_of_the_person_is_left_and_the_proofs_of_others_hold(self):
        self.in_bank("transcript", "issue", self.gone, "-o", "before", *desk.BASIS)
        done = self.in_bank("learner", "erase", self.gone, *TWO, "--document", "2026-12",
                            "--complete-on", "2999-12-31")
        self.assertEqual((done["status"], done["records"], done["complete_on"]),
                         ("erased", 0, "2999-12-31"))
        self.refused("not_found", "learner", "find", "--id-type", "cn-id", "--id-number",
                     "360302188103040012")
        self.refused("state", "transcript", "issue", self.gone, "-o", "never")
        self.assertIsNone(self.in_bank("learner", "show", self.gone, "--with-person")
                          .get("person"))
        self.sound()
        self.assertEqual(self.verify(self.other)["verdict"], "VALID")
        # Who has kept one learns that it no longer stands, and not why.
        self.in_bank("bank", "status", "-o", "status")
        report = self.ask("transcript", "verify", "before", *self.trust(), "--status", "status",
                          code=1)
        self.assertEqual(report["verdict"], "STALE")
        # The same person comes again, as a stranger.
        self.assertEqual(self.import_grades()["accounts_opened"], 1)
        self.sound()

    def test_the_bank_tells_when_the_file_was_rid_of_it(self):
        self.assertIsNone(self.in_bank("bank", "info")["erased"])
        self.in_bank("learner", "erase", self.gone, *TWO, "--document", "2026-12")
        info = self.in_bank("bank", "info")
        self.assertIsNone(info["compacted"])
        self.assertIsNotNone(info["erased"])
        done = self.in_bank("bank", "compact")
        self.assertGreater(done["wiped_pages"], 0)
        info = self.in_bank("bank", "info")
        self.assertEqual(info["compacted"], done["compacted"])
        self.assertGreaterEqual(info["compacted"], info["erased"])
        self.sound()

    def test_it_needs_two_operators_and_grounds(self):
        self.refused("denied", "learner", "erase", self.gone, *WHY)
        self.refused("denied", "learner", "erase", self.gone, *WHY, "--operator", "op1",
                     "--approver", "op1")

    def test_who_was_merged_goes_with_the_one_that_went_on(self):
        old = self.open("甲一", "Y1234567", "passport/GBR")
        self.issue(old, "OLD-1")
        self.in_bank("learner", "merge", old, self.gone, *TWO)
        self.refused("state", "learner", "erase", old, *TWO)
        self.in_bank("learner", "erase", self.gone, *TWO)
        self.assertEqual(self.in_bank("learner", "show", old)["status"], "erased")
        self.sound()


desk.main()
