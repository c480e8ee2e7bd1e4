"""A clerk's desk: the program, an empty folder, and a small bank where a test needs one.

The people and colleges are invented; nobody was born after 1900.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ORIGIN = "bank.example/credit/sha256-ed25519/1"
ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = ("reference=编号,name=姓名,id_number=身份证号,code=课程号,title=课程,credits=学分,"
           "outcome=结果,awarded=日期")
HEADER = "编号,姓名,身份证号,课程号,课程,学分,结果,日期"
ROWS = ["1,甲一,360302188103040012,C1,高等数学,4,通过,1901-06-21",
        "2,甲一,360302188103040012,C2,大学英语,3.5,通过,1901-06-22",
        "3,乙二,36031318851122002X,C1,高等数学,4,通过,1901-06-23",
        "4,乙二,36031318851122002X,C2,大学英语,3.5,未通过,1901-06-24"]
# What a transcript rests on, where a test is about something else.
BASIS = ("--basis", "legal-duty", "--document", "T-1")
PERSON = {"name": "丁四", "id_type": "cn-id", "id_number": "360323190001010060"}
# Where the program is; the last argument of each script.
PROGRAM = pathlib.Path(sys.argv.pop()).resolve() if len(sys.argv) > 1 else None


class Answer:
    """What one run of the program said."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode(errors="replace")
        self.raw = done.stdout
        self.err = done.stderr.decode()

    @property
    def document(self):
        return json.loads(self.out)

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self):
        return json.loads(self.err)["error"]


class Desk(unittest.TestCase):
    """Each test has a folder of its own and runs the program in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path(self, name):
        return self.folder / name

    def write(self, name, text):
        self.path(name).write_text(text, encoding="utf-8")
        return name

    def names(self):
        return sorted(entry.name for entry in self.folder.iterdir())

    def run_cbank(self, *arguments, given="", environment=None):
        own = {key: value for key, value in os.environ.items()
               if not key.startswith(("LC_", "LANG", "CBANK_"))}
        own.update(environment or {})
        return Answer(subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, env=own,
                                     input=given if isinstance(given, bytes) else given.encode(),
                                     capture_output=True, timeout=120))

    def cbank(self, *arguments, code=0, **more):
        """One run that has to end with this exit code."""
        answer = self.run_cbank(*arguments, **more)
        self.assertEqual(answer.code, code, f"cbank {' '.join(map(str, arguments))}\n"
                                            f"{answer.out}{answer.err}")
        return answer

    def ask(self, *arguments, **more):
        return self.cbank("--json", *arguments, **more).document


class Town(Desk):
    """A desk with a bank, a college PXU that was admitted, and its first batch."""

    def setUp(self):
        super().setUp()
        self.cbank("bank", "init", "bank", "--origin", ORIGIN, "--name", "示范学分银行")
        self.bank = ("--bank", "bank")
        self.cbank("key", "new", "pxu.key")
        self.cbank("institution", "request", "--code", "PXU", "--name", "示范学院", "--origin",
                   ORIGIN, "--key", "pxu.key", "-o", "pxu.request")
        self.cbank(*self.bank, "institution", "admit", "pxu.request")
        self.signs = ("--institution", "PXU", "--key", "pxu.key")
        self.reads = ("--map", COLUMNS, "--passed", "通过", "--failed", "未通过")
        self.write("grades.csv", "\n".join([HEADER, *ROWS]) + "\n")

    def in_bank(self, *arguments, **more):
        return self.ask(*self.bank, *arguments, **more)

    def list_in_bank(self, *arguments):
        return self.cbank("--json", *self.bank, *arguments).rows

    def import_grades(self, name="grades.csv", *more, code=0):
        return self.in_bank("credit", "import", name, *self.signs, *self.reads, "--open-accounts",
                            *more, code=code)

    def account(self, number="360302188103040012"):
        return self.in_bank("learner", "find", "--id-type", "cn-id", "--id-number",
                            number)["account"]

    def credits(self):
        return self.list_in_bank("credit", "list")

    def transcript(self, *more):
        return self.in_bank("transcript", "issue", self.account(), "-o", "transcript", *BASIS,
                            *more)

    def trust(self):
        """The directory, and the options of somebody who pinned its root."""
        self.in_bank("bank", "directory", "-o", "directory")
        return ("--trust", "directory", "--root", self.in_bank("bank", "info")["fingerprint"])


def main():
    unittest.main(module="__main__", verbosity=1)
