"""The registrar's desk: what an academic office exports goes in as it comes out.

Made-up people, all born before 1901; the columns are those that the systems export.
"""
import html
import zipfile

import desk

A, B = "360302188103040012", "36031318851122002X"
ROSTER = f"学号,姓名,身份证件号\n190001,甲一,{A}\n190002,乙二,{B}\n"
# Zhengfang with its own column names under a title; terms are 3, 12 and 16.
HEAD = ["学号", "姓名", "课程代码", "课程名称", "学分", "成绩", "考试性质", "学年", "学期", "成绩备注"]
ROWS = [
    ["190001", "甲一", "A101", "高等数学", "4.0", "87", "正常考试", "1901-1902", "1", ""],
    ["190001", "甲一", "A102", "大学英语", "3.5", "55", "正常考试", "1901-1902", "1", ""],
    ["190001", "甲一", "A102", "大学英语", "3.5", "61", "补考", "1901-1902", "1", ""],
    ["190001", "甲一", "A102", "大学英语", "3.5", "78", "重修", "1901-1902", "2", ""],
    ["190001", "甲一", "A103", "体育", "1", "优秀", "正常考试", "1901-1902", "1", ""],
    ["190002", "乙二", "A101", "高等数学", "4.0", "缺考", "正常考试", "1901-1902", "1", ""],
    ["190002", "乙二", "A102", "大学英语", "3.5", "", "缓考", "1901-1902", "1", ""],
    ["190002", "乙二", "A103", "体育", "1", "85", "免修", "1901-1902", "1", ""],
    ["190002", "乙二", "A104", "电工实训", "2", "合格", "正常考试", "1901-1902", "1", "学分认定"],
    ["190002", "乙二", "A105", "书法", "2", "六十一", "正常考试", "1901-1902", "1", ""],
]
WHY = {"not_passed": 1, "result_absent": 1, "result_deferred": 1, "result_exempt": 1,
       "result_recognised": 1, "not_counted": 1}
# Workbooks are known by the local names of their XML; namespaces stand for the real ones.
TYPES = '<Types xmlns="urn:types"><Default Extension="xml" ContentType="application/xml"/></Types>'
MAIN = "urn:main"
LINKS = "urn:links"


def csv_text(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def html_text(rows, charset):
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>\n"
                    for row in rows)
    return (f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
            f"</head><body><table>{cells}</table></body></html>")


def cell_xml(cell, shared):
    if cell.replace(".", "", 1).isdigit() and len(cell) < 10:
        return f"<c><v>{cell}</v></c>"
    if cell == "":
        return "<c/>"
    shared.setdefault(cell, len(shared))
    return f'<c t="s"><v>{shared[cell]}</v></c>'


def write_xlsx(path, sheets):
    """A workbook of [(name, rows)], with shared strings and numbers as numbers."""
    shared = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", TYPES)
        book.writestr("_rels/.rels", '<Relationships xmlns="urn:package"><Relationship Id="rId1" '
                      f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        names = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>'
                        for at, (name, _) in enumerate(sheets, 1))
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
                      f"{names}</sheets></workbook>")
        links = "".join(f'<Relationship Id="rId{at}" Type="{LINKS}/worksheet" '
                        f'Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1))
        links += (f'<Relationship Id="rId99" Type="{LINKS}/sharedStrings" '
                  'Target="sharedStrings.xml"/>')
        book.writestr("xl/_rels/workbook.xml.rels",
                      f'<Relationships xmlns="urn:package">{links}</Relationships>')
        for at, (_, rows) in enumerate(sheets, 1):
            body = "".join("<row>" + "".join(cell_xml(cell, shared) for cell in row) + "</row>"
                           for row in rows)
            book.writestr(f"xl/worksheets/sheet{at}.xml",
                          f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>')
        strings = "".join(f"<si><t>{html.escape(one)}</t></si>" for one in shared)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')


class Office(desk.Town):
    def setUp(self):
        super().setUp()
        self.write("roster.csv", ROSTER)
        self.in_bank("learner", "import", "roster.csv", "--institution", "PXU")

    def bring(self, name, *more, code=0, format="zhengfang"):
        return self.in_bank("credit", "import", name, *self.signs, "--format", format,
                            "--keep-going", *more, code=code)

    def reasons(self, done):
        return {one["reason"]: one["rows"] for one in done["skips"]}

    def look(self, done):
        self.assertEqual([done[key] for key in ("rows", "deposited", "skipped", "rejected")],
                         [10, 3, 6, 1], done)
        self.assertEqual([(one["row"], one["column"], one["reason"]) for one in done["errors"]],
                         [(11, "成绩", "unknown_result")])

    def test_a_term_of_grades_with_every_kind_of_row(self):
        self.write("grades.csv", csv_text([HEAD, *ROWS]))
        self.look(self.bring("grades.csv", "--errors", "errors.csv", code=3))
        self.assertEqual([(one["code"], one["grade"]) for one in self.credits()],
                         [("A101", "87/100"), ("A102", "78/100"), ("A103", "优秀")])
        again = self.bring("grades.csv", code=3)
        self.assertEqual((again["deposited"], again["unchanged"]), (0, 3))
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        self.write("mended.csv", text.replace("六十一", "61"))
        self.assertEqual(self.bring("mended.csv")["deposited"], 1)

    def test_the_same_file_in_every_guise_deposits_once(self):
        rows = [["萍乡示例学院学生成绩总表"], HEAD, *ROWS, ["制表人:某"]]
        self.path("utf8.csv").write_text(csv_text([HEAD, *ROWS]), encoding="utf-8-sig")
        self.path("gb.csv").write_text(csv_text([HEAD, *ROWS]), encoding="gb18030")
        self.path("lies.xls").write_text(html_text(rows, "utf-8"), encoding="gb18030")
        self.path("page.xls").write_text(html_text(rows, "gb2312"), encoding="utf-8")
        write_xlsx(self.path("book.xlsx"), [("空", []), ("成绩", rows)])
        write_xlsx(self.path("misnamed.csv"), [("成绩", rows)])
        first = self.bring("utf8.csv", code=3)
        self.look(first)
        for name in ("gb.csv", "lies.xls", "page.xls", "book.xlsx", "misnamed.csv"):
            done = self.bring(name, code=3)
            self.assertEqual((done["deposited"], done["unchanged"], done["rejected"]), (0, 3, 1),
                             name)
            foot = {} if name == "gb.csv" else {"row_footer": 1}
            self.assertEqual(self.reasons(done), {**WHY, **foot}, name)

    def test_a_sheet_is_chosen_by_name(self):
        write_xlsx(self.path("book.xlsx"), [("说明", [["x", "y"]]), ("成绩", [HEAD, ROWS[0]])])
        self.assertEqual(self.bring("book.xlsx", "--sheet", "成绩")["deposited"], 1)
        error = self.cbank("--json", *self.bank, "credit", "import", "book.xlsx", *self.signs,
                           "--format", "zhengfang", "--sheet", "没有", code=3).error
        self.assertIn("成绩", error["message"])

    def test_a_binary_workbook_is_refused_with_what_to_do(self):
        self.path("old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
        error = self.cbank("--json", *self.bank, "credit", "import", "old.xls", *self.signs,
                           "--format", "zhengfang", code=3).error
        self.assertEqual(error["reason"], "workbook_old")
        self.assertIn("xlsx", error["remedy"])

    def test_a_mark_that_was_corrected_is_an_amendment(self):
        self.write("grades.csv", csv_text([HEAD, ROWS[0]]))
        self.bring("grades.csv")
        self.write("grades.csv", csv_text([HEAD, [*ROWS[0][:5], "78", *ROWS[0][6:]]]))
        self.assertEqual(self.bring("grades.csv")["changed"], 1)
        self.assertEqual([one["grade"] for one in self.credits()], ["87/100"])
        self.bring("grades.csv", "--amend")
        self.assertEqual([(one["grade"], one["status"]) for one in self.credits()],
                         [("87/100", "superseded"), ("78/100", "held")])

    def test_a_retake_counts_once_also_when_it_comes_in_a_later_file(self):
        def bring(*rows, amend=()):
            self.write("grades.csv", csv_text([HEAD, *rows]))
            return self.bring("grades.csv", *amend)

        def held():
            return [one["grade"] for one in self.credits() if one["status"] == "held"]

        makeup, retake = ROWS[2], ROWS[3]
        self.assertEqual(bring(ROWS[0], makeup)["deposited"], 2)
        # The better one counts by this school's policy, and takes the place only when asked to.
        left = bring(retake)
        self.assertEqual((left["deposited"], left["changed"], left["errors"][0]["reason"]),
                         (0, 1, "attempt_replaces"))
        self.assertEqual(held(), ["87/100", "61/100"])
        self.assertEqual(bring(retake, amend=("--amend", "--dry-run"))["deposited"], 1)
        self.assertEqual(bring(retake, amend=("--amend",))["deposited"], 1)
        self.assertEqual(held(), ["87/100", "78/100"])
        # A worse one is no award, whichever way it comes.
        worse = [*retake[:5], "65", *retake[6:8], "16", ""]
        done = bring(worse, amend=("--amend",))
        self.assertEqual((done["skipped"], self.reasons(done)), (1, {"not_counted_held": 1}))
        self.assertEqual(bring(ROWS[0], retake)["unchanged"], 2)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_a_wrong_course_found_two_weeks_later_is_one_command(self):
        self.write("grades.csv", csv_text([HEAD, *ROWS[:3], ROWS[4]]))
        self.bring("grades.csv")
        done = self.in_bank("credit", "revoke", "--code", "A102", "--term", "1", *self.signs,
                            "--reason", "wrong-course")
        self.assertEqual(done["changed"], 1)
        self.assertEqual([one["status"] for one in self.credits()], ["held", "revoked", "held"])

    def test_a_file_is_compared_with_what_the_bank_holds(self):
        self.write("grades.csv", csv_text([HEAD, *ROWS[:5]]))
        self.bring("grades.csv")
        asks = ("credit", "reconcile", "grades.csv", "--institution", "PXU", "--format",
                "zhengfang")
        self.assertEqual(self.in_bank(*asks)["same"], 3)
        self.write("grades.csv", csv_text([HEAD, [*ROWS[0][:5], "80", *ROWS[0][6:]], ROWS[4],
                                           ["190002", "乙二", *ROWS[0][2:]]]))
        names = self.names()
        done = self.in_bank(*asks, "-o", "found.csv", code=1)
        self.assertEqual([done[key] for key in ("same", "missing", "different", "extra")],
                         [1, 1, 1, 1])
        self.assertEqual([(one["difference"], one["row"]) for one in done["findings"]],
                         [("different", 2), ("missing", 4), ("extra", None)])
        extra = done["findings"][2]["id"]
        self.assertEqual([one["code"] for one in self.credits() if one["id"] == extra], ["A102"])
        self.assertEqual(len(self.path("found.csv").read_text("utf-8-sig").splitlines()), 4)
        self.assertEqual(self.names(), sorted([*names, "found.csv"]))
        self.assertEqual(self.in_bank(*asks, "--code", "A101", code=1)["extra"], 0)
        self.assertEqual(len(self.credits()), 3)

    def test_references_survive_the_signing_key(self):
        self.write("own.csv", csv_text([HEAD + ["身份证号"], *([*row, A] for row in ROWS[:5])]))
        self.assertEqual(self.bring("own.csv")["deposited"], 3)
        self.in_bank("institution", "reference-key", "PXU", "-o", "pxu.reference")
        self.cbank("key", "new", "next.key")
        self.cbank("institution", "rotate-request", "--code", "PXU", "--origin", desk.ORIGIN,
                   "--key", "pxu.key", "--new-key", "next.key", "-o", "rotation")
        self.cbank(*self.bank, "institution", "rotate-key", "rotation")
        self.signs = ("--institution", "PXU", "--key", "next.key")
        done = self.bring("own.csv")
        self.assertEqual((done["deposited"], done["unchanged"]), (0, 3))
        self.ask("credit", "sign", "own.csv", *self.signs, "--format", "zhengfang", "--origin",
                 desk.ORIGIN, "--reference-key", "pxu.reference", "-o", "batch")
        done = self.in_bank("credit", "deposit", "batch")
        self.assertEqual((done["deposited"], done["unchanged"]), (0, 3))

    def test_a_college_that_signs_needs_a_reference_key_of_its_own(self):
        self.write("own.csv", csv_text([HEAD + ["身份证号"], [*ROWS[0], A]]))
        asks = ("credit", "sign", "own.csv", *self.signs, "--format", "zhengfang", "--origin",
                desk.ORIGIN, "-o", "batch")
        error = self.cbank("--json", *asks, code=3).error
        self.assertEqual(error["reason"], "reference_key")
        self.cbank("key", "reference", "own.reference")
        self.cbank("key", "reference", "own.reference", code=5)
        self.assertEqual(self.ask(*asks, "--reference-key", "own.reference")["records"], 1)

    def test_a_profile_of_the_school(self):
        self.write("school.yaml", "profile: school\n"
                   "columns: {student_number: [编号], title: [课], code: [课号], credits: [分], "
                   "result: [评定]}\nneeds: [student_number, title, result]\n"
                   "set: {type: course}\n"
                   "scales: {letters: {passed: [甲, 乙], failed: [丁]}}\nretakes: best\n")
        self.write("grades.csv", "编号,课号,课,分,评定\n190001,K1,国文,2,甲\n190002,K1,国文,2,丁\n")
        done = self.in_bank("credit", "import", "grades.csv", *self.signs, "--profile",
                            "school.yaml")
        self.assertEqual((done["deposited"], done["skipped"]), (1, 1))
        self.write("school.yaml", "profile: school\ncolums: {}\n")
        error = self.cbank("--json", *self.bank, "credit", "import", "grades.csv", *self.signs,
                           "--profile", "school.yaml", code=3).error
        self.assertIn("school.yaml:2", error["message"])
        self.assertIn("colums", error["message"])

    def test_the_same_term_from_wisedu_by_the_names_of_its_database(self):
        self.write("wisedu.csv", csv_text([
            ["XNXQDM", "XH", "XM", "KCH", "KCM", "XF", "ZCJ", "CXCKDM_DISPLAY", "SFYX"],
            ["1901-1902-1", "190001", "甲一", "A101", "高等数学", "4", "87", "初修", "1"],
            ["1901-1902-1", "190001", "甲一", "A102", "大学英语", "3.5", "55", "初修", "1"],
            ["1901-1902-2", "190001", "甲一", "A102", "大学英语", "3.5", "78", "重修", "1"],
            ["1901-1902-1", "190002", "乙二", "A103", "体育", "1", "良好", "初修", "1"],
            ["1901-1902-1", "190002", "乙二", "A104", "书法", "2", "90", "初修", "0"],
            ["1901-1902-1", "190002", "乙二", "A105", "绘画", "2", "未录入", "初修", "1"]]))
        done = self.bring("wisedu.csv", format="wisedu")
        self.assertEqual((done["deposited"], done["skipped"], done["rejected"]), (3, 3, 0))
        self.assertEqual(self.reasons(done),
                         {"not_passed": 2, "result_pending": 1})
        self.assertEqual([(one["school_year"], one["term"], one["grade"]) for one in
                          self.credits()], [("1901-1902", "1", "87/100"),
                                            ("1901-1902", "2", "78/100"), ("1901-1902", "1", "良好")])

    def test_the_same_term_from_qiangzhi_as_its_pages_save_it(self):
        rows = [["序号", "学号", "学生姓名", "课程编号", "课程名称", "学分", "成绩", "考试性质", "开课学期",
                 "成绩标识"],
                ["1", "190001", "甲一", "A101", "高等数学", "4", "87", "正常考试", "1901-1902-1", ""],
                ["2", "190001", "甲一", "A102", "大学英语", "3.5", "合格", "补考一", "1901-1902-1", ""],
                ["3", "190002", "乙二", "A102", "大学英语", "3.5", "80", "正常考试", "1901-1902-1",
                 "认定"],
                ["4", "190002", "乙二", "A103", "体育", "1", "缓考", "缓考", "1901-1902-1", ""]]
        self.path("成绩.xls").write_text(html_text(rows, "utf-8"), encoding="utf-8")
        done = self.bring("成绩.xls", format="qiangzhi")
        self.assertEqual((done["deposited"], done["skipped"], done["rejected"]), (2, 2, 0))
        self.assertEqual(self.reasons(done), {"result_recognised": 1, "result_deferred": 1})
        self.assertEqual([one["grade"] for one in self.credits()], ["87/100", "合格"])

    def test_certificates_that_were_converted_are_no_awards_of_the_college(self):
        sheet = ["姓名", "身份证号", "转换学校代码", "原证书来源代码", "原证书类型", "原证书名称",
                 "原证书等级", "原发证机构", "原教育层次代码", "原教育类别代码", "原学分", "原学时",
                 "原成绩", "获得时间", "转换后教育层次代码", "转换后课程代码", "转换后课程名称",
                 "转换后学分", "转换时间", "转换后专业"]
        write_xlsx(self.path("证书成绩.xlsx"), [("证书成绩", [sheet,
                   ["甲一", A, "10001", "02", "职业", "育婴师", "四级", "某鉴定中心", "85", "1321", "0",
                    "", "合格", "190006", "20", "A7", "婴幼儿照护", "4", "190107", "护理"]])])
        done = self.bring("证书成绩.xlsx", format="shanghai")
        self.assertEqual((done["deposited"], done["skipped"]), (0, 1))
        self.assertEqual(self.reasons(done), {"result_recognised": 1})

    def test_a_graduation_batch_for_shanghai(self):
        own = ["姓名", "身份证号", "专业名称", "课程名称", "教育层次代码", "教育类别代码", "学分", "学时",
               "成绩", "获得时间", "届别", "毕业结业肄业", "毕业季", "备注", "学号"]
        self.write("own.csv", csv_text([own,
                   ["甲一", A, "护理", "护理学", "20", "1321", "3", "48", "86", "190106", "1901",
                    "毕业", "1321", "", "190001"]]))
        done = self.bring("own.csv", format="shanghai")
        self.assertEqual(done["deposited"], 1)
        self.assertEqual(self.credits()[0]["awarded"], "1901-06")
        other = ["姓名", "身份证号", "转换学校代码", "原课程来源代码", "原专业名称", "原课程名称",
                 "原办学机构", "原教育层次代码", "原教育类别代码", "原学分", "原学时", "原成绩",
                 "获得时间", "转换后课程代码", "转换后课程名称", "转换后学分", "转换时间"]
        self.write("other.csv", csv_text([other,
                   ["甲一", A, "10001", "01", "护理", "解剖", "别校", "20", "1321", "2", "32", "80",
                    "190006", "A9", "解剖学", "2", "190107"]]))
        done = self.bring("other.csv", format="shanghai")
        self.assertEqual((done["skipped"], self.reasons(done)), (1, {"result_recognised": 1}))

    def test_an_indian_sheet_turns_its_subjects_into_rows(self):
        head = ["REGN_NO", "CNAME", "SESSION", "SEM", "SUB1NM", "SUB1", "SUB1_TOT", "SUB1_GRADE",
                "SUB1_CREDIT", "SUB2NM", "SUB2", "SUB2_TOT", "SUB2_GRADE", "SUB2_CREDIT",
                "SUB3NM", "SUB3", "SUB3_TOT", "SUB3_GRADE", "SUB3_CREDIT"]
        self.write("abc.csv", csv_text([head,
                   ["190001", "甲一", "1901", "1", "PHYSICS", "P1", "61", "A+", "4", "CHEMISTRY",
                    "C1", "12", "F", "4", "MATHS", "M1", "", "", "4"],
                   ["190002", "乙二", "1901", "1", "PHYSICS", "P1", "61", "B", "", "", "", "", "",
                    "", "", "", "", "", ""]]))
        done = self.bring("abc.csv", "--dry-run", format="abc", code=3)
        self.assertEqual([done[key] for key in ("deposited", "skipped", "rejected")], [1, 1, 2],
                         done)
        self.assertEqual({(one["row"], one["column"]) for one in done["errors"]},
                         {(2, "SUB3_GRADE"), (3, "SUB1_CREDIT")})


desk.main()
