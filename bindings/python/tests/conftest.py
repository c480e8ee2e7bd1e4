"""A bank with a college and a learner, made once by the binding; and the shared cases."""
import json
import os
import pathlib

import pytest

import cbank

SOURCES = pathlib.Path(os.environ["CBANK_SOURCES"])
VECTORS = SOURCES / "tests" / "vectors" / "files"
ORIGIN = "bank.example/credit/sha256-ed25519/1"
NUMBER = "360302188103040012"
COLUMNS = ("reference=记录编号,name=姓名,id_number=公民身份号码,code=课程号,title=课程名称,"
           "credits=学分,score=分数,outcome=结果,awarded=获得日期")
SHEET = {"map": COLUMNS, "set": "id_type=cn-id,type=course,score_max=100", "passed": ["通过"],
         "failed": ["未通过"]}


class Scene:
    """A bank in a folder, its root key, a college with its key, its grades deposited."""

    def __init__(self, folder):
        self.path = folder / "bank"
        self.bank = cbank.Bank.create(self.path, ORIGIN, names=[
            {"lang": "zh", "value": "示范学分银行"}])
        self.root = cbank.Key.open(self.path / "keys" / "root.key")
        self.key = cbank.Key.new()
        joined = cbank.institution_request(self.key, origin=ORIGIN, institution="COLLEGE-A",
                                           names=[{"lang": "zh", "value": "示范甲学院"}])
        self.bank.institution.admit(file=joined.file)
        self.imported = self.import_(VECTORS.joinpath("grades.csv").read_bytes())
        self.account = self.bank.learner.find(document_type="cn-id",
                                              document_number=NUMBER).account

    def begin_import(self, **more):
        return self.bank.credit.import_(self.key, institution="COLLEGE-A", sheet=SHEET,
                                        open_accounts=True, lang="en", **more)

    def import_(self, sheet):
        return self.begin_import().run(sheet)

    def transcript(self):
        return self.bank.transcript.issue(account=self.account, recipient="COLLEGE-B",
                                          show_name=True, show_number=True,
                                          ground={"basis": "legal-duty"},
                                          order={"document": "T-1"})

    def verifier(self):
        return cbank.Verifier(self.bank.directory(self.root).file, self.root.fingerprint)


def number_of(person):
    """An identity number of nobody, of somebody born before 1901, with its check digit."""
    digits = f"3603021{881 + person % 20}03{person // 20 % 28 + 1:02}{person // 560 % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights)) % 11
    return digits + "10X98765432"[rest]


def rows(count, first=0):
    """A sheet of so many records, of forty people."""
    lines = ["记录编号,姓名,公民身份号码,课程号,课程名称,学分,分数,结果,获得日期"]
    for at in range(first, first + count):
        lines.append(f"R-{at},学{at % 40},{number_of(at % 40)},C{at},高等数学,3.5,88,通过,2024-06-21")
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    return Scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="session")
def cases():
    return json.loads((VECTORS / "cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pinned(cases):
    """What the shared cases open their first verifier with."""
    return cases["scenes"][0]["steps"][0]["request"]


@pytest.fixture
def verifier(pinned):
    """The verifier of the shared cases, which never grows old."""
    with cbank.Verifier((VECTORS / "bank.directory").read_bytes(), pinned["root_fingerprint"],
                        at=pinned["at"]) as opened:
        yield opened


@pytest.fixture(scope="session")
def whole():
    return (VECTORS / "whole.transcript").read_bytes()
