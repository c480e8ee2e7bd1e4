"""Whole days of an office, from its files in the morning to what it can show in the evening.

Each day is one script, so that what an earlier step leaves behind is what a later one meets. Steps
that need printing or statistics are left out.
"""
import csv
import datetime
import io

import desk

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
WHY = ("--reason", "corrected")


def number_of(person, sex):
    """An identity number of a man or a woman who was born before 1901."""
    day = datetime.date(1881, 1, 1) + datetime.timedelta(days=person)
    digits = f"360302{day:%Y%m%d}{2 * (person % 400) + (1 if sex == '男' else 2):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS))
    return digits + "10X98765432"[total % 11]


def table(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


class Day(desk.Town):
    def read(self, name):
        text = self.path(name).read_text(encoding="utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def sound(self):
        self.assertEqual(self.in_bank("bank", "check")["findings"], [])

    def status_of(self, account):
        return self.in_bank("learner", "show", account)["status"]

    def verdict(self, account, *more, code=0):
        trust = self.trust()
        self.in_bank("transcript", "issue", account, "-o", "transcript", *desk.BASIS)
        return self.ask("transcript", "verify", "transcript", *trust, *more, code=code)


class Calligraphy(Day):
    """Day (a): three hundred elderly learners, and a street's centre that has no key."""

    def people(self):
        for person in range(300):
            sex = "男" if person % 3 == 0 else "女"
            yield [f"甲{chr(0x4e00 + person)}", sex, number_of(person, sex), f"10{person:03d}"]

    def test_the_day(self):
        # The street's centre is registered; the district college signs for it.
        self.in_bank("institution", "register", "STREET", "--name", "八一街道学习中心", "--parent",
                     "PXU")
        self.in_bank("institution", "delegate", "STREET", "--to", "PXU", "--type", "community")

        # The sign-up sheet: nine came without their card, and a couple stands the wrong way round.
        people = list(self.people())
        sheet = [row[:] for row in people]
        for row in sheet[10:19]:
            row[2] = ""
        sheet[0][2], sheet[1][2] = sheet[1][2], sheet[0][2]
        self.write("class.csv", table([["老年书法班报名表", "", "", ""],
                                       ["姓名", "性别", "身份证号", "子女电话"], *sheet]))
        done = self.in_bank("learner", "import", "class.csv", "-o", "accounts.csv", "--errors",
                            "errors.csv", code=3)
        self.assertEqual((done["rows"], done["opened"], done["rejected"]), (300, 289, 11))
        self.assertEqual(sorted({error["reason"] for error in done["errors"]}),
                         ["missing_cell", "roster_sex"])

        # In the afternoon they bring their cards; the error file is mended and comes in again.
        right = {row[0]: row[2] for row in people}
        head, *rows = self.read("errors.csv")
        for row in rows:
            row[head.index("身份证号")] = right[row[head.index("姓名")]]
        self.write("mended.csv", table([head, *rows]))
        self.assertEqual(self.in_bank("learner", "import", "mended.csv")["opened"], 11)
        self.assertEqual(self.in_bank("learner", "import", "class.csv", code=3)["known"], 289)
        self.assertEqual(self.in_bank("bank", "info")["accounts"], 300)

        # Hours by attendance; eighteen were there too seldom, which is no award and stops nothing.
        hours = [[f"SF-{at:03d}", row[0], row[2], "书法", 32 - 2 * (at % 3), "SF1-01",
                  "未结业" if at >= 282 else "结业", "1902-06-20"] for at, row in enumerate(people)]
        self.write("hours.csv", table([["编号", "姓名", "身份证号", "课程", "学时", "班级", "结果",
                                        "日期"], *hours]))
        taken = self.in_bank("credit", "import", "hours.csv", *self.signs, "--awarded-by", "STREET",
                             "--map", "reference=编号,name=姓名,id_number=身份证号,title=课程,"
                             "hours=学时,offering=班级,outcome=结果,awarded=日期", "--passed", "结业",
                             "--failed", "未结业", "--set", "type=community", "--operator", "op3")
        self.assertEqual((taken["deposited"], taken["skipped"], taken["rejected"]), (282, 18, 0))
        self.assertEqual(taken["totals"], [{"unit": "hour", "amount": str(282 * 30)}])

        # Two attendances were counted wrong: one file, one signed batch.
        ids = {row["reference"]: row["id"] for row in self.credits()}
        self.write("put-right.csv", table([["id", "学时"], [ids["SF-001"], 28],
                                           [ids["SF-002"], 30]]))
        amended = self.in_bank("credit", "amend", *self.signs, *WHY, "--from", "put-right.csv")
        self.assertEqual(amended["changed"], 2)

        # One of them dies. What she has earned stays, and nothing new comes to her account.
        gone = self.account(people[4][2])
        self.in_bank("learner", "deceased", gone, "--reason", "death-certificate", "--operator",
                     "op3")
        self.assertEqual(self.status_of(gone), "deceased")
        late = [["SF-999", people[4][0], people[4][2], "国画", 20, "GH1", "结业", "1902-07-01"]]
        self.write("late.csv", table([["编号", "姓名", "身份证号", "课程", "学时", "班级", "结果",
                                       "日期"], *late]))
        refused = self.in_bank("credit", "import", "late.csv", *self.signs, "--awarded-by",
                               "STREET", "--map", "reference=编号,name=姓名,id_number=身份证号,"
                               "title=课程,hours=学时,offering=班级,outcome=结果,awarded=日期",
                               "--passed", "结业", "--set", "type=community", code=3)
        self.assertEqual(refused["errors"][0]["reason"], "account_deceased")

        # In the evening another can show what she has learnt, and the bank is whole.
        report = self.verdict(self.account(people[7][2]))
        self.assertEqual((report["verdict"], report["totals"]),
                         ("VALID", [{"unit": "hour", "amount": "30"}]))
        self.sound()


class Grades(Day):
    """Day (b): a term of grades, its errors, and a wrong course two weeks later."""

    HEAD = ["学号", "姓名", "课程代码", "课程名称", "学分", "成绩", "考试性质", "学年", "学期", "教学班"]
    STUDENTS = 120
    WRONG_CLASS = 41

    def grades(self):
        rows = []
        for at in range(self.STUDENTS):
            who = [f"19{at:04d}", f"甲{chr(0x4e00 + at)}"]
            group = "JD1204-01" if at < self.WRONG_CLASS else "JD1204-02"
            rows.append([*who, "JD1204", "机电基础", 4 if at < self.WRONG_CLASS else 2,
                         60 + at % 40, "正常考试", "1901-1902", 1, group])
            rows.append([*who, "A101", "高等数学", 4, 40 + at % 60, "正常考试", "1901-1902", 1,
                         "A101-01"])
        for at, value in enumerate(("缓考", "缺考", "免修", "八十", "优+", "78分")):
            rows[2 * at + 1][5] = value
        return rows

    def bring(self, name, *more, code=0):
        return self.in_bank("credit", "import", name, *self.signs, "--format", "zhengfang",
                            "--errors", "errors.csv", "--operator", "op7", *more, code=code)

    def test_the_day_the_next_and_two_weeks_later(self):
        # The roster first, so that grades find their owners.
        self.write("roster.csv", table([["学号", "姓名", "身份证件号"],
                                        *([f"19{at:04d}", f"甲{chr(0x4e00 + at)}",
                                           number_of(at, "男")] for at in range(self.STUDENTS))]))
        opened = self.in_bank("learner", "import", "roster.csv", "--institution", "PXU")
        self.assertEqual(opened["opened"], self.STUDENTS)

        # Three real errors stop the file; what was failed, deferred or absent does not.
        rows = self.grades()
        self.write("term.csv", table([self.HEAD, *rows]))
        stopped = self.bring("term.csv", code=3)
        self.assertEqual((stopped["deposited"], stopped["rejected"]), (0, 3))
        self.assertEqual({error["column"] for error in stopped["errors"]}, {"成绩"})
        taken = self.bring("term.csv", "--keep-going", code=3)
        self.assertEqual((taken["deposited"] + taken["skipped"], taken["rejected"]), (237, 3))

        # The three are mended in the error file.
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        self.write("mended.csv", text.replace("八十", "80").replace("优+", "优秀")
                   .replace("78分", "78"))
        self.assertEqual(self.bring("mended.csv")["deposited"], 3)
        self.assertEqual([(row["file"], row["operator"]) for row in
                          self.list_in_bank("batch", "list")],
                         [("term.csv", "op7"), ("mended.csv", "op7")])

        # The next day five scores are corrected and exported again.
        for row in rows[100:110:2]:
            row[5] += 1
        for at, value in ((7, "80"), (9, "优秀"), (11, "78")):
            rows[at][5] = value
        self.write("term.csv", table([self.HEAD, *rows]))
        self.assertEqual((self.bring("term.csv")["changed"]), 5)
        amended = self.bring("term.csv", "--amend")
        self.assertEqual((amended["changed"], amended["deposited"]), (5, 0))

        # A transcript of the first class goes out to an employer.
        first = self.account(number_of(20, "男"))
        self.in_bank("transcript", "issue", first, "-o", "given", *desk.BASIS)

        # Two weeks later: one class was imported with 4 credits for 2. It is one command.
        which = ("--where", "offering=JD1204-01")
        seen = self.in_bank("credit", "amend", *self.signs, *WHY, *which, "--credits", "2",
                            "--preview")
        self.assertEqual(seen["changed"], self.WRONG_CLASS)
        done = self.in_bank("credit", "amend", *self.signs, *WHY, *which, "--credits", "2")
        self.assertEqual(done["changed"], self.WRONG_CLASS)

        # Who holds the older transcript learns of it from the bank's status file.
        self.in_bank("bank", "status", "-o", "status")
        report = self.ask("transcript", "verify", "given", *self.trust(), "--status", "status",
                          code=1)
        self.assertEqual(report["verdict"], "STALE")

        # Did everything arrive? The file says 2 now, and the bank has nothing else.
        for row in rows[:2 * self.WRONG_CLASS:2]:
            row[4] = 2
        self.write("term.csv", table([self.HEAD, *rows]))
        compared = self.in_bank("credit", "reconcile", "term.csv", "--institution", "PXU",
                                "--format", "zhengfang")
        self.assertEqual([compared[key] for key in ("missing", "different", "extra")], [0, 0, 0])
        self.sound()


class Closing(Day):
    """Day (i): a college closes, and its graduates are not left alone."""

    def test_the_day(self):
        for code, name in (("OLD", "旧学院"), ("NEW", "新学院")):
            self.cbank("key", "new", f"{code}.key")
            self.cbank("institution", "request", "--code", code, "--name", name, "--origin",
                       desk.ORIGIN, "--key", f"{code}.key", "-o", "request")
            self.in_bank("institution", "admit", "request")
        old = ("--institution", "OLD", "--key", "OLD.key")
        new = ("--institution", "NEW", "--key", "NEW.key")
        self.write("last.csv", "\n".join([desk.HEADER, *desk.ROWS]) + "\n")
        self.in_bank("credit", "import", "last.csv", *old, *self.reads, "--open-accounts")
        graduate = self.account()
        self.in_bank("transcript", "issue", graduate, "-o", "given", *desk.BASIS)

        # The decision: merged into the new college, which may correct what the old one awarded.
        told = self.in_bank("institution", "merge", "OLD", "NEW", "--on", "1902-08-31",
                            "--document", "教发〔1902〕8号")
        self.assertEqual((told["status"], told["successions"][0]["institution"]),
                         ("merged", "NEW"))

        # The old key signs nothing any more; an error of old is put right by the successor.
        self.write("late.csv", f"{desk.HEADER}\n9,甲一,360302188103040012,C9,绘画,1,通过,1903-01-01\n")
        self.cbank(*self.bank, "credit", "import", "late.csv", *old, *self.reads, code=5)
        wrong = [row["id"] for row in self.credits() if row["code"] == "C2"]
        self.in_bank("credit", "amend", *wrong, *new, *WHY, "--credits", "3")

        # What was given out before still verifies, and the new one tells of both colleges.
        given = self.ask("transcript", "verify", "given", *self.trust())
        self.assertEqual((given["verdict"], given["credits"]), ("VALID", "7.5"))
        report = self.verdict(graduate)
        self.assertEqual((report["verdict"], report["credits"]), ("VALID", "7"))
        self.assertEqual({item["institution_name"] for item in report["items"]
                          if item.get("reference")}, {"旧学院"})
        self.sound()


class Leaving(Day):
    """Day (j): whoever kept the college's key leaves."""

    def test_the_day(self):
        self.import_grades("grades.csv", "--operator", "op7")
        graduate = self.account()
        self.in_bank("transcript", "issue", graduate, "-o", "given", *desk.BASIS)

        # A batch that was signed in the morning lies on a desk, undeposited.
        self.write("more.csv", f"{desk.HEADER}\n7,甲一,360302188103040012,C7,书法,2,通过,1902-01-01\n")
        self.ask("credit", "sign", "more.csv", *self.signs, *self.reads, "--origin", desk.ORIGIN,
                 "-o", "left-behind")

        # The college's own old key signs for the new one.
        self.cbank("key", "new", "next.key")
        self.cbank("institution", "rotate-request", "--code", "PXU", "--origin", desk.ORIGIN,
                   "--key", "pxu.key", "--new-key", "next.key", "-o", "rotation")
        self.in_bank("institution", "rotate-key", "rotation")

        # What the old key signs from now on is refused, also what it signed in the morning.
        self.cbank(*self.bank, "credit", "deposit", "left-behind", code=4)
        self.cbank(*self.bank, "credit", "import", "more.csv", *self.signs, *self.reads, code=4)
        self.signs = ("--institution", "PXU", "--key", "next.key")
        self.assertEqual(self.in_bank("credit", "import", "more.csv", *self.signs,
                                      *self.reads)["deposited"], 1)

        # What it signed before stands; who brought which file can be asked.
        self.assertEqual(self.ask("transcript", "verify", "given", *self.trust())["verdict"],
                         "VALID")
        self.assertEqual(self.verdict(graduate)["credits"], "9.5")
        self.assertEqual([row["operator"] for row in self.list_in_bank("batch", "list")],
                         ["op7", None])
        self.sound()


if __name__ == "__main__":
    desk.main()
