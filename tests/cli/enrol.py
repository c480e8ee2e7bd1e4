"""An enrolment pins an edition of a programme: plans and recognitions follow it, whatever is
published later; and it is shown, listed, exported and checked like everything else."""
import json

import artefact
import desk


class Enrol(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        rules = (artefact.rule("R-1", artefact.select(codes=["C1"]), bucket="free") +
                 artefact.rule("R-2", artefact.select(codes=["C2"]), bucket="free"))
        self.publish("r.art", "ruleset", rules, 2, "pxu/rules")
        self.programme(1, 7000)

    def publish(self, path, kind, page, items, name, **more):
        artefact.write(self, path, kind=kind, pages=[page], items=items, name=name, **more)
        self.cbank(*self.bank, "rules", "publish", path)

    def programme(self, edition, total, name="pxu/nursing"):
        self.publish("p.art", "programme",
                     artefact.programme(total, artefact.bucket("free", total),
                                        rule_sets=["pxu/rules"]), 0, name, edition=edition)

    def add(self, *more, reference="2022-0417", code=0):
        return self.in_bank("enrol", "add", *self.signs, "--learner", self.account(),
                            "--reference", reference, "--programme", "pxu/nursing", "--cohort",
                            "2022", "--started", "2022-09-01", *more, code=code)

    def change(self, verb, one, *more, code=0):
        return self.cbank("--json", *self.bank, "enrol", verb, one["id"], *self.signs, "--since",
                          "2023-03-01", *more, code=code)

    def plan(self, *more):
        return self.in_bank("plan", "make", self.account(), *more)

    def test_a_learner_is_enrolled_leaves_returns_and_graduates(self):
        one = self.add("--level", "10", "--form", "1", "--planned-end", "2026-07", "--status",
                       "01", "--document", "PXU-2022-9")
        self.assertEqual((one["account"], one["programme"], one["status"], one["cohort"],
                          one["started"], one["planned_end"], one["outcome"]),
                         (self.account(), "pxu/nursing@1", "active", "2022", "2022-09-01",
                          "2026-07", "deposited"))
        left = self.change("change", one, "--kind", "21", "--status", "02").document
        self.assertEqual((left["revision"], left["kind"], left["student_status"], left["level"]),
                         (2, "21", "02", "10"))
        self.change("change", one, "--kind", "22", "--status", "01")
        ended = self.change("end", one, "--kind", "31", "--next-institution", "PXU").document
        self.assertEqual((ended["status"], ended["revision"], ended["next_institution"]),
                         ("ended", 4, "PXU"))
        shown = self.in_bank("enrol", "show", one["id"])
        self.assertEqual([step["kind"] for step in shown["steps"]], [None, "21", "22", "31"])
        error = self.change("change", one, code=5).error
        self.assertEqual(error["reason"], "enrolment_ended")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_the_same_again_is_unchanged_and_other_content_is_a_conflict(self):
        first = self.add()
        again = self.add()
        self.assertEqual((again["outcome"], again["id"]), ("unchanged", first["id"]))
        error = self.cbank("--json", *self.bank, "enrol", "add", *self.signs, "--learner",
                           self.account(), "--reference", "2022-0417", "--programme",
                           "pxu/nursing", "--cohort", "2021", "--started", "2022-09-01",
                           code=5).error
        self.assertEqual(error["reason"], "enrolment_taken")

    def test_a_plan_follows_the_enrolment_and_not_what_is_published_since(self):
        one = self.add()
        self.programme(2, 9000)
        self.assertEqual(self.plan("--programme", "pxu/nursing")["programme"], "pxu/nursing@2")
        pinned = self.plan("--enrolment", one["id"])
        self.assertEqual((pinned["programme"], pinned["missing_total"]), ("pxu/nursing@1", "0"))
        error = self.cbank("--json", *self.bank, "plan", "make", self.account(), "--enrolment",
                           one["id"], "--programme", "pxu/nursing@2", code=3).error
        self.assertEqual(error["reason"], "enrolment_other")
        self.cbank("--json", *self.bank, "plan", "make", self.account(), code=2)

    def test_a_recognition_names_it_and_agrees_with_it(self):
        one = self.add()
        self.programme(2, 9000)
        self.plan("--programme", "pxu/nursing", "-o", "new.plan")
        self.plan("--enrolment", one["id"], "-o", "own.plan")
        error = self.cbank("--json", *self.bank, "plan", "recognise", "new.plan", *self.signs,
                           "--enrolment", one["id"], code=3).error
        self.assertEqual(error["reason"], "enrolment_other")
        made = self.in_bank("plan", "recognise", "own.plan", *self.signs, "--enrolment",
                            one["id"])
        self.assertEqual((made["status"], made["programme"]), ("stands", "pxu/nursing"))
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_it_is_listed_by_account_and_by_institution(self):
        first, second = self.add(), self.add(reference="2022-0418")
        self.assertEqual([row["id"] for row in self.list_in_bank("enrol", "list",
                                                                 self.account())],
                         [first["id"], second["id"]])
        rows = self.list_in_bank("enrol", "list", "--institution", "PXU")
        self.assertEqual([row["reference"] for row in rows], ["2022-0417", "2022-0418"])
        rows = self.list_in_bank("enrol", "list", "--institution", "PXU", "--reference",
                                 "2022-0418")
        self.assertEqual([row["id"] for row in rows], [second["id"]])

    def test_a_transcript_and_an_export_have_it(self):
        one = self.add()
        self.change("end", one, "--kind", "31")
        self.transcript()
        told = self.ask("transcript", "verify", "transcript", *self.trust())
        items = {item["kind"]: item for item in told["items"]}
        self.assertEqual((items["enrolled"]["programme"], items["enrolled"]["status"],
                          items["enrolled"]["proven"]), ("pxu/nursing@1", "ended", "institution"))
        self.assertEqual(items["enrolment_ended"]["change"], "31")
        self.assertEqual(told["credits"], "7.5")
        text = self.cbank("transcript", "verify", "transcript", *self.trust()).out
        self.assertIn("pxu/nursing@1", text)
        self.in_bank("learner", "export", self.account(), "-o", "all.json")
        entries = json.loads(self.path("all.json").read_text())["chain"]
        said = [entry["enrolment"] for entry in entries if "enrolment" in entry]
        self.assertEqual([part["programme"] for part in said], ["pxu/nursing@1"] * 2)
        self.assertEqual((said[0]["reference"], said[1]["change"]), ("2022-0417", "31"))

    def test_a_dry_run_writes_nothing_and_a_token_answers_again(self):
        before = self.in_bank("bank", "info")["size"]
        told = self.ask("--dry-run", *self.bank, "enrol", "add", *self.signs, "--learner",
                        self.account(), "--reference", "1", "--programme", "pxu/nursing",
                        "--cohort", "2022", "--started", "2022-09-01")
        self.assertEqual((told["outcome"], told["id"]), ("deposited", None))
        self.assertEqual(self.in_bank("bank", "info")["size"], before)
        token = ("--token", "0" * 31 + "1")
        first = self.add(*token)
        size = self.in_bank("bank", "info")["size"]
        self.assertEqual(self.add(*token)["id"], first["id"])
        self.assertEqual(self.in_bank("bank", "info")["size"], size)

    def test_what_is_not_an_id_or_not_there_is_said(self):
        for word, code, reason in (("nonsense", 3, "enrolment_id"),
                                   ("3-0123456789abcdef", 1, "enrolment_unknown")):
            error = self.cbank("--json", *self.bank, "enrol", "show", word, code=code).error
            self.assertEqual(error["reason"], reason)


desk.main()
