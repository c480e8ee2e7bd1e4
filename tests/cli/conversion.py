"""What was recognised is used up, left over or only counted, and anybody can run it again."""
import json

import desk

RULES = """\
kind: ruleset
id: pxu/rules
edition: {edition}
authority: PXU
title: {{zh: 转换规则}}
standing: own
effective: 1900-01-01..
date: application
partial_dates: last-day
zone: "+08:00"
rules:
  - {{id: MATH, sources: {{codes: C1}}, grants: {{buckets: [free], amount: as-is, max: {most}}},
     use: everywhere, leftover: kept}}
  - {{id: ENGLISH, sources: {{codes: C2}}, grants: {{buckets: [free], amount: as-is}}, use: {use}}}
"""
UNITS = """\
kind: units
id: pxu/units
edition: 1
authority: PXU
title: {zh: 学分单位}
standing: own
effective: 1900-01-01..
zone: "+08:00"
units: [{id: credit}, {id: ects}]
ratios: [{unit: credit, other: ects, ratio: 3/2}]
"""
PROGRAMME = """\
kind: programme
id: {name}
edition: 1
authority: PXU
title: {{zh: 培养方案}}
standing: own
effective: 1900-01-01..
date: admission
partial_dates: last-day
zone: "+08:00"
unit: credit
total: 20
rule_sets: [pxu/rules]
buckets:
  - {{id: free, title: {{zh: 任选}}, min: 20}}
"""


class Office(desk.Town):
    """A town whose college has published rules and two programmes."""

    def setUp(self):
        super().setUp()
        self.import_grades()
        self.rules()
        for name in ("pxu/one", "pxu/two"):
            self.publish("programme-" + name[4:], PROGRAMME.format(name=name))
        self.trusted = self.trust()

    def publish(self, name, text):
        self.write(name + ".yaml", text)
        self.ask("rules", "sign", name + ".yaml", "--key", "pxu.key", "-o", name + ".art")
        self.in_bank("rules", "publish", name + ".art")

    def rules(self, edition=1, most="2.5", use="everywhere"):
        self.publish(f"rules-{edition}", RULES.format(edition=edition, most=most, use=use))

    def plan(self, programme="pxu/one", *more):
        return self.in_bank("plan", "make", self.account(), "--programme", programme, "-o",
                            "a.plan", *more)

    def recognise(self, *more, **other):
        return self.in_bank("plan", "recognise", "a.plan", *self.signs, "-o", "a.recognition",
                            *more, **other)

    def check(self, *more, rules="rules-1.art", programme="programme-one.art", code=0):
        self.transcript()
        self.ask("transcript", "verify", "transcript", *self.trusted)
        return self.ask("plan", "check", "a.recognition", "--transcript", "transcript", "--rules",
                        rules, "--rules", programme, *more, code=code)


class Conversion(Office):
    def differences(self, answer):
        self.assertEqual((answer["same"], answer["result"]), (False, "different"))
        return [(one["what"], one["field"], one["stated"], one["found"])
                for one in answer["differences"]]

    # ---- what is left ----

    def test_only_what_is_left_is_planned_again(self):
        self.assertEqual(self.plan()["counted"], "6")
        self.recognise()
        again = self.plan("pxu/two")
        self.assertEqual(again["counted"], "1.5")
        self.assertEqual([(one["reason"], one["amount"]) for one in again["refused"]],
                         [("used_up", "0")])
        self.assertEqual(len(again["refused"][0]["by"]), 64)
        self.recognise()
        self.assertEqual(self.plan("pxu/two")["counted"], "0")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_what_is_reversed_is_there_again(self):
        self.plan()
        first = self.recognise()
        self.plan("pxu/two")
        second = self.recognise()
        why = (*self.signs, "--reason", "error")
        self.assertEqual(len(self.in_bank("recognition", "reverse", first["id"], *why)["released"]),
                         2)
        self.assertEqual(self.plan("pxu/two")["counted"], "6",
                         "2.5 at most of the 2.5 that the second has left, and all of English")
        self.in_bank("recognition", "reverse", second["id"], *why)
        self.assertEqual(self.plan()["counted"], "6")

    def test_what_is_suspended_stays_used(self):
        self.plan()
        made = self.recognise()
        self.in_bank("recognition", "suspend", made["id"], *self.signs, "--reason", "review")
        self.assertEqual(self.plan("pxu/two")["counted"], "1.5")

    def test_what_is_used_in_one_programme_only_is_free_in_another(self):
        self.rules(edition=2, most="4", use="programme")
        self.plan("pxu/one", "--rules", "pxu/rules@2")
        self.recognise()
        self.assertEqual(self.plan("pxu/one", "--rules", "pxu/rules@2")["counted"], "0")
        self.assertEqual(self.plan("pxu/two", "--rules", "pxu/rules@2")["counted"], "3.5")

    def test_what_is_only_counted_uses_nothing_and_counts_what_is_used(self):
        self.rules(edition=2, most="4", use="counted")
        self.plan("pxu/one", "--rules", "pxu/rules@1")
        self.recognise()
        for number in ("N-1", "N-2"):
            self.assertEqual(self.plan("pxu/one", "--rules", "pxu/rules@2")["counted"], "5",
                             "3.5 of English once more, and what is left of mathematics")
            if number == "N-1":
                self.recognise("--number", number, "--refuse", "1.1=declined")

    # ---- run again ----

    def test_a_recognition_runs_again_without_any_bank(self):
        self.plan()
        self.recognise()
        self.assertEqual(self.check(), {"same": True, "result": "same", "counted": "6",
                                        "differences": []})

    def test_a_plan_in_another_unit_is_recognised_and_runs_again(self):
        self.publish("units", UNITS)
        uses = "uses: [{kind: units, id: pxu/units, edition: 1, file: units.yaml}]\n"
        self.publish("rules-2", RULES.format(edition=2, most="4.5", use="everywhere")
                     .replace("rules:\n", uses + "rules:\n"))
        self.publish("programme-three", PROGRAMME.format(name="pxu/three")
                     .replace("unit: credit\n", uses + "unit: ects\n"))
        plan = self.plan("pxu/three", "--rules", "pxu/rules@2")
        self.assertEqual(plan["counted"], "9.75", "4.5 of the 6 that 4 credits are, and 5.25")
        self.recognise()
        self.assertEqual(self.check("--rules", "units.art", rules="rules-2.art",
                                    programme="programme-three.art"),
                         {"same": True, "result": "same", "counted": "9.75", "differences": []})
        self.assertEqual(self.plan("pxu/three", "--rules", "pxu/rules@2")["counted"], "1.5")
        other = self.plan("pxu/two")
        self.assertEqual((other["counted"], {one["reason"] for one in other["refused"]}),
                         ("0", {"used_up"}), "what is left is left in the unit that it was used in")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_residency_is_asked_in_a_unit_that_the_rules_lead_to(self):
        self.publish("units", UNITS)
        uses = "uses: [{kind: units, id: pxu/units, edition: 1, file: units.yaml}]\n"
        self.publish("rules-2", RULES.format(edition=2, most="4.5", use="everywhere")
                     .replace("rules:\n", uses + "rules:\n"))
        self.publish("programme-three", PROGRAMME.format(name="pxu/three")
                     .replace("unit: credit\n", uses + "unit: ects\n") +
                     "residency: [{records: {amounts: {ects: 5.5..}}, min: 20}]\n")
        plan = self.plan("pxu/three", "--rules", "pxu/rules@2")
        self.assertEqual((plan["counted"], plan["measures"]["missing"]), ("9.75", "15.5"),
                         "of the 20, 4.5: 4 credits are 6, and 3.5 are 5.25, which is too little")

    # ---- what is on its way to another bank ----

    def offer(self, *more):
        return self.in_bank("transfer", "offer", self.account(), "--to",
                            "other.example/credit/sha256-ed25519/1", "-o", "offer", *desk.BASIS,
                            *more)

    def test_what_is_offered_to_another_bank_is_not_planned(self):
        self.offer()
        plan = self.plan()
        self.assertEqual((plan["counted"], {one["reason"] for one in plan["refused"]}),
                         ("0", {"transferred"}))

    def test_what_was_offered_since_it_was_planned_is_not_recognised(self):
        self.plan()
        self.offer()
        answer = self.cbank("--json", *self.bank, "plan", "recognise", "a.plan", *self.signs, "-o",
                            "a.recognition", code=5)
        self.assertEqual(answer.error["reason"], "record_offered")

    def test_what_is_recognised_is_not_offered_with_the_rest(self):
        self.rules(edition=2, most="4", use="counted")
        self.plan()
        self.recognise()
        self.assertEqual(len(self.offer()["records"]), 1, "what is only counted may go")

    def test_what_came_later_changes_nothing(self):
        self.plan()
        made = self.recognise()
        self.path("a.recognition").rename(self.path("first.recognition"))
        self.plan("pxu/two")
        self.recognise()
        self.in_bank("recognition", "show", made["id"], "-o", "again.recognition")
        self.assertEqual(self.path("again.recognition").read_bytes(),
                         self.path("first.recognition").read_bytes())
        self.assertEqual(self.check(programme="programme-two.art")["counted"], "1.5",
                         "the earlier one comes with the transcript")
        self.path("first.recognition").rename(self.path("a.recognition"))
        self.assertTrue(self.check()["same"])

    def test_less_than_the_plan_is_the_institutions_right(self):
        self.plan()
        self.recognise("--refuse", "2.1=declined", "--less", "1.1=1")
        self.assertTrue(self.check()["same"])
        self.assertEqual(self.plan("pxu/two")["counted"], "6")

    def test_another_edition_is_named(self):
        self.plan()
        self.recognise()
        self.rules(edition=2, most="4")
        self.assertEqual(self.differences(self.check(rules="rules-2.art", code=1)),
                         [("publication", "rule_sets", "pxu/rules@1", "pxu/rules@2")])

    def test_another_account_and_an_old_transcript_are_named(self):
        self.transcript()
        self.path("transcript").rename(self.path("old"))
        self.plan()
        self.recognise()
        self.plan("pxu/two")
        self.recognise()
        answer = self.ask("plan", "check", "a.recognition", "--transcript", "old", "--rules",
                          "rules-1.art", "--rules", "programme-two.art", code=1)
        self.assertEqual(self.differences(answer), [("entries", "sequences", "4", "3")])
        other = self.account("36031318851122002X")
        self.in_bank("transcript", "issue", other, "-o", "other", *desk.BASIS)
        answer = self.ask("plan", "check", "a.recognition", "--transcript", "other", "--rules",
                          "rules-1.art", "--rules", "programme-two.art", code=1)
        self.assertEqual(self.differences(answer), [("entries", "account", self.account(), other)])

    def test_a_record_that_is_withheld_is_named(self):
        self.plan()
        self.recognise()
        one = next(one for one in self.credits() if one["account"] == self.account())
        self.in_bank("transcript", "issue", self.account(), "-o", "some", "--only", one["id"],
                     *desk.BASIS)
        answer = self.ask("plan", "check", "a.recognition", "--transcript", "some", "--rules",
                          "rules-1.art", "--rules", "programme-one.art", code=1)
        self.assertEqual([one["what"] for one in answer["differences"]], ["record"])

    def test_a_plan_that_was_tampered_with_is_not_recognised(self):
        self.plan()
        plan = self.path("a.plan").read_bytes()
        at = plan.index(b"ENGLISH")
        self.path("a.plan").write_bytes(plan[:at] + b"GERMAN." + plan[at + 7:])
        answer = self.cbank("--json", *self.bank, "plan", "recognise", "a.plan", *self.signs,
                            code=3)
        self.assertEqual(answer.error["reason"], "plan_differs")
        self.assertEqual(self.list_in_bank("recognition", "list", self.account()), [])

    # ---- replaced ----

    def test_a_recognition_is_replaced_by_another_plan(self):
        self.plan()
        first = self.recognise()
        again = self.plan("pxu/two", "--replacing", first["id"])
        self.assertEqual(again["counted"], "6")
        done = self.in_bank("recognition", "replace", first["id"], "a.plan", *self.signs, "-o",
                            "a.recognition")
        self.assertEqual(done["status"], "stands")
        self.assertEqual(self.in_bank("recognition", "show", first["id"])["status"], "replaced")
        self.assertTrue(self.check(programme="programme-two.art")["same"])
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_a_plan_made_beside_it_does_not_replace_it(self):
        self.plan()
        first = self.recognise()
        self.plan("pxu/two")
        answer = self.cbank("--json", *self.bank, "recognition", "replace", first["id"], "a.plan",
                            *self.signs, code=3)
        self.assertEqual(answer.error["reason"], "plan_differs")

    # ---- what stands on what ----

    def issue(self, reference, *more):
        return self.in_bank("credit", "issue", *self.signs, "--learner", self.account(),
                            "--reference", reference, "--title", "认定学分", "--credits", "2",
                            *more)["id"]

    def test_a_revocation_shows_and_then_records_what_stands_on_it(self):
        self.plan()
        made = self.recognise()
        granted = self.issue("G-1", "--recognition", made["id"])
        based = self.issue("B-1", "--based-on", granted)
        one = next(one for one in self.credits()
                   if one["account"] == self.account() and one["code"] == "C1")
        why = ("credit", "revoke", one["id"], *self.signs, "--reason", "fraud")
        size = self.in_bank("bank", "info")["size"]
        told = self.in_bank(*why, "--preview")
        self.assertEqual(self.in_bank("bank", "info")["size"], size)
        self.assertEqual(told["reach"], 3)
        self.assertEqual([(at["what"], at["id"], at["status"], at["depth"])
                          for at in told["reached"]],
                         [("recognition", made["id"], "suspended", 1),
                          ("record", granted, "questioned", 2),
                          ("record", based, "questioned", 3)])
        self.assertEqual(self.in_bank(*why)["reached"], told["reached"])
        self.assertEqual(self.in_bank("recognition", "show", made["id"])["status"], "suspended")
        for record in (granted, based):
            self.assertEqual(self.in_bank("credit", "show", record)["status"], "suspended")
        self.assertTrue(self.in_bank("bank", "check")["ok"])
        self.transcript()
        self.ask("transcript", "verify", "transcript", *self.trusted)

    def test_what_was_recognised_is_the_persons_too_and_goes_with_the_account(self):
        self.plan()
        made, account = self.recognise(), self.account()
        self.in_bank("learner", "export", account, "-o", "whole.json")
        whole = json.loads(self.path("whole.json").read_text(encoding="utf-8"))
        self.assertEqual([(one["id"], bytes.fromhex(one["file"]))
                          for one in whole["recognitions"]],
                         [(made["id"], self.path("a.recognition").read_bytes())])
        self.in_bank("learner", "erase", account, "--operator", "op1", "--approver", "op2",
                     "--reason", "request", "--document", "2026-7")
        self.assertEqual([(one["id"], one["number"]) for one in
                          self.list_in_bank("recognition", "list", account)], [(made["id"], None)])
        self.cbank(*self.bank, "recognition", "show", made["id"], code=5)
        self.in_bank("learner", "export", account, "-o", "left.json")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_each_institution_decides_what_becomes_of_its_own(self):
        self.plan()
        made = self.recognise()
        granted = self.issue("G-1", "--recognition", made["id"])
        why = (*self.signs, "--reason", "review")
        self.in_bank("recognition", "suspend", made["id"], *why)
        self.assertEqual(self.in_bank("credit", "show", granted)["status"], "suspended")
        self.in_bank("recognition", "reinstate", made["id"], *why)
        self.assertEqual(self.in_bank("credit", "show", granted)["status"], "suspended")
        self.in_bank("credit", "reinstate", granted, *why)
        self.assertEqual(self.in_bank("credit", "show", granted)["status"], "held")

    # ---- two accounts that have become one ----

    def test_what_came_with_a_merged_account_is_recognised_and_run_again(self):
        person = self.write("person.json", '{"name": "甲一", "id_type": "passport/GBR", '
                                           '"id_number": "E10000001"}')
        other = self.in_bank("learner", "open", "--person", person)["account"]
        self.in_bank("credit", "issue", *self.signs, "--learner", other, "--reference", "P-1",
                     "--title", "高等数学", "--credits", "4", "--code", "C1", "--awarded",
                     "1901-01-01")
        self.in_bank("learner", "merge", other, self.account(), "--operator", "op1", "--approver",
                     "op2", "--reason", "on-request")
        plan = self.plan()
        self.assertEqual(plan["counted"], "8.5", "2.5 of either mathematics, and English")
        made = self.recognise()
        self.assertTrue(self.check()["same"])
        one = next(one for one in self.credits() if one["reference"] == "P-1")
        told = self.in_bank("credit", "revoke", one["id"], *self.signs, "--reason", "error")
        self.assertEqual([at["id"] for at in told["reached"]], [made["id"]])
        self.in_bank("recognition", "reverse", made["id"], *self.signs, "--reason", "error")
        self.assertEqual(self.plan()["counted"], "6")
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    # ---- how it was decided ----

    def test_a_decision_travels_with_the_recognition(self):
        self.write("decision.json", """{"document": "教务〔1902〕1号", "on": "1902-03-01", "quorum": 5,
            "present": 7, "approvers": ["op-1", "op-2"], "route": "committee",
            "effective_on": "1902-04-01", "appeal_until": "1902-05-01", "appeal_body": "PXU",
            "notice": {"from": "1902-03-02", "until": "1902-03-12", "working_days": 7,
                       "place": "校园网", "objections": 0}}""")
        self.plan()
        told = self.recognise("--decision", "decision.json", "--refuse", "2.1=declined")["decision"]
        self.assertEqual((told["document"], told["outcome"], told["present"], told["approvers"],
                          told["notice"]["working_days"], told["appeal_until"]),
                         ("教务〔1902〕1号", "partial", 7, ["op-1", "op-2"], 7, "1902-05-01"))
        self.assertTrue(self.check()["same"])

    def test_a_decision_that_is_none_is_refused(self):
        self.plan()
        for text in ('{"quorum": 5, "present": 3}', '{"signed": "x"}', '{"on": "tomorrow"}', "[]",
                     '{"notice": {"until": "1902-13-01"}}', '{"quorum": -1}'):
            self.write("decision.json", text)
            self.cbank(*self.bank, "plan", "recognise", "a.plan", *self.signs, "--decision",
                       "decision.json", code=3)

    # ---- what changes, and for whom ----

    def test_two_editions_are_compared_item_by_item(self):
        self.rules(edition=2, most="4", use="programme")
        told = self.ask("rules", "diff", "rules-1.art", "rules-2.art")
        self.assertEqual((told["before"], told["after"], told["added"], told["removed"],
                          told["changed"]), ("pxu/rules@1", "pxu/rules@2", 0, 0, 2))
        self.assertEqual([(one["change"], one["list"], one["name"],
                           [field["name"] for field in one["fields"]])
                          for one in told["changes"]],
                         [("changed", "rules", "ENGLISH", ["use_scope"]),
                          ("changed", "rules", "MATH", ["grants"])])
        self.assertEqual(told["changes"][0]["fields"][0],
                         {"name": "use_scope", "before": "everywhere", "after": "programme"})
        self.assertEqual(self.in_bank("rules", "diff", "pxu/rules@1", "pxu/rules@2")["changes"],
                         told["changes"])
        same = self.ask("rules", "diff", "rules-1.art", "rules-1.art")
        self.assertEqual((same["changed"], same["changes"]), (0, []))

    def test_what_is_added_and_removed_is_named(self):
        self.write("more.yaml", RULES.format(edition=2, most="2.5", use="everywhere").replace(
            "id: ENGLISH", "id: LANGUAGE"))
        self.ask("rules", "sign", "more.yaml", "--key", "pxu.key", "-o", "more.art")
        told = self.ask("rules", "diff", "rules-1.art", "more.art")
        self.assertEqual([(one["change"], one["name"]) for one in told["changes"]],
                         [("removed", "ENGLISH"), ("added", "LANGUAGE")])

    def test_what_is_not_comparable_is_refused(self):
        self.cbank("rules", "diff", "rules-1.art", "programme-one.art", code=3)
        self.cbank("rules", "diff", "rules-1.art", "pxu.key", code=3)

    def test_for_whom_it_is_better_or_worse_before_it_is_published(self):
        other = self.account("36031318851122002X")
        self.write("more.yaml", RULES.format(edition=2, most="4", use="everywhere"))
        self.write("less.yaml", RULES.format(edition=2, most="1", use="everywhere"))
        self.write("accounts.csv", f"account\n{self.account()}\n{other}\n")
        for name, result in (("more", "better"), ("less", "worse"), ("rules-1", "same")):
            if name != "rules-1":
                self.ask("rules", "sign", name + ".yaml", "--key", "pxu.key", "-o", name + ".art")
            told = self.in_bank("rules", "diff", "rules-1.art", name + ".art", "--accounts",
                                "accounts.csv", "--programme", "pxu/one", "-o", "out.csv")
            self.assertEqual({key: told[key] for key in ("accounts", "better", "worse", "other",
                                                         "same", "failed")},
                             {"accounts": 2, "better": 0, "worse": 0, "other": 0, "same": 0,
                              "failed": 0, result: 2})
            rows = self.path("out.csv").read_text(encoding="utf-8-sig").splitlines()
            self.assertIn(f'"{result}","6","14"', rows[1])


if __name__ == "__main__":
    desk.main()
