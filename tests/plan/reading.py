"""The words of cbank-plan-instance/1, read: selectors, terms, amounts, dates, parts of a cap.

Written from the specification alone, apart from lib/rules: two programs that agree must not share
a mistake. Everything is exact: integers of 1/1000 credit, and fractions before the one rounding.
"""
import math
from fractions import Fraction
from itertools import combinations


class Unclear(Exception):
    """The instance asks for what the specification does not say."""


def date(text):
    return tuple(int(part) for part in text.split("-"))


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def anniversary(day, years):
    year, month, of_month = day[0] + years, day[1], day[2]
    if (month, of_month) == (2, 29) and not is_leap(year):
        of_month = 28
    return year, month, of_month


def holds(key, wanted, record, as_of):
    """Does one key of a selector hold for the record?"""
    if key in ("id", "type", "institution", "code"):
        return record[key] in wanted
    if key == "field_prefix":
        return any(record.get("field", "\0").startswith(prefix) for prefix in wanted)
    if key in ("min_grade", "min_level"):
        return key[4:] in record and record[key[4:]] >= wanted
    if key in ("max_grade", "max_level"):
        return key[4:] in record and record[key[4:]] <= wanted
    if key == "awarded_from":
        return date(record["awarded"]) >= date(wanted)
    if key == "awarded_to":
        return date(record["awarded"]) <= date(wanted)
    if key == "min_sub":
        sub = record.get("sub", {})
        return all(name in sub and sub[name] >= least for name, least in wanted.items())
    if key == "max_age_years":
        return as_of <= anniversary(date(record["awarded"]), wanted)
    if key == "not":
        return not matches(wanted, record, as_of)
    raise Unclear(f"selector key {key}")


def matches(selector, record, as_of):
    return all(holds(key, wanted, record, as_of) for key, wanted in selector.items())


def record_sets(term, records, as_of):
    """Every set of records that satisfies the term, different leaves taking different records."""
    if "select" in term:
        return {frozenset([record["id"]]) for record in records
                if matches(term["select"], record, as_of)}
    if "all" in term:
        return joined([record_sets(part, records, as_of) for part in term["all"]])
    if "any" in term:
        return set().union(*(record_sets(part, records, as_of) for part in term["any"]))
    parts = [record_sets(part, records, as_of) for part in term["of"]]
    return set().union(*(joined(chosen) for chosen in combinations(parts, term["n"])))


def joined(parts):
    sets = {frozenset()}
    for part in parts:
        sets = {one | other for one in sets for other in part if not one & other}
    return sets


def rounded(value, mode, step):
    steps = value / step
    whole = {
        "down": lambda: math.floor(steps),
        "up": lambda: math.ceil(steps),
        "half_up": lambda: math.floor(steps + Fraction(1, 2)),
        "half_down": lambda: math.ceil(steps - Fraction(1, 2)),
        "half_even": lambda: round(steps),
    }[mode]()
    return Fraction(whole * step)


class Source:
    """What the amounts of one application are worked out from: its records and its rule."""

    def __init__(self, rule, records, courses):
        self.grants = rule.get("grants", [])
        self.credits = sum(record["credits"] for record in records)
        self.hours = sum(record.get("hours", 0) for record in records)
        self.courses = courses

    def raw(self, amount, index):
        mode = amount["mode"]
        if mode == "fixed":
            return Fraction(amount["credits"])
        if mode == "as_is":
            return Fraction(self.credits)
        if mode == "ratio":
            return Fraction(self.credits * amount["num"], amount["den"])
        if mode == "per_hours":
            return Fraction(self.hours * 1000, amount["hours"])
        if mode == "catalogue":
            course = self.courses.get(self.grants[index]["target"].get("course"))
            return Fraction(course["credits"] if course else 0)
        if mode == "remainder":
            others = (self.amount(other) for other in range(len(self.grants)) if other != index)
            return max(Fraction(0), self.credits - sum(others))
        if mode in ("lesser", "greater"):
            choose = min if mode == "lesser" else max
            return choose(self.value(part, index) for part in amount["of"])
        raise Unclear(f"amount mode {mode}")

    def value(self, amount, index):
        """The exact value, then min with max, then one rounding, never over max."""
        value, most = self.raw(amount, index), amount.get("max")
        if most is not None:
            value = min(value, Fraction(most))
        if "round" in amount:
            step = amount["round"]["step"]
            value = rounded(value, amount["round"]["mode"], step)
            if most is not None and value > most:
                value = Fraction(most // step * step)
        return value

    def amount(self, index):
        value = self.value(self.grants[index]["amount"], index)
        if value.denominator != 1:
            raise Unclear(f"an amount of {value} without rounding")
        return int(value)


def year_of(day, start):
    return day[0] - (day[1:] < date(start))


def term_of(day, starts):
    begun = [index for index, start in enumerate(starts) if date(start) <= day[1:]]
    return (day[0], begun[-1]) if begun else (day[0] - 1, len(starts) - 1)


def part_value(key, record, rule, cap):
    """The value of one key of a cap's `per` for a record used under a rule."""
    if key == "rule":
        return rule
    if key == "year":
        return year_of(date(record["awarded"]), cap.get("year_start", "01-01"))
    if key == "term":
        return term_of(date(record["awarded"]), cap["term_starts"])
    return record[key]
