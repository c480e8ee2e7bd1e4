"""Amounts are exact, days are days, and no float gets in."""
import datetime
from decimal import Decimal

import pytest

import cbank
from cbank import values
from cbank.v1 import Amount


@pytest.mark.parametrize("number, milli", [
    ("3.5", 3500), (Decimal("0.125"), 125), (4, 4000), ("-1.5", -1500), ("0", 0),
    ("9223372036854775.807", 2**63 - 1)])
def test_amounts_go_there_and_back(number, milli):
    assert cbank.milli(number) == milli
    assert cbank.number(milli) == Decimal(number)
    assert cbank.amount("credit", number) == Amount(unit="credit", milli=milli)


def test_an_amount_reads_as_people_write_it():
    assert [str(cbank.number(milli)) for milli in (3500, 4000, 100000, 125, 0, -500)] == [
        "3.5", "4", "100", "0.125", "0", "-0.5"]


def test_what_is_too_fine_or_a_float_is_refused():
    with pytest.raises(ValueError):
        cbank.milli("0.0001")
    with pytest.raises(TypeError):
        cbank.milli(3.5)


def test_units_are_never_added_together():
    assert cbank.totals([Amount(unit="credit", milli=1500), Amount(unit="hour", milli=24000)]) == {
        "credit": Decimal("1.5"), "hour": Decimal(24)}


def test_days_and_moments():
    assert cbank.day(20240229) == datetime.date(2024, 2, 29)
    assert cbank.day(0) is None and cbank.moment(0) is None
    assert values.parts(20240600) == (2024, 6, None) and values.parts(20240000)[1] is None
    with pytest.raises(ValueError):
        cbank.day(20240600)
    assert cbank.moment(86400) == datetime.datetime(1970, 1, 2, tzinfo=datetime.timezone.utc)


def test_requests_take_values_of_python(scene):
    listed = scene.bank.publication.list(moment={"day": datetime.date(2024, 6, 21)})
    assert list(listed.publications) == []
    with pytest.raises(ValueError, match="time zone"):
        scene.bank.directory(scene.root, expires_at=datetime.datetime(2030, 1, 1))
