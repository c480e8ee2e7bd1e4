"""What several records do together: cover a target at once, or be an account's last credits."""
import conversion
import desk
import steps

HEAD = steps.REVIEWED[:steps.REVIEWED.index("rules:")]


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
