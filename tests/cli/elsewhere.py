"""Days with what was earned elsewhere and what goes elsewhere: (c), (d), (e), (f) and (k).

As days.py plays the others. What needs conversion, printing or statistics is left out: of (c) and
(d) the plan and the recognition, of (e) the enrolment that moves on, of (f) the paper.
"""
import csv
import io

import desk
from days import WHY, Day, number_of, table

READS = ("--map", "name=姓名,id_number=身份证号,certificate_number=证书编号,title=名称,credits=学分,"
         "hours=学时,grade=等级,awarded=获得时间,assurance=核验,type=类型")
HEAD = ["姓名", "身份证号", "证书编号", "名称", "学分", "学时", "等级", "获得时间", "核验", "类型"]
A = "360302188103040012"


class Elsewhere(Day):
    def outside(self, code, name):
        """An issuer that is no member and never will be; the college answers for what it saw."""
        self.in_bank("institution", "register", code, "--name", name)
        self.in_bank("institution", "delegate", code, "--to", "PXU", "--document", "教〔1901〕7号")

    def attest(self, issuer, rows, *more, **how):
        self.write("seen.csv", table([HEAD, *rows]))
        return self.in_bank("credit", "import", "seen.csv", *self.signs, *READS, "--awarded-by",
                            issuer, "--open-accounts", *more, **how)

    def items(self, report):
        return [item for item in report["items"] if item.get("reference")]


class Certificates(Elsewhere):
    """Day (c): a 1+X certificate and two MOOC certificates that are in no bank."""

    def test_the_day(self):
        self.outside("EVAL-1", "某培训评价组织")
        self.outside("MOOC-1", "某慕课平台")
        x = ["甲一", A, "X-0001", "智能财税（中级）", "", "64", "中级", "1901-05-20", "已查登记",
             "certificate"]
        self.assertEqual(self.attest("EVAL-1", [x])["deposited"], 1)
        done = self.attest("MOOC-1", [
            ["甲一", A, "M-1", "数据结构", "2", "32", "合格", "1901-03", "颁发机构确认", "course"],
            ["甲一", A, "M-2", "摄影", "1", "16", "合格", "1901-04", "仅有复印件", "course"],
            ["甲一", A, "M-3", "茶艺", "1", "16", "合格", "1901-04", "听说的", "course"]],
            "--keep-going", code=3)
        self.assertEqual((done["deposited"], done["errors"][0]["column"],
                          done["errors"][0]["value"], done["errors"][0]["reason"]),
                         (2, "核验", "听说的", "bad_assurance"))

        # A certificate without credits holds none, and nobody made it zero.
        held = {row["title"]: row for row in self.credits()}
        self.assertEqual([one["unit"] for one in held["智能财税（中级）"]["totals"]], ["hour"])

        # Whoever is shown them sees who awarded, who answers for it, and how that one knows.
        report = self.verdict(self.account())
        self.assertEqual(report["verdict"], "VALID")
        self.assertEqual({item["title"]: (item["institution_name"], item["signed_by"],
                                          item["assurance"], item["proven"])
                          for item in self.items(report)},
                         {"智能财税（中级）": ("某培训评价组织", "PXU", "authority_checked", "vouched"),
                          "数据结构": ("某慕课平台", "PXU", "issuer_vouched", "vouched"),
                          "摄影": ("某慕课平台", "PXU", "stated", "vouched")})

        # The register was looked at after all: the word is put right, by the college alone.
        photo = held["摄影"]["id"]
        self.in_bank("credit", "amend", photo, *self.signs, *WHY, "--assurance",
                     "authority_checked")
        self.assertEqual([row["assurance"] for row in self.credits()
                          if row["title"] == "摄影" and row["status"] == "held"],
                         ["authority_checked"])
        self.sound()


class Teachers(Elsewhere):
    """Day (d): hours of training from three kinds of sheet, and a teacher who moved in."""

    SHEETS = (("省研修平台", "集中", "48"), ("县级", "网络", "20"), ("校本", "校本", "36.5"))

    def test_the_day(self):
        reads = ("--map", "reference=编号,name=姓名,id_number=证件号码,title=项目,hours=学时,mode=形式,"
                 "category=级别,role=角色,awarded=时间", "--set", "type=training")
        for number, (level, mode, hours) in enumerate(self.SHEETS):
            self.write("hours.csv", table([
                ["编号", "姓名", "证件号码", "项目", "学时", "形式", "级别", "角色", "时间"],
                *([f"{number}-{person}", f"教师{person}", number_of(person, "女"), "师德研修", hours,
                   mode, level, "主讲" if person == 0 else "学员", "1901-07"]
                  for person in range(40))]))
            done = self.in_bank("credit", "import", "hours.csv", *self.signs, *reads,
                                "--open-accounts")
            self.assertEqual((done["deposited"], done["totals"][0]["unit"]), (40, "hour"))
        account = self.account(number_of(7, "女"))
        self.assertEqual(self.in_bank("learner", "show", account)["totals"],
                         [{"unit": "hour", "amount": "104.5"}])

        # She brings a PDF from another province; the county's centre saw the original.
        self.outside("OTHER-PROVINCE", "外省教师发展中心")
        row = ["教师7", number_of(7, "女"), "", "班主任研修", "", "72", "合格", "1900", "已核原件",
               "training"]
        self.assertEqual(self.attest("OTHER-PROVINCE", [row])["deposited"], 1)
        self.assertEqual(self.in_bank("learner", "show", account)["totals"][0]["amount"], "176.5")
        self.sound()


class ThreePlusTwo(Elsewhere):
    """Day (e): from a vocational school to a college, with one account and two student numbers."""

    def test_the_day(self):
        for code, name in (("ZZ", "示范中职"), ("GZ", "示范高职")):
            self.cbank("key", "new", f"{code}.key")
            self.cbank("institution", "request", "--code", code, "--name", name, "--origin",
                       desk.ORIGIN, "--key", f"{code}.key", "-o", "request")
            self.in_bank("institution", "admit", "request")
            self.write("roster.csv", f"学号,姓名,身份证号,入学年月\n{code}01,甲一,{A},"
                                     f"{'1901-09' if code == 'ZZ' else '1904-09'}\n")
            self.in_bank("learner", "import", "roster.csv", "--institution", code)
        account = self.account()
        for code in ("ZZ", "GZ"):
            found = self.in_bank("learner", "find", "--institution", code, "--student-number",
                                 f"{code}01")
            self.assertEqual(found["account"], account)

        # Courses of both stages, each by the number that its school knows.
        reads = ("--map", "student_number=学号,code=课程号,title=课程,credits=学分,score=成绩,"
                 "awarded=日期", "--set", "score_max=100")
        for code, day in (("ZZ", "1903-06-30"), ("GZ", "1905-06-30")):
            self.write("grades.csv", table([["学号", "课程号", "课程", "学分", "成绩", "日期"],
                                            [f"{code}01", "N1", "护理学基础", "6", "85", day]]))
            done = self.in_bank("credit", "import", "grades.csv", "--institution", code, "--key",
                                f"{code}.key", *reads)
            self.assertEqual(done["deposited"], 1)

        # The school's certificate rests on its course; when that falls, the certificate is asked.
        course = next(row["id"] for row in self.credits() if row["institution"] == "ZZ")
        zz = ("--institution", "ZZ", "--key", "ZZ.key")
        issued = self.in_bank("credit", "issue", *zz, "--learner", account, "--reference", "毕-1",
                              "--title", "中职毕业证", "--type", "qualification", "--based-on",
                              course, "--awarded", "1904-07-01")["id"]
        why = ("credit", "revoke", course, *zz, "--reason", "error")
        seen = self.in_bank(*why, "--preview")
        self.assertEqual([(at["id"], at["status"]) for at in seen["reached"]],
                         [(issued, "questioned")])
        self.in_bank(*why)
        self.assertEqual(self.in_bank("credit", "show", issued)["status"], "suspended")
        self.assertEqual(self.verdict(account)["credits"], "6")
        self.sound()


class Employer(Elsewhere):
    """Day (f): an employer gets a transcript, and finds out what has become of it since."""

    def test_the_day(self):
        self.import_grades()
        account = self.account()
        consent = self.in_bank("consent", "give", account, "--for", "EMPLOYER-1", "--show", "name",
                               "--until", "2098-12-31")
        given = self.in_bank("transcript", "issue", account, "-o", "transcript", "--for",
                             "EMPLOYER-1", "--show", "name", "--consent", consent["id"])
        code = given["code"]
        self.assertEqual(len(code.replace("-", "")), 12)

        # Offline, and only by whom it is for.
        trust = self.trust()
        read = ("transcript", "verify", "transcript", *trust)
        report = self.ask(*read, "--for", "EMPLOYER-1")
        self.assertEqual((report["verdict"], report["holder"]["name"]), ("VALID", "甲一"))
        self.assertEqual(self.ask(*read, "--for", "EMPLOYER-2", code=1)["verdict"],
                         "WRONG_RECIPIENT")
        altered = self.path("transcript").read_bytes().replace("甲一".encode(), "甲二".encode())
        self.path("altered").write_bytes(altered)
        self.assertIn(self.ask("transcript", "verify", "altered", *trust, "--for", "EMPLOYER-1",
                               code=1)["verdict"], ("BAD_SIGNATURE", "MALFORMED"))

        # It is listed, lasts longer, and is taken back; the status file tells the employer.
        listed = self.list_in_bank("transcript", "list", account)
        self.assertEqual([(row["code"], row["recipient"]) for row in listed],
                         [(code, "EMPLOYER-1")])
        self.in_bank("transcript", "extend", code, "--expires", "120d")
        self.in_bank("bank", "status", "-o", "status")
        self.assertEqual(self.ask(*read, "--for", "EMPLOYER-1", "--status", "status")["verdict"],
                         "VALID")
        self.in_bank("transcript", "withdraw", code, "--reason", "learner-asked")
        self.in_bank("bank", "status", "-o", "status")
        self.assertNotEqual(self.ask(*read, "--for", "EMPLOYER-1", "--status", "status",
                                     code=1)["verdict"], "VALID")
        self.sound()


class OtherVendor(Elsewhere):
    """Day (k): a partner with another vendor's system, which knows nothing of signatures."""

    GRADES = [["学号", "姓名", "身份证号", "课程代码", "课程名称", "学分", "成绩", "考试性质", "学年", "学期",
               "考试日期"],
              ["190001", "甲一", A, "C1", "高等数学", "4", "88", "正常考试", "1900-1901", "1",
               "1901-01-15"],
              ["190001", "甲一", A, "C2", "书法", "2", "优秀", "正常考试", "1900-1901", "2",
               "1901-06-20"],
              ["190002", "乙二", "36031318851122002X", "C1", "高等数学", "4", "59", "正常考试",
               "1900-1901", "1", "1901-01-15"],
              ["190002", "乙二", "36031318851122002X", "C1", "高等数学", "4", "61", "补考",
               "1900-1901", "1", "1901-03-01"]]

    def rows_of(self, name, encoding="utf-8-sig"):
        text = self.path(name).read_bytes().decode(encoding)
        return list(csv.reader(io.StringIO(text)))

    def export(self, name, *more):
        return self.in_bank("credit", "export", "--institution", "PXU", "-o", name, *more)

    def test_the_day(self):
        self.write("term.csv", table(self.GRADES))
        self.write("roster.csv", f"学号,姓名,身份证号\n190001,甲一,{A}\n"
                                 "190002,乙二,36031318851122002X\n")
        self.in_bank("learner", "import", "roster.csv", "--institution", "PXU")
        done = self.in_bank("credit", "import", "term.csv", *self.signs, "--format", "zhengfang")
        self.assertEqual((done["deposited"], done["skipped"]), (3, 1))
        issued = ("credit", "issue", *self.signs, "--learner", self.account())
        self.in_bank(*issued, "--reference", "Z-1", "--title", "电工证", "--type", "certificate",
                     "--grade", "passed")

        # Out: in their columns. What their sheet cannot say is counted and named, not bent.
        told = self.export("zhengfang.csv", "--format", "zhengfang")
        self.assertEqual((told["rows"], told["unfit"], told["unfit_field"], told["withheld"]),
                         (3, 1, "type", 0))
        head, *rows = self.rows_of("zhengfang.csv")
        self.assertEqual(head[:3], ["学号", "姓名", "身份证号"])
        first = dict(zip(head, rows[0]))
        self.assertEqual([first[key] for key in ("学号", "身份证号", "课程名称", "成绩", "学年", "考试日期")],
                         ["190001", f'="{A}"', "高等数学", "88", '="1900-1901"', '="1901-01-15"'])

        # What was written reads back as what is held: every row is unchanged.
        again = self.in_bank("credit", "import", "zhengfang.csv", *self.signs, "--format",
                             "zhengfang")
        self.assertEqual((again["rows"], again["unchanged"]), (3, 3), again)

        # Shanghai's sheet, in the encoding of an old program, of one term only.
        self.export("shanghai.csv", "--format", "shanghai", "--encoding", "gb18030", "--where",
                    "school_year=1900-1901,term=2")
        head, *rows = self.rows_of("shanghai.csv", "gb18030")
        self.assertEqual(head, ["姓名", "身份证号", "专业名称", "课程名称", "教育层次代码", "教育类别代码",
                                "学分", "学时", "成绩", "获得时间", "学号"])
        self.assertEqual([row[3] for row in rows], ["书法"])

        # Columns of their own, by a profile; a name that a program would run is only text.
        self.in_bank(*issued, "--reference", "E-1", "--title", "=cmd|x", "--credits", "1",
                     "--code", "E1", "--grade", "80", "--scale", "100", "--awarded", "1901-07-01")
        self.write("theirs.yaml", "profile: theirs\ncolumns:\n  id_number: [SFZ]\n  title: [MC]\n"
                                  "  result: [CJ]\n  awarded: [RQ]\n  type: [LX]\n"
                                  "values:\n  LX: {K: course, Z: certificate}\n"
                                  "scales:\n  percent: {max: 100, pass: 60}\n"
                                  "  words: {passed: [优秀, 合格], failed: [不合格]}\ndates: month\n")
        self.assertEqual(self.export("theirs.csv", "--profile", "theirs.yaml")["rows"], 5)
        rows = self.rows_of("theirs.csv")
        self.assertEqual(rows[0], ["SFZ", "MC", "CJ", "RQ", "LX"])
        self.assertIn([f'="{A}"', "电工证", "合格", "", "Z"], rows)
        self.assertIn([f'="{A}"', '="=cmd|x"', "80", "190107", "K"], rows)

        # What may be used for nothing is in no file.
        self.in_bank("learner", "restrict", self.account(), "--reason", "learner-asked")
        told = self.export("zhengfang.csv", "--format", "zhengfang")
        self.assertEqual((told["rows"], told["withheld"]), (1, 4))

        # In: their workbook of results becomes records that the college has seen.
        self.outside("VENDOR-B", "别家学分银行")
        self.assertEqual(self.attest("VENDOR-B", [
            ["乙二", "36031318851122002X", "B-77", "社区急救", "1", "8", "合格", "1901-02", "已核原件",
             "community"]])["deposited"], 1)
        item = self.items(self.verdict(self.account("36031318851122002X")))[-1]
        self.assertEqual((item["institution_name"], item["signed_by"], item["assurance"]),
                         ("别家学分银行", "PXU", "document_seen"))
        self.sound()


desk.main()
