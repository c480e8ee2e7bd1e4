"""The packs of lib/packs: no error in any, and cases whose answer was worked out by hand."""
import desk
import town

PACKS = town.PACKS
PROFILES = PACKS / "profiles"  # how spreadsheets are read: another format, with tests of its own


def documents():
    return sorted(path for path in PACKS.rglob("*.yaml") if PROFILES not in path.parents)


class Checked(desk.Desk):
    def test_no_pack_has_an_error_or_a_doubt(self):
        self.assertGreaterEqual(len(documents()), 30)
        for path in documents():
            with self.subTest(path.relative_to(PACKS)):
                told = self.ask("rules", "check", path)
                self.assertEqual((told["errors"], told["warnings"]), (0, 0), told["findings"])

    def test_each_says_where_it_is_from_and_that_it_is_no_law(self):
        for path in documents():
            lines = path.read_text(encoding="utf-8").splitlines()
            with self.subTest(path.relative_to(PACKS)):
                self.assertIn("standing: reference", lines)
                self.assertTrue(any(line.startswith("source: ") for line in lines))

    def test_each_is_named_in_the_readme(self):
        told = (PACKS / "README.md").read_text(encoding="utf-8")
        for path in documents():
            self.assertIn(f"`{path.parent.name}`", told)


class Worked(town.Town):
    def certificate(self, code, credits):
        self.issued += 1
        return self.in_bank("credit", "issue", *self.signs, "--learner", self.account(),
                            "--reference", f"W-{self.issued}", "--title", code, "--code", code,
                            "--type", "certificate", "--credits", credits, "--grade", "passed",
                            "--awarded", "2025-03-01")

    def test_the_postal_certificate_is_three_courses_and_eight_credits(self):
        self.publish("OUC", "x-certificates/rules.yaml", "x-certificates/postal.yaml")
        self.certificate("邮政速递业务员", 8)
        plan = self.plan("cn/postal-example")
        self.assertEqual((plan["counted"], plan["optimal"]), ("8", True))
        self.assertEqual(self.grants(plan), [("速递业务与经营", "3"), ("速递生产与运作", "3"),
                                             ("邮政快递揽投作业规范", "2")])
        self.assertEqual(plan["missing_total"], "68")  # 76 - 8

    def test_a_course_is_not_granted_twice(self):
        self.publish("OUC", "x-certificates/rules.yaml", "x-certificates/postal.yaml")
        self.certificate("邮政速递业务员", 8)
        self.certificate("邮政速递业务员", 8)
        plan = self.plan("cn/postal-example")
        self.assertEqual((plan["counted"], len(plan["applications"])), ("8", 1))

    def test_a_certificate_s_grade_says_what_kind_of_course_it_becomes_and_8_is_the_most(self):
        # hnmeida.com.cn: junior to foundation, middle to core, senior to either; 8 credits at most.
        self.publish("OUC", "x-certificates/rules.yaml", "x-certificates/postal.yaml")
        self.record([("certificate", f"X-{level}", level, level, credits, "2025-03-01")
                     for level, credits in (("初级", 9), ("中级", 5), ("高级", 7))],
                    ("type", "code", "title", "category", "credits", "awarded"))
        plan = self.plan("cn/postal-example")
        counted = sorted((one["rule"], one["grants"][0]["bucket"], one["grants"][0]["counted"])
                         for one in plan["applications"] if one["rule"] in ("junior", "middle"))
        self.assertEqual(counted, [("junior", "foundation", "8"), ("middle", "core", "5")])
        self.assertEqual(plan["counted"], "20")  # 8 + 5 + 7

    def korea(self, *rows, award="bachelor"):
        """Rows of type, code, category, nature, score, credits, day; and the plan of them."""
        self.publish("NILE", f"korea/{award}-rules.yaml", f"korea/{award}.yaml")
        header = "编号,姓名,身份证号,类型,课程号,课程,类别,性质,分数,学分,结束,日期"
        person = "甲一,360302188103040012"
        lines = [f"K{at},{person},{kind},{code},{code},{category},{nature},{score},{credits},"
                 f"{ended},{ended}" for at, (kind, code, category, nature, score, credits, ended)
                 in enumerate(rows)]
        self.write("korea.csv", "\n".join([header, *lines]) + "\n")
        self.in_bank("credit", "import", "korea.csv", *self.signs, "--map",
                     "reference=编号,name=姓名,id_number=身份证号,type=类型,code=课程号,title=课程,"
                     "category=类别,nature=性质,score=分数,credits=学分,ended=结束,awarded=日期",
                     "--set", "score_max=100")
        return self.plan(f"kr/acbs-{award}-award")

    def courses(self, count, ended, nature="전공", score=80):
        return [("course", f"{ended}-{nature}-{at}", "accredited", nature, score, 3, ended)
                for at in range(count)]

    def test_korea_counts_24_credits_a_term_and_42_a_year_that_begins_in_march(self):
        # Ten courses of 3 in each of two terms of one year: 24 + 18 = 42. The term that begins on
        # the first of March is of the next year: 3 more.
        plan = self.korea(*self.courses(10, "2024-08-31"), *self.courses(10, "2025-02-28"),
                          *self.courses(1, "2025-03-01"))
        self.assertEqual((plan["counted"], plan["optimal"]), ("45", True))
        caps = [one["by"] for one in plan["refused"] if one["reason"] == "cap"]
        self.assertEqual((len(caps), set(caps) <= {"term", "year"}), (6, True))

    def three_years(self):
        """Of one institution, as much as a year counts: 24 and 18 in two terms, 126 in all."""
        return [row for year in (2022, 2023, 2024) for row in
                self.courses(8, f"{year}-08-31") + self.courses(6, f"{year}-10-31")]

    def test_korea_counts_105_credits_of_one_institution_for_a_bachelor(self):
        plan = self.korea(*self.three_years())
        self.assertEqual((plan["counted"], {one["by"] for one in plan["refused"]
                                            if one["reason"] == "cap"}), ("105", {"institution"}))

    def test_korea_counts_60_and_90_for_the_associates(self):
        self.assertEqual(self.korea(*self.three_years(), award="associate2")["counted"], "60")
        self.publish("NILE", "korea/associate3-rules.yaml", "korea/associate3.yaml")
        self.assertEqual(self.plan("kr/acbs-associate3-award")["counted"], "90")

    def test_korea_counts_a_course_from_60_on(self):
        plan = self.korea(*self.courses(1, "2024-06-30", score=60),
                          *self.courses(1, "2024-07-01", score=59.9))
        self.assertEqual(plan["counted"], "3")

    def certificates(self, *natures):
        codes = ("정보처리기사", "SQL개발자(SQLD)", "매경TEST 우수")  # 20, 6 and 18 credits
        return [("certificate", code, "", nature, 100, 1, "2024-06-30")
                for code, nature in zip(codes, natures)]

    def test_korea_counts_three_certificates_for_a_bachelor(self):
        plan = self.korea(*self.certificates("전공", "전공", "전공"))
        self.assertEqual((plan["counted"], len(plan["applications"])), ("44", 3))

    def test_korea_counts_two_certificates_for_an_associate_the_best_ones(self):
        plan = self.korea(*self.certificates("전공", "전공", "전공"), award="associate2")
        self.assertEqual((plan["counted"], len(plan["applications"])), ("38", 2))
        self.assertEqual([one["by"] for one in plan["refused"] if one["reason"] == "cap"],
                         ["certificates"])

    def test_korea_counts_one_certificate_for_a_second_major_and_none_as_elective(self):
        # gradus.co.kr: second_major_cert_count 1, second_major_cert_elective_count 0.
        self.publish("NILE", "korea/second-major-rules.yaml")
        named = ("--rules", "kr/acbs-second-major")
        self.korea(*self.certificates("전공", "전공", "일반선택"))
        plan = self.plan("kr/acbs-bachelor-award", *named)
        self.assertEqual((plan["counted"], len(plan["applications"])), ("20", 1))
        self.assertEqual(self.refused(plan), [("cap", "certificate-elective"),
                                              ("cap", "certificates")])

    def test_korea_s_provisional_certificate_asks_for_100_credits_of_a_bachelor(self):
        # cb.or.kr. Three certificates are 44: 56 of 100 are missing.
        plan = self.korea(*self.certificates("전공", "전공", "전공"))
        self.assertEqual([(one["id"], one["missing"]) for one in plan["entry_points"]],
                         [("provisional", "56")])

    def test_korea_counts_one_certificate_as_general_elective(self):
        plan = self.korea(*self.certificates("전공", "일반선택", "일반선택"))
        self.assertEqual((plan["counted"], len(plan["applications"])), ("38", 2))
        self.assertEqual([one["by"] for one in plan["refused"] if one["reason"] == "cap"],
                         ["certificate-elective"])

    def test_korea_counts_20_credits_of_the_first_stage_and_30_of_the_second(self):
        rows = [("exam", f"{stage}-{at}", f"bdes-{stage}", "교양", 60, 1, "2024-06-30")
                for stage in (1, 2) for at in range(7)]
        self.assertEqual(self.korea(*rows)["counted"], "50")  # 5 times 4, 6 times 5

    def test_korea_asks_for_18_credits_of_its_own_courses_and_fills_the_buckets(self):
        # Seven major and three liberal courses: 21 + 9, so 39 and 21 are missing, and 110 in all;
        # of 18 credits from accredited courses 24 are there.
        plan = self.korea(*self.courses(7, "2024-06-30"),
                          *self.courses(3, "2025-06-30", nature="교양"))
        self.assertEqual(sorted((one["bucket"], one["amount"]) for one in plan["missing"]),
                         [("liberal", "21"), ("major", "39")])
        self.assertEqual(plan["missing_total"], "110")

    PROGRAMME = """kind: programme
id: pxu/twenty
edition: 1
authority: PXU
title: {en: Twenty credits}
standing: own
effective: 2020-01-01..
date: application
partial_dates: refuse
zone: "+08:00"
unit: credit
total: 20
rule_sets: [gd/college]
buckets: [{id: course, title: {en: courses}}]
"""

    def guangdong(self, *rows):
        """Records as (type, category, group, credits), and the plan of them for 20 credits."""
        self.publish("GDPT", "guangdong/rules.yaml")
        self.write("twenty.yaml", self.PROGRAMME)
        self.cbank("rules", "sign", "twenty.yaml", "--key", "pxu.key", "-o", "signed")
        self.cbank(*self.bank, "rules", "publish", "signed")
        person = "甲一,360302188103040012"
        lines = [f"G{at},{person},{kind},G{at},成果{at},{category},{group},{credits},通过,2025-03-01"
                 for at, (kind, category, group, credits) in enumerate(rows)]
        self.write("gd.csv", "\n".join(["编号,姓名,身份证号,类型,课程号,课程,类别,组,学分,结果,日期",
                                        *lines]) + "\n")
        self.in_bank("credit", "import", "gd.csv", *self.signs, "--map", desk.COLUMNS +
                     ",type=类型,category=类别,count_group=组", "--passed", "通过")
        return self.plan("pxu/twenty")

    def test_guangdong_takes_a_quarter_from_online_courses(self):
        plan = self.guangdong(*[("course", "在线课程", "", 2)] * 4)
        self.assertEqual(plan["counted"], "4")  # a quarter of 20 is 5: two of 2, not three
        self.assertEqual([one["by"] for one in plan["refused"] if one["reason"] == "cap"],
                         ["online", "online"])

    def test_guangdong_takes_over_nothing_that_no_reviewer_has_compared(self):
        plan = self.guangdong(("course", "自学考试", "", 3))
        self.assertEqual((plan["counted"], self.refused(plan)),
                         ("0", [("not_at_hand", "overlap_permille")]))

    def test_guangdong_takes_one_half_in_all(self):
        plan = self.guangdong(("certificate", "", "english", 7), *[("course", "在线课程", "", 2)] * 2)
        self.assertEqual(plan["counted"], "9")  # a half of 20 is 10: 7 and 2, not 11
        self.assertEqual([one["by"] for one in plan["refused"] if one["reason"] == "cap"], ["half"])

    def test_guangdong_takes_the_same_content_once_with_the_highest_value(self):
        plan = self.guangdong(("certificate", "", "english", 2), ("training", "", "english", 3),
                              ("contest", "", "english", 1))
        self.assertEqual(plan["counted"], "3")

    def test_india_s_credit_lives_up_to_the_seventh_anniversary(self):
        self.publish("UGC", "ncrf/levels.yaml", "ncrf/rules.yaml", "ncrf/bachelor-honours.yaml")
        for reference, day in (("N1", "2019-06-01"), ("N2", "2019-05-31")):  # the plan: 2026-06-01
            self.in_bank("credit", "issue", *self.signs, "--learner", self.account(), "--reference",
                         reference, "--title", reference, "--code", reference, "--credits", 4,
                         "--grade", "passed", "--awarded", day)
        plan = self.plan("in/bachelor-honours")
        self.assertEqual((plan["counted"], plan["missing_total"]), ("4", "156"))


desk.main()
