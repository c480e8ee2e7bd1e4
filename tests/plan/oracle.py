"""The oracles themselves: by hand, against each other, against answers that were known before; and
that a planner with a fault would be found out.

Usage: oracle.py DATA     a folder of questions with answers
"""
import copy
import json
import os
import pathlib
import shutil
import sys
import unittest

import answer
import brute
import instances
import mip
from claim import Program, faults
from problem import GOALS, Problem
from properties import broken_properties, shuffled
from random import Random
from reading import Source, date, matches, record_sets, rounded, term_of, year_of
from shrink import shrink

DATA = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).resolve().parent


def record(id, **more):
    return {"id": id, "type": "exam", "institution": "I1", "code": "c1", "credits": 3000,
            "awarded": "2020-02-29", **more}


class Words(unittest.TestCase):
    def test_an_award_of_29_february_is_valid_to_the_28th_of_a_common_year(self):
        for as_of, valid in [("2025-02-28", True), ("2025-03-01", False), ("2024-02-29", True)]:
            self.assertEqual(matches({"max_age_years": 5}, record("r1"), date(as_of)), valid, as_of)
        self.assertTrue(matches({"max_age_years": 4}, record("r1"), date("2024-02-29")))
        self.assertFalse(matches({"max_age_years": 4}, record("r1"), date("2024-03-01")))

    def test_a_record_without_the_attribute_matches_no_bound_on_it(self):
        for key in ("min_grade", "max_grade", "min_level", "max_level"):
            self.assertFalse(matches({key: 50}, record("r1"), None))
            self.assertTrue(matches({"not": {key: 50}}, record("r1"), None))
        self.assertFalse(matches({"min_sub": {"oral": 0}}, record("r1", sub={"written": 9}), None))

    def test_rounding(self):
        table = {"down": [0, 0, 500, 500], "up": [500, 500, 1000, 1000],
                 "half_up": [0, 500, 1000, 1000], "half_down": [0, 0, 500, 1000],
                 "half_even": [0, 0, 1000, 1000]}
        for mode, wanted in table.items():
            self.assertEqual([rounded(value, mode, 500) for value in (249, 250, 750, 751)], wanted)

    def test_years_and_terms_begin_on_their_day(self):
        self.assertEqual(year_of(date("2024-02-29"), "03-01"), 2023)
        self.assertEqual(year_of(date("2024-03-01"), "03-01"), 2024)
        terms = [term_of(date(day), ["03-01", "09-01"])
                 for day in ("2024-02-29", "2024-03-01", "2024-08-31", "2024-12-31")]
        self.assertEqual(terms, [(2023, 1), (2024, 0), (2024, 0), (2024, 1)])

    def test_different_leaves_take_different_records(self):
        records = [record("r1"), record("r2"), record("r3", code="c2")]
        one, two = {"select": {"code": ["c1"]}}, {"select": {"code": ["c1", "c2"]}}
        sets = record_sets({"n": 2, "of": [one, two, one]}, records, None)
        self.assertEqual(sorted(map(sorted, sets)), [["r1", "r2"], ["r1", "r3"], ["r2", "r3"]])

    def test_a_rounding_that_goes_over_the_maximum_is_taken_back(self):
        amount = {"mode": "as_is", "max": 2900, "round": {"mode": "up", "step": 500}}
        rule = {"grants": [{"target": {"buckets": ["b"]}, "amount": amount}]}
        self.assertEqual(Source(rule, [record("r1")], {}).amount(0), 2500)


class Known(unittest.TestCase):
    """Answers that others found."""

    def agree(self, files, solve):
        paths = sorted(DATA.glob(files))
        if not paths:
            self.skipTest("the questions are not here")
        for path in paths:
            for instance in json.loads(path.read_text(encoding="utf-8")):
                found = solve(Problem(instance))
                for goal in GOALS:
                    self.assertEqual(found[goal], instance["answer"][goal], instance["name"])

    def test_by_brute_force(self):
        self.agree("tiny-*.json", brute.solve)

    def test_by_the_solvers(self):
        for files in ("*-1.json", "*-0.json") if "--all" in sys.argv else ("*-1.json",):
            self.agree(files, mip.solve)


class EachOther(unittest.TestCase):
    def test_brute_force_and_the_solvers(self):
        count = 0
        for seed in range(1, 2000 if "--all" in sys.argv else 60):
            for kind in ("tiny", "small"):
                problem = Problem(instances.make(kind, seed))
                try:
                    mine = brute.solve(problem, 20000)
                except brute.TooLarge:
                    continue
                theirs = mip.solve(problem)
                for goal in GOALS:
                    self.assertEqual(mine[goal], theirs[goal], f"{kind} {seed}")
                    self.assertEqual(answer.check(problem, mine[f"plan_{goal}"]), mine[goal])
                count += 1
        self.assertGreater(count, 60)


class Planted(unittest.TestCase):
    """A planner that has a fault does not pass."""

    def told(self, fault):
        """How many of some questions show the fault, by comparison and by properties."""
        program = Program([sys.executable, str(HERE / "standin.py"), fault])
        told = [0, 0]
        for kind, seed in [("tiny", 3), ("small", 2), ("easy", 4), ("easy", 5), ("nm", 6)]:
            instance = instances.make(kind, seed)
            problem = Problem(instance)
            claim = program.ask(instance)
            told[0] += bool(faults(problem, claim, mip.solve(problem), "mip"))
            told[1] += bool(broken_properties(program, instance, seed))
        program.close()
        return told

    def test_no_fault(self):
        self.assertEqual(self.told("none"), [0, 0])

    def test_faults_of_the_answer(self):
        for fault in ("claims-more", "settles-for-less", "uses-twice", "counts-more",
                      "forgets-a-cap", "dies"):
            self.assertGreater(self.told(fault)[0], 0, fault)

    def test_faults_of_properties(self):
        for fault in ("by-order", "uses-twice", "keeps-to-less"):
            self.assertGreater(self.told(fault)[1], 0, fault)

    def test_a_question_is_made_small(self):
        instance = instances.make("easy", 5)
        smaller = shrink(instance, lambda one: any(
            rule["id"] == "k02" for rule in one["rules"]) and len(one["records"]) > 1)
        self.assertEqual([rule["id"] for rule in smaller["rules"]], ["k02"])
        self.assertEqual(len(smaller["records"]), 2)
        self.assertEqual(smaller["caps"], [])

    def test_another_order_is_the_same_question(self):
        instance = instances.make("nm", 6)
        other = shuffled(copy.deepcopy(instance), Random(1))
        self.assertNotEqual(json.dumps(instance), json.dumps(other))
        self.assertEqual(mip.solve(Problem(instance))["award"], mip.solve(Problem(other))["award"])


if __name__ == "__main__":
    missing = [command for command in ("glpsol", "cbc") if shutil.which(command) is None]
    if missing:
        print("SKIPPED: not installed:", ", ".join(missing))
        sys.exit(1 if os.environ.get("CI") else 77)
    unittest.main(argv=sys.argv[:1])
