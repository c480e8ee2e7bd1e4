"""What a published catalogue lists counts in plans: only on its days, for what it says, once."""
import desk

CATALOGUE = """\
kind: catalogue
id: pxu/listed
edition: 1
authority: PXU
title: {zh: 名录}
standing: own
effective: 1900-01-01..
zone: "+08:00"
entries:
  - {code: C1, title: {zh: 高等数学}, type: course, amounts: {credit: 2}, valid: ..1901-06-21}
  - {code: C1, title: {zh: 高等数学}, type: course, amounts: {credit: 1}, valid: 1901-06-22..}
  - {code: C2, title: {zh: 大学英语}, type: certificate, amounts: {credit: 9}}
  - {code: T9, title: {zh: 应用数学}, type: course, amounts: {credit: 3}, valid: 2000-01-01..2100-12-31}
  - {code: T9, title: {zh: 应用数学}, type: course, amounts: {credit: 7}, valid: 2101-01-01..}
"""
RULES = """\
kind: ruleset
id: pxu/rules
edition: 1
authority: PXU
title: {{zh: 转换规则}}
standing: own
effective: 1900-01-01..
date: {date}
partial_dates: last-day
zone: "+08:00"
uses: [{{kind: catalogue, id: pxu/listed, edition: 1, file: catalogue.yaml}}]
rules:
{rules}
"""
PROGRAMME = """\
kind: programme
id: pxu/one
edition: 1
authority: PXU
title: {zh: 培养方案}
standing: own
effective: 1900-01-01..
date: admission
partial_dates: last-day
zone: "+08:00"
unit: credit
total: 20
rule_sets: [pxu/rules]
buckets: [{id: free, title: {zh: 任选}, min: 20}]
"""


class Catalogue(desk.Town):
    """甲一 has C1 of 1901-06-21 with 4 credits, and C2 of the next day with 3.5."""

    def setUp(self):
        super().setUp()
        self.import_grades()
        self.publish("catalogue", CATALOGUE)
        self.publish("programme", PROGRAMME)
        self.trusted = self.trust()

    def publish(self, name, text):
        self.write(name + ".yaml", text)
        self.ask("rules", "sign", name + ".yaml", "--key", "pxu.key", "-o", name + ".art")
        self.in_bank("rules", "publish", name + ".art")

    def plan(self, *rules, date="award", edition=1):
        text = RULES.replace("edition: 1\nauthority", f"edition: {edition}\nauthority")
        self.publish("rules", text.format(date=date, rules="\n".join(
            f"  - {{id: R{number}, {rule}}}" for number, rule in enumerate(rules))))
        return self.in_bank("plan", "make", self.account(), "--programme", "pxu/one", "-o",
                            "a.plan")

    def refused(self, plan):
        return [(one["reason"], one["field"]) for one in plan["refused"]]

    def test_what_is_not_listed_on_its_day_under_its_type_is_not_taken(self):
        plan = self.plan("sources: {catalogues: pxu/listed},"
                         " grants: {buckets: [free], amount: as-is}")
        self.assertEqual(plan["counted"], "4")
        self.assertEqual(self.refused(plan), [("condition", "catalogues")], "C2 as a certificate")
        self.assertEqual(plan["references"], ["pxu/listed@1"])

    def test_a_record_is_worth_what_its_entry_of_the_day_says(self):
        plan = self.plan("sources: {codes: C1},"
                         " grants: {buckets: [free], amount: listed pxu/listed}")
        self.assertEqual(plan["counted"], "2")
        self.assertEqual([(one["kind"], one["from"], one["from_value"], one["to"], one["to_value"])
                          for one in plan["applications"][0]["steps"]],
                         [("entry", "credit", "4", "pxu/listed", "2")])

    def test_of_what_was_used_in_part_as_much_of_its_entry_is_left(self):
        part = "sources: {codes: C1}, grants: {buckets: [free], amount: as-is, max: 2.5}"
        kept = "use: everywhere, leftover: kept"
        listed = "sources: {codes: C1}, grants: {buckets: [free], amount: listed pxu/listed}"
        self.assertEqual(self.plan(f"{part}, {kept}")["counted"], "2.5")
        self.in_bank("plan", "recognise", "a.plan", *self.signs, "-o", "a.recognition")
        plan = self.plan(f"{listed}, use: everywhere", edition=2)
        self.assertEqual(plan["counted"], "0.75", "1.5 of 4 are left, and the entry has 2")

    def test_the_rule_set_says_which_day_it_is(self):
        plan = self.plan("sources: {codes: C1},"
                         " grants: {buckets: [free], amount: listed pxu/listed}",
                         date="application")
        self.assertEqual(plan["counted"], "1")

    def test_what_the_catalogue_says_nothing_of_is_worth_nothing(self):
        plan = self.plan("sources: {codes: C2},"
                         " grants: {buckets: [free], amount: listed pxu/listed}")
        self.assertEqual((plan["counted"], plan["applications"]), ("0", []))

    def test_the_lesser_of_what_was_earned_and_what_is_listed(self):
        plan = self.plan("sources: {codes: C1}, grants: {buckets: [free],"
                         " amount: {lesser: [as-is, listed pxu/listed]}}")
        self.assertEqual(plan["counted"], "2")

    def test_a_course_that_only_the_catalogue_has_is_granted_with_its_values_and_once(self):
        grant = "grants: {course: T9, catalogue: pxu/listed, buckets: [free], amount: catalogue}"
        plan = self.plan("sources: {codes: C1}, " + grant, "sources: {codes: C2}, " + grant)
        self.assertEqual(plan["counted"], "3")
        self.assertEqual([one["course"] for one in plan["applications"][0]["grants"]], ["T9"])
        self.assertEqual([one["reason"] for one in plan["refused"]], ["course_granted"])

    def held_against_target(self, share):
        return self.plan(f"sources: {{codes: C1, to_target: {{own: {{share: {share}}}}}}}, grants:"
                         " {course: T9, catalogue: pxu/listed, buckets: [free], amount: catalogue}")

    def test_a_record_is_held_against_what_the_catalogue_says_of_the_target(self):
        self.assertEqual(self.held_against_target("110%..")["counted"], "3")

    def test_and_is_not_taken_where_it_does_not_stand_beside_that(self):
        plan = self.held_against_target("150%..")
        self.assertEqual((plan["counted"], self.refused(plan)),
                         ("0", [("condition", "to_target"), ("no_rule", None)]))

    def test_nobody_grants_what_neither_programme_nor_catalogue_has(self):
        plan = self.plan("sources: {codes: C1}, grants: {course: T8, catalogue: pxu/listed,"
                         " buckets: [free], amount: 3}")
        self.assertEqual((plan["counted"], plan["applications"]), ("0", []))

    def test_an_outsider_runs_it_again_with_the_catalogue_and_not_without(self):
        self.plan("sources: {codes: C1},"
                  " grants: {buckets: [free], amount: listed pxu/listed}")
        self.in_bank("plan", "recognise", "a.plan", *self.signs, "-o", "a.recognition")
        self.transcript()
        check = ("plan", "check", "a.recognition", "--transcript", "transcript", "--rules",
                 "rules.art", "--rules", "programme.art")
        self.ask("transcript", "verify", "transcript", *self.trust())
        self.assertTrue(self.ask(*check, "--rules", "catalogue.art")["same"])
        self.assertFalse(self.ask(*check, code=1)["same"])

    def test_a_catalogue_that_is_not_used_is_refused_where_it_is_written(self):
        text = RULES.format(date="award", rules="  - {id: R, sources: {catalogues: pxu/other},"
                            " grants: {buckets: [free], amount: listed pxu/other}}")
        self.write("bad.yaml", text)
        found = self.ask("rules", "check", "bad.yaml", code=1)["findings"]
        self.assertEqual([one["code"] for one in found], ["rule_reference"] * 2)


desk.main()
