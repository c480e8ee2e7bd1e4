"""What a clerk is told of a row that was not taken: where, what stands there, why, and what to do.

And how far a long piece of work is, on a terminal only.
"""
import csv
import io
import os
import pty
import re
import select
import subprocess
import time

import desk

NUMBERS = ("360302188103040012", "360302188103040013", "36031318851122002X", "13800001234")
ROSTER = """姓名,性别,身份证号,电话,出生日期
甲一,女,360302188103040012,,
乙二,,360302188103040013,,
,,36031318851122002X,,
丙三,,440524188001010014,13800001234,1880-13-01
"""
GRADES = """编号,姓名,身份证号,课程号,课程,学分,结果,日期
1,甲一,360302188103040012,C1,高等数学,四,通过,1901-06-21
2,甲一,360302188103040013,C1,高等数学,4,通过,1901-06-21
3,甲一,360302188103040012,C1,高等数学,4,大概,1901-06-21
4,甲一,360302188103040012,C1,高等数学,4,通过,21.6.1901
5,甲一,360302188103040012,C1,,4,通过,1901-06-21
6,甲一,360302188103040012,C1,\x1b[31m\a数学,4,通过,1901-06-21
7,甲一,360302188103040012,C1,高等数学,13800001234x,通过,1901-06-21
8,甲一,360302188103040012,C1
"""
AMENDMENTS = """编号,学分
1,四
99,3
2,
"""
WORDS = {"zh": ("行", "列", "内容", "说明", "办法"),
         "en": ("row", "column", "value", "what is wrong", "remedy")}


class Messages(desk.Town):
    def check(self, errors, wanted):
        """Row: column and value of each; and that each says why and what to do."""
        self.assertEqual({one["row"]: (one["column"], one["value"]) for one in errors}, wanted)
        for one in errors:
            for key in ("reason", "message", "remedy"):
                self.assertTrue(one[key], one)
            for number in NUMBERS:
                self.assertNotIn(number, str(one))
            self.assertIsNone(re.search("[\x00-\x1f\x7f]", "".join(map(str, one.values()))), one)

    def in_both(self, *arguments, code=3):
        """The errors in Chinese and English, and what a person sees of them."""
        found = {}
        for lang in ("zh", "en"):
            seen = self.cbank(*self.bank, "--lang", lang, *arguments, code=code)
            found[lang] = self.in_bank("--lang", lang, *arguments, code=code)["errors"]
            for word in WORDS[lang]:
                self.assertRegex(seen.out, rf"(^|\s){word}(\s|$)", seen.out)
            self.assertNotRegex(seen.out + seen.err, "[\x00-\x08\x0b-\x1f\x7f]")
            for number in NUMBERS:
                self.assertNotIn(number, seen.out + seen.err)
            for one in found[lang]:
                self.assertEqual(lang == "zh", bool(re.search("[\u4e00-\u9fff]", one["remedy"])))
        return found["zh"]

    def test_of_a_roster(self):
        self.write("roster.csv", ROSTER)
        self.check(self.in_both("learner", "import", "roster.csv", "--dry-run"),
                   {2: ("性别", "女"), 3: ("身份证号", "360302**********13"), 4: ("姓名", None),
                    5: ("出生日期", "1880******")})

    def test_of_a_person_whom_the_bank_knows_under_another_name(self):
        self.import_grades()
        self.write("roster.csv", "姓名,身份证号\n丁四,360302188103040012\n")
        self.check(self.in_both("learner", "import", "roster.csv", code=5), {2: ("姓名", "丁*")})

    def test_of_grades_and_of_a_comparison_with_the_bank(self):
        wanted = {2: ("学分", "四"), 3: ("身份证号", "360302**********13"), 4: ("结果", "大概"),
                  5: ("日期", "21.6.1901"), 6: ("课程", None), 7: ("课程", "?[31m?数学"),
                  8: ("学分", "1380******4x"), 9: (None, None)}
        self.write("bad.csv", GRADES)
        reads = (*self.reads,)
        self.check(self.in_both("credit", "import", "bad.csv", *self.signs, *reads,
                                "--open-accounts"), wanted)
        self.check(self.in_both("credit", "reconcile", "bad.csv", "--institution", "PXU", *reads),
                   wanted)

    def test_of_a_changed_row_and_of_one_in_somebody_elses_name(self):
        self.import_grades()
        self.write("other.csv", "\n".join([desk.HEADER, desk.ROWS[0].replace(",4,", ",5,")]))
        changed = self.in_bank("credit", "import", "other.csv", *self.signs, *self.reads)
        self.check(changed["errors"], {2: ("编号", "1")})
        self.write("other.csv", "\n".join([desk.HEADER, desk.ROWS[0].replace("1,甲一", "9,丁四")]))
        other = self.in_bank("credit", "import", "other.csv", *self.signs, *self.reads, code=3)
        self.check(other["errors"], {2: ("姓名", "丁*")})

    def test_of_amendments(self):
        self.import_grades()
        self.write("mend.csv", AMENDMENTS)
        self.check(self.in_both("credit", "amend", "--from", "mend.csv", "--map",
                                "reference=编号,credits=学分", "--reason", "corrected",
                                *self.signs),
                   {2: ("学分", "四"), 3: ("编号", "99"), 4: ("编号", "2")})

    def test_of_a_batch_that_was_signed_elsewhere(self):
        self.cbank("credit", "sign", "grades.csv", *self.signs, *self.reads, "--origin",
                   desk.ORIGIN, "-o", "batch")
        self.check(self.in_both("credit", "deposit", "batch"),
                   {n: ("reference", str(n)) for n in (1, 2, 3)})

    def test_the_error_file_says_it_too_and_imports_once_it_is_mended(self):
        self.write("bad.csv", GRADES.replace("\x1b[31m\a", ""))
        self.import_grades("bad.csv", "--errors", "errors.csv", code=3)
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([one["错误内容 error_value"] for one in rows],
                         ["四", '="360302**********13"', "大概", '="21.6.1901"', "",
                          '="1380******4x"', ""])
        self.assertEqual(len(rows), 7)
        for bad, good in (("四", "4"), ("360302188103040013", "360302188103040012"),
                          ("大概", "通过"), ("21.6.1901", "1901-06-21"),
                          ('"13800001234x"', '"4"')):
            text = text.replace(bad, good)
        lines = text.splitlines()
        self.write("mended.csv", "\n".join(lines[:5] + lines[6:7]) + "\n")
        self.assertEqual(self.import_grades("mended.csv")["deposited"], 5)


class Progress(desk.Desk):
    """A bar is drawn for a terminal, and for nothing else."""

    ROWS = 300000  # more than a second's work anywhere
    LONG = 2.0

    def setUp(self):
        super().setUp()
        self.cbank("key", "new", "pxu.key")
        with open(self.path("many.csv"), "w", encoding="utf-8") as file:
            file.write(desk.HEADER + "\n")
            for n in range(self.ROWS):
                file.write(f"{n},甲一,360302188103040012,C1,高等数学,4,通过,1901-06-21\n")
        self.command = ("credit", "sign", "many.csv", "--institution", "PXU", "--key", "pxu.key",
                        "--map", desk.COLUMNS, "--passed", "通过", "--origin", desk.ORIGIN, "-o",
                        "batch")

    def watch(self, *more, wanted=None, terminal=True):
        """What the program writes on standard error, until `wanted` or for a while."""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        work = subprocess.Popen([desk.PROGRAM, *more, *self.command], cwd=self.folder,
                                stderr=theirs, stdout=subprocess.DEVNULL)
        os.close(theirs)
        seen, until = "", time.monotonic() + (60 if wanted else self.LONG)
        while time.monotonic() < until and not (wanted and re.search(wanted, seen)):
            if select.select([ours], [], [], 0.1)[0]:
                seen += os.read(ours, 65536).decode()
        self.assertIsNone(work.poll(), "it is still at work")
        work.terminate()
        work.wait()
        os.close(ours)
        return seen

    def test_tells_bytes_of_the_file_rows_a_second_and_the_time_left(self):
        for lang, word, left in (("en", "reading", "left"), ("zh", "读取", "剩余")):
            wanted = (rf"{word}  \[#*\.+\] +\d+%  \d+  \d+/s  \d+\.\d/\d+\.\d MB"
                      rf"  {left} \d+:\d\d")
            self.assertRegex(self.watch("--lang", lang, wanted=wanted), wanted)

    def test_is_silent_where_nobody_looks(self):
        self.assertEqual(self.watch("--quiet"), "")
        self.assertEqual(self.watch("--json"), "")
        self.assertEqual(self.watch(terminal=False), "")


desk.main()
