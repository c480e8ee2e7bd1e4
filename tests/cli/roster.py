"""The sign-up sheet of a calligraphy class and the roster of a cohort, as offices bring them."""
import csv
import io
import json

import desk

# 甲一 has an account already under another spelling; a couple is swapped; one has an old card.
SIGN_UP = """老年书法班报名表,,,,,
序号,姓名,性别,身份证号,子女电话,出生日期
1,甲一,男,360302188103040012,10086,1881-03-04
2,乙二,女,36031318851122002X,10087,
3,丙三,男,360302188103040020,10088,
4,丁四,女,440524188001010014,,1880-01-01
5,戊五,女,360302000101002,,
6,己六,男,360302810304001,,1881-03-04
7,庚七,女,,,
8,辛八,男,810000188001010015,,1880-01-01
9,壬九,男,360302188103040013,,
"""
ROSTER = """学号,姓名,身份证件号,专业,入学年月
0001,甲一,360302188103040012,护理,1901-09
0002,乙二,36031318851122002X,护理,1901-09
0003,辛八,810000188001010015,护理,1901-09
"""


class Roster(desk.Town):
    def bring(self, name, *more, code=0):
        return self.in_bank("learner", "import", name, *more, code=code)

    def open_one(self, name, number):
        return self.in_bank("learner", "open", "--person", "-", given=json.dumps(
            {"name": name, "id_type": "cn-id", "id_number": number}))["account"]

    def read(self, name):
        text = self.path(name).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def test_a_sign_up_sheet_with_all_its_traps(self):
        self.open_one("甲-", "360302188103040012")
        self.write("class.csv", SIGN_UP)
        done = self.bring("class.csv", "-o", "accounts.csv", "--errors", "errors.csv", code=3)
        self.assertEqual({key: done[key] for key in ("rows", "opened", "known", "conflicts",
                                                     "rejected", "converted")},
                         {"rows": 9, "opened": 3, "known": 0, "conflicts": 2, "rejected": 4,
                          "converted": 2})
        why = {one["row"]: (one["column"], one["reason"]) for one in done["errors"]}
        self.assertEqual(why, {3: ("姓名", "person_conflict"), 5: ("性别", "roster_sex"),
                               6: ("性别", "roster_sex"), 8: ("身份证号", "roster_twice"),
                               9: ("身份证号", "missing_cell"),
                               11: ("身份证号", "bad_check_digit")})
        self.assertEqual([one["姓名 name"] for one in self.read("accounts.csv")],
                         ["乙二", "戊五", "辛八"])
        self.assertNotIn("36031318851122002X", self.path("accounts.csv").read_text("utf-8"))
        self.assertEqual(len(self.read("errors.csv")), 6)
        again = self.bring("class.csv", code=3)
        self.assertEqual((again["opened"], again["known"]), (0, 3))

    def test_the_error_file_imports_again_once_it_is_mended(self):
        self.write("class.csv", SIGN_UP)
        self.bring("class.csv", "--errors", "errors.csv", code=3)
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        text = text.replace("360302188103040013", "360302188103040039")
        self.write("mended.csv", "\n".join([text.splitlines()[0], text.splitlines()[-1]]))
        done = self.bring("mended.csv")
        self.assertEqual((done["rows"], done["opened"]), (1, 1))

    def test_grades_with_student_numbers_alone_find_their_owners_through_the_roster(self):
        self.write("roster.csv", ROSTER)
        grades = ("学号,姓名,课程号,课程,学分\n0001,甲一,C1,护理学,3\n0002,乙二,C1,护理学,3\n"
                  "0003,乙二,C1,护理学,3\n0009,癸十,C1,护理学,3\n")
        self.write("grades.csv", grades)
        reads = ("--map", "student_number=学号,name=姓名,code=课程号,title=课程,credits=学分")
        before = self.in_bank("credit", "import", "grades.csv", *self.signs, *reads, code=3)
        self.assertEqual(before["rejected"], 4)
        self.cbank(*self.bank, "learner", "import", "roster.csv", "--institution", "NOBODY",
                   code=1)
        done = self.bring("roster.csv", "--institution", "PXU", "-o", "accounts.csv")
        self.assertEqual((done["opened"], done["linked"]), (3, 0))
        self.assertEqual([one["学号 student_number"] for one in self.read("accounts.csv")],
                         ['="0001"', '="0002"', '="0003"'])
        after = self.in_bank("credit", "import", "grades.csv", *self.signs, *reads, code=3,)
        why = {one["row"]: one["reason"] for one in after["errors"]}
        self.assertEqual(why, {4: "person_conflict", 5: "learner_unknown"})
        found = self.in_bank("learner", "find", "--institution", "PXU", "--student-number", "0002")
        self.assertEqual(found["account"], self.account("36031318851122002X"))

    def test_a_known_person_gets_the_student_number_of_another_school_too(self):
        account = self.open_one("甲一", "360302188103040012")
        self.write("roster.csv", "\n".join(ROSTER.splitlines()[:2]))
        self.assertEqual(self.bring("roster.csv", "--institution", "PXU")["linked"], 1)
        again = self.bring("roster.csv", "--institution", "PXU")
        self.assertEqual((again["known"], again["linked"]), (1, 0))
        found = self.in_bank("learner", "find", "--institution", "PXU", "--student-number", "0001")
        self.assertEqual(found["account"], account)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_a_student_number_that_is_somebody_elses_is_a_conflict(self):
        self.write("roster.csv", ROSTER)
        self.bring("roster.csv", "--institution", "PXU")
        self.write("other.csv", "学号,姓名,身份证号\n0001,丁四,440524188001010014\n")
        done = self.bring("other.csv", "--institution", "PXU", code=5)
        self.assertEqual((done["conflicts"], done["errors"][0]["reason"]), (1, "student_taken"))

    def test_a_column_that_a_spreadsheet_program_has_ruined_is_refused(self):
        self.write("ruined.csv", "姓名,身份证号\n甲一,360302188103040000\n丁四,440524188001009984\n"
                                 "乙二,36031318851122002X\n")
        error = self.cbank("--json", *self.bank, "learner", "import", "ruined.csv", code=3).error
        self.assertEqual(error["reason"], "column_ruined")
        self.assertIn("身份证号", error["message"])
        self.assertEqual(self.in_bank("bank", "info")["accounts"], 0)

    def test_a_dry_run_counts_the_same_and_writes_nothing(self):
        self.write("class.csv", SIGN_UP)
        names = self.names()
        seen = self.bring("class.csv", "--dry-run", "-o", "a.csv", "--errors", "e.csv", code=3)
        self.assertEqual((self.names(), self.in_bank("bank", "info")["accounts"]), (names, 0))
        done = self.bring("class.csv", code=3)
        self.assertEqual(seen, done)


desk.main()
