"""A small bank made through the command line, with one of each file that travels.

The people and colleges are invented.
"""
import base64
import csv
import json
import os
import pathlib
import subprocess

import tools

COLUMNS = {"reference": "编号", "name": "姓名", "id_number": "公民身份号码", "code": "课程号",
           "title": "课程名称", "credits": "学分", "score": "分数", "outcome": "结果",
           "awarded": "获得日期"}
PEOPLE = [("甲一", "360302188103040012"), ("乙二", "36031318851122002X"),
          ("丙三", "360321189006150037")]
COURSES = [("JX101", "高等数学", "4"), ("JX102", "大学英语", "3.5"), ("JX203", "机械制图", "3")]


class Bank:
    """Everything lies in one folder: bank, guard, keys and the files, by the names below."""

    def __init__(self, program, folder, suite="sha256-ed25519"):
        self.program = pathlib.Path(program).resolve()
        self.folder = pathlib.Path(folder)
        self.suite = suite
        self.origin = f"bank.example/credit/{suite}/1"
        self.institutions = {}
        self.found()
        self.ask("log", "checkpoint", "-o", self.path("checkpoint-founded"))
        for code, name in (("COLLEGE-A", "示范甲学院"), ("COLLEGE-B", "示范乙学院")):
            self.admit(code, name)
        self.ask("log", "checkpoint", "-o", self.path("checkpoint-admitted"))
        self.deposit()
        self.rotate("COLLEGE-B")
        self.publish()

    def path(self, name):
        return self.folder / name

    def read(self, name):
        return self.path(name).read_bytes()

    def run(self, *arguments):
        """One command with --json; its output. Fails if the command does."""
        environment = dict(os.environ, CBANK_BANK=str(self.path("bank")))
        done = subprocess.run([self.program, "--json", "--lang", "en", *map(str, arguments)],
                              cwd=self.folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"cbank {' '.join(map(str, arguments))} answers "
                               f"{done.returncode}: {done.stderr}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.run(*arguments))

    def ask_list(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments).splitlines()]

    def found(self):
        made = self.ask("bank", "init", self.path("bank"), "--origin", self.origin,
                        "--name", "示范学分银行", "--suite", self.suite,
                        "--guard", self.path("guard"))
        self.vkey = made["vkey"]
        self.root_key = made["root_key"]
        self.fingerprint = made["fingerprint"]
        # After the type byte, and the name of the extension where the type is another one.
        typed = base64.b64decode(self.vkey.split("+", 2)[2])
        self.log_key = typed[len(b"\xffsm2-sm3" if typed[0] == 0xff else b"\x01"):].hex()

    def new_key(self, name):
        return self.ask("key", "new", self.path(name), "--suite", self.suite)

    def admit(self, code, name):
        self.institutions[code] = self.new_key(f"{code}.key")
        self.ask("institution", "request", "--code", code, "--name", name, "--origin", self.origin,
                 "--key", self.path(f"{code}.key"), "-o", self.path(f"{code}.request"))
        self.ask("institution", "admit", self.path(f"{code}.request"))

    def write_grades(self):
        with open(self.path("grades.csv"), "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS.values())
            for person, (name, number) in enumerate(PEOPLE):
                for course, (code, title, credits) in enumerate(COURSES):
                    rows.writerow([f"2024-{person}-{course}", name, number, code, title, credits,
                                   60 + 9 * person + course, "通过", f"2024-06-{10 + course}"])

    def deposit(self):
        """College A signs apart from the bank; B lets the bank sign with its key."""
        self.write_grades()
        columns = ",".join(f"{field}={column}" for field, column in COLUMNS.items())
        self.ask("credit", "sign", self.path("grades.csv"), "--institution", "COLLEGE-A",
                 "--origin", self.origin, "--key", self.path("COLLEGE-A.key"), "--map", columns,
                 "--set", "id_type=cn-id,type=course,score_max=100", "--passed", "通过",
                 "--failed", "未通过", "-o", self.path("batch"))
        self.deposited = self.ask("credit", "deposit", self.path("batch"), "--open-accounts")
        self.account = self.ask("learner", "find", "--id-type", "cn-id", "--id-number",
                                PEOPLE[0][1])["account"]
        self.ask("credit", "issue", "--institution", "COLLEGE-B", "--key",
                 self.path("COLLEGE-B.key"), "--learner", self.account, "--reference", "B-1",
                 "--title", "钳工证书", "--type", "certificate", "--credits", "2",
                 "--awarded", "2024-09-01")
        self.records = self.ask_list("credit", "list", self.account)
        self.ask("credit", "revoke", self.records[0]["id"], "--institution", "COLLEGE-A", "--key",
                 self.path("COLLEGE-A.key"), "--reason", "entered-in-error")

    def rotate(self, code):
        """A new key, which the earlier one signs in."""
        self.earlier_key = self.institutions[code]["public_key"]
        self.institutions[code] = self.new_key("next.key")
        self.ask("institution", "rotate-request", "--code", code, "--origin", self.origin,
                 "--key", self.path(f"{code}.key"), "--new-key", self.path("next.key"),
                 "-o", self.path("rotation"))
        self.ask("institution", "rotate-key", self.path("rotation"))

    def publish(self):
        self.ask("bank", "directory", "-o", self.path("directory"))
        self.ask("bank", "status", "-o", self.path("status"))
        self.ask("consent", "give", self.account, "--until", "2999-12-31", "--show",
                 "name,number,birth")
        self.ask("transcript", "issue", self.account, "-o", self.path("transcript-part"),
                 "--only", self.records[1]["id"])
        # As of which the whole one is; that it was issued is noted after it.
        self.newest = self.ask("log", "checkpoint", "-o", self.path("checkpoint"))
        self.ask("transcript", "issue", self.account, "-o", self.path("transcript"),
                 "--for", "COLLEGE-B", "--show", "name,number,birth")

    def signed_files(self):
        """Each file that travels, with the public key that must have signed it."""
        college_a = self.institutions["COLLEGE-A"]["public_key"]
        files = {"COLLEGE-A.request": college_a, "COLLEGE-B.request": self.earlier_key,
                 "rotation": self.institutions["COLLEGE-B"]["public_key"], "batch": college_a,
                 "directory": self.root_key}
        for name in ("status", "transcript", "transcript-part"):
            files[name] = self.log_key
        return files
