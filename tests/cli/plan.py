"""A plan is the best one, says why, and is the same bytes whenever it is asked for."""
import artefact
import desk


class Plan(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()

    def publish(self, path, kind, page, items, **more):
        artefact.write(self, path, kind=kind, pages=[page], items=items, **more)
        self.cbank(*self.bank, "rules", "publish", path)

    def rules(self, *rules, count=None, caps=b"", **more):
        self.publish("rules.art", "ruleset", caps + b"".join(rules), len(rules), name="pxu/rules",
                     **more)

    def programme(self, *parts, courses=1, total=10000, **more):
        self.publish("programme.art", "programme",
                     artefact.programme(total, *parts, rule_sets=["pxu/rules"]), courses,
                     name="pxu/nursing", **more)

    def usual(self):
        """Mathematics becomes a course of the core, English goes where it is free."""
        self.rules(artefact.rule("R-1", artefact.select(codes=["C1"]), course="MATH"),
                   artefact.rule("R-2", artefact.select(codes=["C2"]), bucket="free"))
        self.programme(artefact.bucket("core", 6000), artefact.bucket("free", 2000),
                       artefact.course("MATH", 4000, "core"))

    def plan(self, *more, code=0):
        return self.ask(*self.bank, "plan", "make", self.account(), "--programme", "pxu/nursing",
                        *more, code=code)

    def test_what_each_record_becomes_and_what_is_missing(self):
        self.usual()
        plan = self.plan()
        self.assertEqual((plan["counted"], plan["optimal"]), ("7.5", True))
        self.assertEqual([(one["rule"], one["grants"][0]["course"], one["grants"][0]["bucket"],
                           one["grants"][0]["counted"]) for one in plan["applications"]],
                         [("R-1", "MATH", "core", "4"), ("R-2", None, "free", "3.5")])
        self.assertEqual([(one["bucket"], one["amount"]) for one in plan["missing"]],
                         [("core", "2")])
        self.assertEqual(plan["missing_total"], "2.5")
        self.assertEqual(plan["refused"], [])

    def test_every_refusal_has_its_reason(self):
        self.rules(artefact.rule("R-1", artefact.select(codes=["C1"]), priority=5,
                                 effect=artefact.DOES_NOT_TRANSFER),
                   artefact.rule("R-2", artefact.select(codes=["C1"]), bucket="free"),
                   artefact.rule("R-3", artefact.select(codes=["C2"], types=["certificate"]),
                                 bucket="free"))
        self.programme(artefact.bucket("free", 2000), courses=0)
        refused = {one["reason"]: one for one in self.plan()["refused"]}
        self.assertEqual(sorted(refused), ["condition", "does_not_transfer"])
        self.assertEqual(refused["does_not_transfer"]["by"], "R-1")
        self.assertEqual((refused["condition"]["rule"], refused["condition"]["field"]),
                         ("R-3", "types"))

    def test_a_cap_that_bites_is_named_with_its_figures(self):
        self.rules(artefact.rule("R-1", artefact.select(codes=["C1"]), bucket="free"),
                   artefact.rule("R-2", artefact.select(codes=["C2"]), bucket="free"),
                   caps=artefact.cap("half", 5000, "PXU"))
        self.programme(artefact.bucket("free", 2000), courses=0)
        plan = self.plan()
        self.assertEqual(plan["counted"], "4")
        self.assertEqual([(one["cap"], one["used"], one["limit"]) for one in plan["caps"]],
                         [("half", "4", "5")])
        self.assertEqual([(one["reason"], one["by"], one["have"], one["limit"])
                          for one in plan["refused"]], [("cap", "half", "4", "5")])

    def test_what_does_not_hold_or_is_out_of_the_period_is_told(self):
        self.usual()
        one = next(one for one in self.credits() if one["code"] == "C2" and
                   one["account"] == self.account())
        self.in_bank("credit", "revoke", one["id"], *self.signs, "--reason", "error")
        plan = self.plan("--from", "1901-06-22")
        self.assertEqual([one["reason"] for one in plan["refused"]], ["out_of_period", "not_held"])
        self.assertEqual(plan["counted"], "0")

    def test_the_same_question_gives_the_same_bytes(self):
        self.usual()
        self.plan("-o", "one.plan", "--as-of", "2026-01-01")
        self.plan("-o", "two.plan", "--as-of", "2026-01-01")
        self.assertEqual(self.path("one.plan").read_bytes(), self.path("two.plan").read_bytes())

    def test_the_rules_of_the_day_are_asked(self):
        self.usual()
        self.rules(artefact.rule("R-9", artefact.select(codes=["C2"]), bucket="free"), edition=2,
                   effective=(20250101, 0))
        self.assertEqual(self.plan("--as-of", "2024-12-31")["rule_sets"], ["pxu/rules@1"])
        later = self.plan("--as-of", "2025-01-01")
        self.assertEqual((later["rule_sets"], later["counted"]), (["pxu/rules@2"], "3.5"))
        named = self.plan("--as-of", "2025-01-01", "--rules", "pxu/rules@1")
        self.assertEqual(named["counted"], "7.5")

    def test_what_is_not_there_is_a_clear_no(self):
        self.usual()
        self.cbank(*self.bank, "plan", "make", self.account(), "--programme", "nothing", code=1)
        self.cbank(*self.bank, "plan", "make", "1000000000000001", "--programme", "pxu/nursing",
                   code=1)
        self.cbank(*self.bank, "plan", "make", self.account(), "--programme", "pxu/nursing",
                   "--rules", "pxu/rules@9", code=1)

    def test_a_run_tells_of_every_account_whether_it_meets_the_requirement(self):
        self.usual()
        other = self.account("36031318851122002X")
        self.write("accounts.csv", "\n".join(["name,account", f"a,{self.account()}", f"b,{other}",
                                              "c,1000000000000001"]) + "\n")
        told = self.in_bank("plan", "run", "--accounts", "accounts.csv", "--programme",
                            "pxu/nursing", "-o", "out.csv", code=3)
        self.assertEqual({key: told[key] for key in ("accounts", "met", "not_met", "failed")},
                         {"accounts": 3, "met": 0, "not_met": 2, "failed": 1})
        rows = self.path("out.csv").read_text(encoding="utf-8-sig").splitlines()
        self.assertEqual(len(rows), 4)
        self.assertTrue(rows[1].startswith(f'"=""{self.account()}""","not_met","7.5","10","2.5"'))
        self.assertIn('"core 2"', rows[1])
        self.assertIn('"core 2; free 2"', rows[2])
        self.assertIn('"error"', rows[3])

    def test_who_meets_it_has_nothing_missing(self):
        self.usual()
        self.programme(artefact.bucket("core", 4000), artefact.course("MATH", 4000, "core"),
                       total=4000, edition=2)
        self.write("accounts.csv", f"account\n{self.account()}\n")
        told = self.in_bank("plan", "run", "--accounts", "accounts.csv", "--programme",
                            "pxu/nursing@2", "-o", "out.csv")
        self.assertEqual((told["met"], told["not_met"]), (1, 0))

    def test_people_read_it_in_both_languages(self):
        self.usual()
        for lang, word in (("en", "still to be added"), ("zh", "还需补足")):
            answer = self.cbank(*self.bank, "--lang", lang, "plan", "make", self.account(),
                                "--programme", "pxu/nursing")
            self.assertIn(word, answer.out)


desk.main()
