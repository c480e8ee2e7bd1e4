"""A case of recognition from the application to the end, as the college's clerk drives it."""
import json

import conversion
import desk


class Case(conversion.Office):
    def act(self, verb, number, *more, code=0):
        """What it has come to; of what fails, why."""
        said = self.cbank("--json", *self.bank, "case", verb, number, *self.signs, *more,
                          code=code)
        return said.document if code == 0 else said.error["reason"]

    def open(self, number="2026-17", *more, **other):
        return self.act("open", number, "--account", self.account(), *more, **other)

    def moves(self, verb, status, *more):
        found = self.act(verb, "2026-17", *more)
        self.assertEqual(found["status"], status)
        return found

    def listed(self, *more):
        return [row["number"] for row in self.list_in_bank("case", "list", *more)]

    def test_from_the_application_to_the_end(self):
        records = [row["id"] for row in
                   self.list_in_bank("credit", "list", self.account())]
        opened = self.open("2026-17", "--applied", "2026-03-01", "--channel", "counter",
                           "--programme", "pxu/one", *(word for one in records
                                                       for word in ("--record", one)),
                           "--request", "D1", "--evidence", "ab" * 32 + ":certificate", "--due",
                           "2026-03-10", "--assign", "clerk-1")
        self.assertEqual((opened["status"], opened["due"], opened["assigned_to"],
                          opened["records"], opened["requested"], opened["applied"]),
                         ("submitted", "2026-03-10", "clerk-1", records, ["D1"], "2026-03-01"))
        self.moves("return", "returned", "--reason", "incomplete", "--due", "2026-03-20")
        self.moves("evidence", "submitted", "--evidence", "cd" * 32)
        self.moves("accept", "accepted", "--document", "教〔2026〕17号")
        for reviewer in ("rev-1", "rev-2", "rev-3"):
            self.moves("review", "in_review", "--reviewer", reviewer, "--target", "D1",
                       "--overlap", "80.5", "--opinion", "agree", "--on", "2026-03-15", "--record",
                       "ef" * 32)
        self.plan()
        self.write("decision.json", '{"case_number": "2026-17", "document": "T-1"}')
        made = self.recognise("--decision", "decision.json")
        self.moves("decide", "decided", "--outcome", "full", "--recognition", made["id"],
                   "--quorum", "3", "--present", "3", "--approver", "dean-1")
        self.assertEqual(self.moves("notice", "notice", "--from", "2026-03-20", "--until",
                                    "2026-03-27", "--working-days", "5", "--place",
                                    "公告栏")["due"], "2026-03-27")
        self.moves("conclude", "effective", "--result", "stands", "--objections", "0")
        self.moves("appeal", "appealed", "--number", "S-1", "--filed", "2026-04-01", "--ground",
                   "overlap", "--body", "校学术委员会")
        self.moves("answer", "effective", "--result", "stands")
        self.moves("close", "closed", "--reason", "done")
        shown = self.in_bank("case", "show", "2026-17", "--institution", "PXU")
        self.assertEqual([step["act"] for step in shown["steps"]],
                         ["open", "return", "add_evidence", "accept", "find", "find", "find",
                          "decide", "open_notice", "close_notice", "appeal", "decide_appeal",
                          "close"])
        self.assertEqual((shown["steps"][4]["finding"]["percent"],
                          shown["steps"][4]["finding"]["records"]), ("80.5", ["ef" * 32]))
        self.assertEqual(shown["steps"][7]["recognitions"], [made["id"]])
        self.assertEqual(shown["steps"][8]["notice_until"], "2026-03-27")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_lists_by_the_day_that_something_is_due(self):
        self.open("1")
        self.open("2", "--due", "2026-05-01")
        self.open("3", "--due", "2026-04-01")
        self.act("accept", "3", "--due", "2026-06-01")
        self.open("4")
        self.act("close", "4", "--reason", "late")
        self.assertEqual(self.listed("--institution", "PXU"), ["2", "3", "1"])
        self.assertEqual(self.listed("--institution", "PXU", "--due", "2026-05-31"), ["2"])
        self.assertEqual(self.listed("--institution", "PXU", "--state", "accepted"), ["3"])
        self.assertEqual(self.listed("--institution", "PXU", "--ended"), ["1", "2", "3", "4"])
        self.assertEqual(self.listed("--account", self.account()), ["1", "2", "3", "4"])
        self.cbank(*self.bank, "case", "list", code=2)
        self.cbank(*self.bank, "case", "list", "--institution", "PXU", "--state", "lost", code=2)

    def test_what_does_not_follow_is_refused(self):
        self.assertEqual(self.act("accept", "2026-17", code=1), "case_unknown")
        self.open()
        self.assertEqual(self.open(code=5), "case_number")
        self.assertEqual(self.act("decide", "2026-17", "--outcome", "none", code=5), "case_state")
        self.act("accept", "2026-17")
        self.assertEqual(self.act("decide", "2026-17", "--outcome", "full", code=3),
                         "field_value")
        self.assertEqual(self.act("decide", "2026-17", "--outcome", "full", "--recognition",
                                  "ab" * 32, code=1), "recognition_unknown")
        self.act("review", "2026-17", "--reviewer", "rev-1", "--overlap", "100.1", code=2)
        self.act("conclude", "2026-17", "--result", "perhaps", code=2)

    def test_a_dry_run_enters_nothing(self):
        self.assertEqual(self.open("2026-17", "--dry-run")["status"], "submitted")
        self.assertEqual(self.listed("--institution", "PXU"), [])

    def test_it_goes_along_with_what_the_learner_may_take(self):
        for number in ("1", "2"):
            self.open(number)
        self.act("return", "1", "--reason", "incomplete")
        self.in_bank("learner", "export", self.account(), "-o", "mine.json")
        mine = json.loads(self.path("mine.json").read_text(encoding="utf-8"))
        self.assertEqual([(case["number"], [step["act"] for step in case["steps"]])
                          for case in mine["cases"]],
                         [("1", ["open", "return"]), ("2", ["open"])])

    def test_what_was_merged_into_an_account_is_listed_with_it(self):
        self.open("1")
        other = self.account("36031318851122002X")
        self.act("open", "2", "--account", other)
        self.in_bank("learner", "merge", self.account(), other, "--operator", "op1", "--approver",
                     "op2", "--reason", "same-person")
        self.assertEqual(self.listed("--account", other), ["2", "1"])
        self.act("accept", "1")
        self.assertEqual(self.listed("--account", other, "--state", "accepted"), ["1"])

    def test_no_partner_sees_a_case(self):
        self.open("2026-17", "--request", "D1")
        self.transcript()
        self.assertNotIn(b"2026-17", self.path("transcript").read_bytes())

    def test_people_read_it_in_their_language(self):
        self.open()
        said = self.cbank("--lang", "zh", *self.bank, "case", "list", "--institution", "PXU").out
        self.assertIn("已提交", said)
        said = self.cbank("--lang", "en", *self.bank, "case", "show", "2026-17", "--institution",
                          "PXU").out
        self.assertIn("submitted", said)


if __name__ == "__main__":
    desk.main()
