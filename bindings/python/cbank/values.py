"""Amounts, days and moments: the integers of the messages as values of Python, and back.

Nothing here is ever a float.
"""
import datetime
import decimal
from typing import Dict, Iterable, Optional, Union

from cbank.v1 import Amount

Number = Union[decimal.Decimal, int, str]


def milli(number: Number) -> int:
    """Thousandths, as messages hold them. ValueError if there are finer parts than that."""
    if isinstance(number, float):
        raise TypeError("an amount is a Decimal, an int or a str, never a float")
    exact = decimal.Decimal(number) * 1000
    if exact != exact.to_integral_value():
        raise ValueError(f"{number} has more than three decimal places")
    return int(exact)


def number(thousandths: int) -> decimal.Decimal:
    """The amount that so many thousandths are; Decimal("3.5") for 3500."""
    whole = decimal.Decimal(thousandths).scaleb(-3)
    plain = whole.normalize()
    return plain.quantize(decimal.Decimal(1)) if plain == plain.to_integral_value() else plain


def amount(unit: str, value: Number) -> Amount:
    """An amount for a message: ``amount("credit", "3.5")``."""
    return Amount(unit=unit, milli=milli(value))


def totals(amounts: Iterable[Amount]) -> Dict[str, decimal.Decimal]:
    """Amounts by their units, which are never added together."""
    return {each.unit: number(each.milli) for each in amounts}


def day(value: int) -> Optional[datetime.date]:
    """The day that a message holds as yyyymmdd; None if not stated.

    ValueError if only its month or year is known: look at ``parts`` then.
    """
    if value == 0:
        return None
    year, month, of_month = parts(value)
    if of_month is None or month is None:
        raise ValueError(f"{value} is no single day")
    return datetime.date(year, month, of_month)


def parts(value: int) -> "tuple[int, Optional[int], Optional[int]]":
    """Year, month and day of yyyymmdd; None for what is not known."""
    return value // 10000, value // 100 % 100 or None, value % 100 or None


def moment(seconds: int) -> Optional[datetime.datetime]:
    """A moment of a message, in UTC; None if not stated."""
    if seconds == 0:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def plain(value: object) -> object:
    """What a message takes for a value of Python."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return int(value.timestamp())
    if isinstance(value, datetime.date):
        return value.year * 10000 + value.month * 100 + value.day
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
