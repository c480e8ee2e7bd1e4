"""What a plan goes through on its way: editions by each record's day, scales, and what it names."""
import conversion
import desk

EDITION = """\
kind: ruleset
id: pxu/rules
edition: {edition}
authority: PXU
title: {{zh: 转换规则}}
standing: own
effective: {days}
date: award
partial_dates: last-day
zone: "+08:00"
rules:
  - {{id: MATH, sources: {{codes: C1}}, grants: {{buckets: [free], amount: as-is, max: {most}}}}}
  - {{id: ENGLISH, sources: {{codes: C2}}, grants: {{buckets: [free], amount: as-is, max: {most}}}}}
"""
SCALES = """\
kind: scales
id: pxu/grades
edition: 1
authority: PXU
title: {zh: 成绩制}
standing: own
effective: 1900-01-01..
zone: "+08:00"
scales:
  - id: words
    scores: 0..100
    pass: 60
    step: 1
    bands:
      - {label: 优, scores: 80..100, value: 90, passed: yes}
      - {label: 及格, scores: 60..79, value: 70, passed: yes}
      - {label: 不及格, scores: 0..59, value: 0}
  - id: letters
    scores: 0..100
    pass: 60
    step: 1
    bands:
      - {label: A, scores: 85..100, value: 4, passed: yes}
      - {label: B, scores: 60..84, value: 3, passed: yes}
      - {label: F, scores: 0..59, value: 0}
mappings:
  - {from: words, to: letters, method: table, pairs: {优: A, 及格: B}}
"""
GRADED = """\
kind: ruleset
id: pxu/graded
edition: 1
authority: PXU
title: {zh: 转换规则}
standing: own
effective: 1900-01-01..
date: application
partial_dates: last-day
zone: "+08:00"
uses: [{kind: scales, id: pxu/grades, edition: 1, file: scales.yaml}]
rules:
  - id: good
    sources: {types: course, grade: A.., grade_scale: letters}
    grants: {buckets: [free], amount: as-is, grade: as-is, grade_scale: letters}
"""


class Town(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        self.trusted = self.trust()

    def publish(self, name, text):
        self.write(name + ".yaml", text)
        self.ask("rules", "sign", name + ".yaml", "--key", "pxu.key", "-o", name + ".art")
        self.in_bank("rules", "publish", name + ".art")

    def programme(self, rules):
        self.publish("programme", conversion.PROGRAMME.format(name="pxu/one").replace(
            "pxu/rules", rules))

    def plan(self):
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/one", "-o",
                            "a.plan")

    def check(self, *files, code=0):
        self.in_bank("plan", "recognise", "a.plan", *self.signs, "-o", "a.recognition")
        self.transcript()
        named = [word for file in files for word in ("--rules", file)]
        return self.ask("plan", "check", "a.recognition", "--transcript", "transcript", *named,
                        code=code)


class Editions(Town):
    """C1 is of 1901-06-21, C2 of a later day; 4 and 3.5 credits."""

    def setUp(self):
        super().setUp()
        self.programme("pxu/rules")

    def edition(self, number, days, most):
        self.publish(f"rules-{number}", EDITION.format(edition=number, days=days, most=most))

    def test_each_record_goes_by_the_edition_of_its_own_day(self):
        self.edition(1, "1900-01-01..1901-06-21", "2.5")
        self.edition(2, "1901-06-22..", "1")
        plan = self.plan()
        self.assertEqual([(one["rule_set"], one["rule"], one["grants"][0]["counted"])
                          for one in plan["applications"]],
                         [("pxu/rules@1", "MATH", "2.5"), ("pxu/rules@2", "ENGLISH", "1")])
        self.assertEqual(plan["rule_sets"], ["pxu/rules@1", "pxu/rules@2"])
        told = self.check("rules-1.art", "rules-2.art", "programme.art")
        self.assertEqual((told["same"], told["counted"]), (True, "3.5"))

    def test_the_later_edition_has_the_days_that_both_have(self):
        self.edition(1, "1900-01-01..", "2.5")
        self.edition(2, "1901-06-22..", "1")
        self.assertEqual(self.plan()["counted"], "3.5")

    def test_a_record_of_before_all_editions_is_under_none(self):
        self.edition(1, "1901-06-22..", "1")
        plan = self.plan()
        self.assertEqual((plan["counted"], [(one["reason"], one["rule"])
                                            for one in plan["refused"]]),
                         ("1", [("not_in_force", "MATH")]))

    def test_days_that_a_withdrawal_took_from_an_edition_are_not_guessed(self):
        self.edition(1, "1900-01-01..", "2.5")
        self.edition(2, "1900-01-01..", "1")
        self.in_bank("rules", "withdraw", "pxu/rules@2", "--authority", "PXU", "--key",
                     "pxu.key", "--from", "1901-06-22",
                     "--reason", "error")
        answer = self.cbank("--json", *self.bank, "plan", "make", self.account(), "--programme",
                            "pxu/one", code=5)
        self.assertIn("plan_editions", answer.err)


class Scales(Town):
    COLUMNS = "reference=编号,name=姓名,id_number=证件,code=课程,title=课程,credits=学分,awarded=日期"

    def setUp(self):
        super().setUp()
        self.publish("scales", SCALES)
        self.publish("graded", GRADED)
        self.programme("pxu/graded")

    def grade(self, *rows):
        """Rows of a score in words' numbers, 0 to 100."""
        lines = [f"S{at},甲一,360302188103040012,S{at},3,1901-07-0{at + 1},{score}"
                 for at, score in enumerate(rows)]
        self.write("scores.csv", "\n".join(["编号,姓名,证件,课程,学分,日期,分数", *lines]) + "\n")
        self.in_bank("credit", "import", "scores.csv", *self.signs, "--map",
                     self.COLUMNS + ",score=分数", "--set", "score_max=100,scale=words")

    def test_a_grade_is_held_against_the_scale_of_the_rule_and_goes_along_on_it(self):
        self.grade(92, 79)  # 优 is an A, 及格 a B
        plan = self.plan()
        self.assertEqual(plan["counted"], "3")
        self.assertEqual([(one["from"], one["from_label"], one["to"], one["to_label"],
                           one["method"]) for one in plan["applications"][0]["steps"]],
                         [("words", "优", "letters", "A", "table")])
        short = next(one for one in plan["refused"] if one["steps"])
        self.assertEqual((short["reason"], short["field"], short["step_words"]),
                         ("condition", "grade", "words 及格 > letters B"))

    def test_anybody_runs_it_again_with_the_scales_and_not_without(self):
        self.grade(92)
        self.plan()
        files = ("graded.art", "programme.art")
        self.assertTrue(self.check(*files, "scales.art")["same"])
        named = [word for file in files for word in ("--rules", file)]
        told = self.ask("plan", "check", "a.recognition", "--transcript", "transcript", *named,
                        code=1)
        self.assertIn("plan", [one["what"] for one in told["differences"]])


REVIEWED = """\
kind: ruleset
id: pxu/reviewed
edition: 1
authority: PXU
title: {zh: 转换规则}
standing: own
effective: 1900-01-01..
date: application
partial_dates: last-day
zone: "+08:00"
rules:
  - {id: covered, sources: {codes: C1, overlap: 80%}, grants: {buckets: [free], amount: as-is}}
  - {id: apart, sources: {codes: C2, not: {overlap: 50%}}, grants: {buckets: [free], amount: as-is}}
"""


class Reviewed(Town):
    def review(self, rules):
        self.publish("reviewed", rules)
        self.programme("pxu/reviewed")
        self.ids = {one["code"]: one["id"] for one in self.credits()
                    if one["account"] == self.account()}

    def of_both(self, share, *more, courses=("C1", "C2")):
        """What a reviewer found of both together."""
        both = "+".join(self.ids[course] for course in courses)
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/one", "-o",
                            "a.plan", "--finding", f"{both}:free:{share}", *more)

    def of_each(self, share):
        return [word for course in ("C1", "C2")
                for word in ("--finding", f"{self.ids[course]}:free:{share}")]

    def check_again(self):
        self.in_bank("plan", "recognise", "a.plan", *self.signs, "--reviewer", "R-7", "-o",
                     "a.recognition")
        self.transcript()
        return self.ask("plan", "check", "a.recognition", "--transcript", "transcript", "--rules",
                        "reviewed.art", "--rules", "programme.art")


class Findings(Reviewed):
    """C1 has to be covered for four fifths; C2 must not be by a half. 4 and 3.5 credits."""

    def setUp(self):
        super().setUp()
        self.review(REVIEWED)

    def ask_with(self, *found, code=0):
        """Pairs of a course and a percentage."""
        options = [word for course, share in found
                   for word in ("--finding", f"{self.ids[course]}:free:{share}")]
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/one", "-o",
                            "a.plan", *options, code=code)

    def reasons(self, plan):
        return {one["rule"]: (one["reason"], one["field"], one["have"]) for one in plan["refused"]}

    def test_nothing_is_guessed_that_no_reviewer_found_inside_a_not_either(self):
        self.assertEqual(self.reasons(self.ask_with()),
                         {"covered": ("not_at_hand", "overlap_permille", "0"),
                          "apart": ("not_at_hand", "overlap_permille", "0")})

    def test_a_finding_decides_either_way(self):
        plan = self.ask_with(("C1", "80%"), ("C2", "49.9%"))
        self.assertEqual((plan["counted"], plan["refused"]), ("7.5", []))
        self.assertEqual(sorted(one["percent"] for one in plan["findings"]), ["49.9", "80"])
        refused = self.reasons(self.ask_with(("C1", "79.9%"), ("C2", "50%")))
        self.assertEqual(refused["covered"][:2], ("condition", "overlap_permille"))
        self.assertEqual(refused["apart"][:2], ("condition", "not"))

    def test_of_two_findings_about_one_target_the_lower_counts(self):
        self.assertEqual(self.ask_with(("C1", "90%"), ("C1", "70%"))["counted"], "0")

    def test_a_recognition_states_who_found_it_and_runs_again(self):
        self.ask_with(("C1", "80%"))
        self.cbank(*self.bank, "plan", "recognise", "a.plan", *self.signs, "-o", "a.recognition",
                   code=2)
        told = self.check_again()
        self.assertEqual((told["same"], told["counted"]), (True, "4"))

    def test_what_is_found_of_several_together_says_nothing_of_each_alone(self):
        self.assertEqual(self.of_both("80%")["counted"], "0")

    def test_a_finding_about_nobody_s_record_is_refused(self):
        mine = self.ids["C1"]
        for text in ("0123456789abcdef0123:free:80%", "zz:free:80%", "x", f"{mine}:free:0%",
                     f"{mine}:free:101%"):
            answer = self.run_cbank("--json", *self.bank, "plan", "make", self.account(),
                                    "--programme", "pxu/one", "--finding", text)
            self.assertIn(answer.code, (2, 3), text)


if __name__ == "__main__":
    desk.main()
