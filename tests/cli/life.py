"""The demonstration plays from beginning to end, in both languages."""
import os
import subprocess

import desk


class Demo(desk.Desk):
    def play(self, locale):
        environment = dict(os.environ, LC_ALL=locale)
        done = subprocess.run(["sh", desk.ROOT / "cli/demo.sh", desk.PROGRAM, self.path("work")],
                              env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_in_english(self):
        said = self.play("C")
        self.assertIn("VALID  verified", said)
        self.assertIn("BAD_SIGNATURE  not valid", said)
        self.assertIn("revoked", said)

    def test_in_chinese(self):
        said = self.play("zh_CN.UTF-8")
        self.assertIn("VALID  核验通过", said)
        self.assertIn("BAD_SIGNATURE  核验不通过", said)
        self.assertIn("已撤销", said)


class Text(desk.Town):
    def test_tables_are_aligned_though_chinese_letters_are_wide(self):
        self.import_grades()
        lines = self.cbank(*self.bank, "--lang", "zh", "credit", "list").out.splitlines()
        places = {width(line[:line.index("PXU")]) for line in lines[1:]}
        self.assertEqual(len(places), 1)
        self.assertEqual(places, {width(lines[0][:lines[0].index("机构")])})
        self.assertFalse([line for line in lines if line != line.rstrip()])

    def test_talk_goes_to_standard_error_and_quiet_silences_it(self):
        answer = self.cbank("key", "new", "a.key")
        self.assertIn("not encrypted", answer.err)
        self.assertNotIn("not encrypted", answer.out)
        self.assertEqual(self.cbank("--quiet", "key", "new", "b.key").err, "")
        self.assertEqual(self.cbank("--json", "key", "new", "c.key").err, "")

    def test_there_is_no_bar_where_there_is_no_terminal(self):
        self.assertNotIn("\r", self.cbank(*self.bank, "bank", "check").err)

    def test_a_checkpoint_is_printed_as_it_is_signed(self):
        note = self.cbank(*self.bank, "log", "checkpoint").out
        self.assertEqual(note, self.in_bank("log", "checkpoint")["note"])


def width(text):
    return sum(1 if letter.isascii() else 2 for letter in text)


desk.main()
