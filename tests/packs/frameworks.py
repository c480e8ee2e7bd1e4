"""Frameworks are files: their levels are asked for by rules, through crosswalks, without any C."""
import shutil

import desk
import town

HEAD = """edition: 1
authority: PXU
title: {zh: 试用, en: On trial}
standing: own
effective: 2020-01-01..
zone: "+08:00"
"""
RULES = """kind: ruleset
id: pxu/levels
""" + HEAD + """date: application
partial_dates: refuse
"""
PROGRAMME = """kind: programme
id: pxu/levelled
""" + HEAD + """date: application
partial_dates: refuse
unit: credit
total: 20
rule_sets: [pxu/levels]
buckets: [{id: free, title: {zh: 学分}}]
"""
COLUMNS = ("type", "code", "title", "framework", "level", "credits", "awarded")


class Frameworks(town.Town):
    def publish_own(self, **documents):
        for name, text in documents.items():
            self.write(f"{name}.yaml", text)
            self.cbank("rules", "sign", f"{name}.yaml", "--key", "pxu.key", "-o", "signed")
            self.cbank(*self.bank, "rules", "publish", "signed")

    def ask_for(self, framework, level, **uses):
        """A rule that asks for a level of a framework, and a programme; files by their ids."""
        for file in uses.values():
            if not self.path(f"{file}.yaml").exists():
                shutil.copy(town.PACKS / "frameworks" / f"{file}.yaml", self.path(f"{file}.yaml"))
        used = ", ".join(f"{{kind: framework, id: {name}, edition: 1, file: {file}.yaml}}"
                         for name, file in uses.items())
        self.publish_own(rules=RULES + f"""uses: [{used}]
rules:
  - id: level
    sources: {{framework: {framework}, level: {level}.., types: [certificate, qualification]}}
    grants: {{buckets: [free], amount: as-is}}
""", programme=PROGRAMME)

    def hold(self, framework, *levels):
        self.record([("certificate", f"{framework}-{level}", "证书", framework, level, 3,
                      "2025-03-01") for level in levels], COLUMNS)
        return self.plan("pxu/levelled")

    def test_hong_kong_s_level_5_is_guangdong_s_level_5_and_nothing_is_said_of_level_4(self):
        # wenweipo.com 2025-06-12: the pairs are 6 and 6, 5 and 5, 3 and 3.
        self.publish("HKQF", "frameworks/hk.yaml")
        self.publish("GDCB", "frameworks/gd.yaml")
        self.ask_for("hk/qf", 5, **{"hk/qf": "hk", "gd/framework": "gd"})
        plan = self.hold("gd/framework", 3, 4, 5, 6)
        self.assertEqual(plan["counted"], "6")  # the levels 5 and 6, of 3 credits each
        self.assertEqual(self.refused(plan), [("condition", "level"), ("not_at_hand", "level")])
        self.assertEqual(sorted((one["from"], one["from_value"], one["to"], one["to_value"])
                                for taken in plan["applications"] for one in taken["steps"]),
                         [("gd/framework", "5", "hk/qf", "5"), ("gd/framework", "6", "hk/qf", "6")])
        self.assertEqual(plan["references"], ["gd/framework@1", "hk/qf@1"])

    def test_the_first_grade_of_a_trade_is_the_highest_and_the_sixth_of_the_new_eight(self):
        # 五级 初级工 ... 一级 高级技师; 人社部发〔2022〕14号: 学徒工 below them, two grades above.
        self.publish("MOHRSS", "frameworks/skills-five.yaml", "frameworks/skills-eight.yaml")
        shown = self.cbank(*self.bank, "rules", "show", "cn/skills-five").out
        self.assertIn("cn/skills-five", shown)
        self.ask_for("cn/skills-eight", 5, **{"cn/skills-eight": "skills-eight",
                                                "cn/skills-five": "skills-five"})
        plan = self.hold("cn/skills-five", 1, 4, 5)  # 五级, 二级 and 一级
        self.assertEqual(plan["counted"], "6")       # 技师 and 高级技师
        short = [one for one in plan["refused"] if one["field"] == "level"]
        self.assertEqual([(one["reason"], one["have"]) for one in short], [("condition", "2")])

    def test_the_levels_of_europe_and_of_isced_are_asked_for_by_their_own_numbers(self):
        # ISCED 0 is 0.5 here, and so below ISCED 1; neither framework leads to the other.
        self.publish("EQF", "frameworks/eqf.yaml")
        self.publish("UNESCO", "frameworks/isced.yaml")
        self.ask_for("unesco/isced-2011", 1, **{"unesco/isced-2011": "isced", "eu/eqf": "eqf"})
        self.assertEqual(self.hold("unesco/isced-2011", 0.5, 1, 8)["counted"], "6")
        plan = self.hold("eu/eqf", 8)
        self.assertEqual(plan["counted"], "6")
        self.assertIn(("not_at_hand", "level"), self.refused(plan))

    def test_a_framework_of_one_s_own_needs_files_alone(self):
        """Three levels of a town, and what they are in Guangdong's seven."""
        self.publish("HKQF", "frameworks/hk.yaml")
        self.publish("GDCB", "frameworks/gd.yaml")
        self.publish_own(own="""kind: framework
id: town/three
""" + HEAD + """levels:
  - {level: 1, title: {zh: 铜}, label: 铜}
  - {level: 2, title: {zh: 银}, label: 银}
  - {level: 3, title: {zh: 金}, label: 金}
crosswalks:
  - {level: 1, framework: gd/framework, other_level: 2}
  - {level: 2, framework: gd/framework, other_level: 3}
  - {level: 3, framework: gd/framework, other_level: 5}
""")
        self.ask_for("gd/framework", 3, **{"gd/framework": "gd", "town/three": "own"})
        plan = self.hold("town/three", 1, 2, 3)
        self.assertEqual(plan["counted"], "6")  # silver and gold
        self.assertEqual(sorted(one["to_value"] for taken in plan["applications"]
                                for one in taken["steps"]), ["3", "5"])


class Units(town.Town):
    def test_six_european_credits_are_four_of_the_umap(self):
        # umap.org: one UCTS is 1.5 ECTS. 6 / 1.5 = 4; and 4 Asian credits are 4.
        shutil.copy(town.PACKS / "units" / "credits.yaml", self.path("credits.yaml"))
        self.publish("UMAP", "units/credits.yaml")
        used = "uses: [{kind: units, id: umap/credits, edition: 1, file: credits.yaml}]\n"
        self.write("rules.yaml", RULES + used + """rules:
  - id: course
    sources: {types: course, amounts: {ucts: 2..}}
    grants: {buckets: [free], amount: as-is}
""")
        self.write("programme.yaml", PROGRAMME.replace("unit: credit", "unit: ucts") + used)
        self.publish("PXU", "rules.yaml", "programme.yaml")
        self.record([("course", "E", "欧洲", 6, "", "2025-03-01"), ("course", "A", "亚洲", "", 4,
                                                                   "2025-03-01"),
                     ("course", "S", "少", 2, "", "2025-03-01")],  # 4/3 of a UCTS: below 2
                    ("type", "code", "title", "amount:ects", "amount:asia", "awarded"))
        plan = self.plan("pxu/levelled")
        self.assertEqual(plan["counted"], "8")
        self.assertEqual(sorted((one["kind"], one["from"], one["from_value"], one["to_value"])
                                for taken in plan["applications"] for one in taken["steps"]),
                         [("unit", "asia", "4", "4"), ("unit", "ects", "6", "4")])


desk.main()
