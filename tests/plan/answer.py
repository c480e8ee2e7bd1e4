"""A plan held against its question: every condition, every measure, in integers.

A plan is a list of [rule, [records], {grant index: [bucket, counted]}].
"""
from problem import GOALS, SMALLER_IS_BETTER


class Wrong(Exception):
    """The plan breaks a condition, or is none."""


class Placed:
    """One chosen application of a plan: where its grants went and what of them counts."""

    def __init__(self, problem, entry):
        rule, records, grants = entry
        found = [one for one in problem.applications
                 if one.rule == rule and one.records == frozenset(records)]
        if len(found) != 1 or len(records) != len(set(records)):
            raise Wrong(f"{rule} may not be applied to {records}")
        self.application = found[0]
        by_index = {grant.index: grant for grant in found[0].grants}
        self.places = []   # (grant, bucket, counted)
        for index, (bucket, counted) in grants.items():
            grant = by_index.get(int(index))
            if grant is None or bucket not in grant.buckets:
                raise Wrong(f"grant {index} of {rule} cannot go to {bucket}")
            if type(counted) is not int or not 1 <= counted <= grant.amount:
                raise Wrong(f"grant {index} of {rule} counts {counted} of {grant.amount}")
            self.places.append((grant, bucket, counted))
        if not self.places or (found[0].whole and len(self.places) < len(found[0].grants)):
            raise Wrong(f"{rule} on {records} does not place the grants it must")

    def counted(self):
        return sum(counted for _, _, counted in self.places)


def counted_in(problem, plan, node):
    return sum(counted for placed in plan for _, bucket, counted in placed.places
               if node is None or node in problem.path(bucket))


def check_uses(problem, plan):
    used = [id for placed in plan for id in placed.application.records]
    if len(used) != len(set(used)):
        raise Wrong("a record is used twice")
    for group in problem.instance["groups"]:
        chosen = problem.touching(group, [placed.application for placed in plan])
        if len(chosen) > 1:
            raise Wrong(f"{len(chosen)} applications use group {group['id']}")
    courses = [grant.course for placed in plan for grant, _, _ in placed.places
               if grant.course is not None]
    if len(courses) != len(set(courses)):
        raise Wrong("a course is granted twice")


def check_amounts(problem, plan):
    for placed in plan:
        for grant, bucket, counted in placed.places:
            may_cut = placed.application.effect == "transfer" and any(
                cap.cuts and cap.takes(placed.application, bucket) for cap in problem.caps)
            if counted != grant.amount and not may_cut:
                raise Wrong(f"{placed.application.rule} is cut where nothing cuts")


def used_of(cap, placed, part):
    """What one chosen application uses of a part of a cap."""
    records = cap.parts(placed.application).get(part)
    places = [(grant.amount, counted) for grant, bucket, counted in placed.places
              if cap.counts(placed.application, bucket)]
    if records is None or not places:
        return 0
    if cap.measure == "records":
        return len(records)
    return sum(counted if cap.cuts else full for full, counted in places)


def check_cap(problem, plan, cap):
    for part in {part for placed in plan for part in cap.parts(placed.application)}:
        used = sum(used_of(cap, placed, part) for placed in plan)
        limit = cap.limit
        if "number" in limit:
            fits = used <= limit["number"]
        else:
            base = cap_base(problem, plan, cap, part)
            fits = used * limit["percent"][1] <= limit["percent"][0] * base
        if not fits:
            raise Wrong(f"{cap.id} {part or ''} is exceeded: {used}, limit {limit}")


def cap_base(problem, plan, cap, part):
    of = cap.limit["of"]
    if of == "programme":
        return problem.programme["total"]
    if of == "counted":
        return counted_in(problem, plan, None)
    if of == "counted_part":
        return sum(placed.counted() for placed in plan if cap.touches(placed.application, part))
    if "bucket" in of:
        return problem.nodes[of["bucket"]]["min"]
    return counted_in(problem, plan, of["counted_bucket"])


def missing_at(problem, plan, node):
    least = problem.programme["total"] if node is None else problem.nodes[node].get("min", 0)
    below = sum(missing_at(problem, plan, child) for child in problem.children[node])
    return max(0, least - counted_in(problem, plan, node), below)


def measures(problem, plan):
    missing = missing_at(problem, plan, None)
    for demand in problem.programme.get("residency", []):
        resident = sum(
            placed.counted() for placed in plan if placed.application.effect == "transfer"
            and all(problem.matches(demand["records"], id) for id in placed.application.records))
        missing = max(missing, demand["min"] - resident)
    return {
        "missing": missing,
        "counted": counted_in(problem, plan, None),
        "earned": sum(placed.counted() for placed in plan
                      if placed.application.effect == "transfer"),
        "records": sum(len(placed.application.records) for placed in plan),
    }


def check(problem, entries):
    """The measures of a plan; raises Wrong if it breaks a condition."""
    plan = [Placed(problem, entry) for entry in entries]
    check_uses(problem, plan)
    check_amounts(problem, plan)
    for cap in problem.caps:
        check_cap(problem, plan, cap)
    return measures(problem, plan)


def rank(goal, found):
    """Smaller is better."""
    return tuple(found[name] if name in SMALLER_IS_BETTER else -found[name]
                 for name in GOALS[goal])
