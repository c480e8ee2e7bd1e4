"""Packs of China: exemption at the Open University, pathways, hours of teachers and others."""
import csv

import desk
import town

HOURS = ("type", "code", "title", "mode", "nature", "amount:hour", "credits", "awarded")


class OpenUniversity(town.Town):
    COLUMNS = ("type", "code", "title", "nature", "framework", "level", "credits", "awarded")

    def exempt(self, *rows):
        """Rows of a code, its nature and its level (0: none is stated); each has 3 credits."""
        self.publish("OUC", "open-university/framework.yaml", "open-university/rules.yaml",
                     "open-university/programme.yaml")
        self.record([("course", code, code, nature, "ouc/outcomes" if level else "", level or "",
                      3, "2025-03-01") for code, nature, level in rows], self.COLUMNS)
        return self.plan("ouc/example")

    def test_of_the_compulsory_courses_35_per_cent_are_exempted(self):
        # yhtest.cn: 35 % of 40 is 14. English 6, mathematics 5, accounting 4 are 15: one of them is
        # too much, and the two that count most are 6 and 5. The elective, 4, is beside it.
        plan = self.exempt(("OUC-E1", "", 5), ("OUC-E2", "", 5), ("OUC-E3", "", 6),
                           ("OUC-E4", "", 5))
        self.assertEqual(self.grants(plan), [("数学", "5"), ("英语", "6"), ("选修", "4")])
        self.assertEqual((plan["counted"], plan["optimal"]), ("15", True))
        self.assertEqual(self.refused(plan), [("cap", "compulsory")])
        cap = next(one for one in plan["caps"] if one["cap"] == "compulsory")
        self.assertEqual((cap["used"], cap["limit"]), ("11", "14"))

    def test_an_exemption_counts_by_the_course_and_earns_nothing(self):
        # The credit of the course is recorded, 6, not the 3 that were brought along.
        plan = self.exempt(("OUC-E1", "", 5))
        self.assertEqual((plan["counted"], plan["measures"]["earned"]), ("6", "0"))

    def test_practice_is_exempted_by_nothing(self):
        plan = self.exempt(("OUC-E5", "综合实践", 7))
        self.assertEqual((plan["counted"], self.refused(plan)),
                         ("0", [("does_not_transfer", "practice")]))

    def test_a_level_below_the_course_is_refused_and_one_that_is_not_stated_is_not_guessed(self):
        plan = self.exempt(("OUC-E1", "", 4), ("OUC-E2", "", 0))
        self.assertEqual(self.refused(plan), [("condition", "level_reaches_target"),
                                              ("not_at_hand", "level_reaches_target")])


class Pathways(town.Town):
    COLUMNS = ("type", "code", "title", "nature", "education_level", "score", "credits", "awarded")

    def study(self, programme, rows, *more):
        """Rows of type, nature, stage, score and credits."""
        self.publish("MOE", "pathways/rules.yaml", f"pathways/{programme}.yaml")
        self.record([(kind, f"S{at}", f"S{at}", nature, stage, score, credits, "2024-06-30")
                     for at, (kind, nature, stage, score, credits) in enumerate(rows)],
                    self.COLUMNS, more=("--set", "score_max=100"))
        return self.plan(f"cn/pathway-{programme.replace('+', '-')}", *more)

    SECONDARY = [("course", "公共基础", "中职", 80, 40), ("course", "专业", "中职", 80, 78)]

    def points(self, plan):
        return {one["id"]: (one["missing"], one["missing_months"]) for one in plan["entry_points"]}

    def test_who_passes_the_test_goes_on_after_three_years(self):
        # 40 + 78 + 2 = 120 of the first stage; since 2023-06-01 three years have passed.
        plan = self.study("3+2", [*self.SECONDARY, ("exam", "转段考核", "中职", 60, 2)],
                          "--admitted", "2023-06-01")
        self.assertEqual(self.points(plan), {"secondary": ("0", 0), "stage-2": ("0", 0),
                                             None: ("60", 24)})  # 180 in all, five years in all

    def test_who_fails_the_test_can_leave_and_not_go_on(self):
        plan = self.study("3+2", [*self.SECONDARY, ("exam", "转段考核", "中职", 59, 2),
                                  ("course", "专业", "中职", 70, 2)], "--admitted", "2024-06-01")
        # 120 are there, the 2 of the test are not: the stage lacks them, and a year of three.
        self.assertEqual(self.points(plan)["secondary"], ("0", 12))
        self.assertEqual(self.points(plan)["stage-2"], ("2", 12))

    def test_the_stage_at_the_university_is_longer(self):
        plan = self.study("3+4", [*self.SECONDARY, ("exam", "转段考核", "中职", 90, 2),
                                  ("course", "专业", "本科", 90, 100)], "--admitted", "2021-06-01")
        # 120 + 100 of 260: 40 of the second stage's 140 are missing; five years of seven passed.
        self.assertEqual((plan["counted"], plan["missing_total"]), ("220", "40"))
        self.assertEqual(self.points(plan)[None], ("40", 24))


class Hours(town.Town):
    """Who meets a requirement in hours, who does not and why, and what one may show of it."""

    TEACHERS = {"甲一": "360302188103040012", "乙二": "36031318851122002X"}

    def setUp(self):
        super().setUp()
        self.write("grades.csv", "\n".join([desk.HEADER, *desk.ROWS]) + "\n")
        self.import_grades()

    def train(self, name, rows, institution="PXU"):
        """Rows of mode, nature, hours, credits and day."""
        self.record([("training", f"T{at}", f"培训{at}", mode, nature, hours, credits, day)
                     for at, (mode, nature, hours, credits, day) in enumerate(rows)], HOURS,
                    institution, f"{name},{self.TEACHERS[name]}")

    def run_all(self, programme, *period):
        accounts = [self.account(number) for number in self.TEACHERS.values()]
        self.write("accounts.csv", "\n".join(["account", *accounts]) + "\n")
        told = self.in_bank("plan", "run", "--accounts", "accounts.csv", "--programme", programme,
                            "--as-of", town.DAY, *period, "-o", "out.csv")
        with self.path("out.csv").open(encoding="utf-8-sig", newline="") as rows:
            return told, [row[1:7] for row in list(csv.reader(rows))[1:]]

    def teachers(self):
        self.publish("MOE", "teachers/rules.yaml", "teachers/national.yaml",
                     "teachers/jianghan.yaml")

    PERIOD = ("--from", "2021-01-01", "--to", "2025-12-31")

    def test_hours_of_three_counties_make_five_years_of_a_teacher(self):
        # 余江: 12 credits face to face are 120 hours, 3 online are 60. 江汉: 15 at most an item: of
        # 16 face to face 15 count, 120 hours. Another county: 12 online are 96 hours. In all 396.
        self.teachers()
        self.train("甲一", [("集中", "", "", 12, "2021-03-01"), ("网络", "", "", 3, "2021-04-01")],
                   "YJ-JS")
        self.train("甲一", [("集中", "", "", 16, "2022-03-01")], "JH-JS")
        self.train("甲一", [("网络", "", "", 12, "2025-12-31")], "TX-JS")
        plan = self.plan("cn/teacher-360-national", *self.PERIOD)
        self.assertEqual((plan["counted"], plan["missing_total"]), ("396", "0"))
        self.assertEqual(sorted(one["grants"][0]["counted"] for one in plan["applications"]),
                         ["120", "120", "60", "96"])

    def test_a_run_says_who_meets_360_hours_who_lacks_what_and_why(self):
        # 甲一: 200 + 172 = 372 hours. 乙二: 150 face to face and 60 at school are 210; what is from
        # before the five years does not count, and what was not passed does not either.
        self.teachers()
        self.train("甲一", [("集中", "", 200, "", "2021-03-01"), ("网络", "", 172, "", "2024-05-01")])
        self.train("乙二", [("集中", "", 150, "", "2022-03-01"), ("校本", "", 60, "", "2023-05-01"),
                           ("集中", "", 90, "", "2020-12-31")])
        told, rows = self.run_all("cn/teacher-360-national", *self.PERIOD)
        self.assertEqual((told["met"], told["not_met"], told["failed"]), (1, 1, 0))
        self.assertEqual(rows[0][:4], ["met", "372", "360", "0"])
        self.assertEqual(rows[1][:4], ["not_met", "210", "360", "150"])
        self.assertIn("out_of_period", rows[1][5])

    def test_the_same_hours_by_the_buckets_of_another_county_are_not_enough(self):
        # 江汉: 160 face to face and 200 otherwise. 200 + 172 are 372, and 28 of the 200 are missing.
        self.teachers()
        self.train("甲一", [("集中", "", 200, "", "2021-03-01"), ("网络", "", 172, "", "2024-05-01")])
        self.train("乙二", [("集中", "", 160, "", "2021-03-01"), ("校本", "", 200, "", "2024-05-01")])
        told, rows = self.run_all("cn/teacher-360-jianghan", *self.PERIOD)
        self.assertEqual(rows[0][:5], ["not_met", "372", "360", "28", "other 28"])
        self.assertEqual(rows[1][:4], ["met", "360", "360", "0"])

    def test_a_signed_claim_says_372_of_360_and_shows_no_record(self):
        self.teachers()
        self.train("甲一", [("集中", "", 200, "", "2021-03-01"), ("网络", "", 172, "", "2024-05-01")])
        made = self.in_bank("claim", "issue", self.account(), "--requirement",
                            "cn/teacher-360-national", *self.PERIOD, "--for", "NCU", "--show-name",
                            "-o", "claim", *desk.BASIS)
        self.assertEqual((made["result"], made["reached"], made["required"], made["unit"]),
                         ("met", "372", "360", "hour"))
        told = self.ask("claim", "verify", "claim", *self.trust(), "--for", "NCU")
        self.assertEqual((told["verdict"], told["result"], told["reached"], told["required"],
                          told["from"], told["until"], told["holder_name"]),
                         ("VALID", "met", "372", "360", "2021-01-01", "2025-12-31", "甲一"))
        content = self.path("claim").read_bytes()
        for hidden in ("培训0", "培训1", self.account()):
            self.assertNotIn(hidden.encode(), content)

    def test_hours_are_counted_and_never_used_up(self):
        # office.md: one training feeds the 360 hours, the 90 of a year, and a degree.
        self.teachers()
        self.publish("MOHRSS", "professionals/rules.yaml", "professionals/year.yaml")
        self.train("甲一", [("集中", "专业科目", 70, "", "2025-03-01"),
                           ("网络", "公需科目", 20, "", "2025-05-01")])
        year = ("--from", "2025-01-01", "--to", "2025-12-31")
        self.assertEqual(self.plan("cn/professional-90", *year)["missing_total"], "0")
        self.assertEqual(self.plan("cn/teacher-360-national", *self.PERIOD)["counted"], "90")

    def test_of_ninety_hours_of_a_year_two_thirds_are_of_one_s_own_subject(self):
        # 人社部令第25号. 甲一: 60 + 30. 乙二: 50 + 60 are 110, and 10 of 60 are missing all the same.
        self.publish("MOHRSS", "professionals/rules.yaml", "professionals/year.yaml")
        self.train("甲一", [("集中", "专业科目", 60, "", "2025-03-01"),
                           ("网络", "公需科目", 30, "", "2025-05-01")])
        self.train("乙二", [("集中", "专业科目", 50, "", "2025-03-01"),
                           ("网络", "公需科目", 60, "", "2025-05-01")])
        told, rows = self.run_all("cn/professional-90", "--from", "2025-01-01", "--to",
                                  "2025-12-31")
        self.assertEqual((told["met"], told["not_met"]), (1, 1))
        self.assertEqual(rows[0][:4], ["met", "90", "90", "0"])
        self.assertEqual(rows[1][:5], ["not_met", "110", "90", "10", "professional 10"])


desk.main()
