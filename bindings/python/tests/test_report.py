"""A report is decoded as far as it is looked at, and says the same as the whole message."""
import datetime
from decimal import Decimal

import pytest
from cbank.api.v1 import VerdictItem, VerdictReport

import cbank.report
from conftest import VECTORS


@pytest.fixture
def report(verifier, whole, pinned):
    return verifier.verify(whole, "COLLEGE-B", at=pinned["at"])


def test_shows_what_the_transcript_holds(report, pinned):
    assert (report.verdict, report.holder_name) == ("VALID", "甲一")
    assert report.totals == {"credit": Decimal("7.625")}
    assert report.expires_at - report.issued_at == datetime.timedelta(days=30)
    assert [(item.title, item.amounts, item.awarded_on) for item in report.records] == [
        ("高等数学", {"credit": Decimal(4)}, datetime.date(2024, 6, 21)),
        ("大学英语", {"credit": Decimal("3.5")}, datetime.date(2024, 6, 22)),
        ("机械制图", {"credit": Decimal("0.125")}, datetime.date(2024, 6, 23))]


def test_of_head_and_items_is_the_whole(report):
    again = VerdictReport()
    again.CopyFrom(report.head)
    again.items.extend(item.message for item in report.items)
    assert again == report.message
    assert len(report.items) == 4 and len(report.items[1:3]) == 2
    assert report.items[-1].message == report.message.items[-1]


def test_decodes_an_item_only_when_it_is_touched(report, monkeypatch):
    decoded = []

    class Counted:
        @staticmethod
        def FromString(data):
            decoded.append(len(data))
            return VerdictItem.FromString(data)

    monkeypatch.setattr(cbank.report, "VerdictItem", Counted)
    assert report.totals and report.account and len(report.items) == 4
    assert decoded == []
    assert report.items[1].title == "高等数学"
    assert len(decoded) == 1


def test_nothing_at_all_is_decoded_before(report):
    assert report._parts is None
    assert report.verdict == "VALID"
    assert report._parts is not None


def test_a_revoked_record_shows_as_revoked(verifier, pinned):
    report = verifier.verify((VECTORS / "revoked.transcript").read_bytes(), "COLLEGE-B",
                             at=pinned["at"])
    assert [item.status for item in report.records] == ["held", "revoked", "held"]
    assert report.totals == {"credit": Decimal("4.125")}
