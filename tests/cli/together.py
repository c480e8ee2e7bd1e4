"""What several records do together: cover a target at once, or be an account's last credits."""
import conversion
import desk
import steps

HEAD = steps.REVIEWED[:steps.REVIEWED.index("rules:")]

UNITS = """\
kind: units
id: pxu/units
edition: 1
authority: PXU
title: {zh: 单位}
standing: own
effective: 1900-01-01..
zone: "+08:00"
units: [{id: credit}, {id: hour}]
ratios: [{unit: hour, other: credit, ratio: 1/18}]
"""


class Together(steps.Reviewed):
    """Two records cover a target together that neither of them covers."""

    def setUp(self):
        super().setUp()
        self.review(HEAD + """rules:
  - id: together
    sources: {all: [{codes: C1, overlap: 80%}, {codes: C2, overlap: 80%}]}
    grants: {buckets: [free], amount: as-is}
""")

    def test_they_are_taken_together_or_not(self):
        plan = self.of_both("80%")
        self.assertEqual((plan["counted"], plan["refused"]), ("7.5", []))
        self.assertEqual([(one["record"], len(one["records"]), one["percent"])
                          for one in plan["findings"]], [(None, 2, "80")])
        self.assertEqual(self.of_both("79.9%")["counted"], "0")

    def test_what_is_found_of_both_goes_before_what_is_found_of_each(self):
        self.assertEqual(self.of_both("85%", *self.of_each("30%"))["counted"], "7.5")
        self.assertEqual(self.of_both("50%", *self.of_each("90%"))["counted"], "0")
        self.assertEqual(self.in_bank("plan", "make", self.account(), "--programme", "pxu/one",
                                      *self.of_each("90%"))["counted"], "7.5")

    def test_of_two_findings_about_the_same_records_the_lower_counts(self):
        both = "+".join(self.ids[course] for course in ("C2", "C1"))
        self.assertEqual(self.of_both("85%", "--finding", f"{both}:free:70%")["counted"], "0")

    def test_a_recognition_states_it_and_runs_again(self):
        self.of_both("80%")
        told = self.check_again()
        self.assertEqual((told["same"], told["counted"]), (True, "7.5"))

    def test_one_record_twice_is_refused(self):
        answer = self.run_cbank("--json", *self.bank, "plan", "make", self.account(),
                                "--programme", "pxu/one", "--finding",
                                f"{self.ids['C1']}+{self.ids['C1']}:free:80%")
        self.assertEqual(answer.code, 3)


class Many(steps.Reviewed):
    """Four records together, of as many as an account may well have."""

    def setUp(self):
        super().setUp()
        self.write("more.csv", "\n".join([desk.HEADER, *(
            f"X{at},甲一,360302188103040012,H{at},课程,1,通过,1901-07-01" for at in range(46))]))
        self.import_grades("more.csv")
        four = ", ".join(["{types: course, overlap: 80%}"] * 4)
        self.review(HEAD + f"""rules:
  - id: together
    sources: {{all: [{four}]}}
    grants: {{buckets: [free], amount: as-is}}
""")

    def test_a_finding_about_some_says_nothing_of_all_the_others(self):
        self.assertEqual(self.of_both("85%")["counted"], "0", "it is about two and not four")
        self.assertEqual(self.of_both("85%", courses=("C1", "C2", "H1", "H2"))["counted"], "9.5")


class Apart(steps.Reviewed):
    """What must not be covered is asked of both at once too, inside a not."""

    def setUp(self):
        super().setUp()
        self.review(HEAD + """rules:
  - id: apart
    sources: {all: [{codes: C1, not: {overlap: 50%}}, {codes: C2, not: {overlap: 50%}}]}
    grants: {buckets: [free], amount: as-is}
""")

    def test_less_than_that_is_taken_and_more_is_not(self):
        self.assertEqual(self.of_both("49.9%", *self.of_each("90%"))["counted"], "7.5")
        self.assertEqual(self.of_both("50%", *self.of_each("10%"))["counted"], "0")


class Last(steps.Reviewed):
    """The last credits before the award: C2 is of the day after C1, and of 3.5 credits."""

    def last(self, number):
        self.review(HEAD + f"""rules:
  - {{id: late, sources: {{last: {number}}}, grants: {{buckets: [free], amount: as-is}}}}
""")
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/one")

    def test_the_last_ones_are_those_that_later_ones_leave_room_for(self):
        self.assertEqual(self.last("3.5")["counted"], "3.5")

    def test_the_one_that_reaches_it_belongs_to_them_whole(self):
        plan = self.last("3.6")
        self.assertEqual((plan["counted"], plan["refused"]), ("7.5", []))

    def test_they_are_the_accounts_last_whatever_a_plan_may_use_of_them(self):
        self.last("3.5")
        early = self.in_bank("plan", "make", self.account(), "--programme", "pxu/one", "--to",
                             "1901-06-21")
        self.assertEqual((early["counted"], {one["reason"] for one in early["refused"]}),
                         ("0", {"condition", "out_of_period"}))

    def test_what_later_ones_have_is_added_up_exactly(self):
        self.publish("units", UNITS)
        self.write("hours.csv", "\n".join(["编号,姓名,证件,课程,学时,日期", *(
            f"H{at},甲一,360302188103040012,H{at},12,1901-07-0{at + 1}" for at in range(4))]))
        self.in_bank("credit", "import", "hours.csv", *self.signs, "--map", "reference=编号,name=姓名,"
                     "id_number=证件,code=课程,title=课程,hours=学时,awarded=日期")
        self.review(HEAD.rstrip() + """
uses: [{kind: units, id: pxu/units, edition: 1, file: units.yaml}]
rules:
  - {id: late, sources: {last: 2}, grants: {buckets: [free], amount: as-is}}
""")
        plan = self.in_bank("plan", "make", self.account(), "--programme", "pxu/one")
        self.assertEqual(len(plan["applications"]), 3, "12 of 18 hours three times are 2 credits")
        self.assertIn(("condition", "last", "2"), self.reasons_of(plan))

    def test_what_lies_before_is_told_so(self):
        self.assertEqual(self.reasons_of(self.last("1")), {("condition", "last", "3.5")})

    def reasons_of(self, plan):
        return {(one["reason"], one["field"], one["have"]) for one in plan["refused"]}

    def residency(self, number):
        self.review(HEAD + """rules:
  - {id: all, sources: {types: course}, grants: {buckets: [free], amount: as-is}}
""")
        text = conversion.PROGRAMME.format(name="pxu/late").replace("pxu/rules", "pxu/reviewed")
        self.publish("late", text.replace("total: 20", "total: 4").replace("min: 20", "min: 4") +
                     f"residency: [{{records: {{institutions: PXU, last: {number}}}, min: 5}}]\n")
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/late")

    def test_of_the_last_credits_so_many_have_to_be_the_colleges(self):
        self.assertEqual(self.residency("7.5")["missing_total"], "0")

    def test_what_came_before_them_does_not_count_for_that(self):
        self.assertEqual(self.residency("3.5")["missing_total"], "1.5")


desk.main()
