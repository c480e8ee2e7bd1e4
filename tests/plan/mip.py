"""The optimum by a mixed-integer programme, for CBC or GLPK: one solve a measure, each measure that
is found becoming a condition of the next.

Solvers count in floating point. So each row is divided by the greatest common divisor of its
numbers, what they answer is rounded to integers, read back as a plan, and held against the
question exactly (answer.py); a plan that does not hold, or whose measure is not what the solver
claimed, is no answer (Unsure).
"""
import math
import pathlib
import re
import subprocess
import tempfile

import answer
from problem import GOALS, SMALLER_IS_BETTER


LARGEST = 700    # columns
PATIENCE = 120   # seconds by the clock, on a machine that may be busy


class Unsure(Exception):
    """The solver's answer does not stand up to exact arithmetic, or it gave none."""


class Model:
    """Rows of {column: integer} <= number over columns that are integers of 0 to a bound."""

    def __init__(self):
        self.bounds = []
        self.rows = []

    def column(self, most=None):
        self.bounds.append(most)
        return len(self.bounds) - 1

    def at_most(self, terms, number):
        terms = {column: factor for column, factor in terms.items() if factor}
        if not terms:
            assert number >= 0
            return
        divisor = math.gcd(*terms.values())
        self.rows.append(({column: factor // divisor for column, factor in terms.items()},
                          number // divisor))   # integers: what is over may go

    def at_least(self, terms, number):
        self.at_most({column: -factor for column, factor in terms.items()}, -number)

    def mps(self, objective):
        """As free MPS; the objective is minimised."""
        columns = [[] for _ in self.bounds]
        for column, factor in objective.items():
            columns[column].append(("goal", factor))
        for number, (terms, _) in enumerate(self.rows):
            for column, factor in terms.items():
                columns[column].append((f"r{number}", factor))
        lines = ["NAME plan FREE", "ROWS", " N goal"]
        lines += [f" L r{number}" for number in range(len(self.rows))]
        lines += ["COLUMNS", " MARKER 'MARKER' 'INTORG'"]
        for number, entries in enumerate(columns):
            lines += [f" c{number} {row} {factor}" for row, factor in entries or [("goal", 0)]]
        lines += [" MARKER 'MARKER' 'INTEND'", "RHS"]
        lines += [f" rhs r{number} {most}" for number, (_, most) in enumerate(self.rows) if most]
        lines.append("BOUNDS")
        for number, most in enumerate(self.bounds):
            lines.append(f" PL b c{number}" if most is None else f" UP b c{number} {most}")
        return "\n".join([*lines, "ENDATA", ""])


def add(terms, others, factor=1):
    for column, value in others.items():
        terms[column] = terms.get(column, 0) + factor * value
    return terms


class Place:
    """A grant in a bucket: `on` whether it is there, `counted` what of it counts, as terms."""

    def __init__(self, encoding, application, grant, bucket):
        self.application, self.grant, self.bucket = application, grant, bucket
        model = encoding.model
        self.on = model.column(1)
        self.column = None
        self.counted = {self.on: grant.amount}
        if application.effect == "transfer" and any(
                cap.cuts and cap.takes(application, bucket) for cap in encoding.problem.caps):
            self.column = model.column(grant.amount)
            self.counted = {self.column: 1}
            model.at_most({self.column: 1, self.on: -grant.amount}, 0)
            model.at_least({self.column: 1, self.on: -1}, 0)


class Encoding:
    def __init__(self, problem):
        self.problem, self.model = problem, Model()
        self.chosen = {one: self.model.column(1) for one in problem.applications}
        self.places = [Place(self, one, grant, bucket) for one in problem.applications
                       for grant in one.grants for bucket in grant.buckets]
        self.of = {one: [] for one in problem.applications}
        for place in self.places:
            self.of[place.application].append(place)
        self.add_uses()
        for cap in problem.caps:
            self.add_cap(cap)
        self.measures = {
            "missing": {self.add_missing(): 1},
            "counted": self.counted(self.places),
            "earned": self.counted(place for place in self.places
                                   if place.application.effect == "transfer"),
            "records": {self.chosen[one]: len(one.records) for one in problem.applications},
        }

    def counted(self, places):
        terms = {}
        for place in places:
            add(terms, place.counted)
        return terms

    def counted_in(self, node):
        return self.counted(place for place in self.places
                            if node is None or node in self.problem.path(place.bucket))

    def add_uses(self):
        model, problem = self.model, self.problem
        for one, places in self.of.items():
            for grant in one.grants:
                terms = {place.on: 1 for place in places if place.grant is grant}
                model.at_most(add(dict(terms), {self.chosen[one]: 1}, -1), 0)
                if one.whole:
                    model.at_least(add(dict(terms), {self.chosen[one]: 1}, -1), 0)
            model.at_least(add({place.on: 1 for place in places}, {self.chosen[one]: 1}, -1), 0)
        for id in problem.records:
            model.at_most({column: 1 for one, column in self.chosen.items()
                           if id in one.records}, 1)
        for group in problem.instance["groups"]:
            rivals = problem.touching(group, problem.applications)
            model.at_most({self.chosen[one]: 1 for one in rivals}, 1)
        for course in problem.programme["courses"]:
            model.at_most({place.on: 1 for place in self.places if place.grant.course == course}, 1)

    def add_cap(self, cap):
        used = {}   # part: terms
        for one, places in self.of.items():
            counting = [place for place in places if cap.counts(one, place.bucket)]
            for part, records in cap.parts(one).items() if counting else ():
                terms = used.setdefault(part, {})
                if cap.measure == "records":
                    terms[self.is_counting(one, counting)] = len(records)
                else:
                    for place in counting:
                        add(terms, place.counted if cap.cuts else {place.on: place.grant.amount})
        for part, terms in used.items():
            if "number" in cap.limit:
                self.model.at_most(terms, cap.limit["number"])
                continue
            share, whole = cap.limit["percent"]
            base, number = self.base(cap, part)
            terms = {column: factor * whole for column, factor in terms.items()}
            self.model.at_most(add(terms, base, -share), share * number)

    def is_counting(self, application, counting):
        """A column that is 1 if the application has one of these places."""
        if len(counting) == len(self.of[application]):
            return self.chosen[application]
        column = self.model.column(1)
        for place in counting:
            self.model.at_most({place.on: 1, column: -1}, 0)
        return column

    def base(self, cap, part):
        """What the percentage is taken of: terms and a number."""
        of = cap.limit["of"]
        if of == "programme":
            return {}, self.problem.programme["total"]
        if of == "counted":
            return self.counted(self.places), 0
        if of == "counted_part":
            return self.counted(place for place in self.places
                                if cap.touches(place.application, part)), 0
        if "bucket" in of:
            return {}, self.problem.nodes[of["bucket"]]["min"]
        return self.counted_in(of["counted_bucket"]), 0

    def add_missing(self):
        """The column of what is missing: at least that, and exactly that where it is least."""
        root = self.add_node(None)
        for demand in self.problem.programme.get("residency", []):
            resident = self.counted(
                place for place in self.places if place.application.effect == "transfer" and all(
                    self.problem.matches(demand["records"], id)
                    for id in place.application.records))
            self.model.at_least(add(resident, {root: 1}), demand["min"])
        return root

    def add_node(self, node):
        owner = self.problem.programme if node is None else self.problem.nodes[node]
        least = owner["total"] if node is None else owner.get("min", 0)
        column = self.model.column()
        self.model.at_least(add(self.counted_in(node), {column: 1}), least)
        below = {self.add_node(child): -1 for child in self.problem.children[node]}
        self.model.at_least(add({column: 1}, below), 0)
        return column

    def plan(self, values):
        entries = []
        for one, places in self.of.items():
            grants = {str(place.grant.index):
                      [place.bucket, values[place.column] if place.column is not None
                       else place.grant.amount]
                      for place in places if values[place.on]}
            if values[self.chosen[one]]:
                entries.append([one.rule, sorted(one.records), grants])
        return entries


def run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise Unsure(f"{command[0]} does not end") from late
    if done.returncode != 0:
        raise Unsure(f"{command[0]} ended with {done.returncode}")


def run_glpk(folder, seconds=2):
    """Quick where the question is easy, which most are; else it gives up early."""
    found = folder / "plan.glpk"
    run(["glpsol", "--freemps", folder / "plan.mps", "--mipgap", "0", "--tmlim", str(seconds),
         "--write", found])
    text = found.read_text()
    if not re.search(r"^s mip \d+ \d+ o ", text, re.MULTILINE):
        raise Unsure("glpk finds no optimum")
    return {int(number) - 1: value
            for number, value in re.findall(r"^j (\d+) (\S+)$", text, re.MULTILINE)}


def run_cbc(folder, seconds=3):
    found = folder / "plan.cbc"
    run(["cbc", folder / "plan.mps", "seconds", str(seconds), "allowableGap", "0", "ratioGap", "0",
         "integerTolerance", "1e-9", "primalTolerance", "1e-9", "solve", "solution", found])
    lines = found.read_text().splitlines()
    if not lines[0].startswith("Optimal"):
        raise Unsure(f"cbc: {lines[0]}")
    return {int(words[-3][1:]): words[-2] for words in map(str.split, lines[1:])}


SOLVERS = {"glpk": [run_glpk], "cbc": [run_cbc], "both": [run_glpk, run_cbc]}


def read_plan(problem, encoding, solver, folder):
    """The plan of one solver, its measures, and the values of the columns, all of it checked."""
    found = solver(folder)
    values = [round(float(found.get(number, 0))) for number in range(len(encoding.model.bounds))]
    plan = encoding.plan(values)
    try:
        return plan, answer.check(problem, plan), values
    except answer.Wrong as wrong:
        raise Unsure(f"{solver.__name__}: {wrong}") from wrong


def optimise(problem, encoding, name, solvers):
    """The plan that is best in one measure, and all its measures."""
    sign = 1 if name in SMALLER_IS_BETTER else -1
    terms = encoding.measures[name]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        text = encoding.model.mps({column: sign * factor for column, factor in terms.items()})
        (folder / "plan.mps").write_text(text)
        for solver in solvers:
            try:
                plan, measures, values = read_plan(problem, encoding, solver, folder)
                if measures[name] != sum(values[column] * factor
                                         for column, factor in terms.items()):
                    raise Unsure(f"{solver.__name__}: {name} is {measures[name]}")
                return plan, measures
            except Unsure as unsure:
                last = unsure
        raise last


def solve_goal(problem, goal, solvers, known=None):
    """The optimum for one goal; `known` is that for the other one.

    Two solves are spared, for reasons that are exact. Earned is a part of counted: where all of it
    is earned, no plan that counts as much earns more. And where the first measure of this goal is
    as in the other goal's optimum, that optimum, which is best in its own first measure among all
    plans, is best here too.
    """
    encoding = Encoding(problem)
    if len(encoding.model.bounds) > LARGEST:
        raise Unsure("too large to be quick")
    for name in GOALS[goal]:
        if name != "earned" or measures["earned"] != measures["counted"]:
            plan, measures = optimise(problem, encoding, name, solvers)
        if known is not None and known[0][name] == measures[name]:
            return known
        known = None
        fix = encoding.model.at_most if name in SMALLER_IS_BETTER else encoding.model.at_least
        fix(encoding.measures[name], measures[name])
    return measures, plan


def solve(problem, solver="both"):
    """{goal: measures, plan_goal: plan}; raises Unsure."""
    result, known = {}, None
    for goal in GOALS:
        known = solve_goal(problem, goal, SOLVERS[solver], known)
        result[goal], result[f"plan_{goal}"] = known
    return result
