"""What an office outside recognised, by its letter: used there, it is used here."""
import conversion
import desk

LETTER = ("--by", "省外学院", "--number", "2026-7", "--on", "2026-03-01")


class Outside(conversion.Office):
    def records(self):
        """Ids by course."""
        return {row["code"]: row["id"]
                for row in self.list_in_bank("credit", "list", self.account())}

    def note(self, *courses, letter=LETTER, more=(), **other):
        ids = self.records()
        named = [word for course in courses for word in ("--record", ids[course])]
        return self.answer("recognition", "note", self.account(), *named, *letter, *more, **other)

    def settle(self, noted, state, **other):
        return self.answer("recognition", "settle", noted["id"][:16], "--state", state,
                           "--reason", "error", **other)

    def answer(self, *arguments, code=0):
        """What it says; of what fails, why."""
        said = self.cbank("--json", *self.bank, *arguments, code=code)
        return said.document if code == 0 else said.error["reason"]

    def test_a_plan_finds_used_up_what_was_noted_and_says_by_whom(self):
        self.assertEqual(self.plan()["counted"], "6")
        noted = self.note("C1", more=("--programme", "护理"))
        again = self.plan()
        self.assertEqual(again["counted"], "3.5")
        self.assertEqual([(one["reason"], one["by"]) for one in again["refused"]],
                         [("used_up", noted["id"])])
        self.recognise()
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_what_was_planned_around_a_letter_runs_again_without_any_bank(self):
        self.note("C1")
        self.assertEqual(self.plan()["counted"], "3.5")
        self.recognise()
        self.assertEqual(self.check(), {"same": True, "result": "same", "counted": "3.5",
                                        "differences": []})

    def test_a_plan_made_before_is_not_recognised_after(self):
        self.plan()
        self.note("C1")
        self.assertEqual(self.answer("plan", "recognise", "a.plan", *self.signs, code=5),
                         "record_used_up")

    def test_it_is_shown_and_listed_as_a_letter(self):
        noted = self.note("C1", "C2", more=("--scan-digest", "ab" * 32, "--scope", "counted"))
        self.assertEqual((noted["status"], noted["rests_on"], noted["scope"], noted["on"],
                          noted["institution"], noted["number"], noted["scan"]),
                         ("stands", "letter", "counted", "2026-03-01", "省外学院", "2026-7",
                          "ab" * 32))
        self.assertEqual(sorted(noted["records"]), sorted(self.records().values()))
        self.assertIsNone(noted["decision"])
        self.assertEqual(self.in_bank("recognition", "show", noted["id"][:16]), noted)
        self.plan()
        signed = self.recognise()
        listed = self.list_in_bank("recognition", "list", self.account())
        self.assertEqual([(one["id"], one["rests_on"]) for one in listed],
                         [(noted["id"], "letter"), (signed["id"], "signature")])
        self.assertEqual(signed["records"], [])

    def test_what_was_noted_by_mistake_is_reversed(self):
        noted = self.note("C1", "C2")
        self.assertEqual(self.plan()["counted"], "0")
        self.assertEqual(self.settle(noted, "suspended")["status"], "suspended")
        self.assertEqual(self.plan()["counted"], "0")
        self.assertEqual(self.settle(noted, "stands")["status"], "stands")
        ended = self.settle(noted, "reversed")
        self.assertEqual((ended["status"], sorted(ended["released"])),
                         ("reversed", sorted(self.records().values())))
        self.assertEqual(self.plan()["counted"], "6")
        self.assertEqual(self.settle(noted, "stands", code=5), "conversion_final")
        self.settle(noted, "lost", code=2)

    def test_a_record_that_is_amended_stays_used(self):
        self.note("C1")
        self.in_bank("credit", "amend", self.records()["C1"], *self.signs, "--reason",
                     "corrected", "--title", "高等数学A")
        again = self.plan()
        listed = self.list_in_bank("recognition", "list", self.account())
        self.assertEqual([one["status"] for one in listed], ["reversed", "stands"])
        self.assertEqual(again["counted"], "3.5")
        self.assertIn(("used_up", listed[1]["id"]),
                      [(one["reason"], one["by"]) for one in again["refused"]])
        self.recognise()
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_what_was_reversed_is_shown_without_a_record_that_was_erased_elsewhere(self):
        first, second = self.account(), self.account("36031318851122002X")
        same = ("--operator", "op1", "--approver", "op2", "--reason", "same-person")
        record = self.records()["C1"]
        self.in_bank("learner", "merge", first, second, *same)
        noted = self.answer("recognition", "note", second, "--record", record, *LETTER)
        self.assertEqual(self.settle(noted, "reversed")["released"], [record])
        self.in_bank("learner", "unmerge", first, *same)
        self.in_bank("learner", "erase", first, "--operator", "op1", "--approver", "op2",
                     "--document", "D1", "--reason", "on-request")
        self.assertEqual(self.in_bank("recognition", "show", noted["id"][:16])["records"], [])
        listed = self.list_in_bank("recognition", "list", second)
        self.assertEqual([one["id"] for one in listed], [noted["id"]])
        self.in_bank("learner", "export", second, "-o", "mine.json")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_the_same_letter_again_changes_nothing(self):
        noted = self.note("C1")
        self.assertEqual(self.note("C1"), noted)
        other = ("--by", "另一学院", "--number", "8", "--on", "2026")
        self.assertEqual(self.note("C1", letter=other, code=5), "record_used_up")

    def test_who_signs_here_is_not_noted(self):
        for name in ("PXU", "示范学院"):
            self.assertEqual(self.note("C1", letter=("--by", name, *LETTER[2:]), code=4),
                             "noted_member")
        self.plan()
        signed = self.recognise()
        self.assertEqual(self.settle(signed, "reversed", code=4), "recognition_signed")
        noted = self.note("C2", more=("--scope", "counted"))
        self.assertEqual(self.answer("recognition", "reverse", noted["id"], *self.signs,
                                     "--reason", "error", code=4), "recognition_noted")

    def test_a_dry_run_notes_nothing(self):
        self.note("C1", more=("--dry-run",))
        self.assertEqual(self.list_in_bank("recognition", "list", self.account()), [])

    def test_a_partner_sees_that_it_is_used_and_not_what_the_letter_says(self):
        self.note("C1")
        self.transcript()
        shown = self.path("transcript").read_bytes()
        self.assertNotIn("省外学院".encode(), shown)
        self.assertNotIn(b"2026-7", shown)
        verdict = self.ask("transcript", "verify", "transcript", *self.trusted)
        self.assertEqual([(item["code"], item["status"]) for item in verdict["items"]
                          if item.get("code")], [("C1", "consumed"), ("C2", "held")])

    def test_it_goes_along_with_what_the_learner_may_take(self):
        self.note("C1", more=("--programme", "护理"))
        self.in_bank("learner", "export", self.account(), "-o", "mine.json")
        self.assertIn("省外学院", self.path("mine.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    desk.main()
