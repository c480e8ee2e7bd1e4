"""The optimum by trying everything: every set of applications, every placement, every amount.

Only for small questions, and slow on purpose: nothing is left out because something else is
thought to be better. What excludes a plan for good (a record, group or course used twice) ends a
branch; caps are looked at for each plan as a whole.
"""
from itertools import product

from answer import rank
from problem import GOALS


class TooLarge(Exception):
    """More plans than asked for."""


class Option:
    """An application with each of its grants in one bucket or none, at one counted amount."""

    def __init__(self, search, application, places):
        problem = search.problem
        self.application, self.places = application, places
        self.counted = sum(counted for _, _, counted in places)
        self.earned = self.counted if application.effect == "transfer" else 0
        self.taken = search.bits(application, places)
        self.used = {}      # (cap, part): what it uses there
        self.bases = {}     # (cap, part): what it adds to what a percentage is taken of
        self.nodes = {}
        for _, bucket, counted in places:
            for node in problem.path(bucket):
                self.nodes[node] = self.nodes.get(node, 0) + counted
        for number, cap in enumerate(problem.caps):
            self.meet(number, cap)
        self.resident = [
            self.earned * all(problem.matches(demand["records"], id) for id in application.records)
            for demand in problem.programme.get("residency", [])]

    def meet(self, number, cap):
        application = self.application
        places = [place for place in self.places if cap.counts(application, place[1])]
        if cap.measure == "records":
            use = None
        else:
            use = sum(counted if cap.cuts else grant.amount for grant, _, counted in places)
        for part, records in cap.parts(application).items() if places else ():
            self.used[number, part] = len(records) if use is None else use
        if cap.limit.get("of") == "counted_part":
            for part in {cap.part(application, id) for id in application.records}:
                self.bases[number, part] = self.counted


class Search:
    def __init__(self, problem, most):
        self.problem, self.left = problem, most
        self.best = {goal: None for goal in GOALS}
        self.plans = {}
        self.names = {}     # what may be used once: its bit
        self.groups = [(group["id"], {id for id in problem.records
                                      if problem.matches(group["members"], id)})
                       for group in problem.instance["groups"]]
        self.options = [self.options_of(one) for one in problem.applications]
        self.run(0, 0, [])

    def bit(self, *name):
        return 1 << self.names.setdefault(name, len(self.names))

    def bits(self, application, places):
        taken = 0
        for id in application.records:
            taken |= self.bit("record", id)
        for id, members in self.groups:
            if members & application.records:
                taken |= self.bit("group", id)
        for grant, _, _ in places:
            if grant.course is not None:
                taken |= self.bit("course", grant.course)
        return taken

    def amounts(self, application, grant, bucket):
        cut = application.effect == "transfer" and any(
            cap.cuts and cap.takes(application, bucket) for cap in self.problem.caps)
        return range(1, grant.amount + 1) if cut else [grant.amount]

    def options_of(self, application):
        ways = [[None] * (not application.whole) + [
            (grant, bucket, counted) for bucket in grant.buckets
            for counted in self.amounts(application, grant, bucket)]
            for grant in application.grants]
        count = 1
        for way in ways:
            count *= len(way)
        if count > self.left:
            raise TooLarge
        options = []
        for chosen in product(*ways):
            places = [place for place in chosen if place is not None]
            courses = [grant.course for grant, _, _ in places if grant.course is not None]
            if places and len(courses) == len(set(courses)):
                options.append(Option(self, application, places))
        return options

    def run(self, start, taken, plan):
        self.left -= 1
        if self.left < 0:
            raise TooLarge
        if self.is_allowed(plan):
            self.offer(plan)
        for number in range(start, len(self.options)):
            for option in self.options[number]:
                if not option.taken & taken:
                    plan.append(option)
                    self.run(number + 1, taken | option.taken, plan)
                    plan.pop()

    def is_allowed(self, plan):
        used = {}
        for option in plan:
            for key, use in option.used.items():
                used[key] = used.get(key, 0) + use
        return all(self.fits(plan, key, use) for key, use in used.items())

    def fits(self, plan, key, use):
        limit = self.problem.caps[key[0]].limit
        if "number" in limit:
            return use <= limit["number"]
        of, (part, whole) = limit["of"], limit["percent"]
        if of == "programme":
            base = self.problem.programme["total"]
        elif of == "counted":
            base = sum(option.counted for option in plan)
        elif of == "counted_part":
            base = sum(option.bases.get(key, 0) for option in plan)
        elif "bucket" in of:
            base = self.problem.nodes[of["bucket"]]["min"]
        else:
            base = sum(option.nodes.get(of["counted_bucket"], 0) for option in plan)
        return use * whole <= part * base

    def lacks(self, plan, node, least):
        """What a node lacks, or the sum of what those below it lack, if that is more."""
        counted = sum(option.counted if node is None else option.nodes.get(node, 0)
                      for option in plan)
        below = sum(self.lacks(plan, child, self.problem.nodes[child].get("min", 0))
                    for child in self.problem.children[node])
        return max(least - counted, below)

    def offer(self, plan):
        programme = self.problem.programme
        found = {
            "missing": max(0, self.lacks(plan, None, programme["total"])),
            "counted": sum(option.counted for option in plan),
            "earned": sum(option.earned for option in plan),
            "records": sum(len(option.application.records) for option in plan),
        }
        for number, demand in enumerate(programme.get("residency", [])):
            resident = sum(option.resident[number] for option in plan)
            found["missing"] = max(found["missing"], demand["min"] - resident)
        for goal in GOALS:
            if self.best[goal] is None or rank(goal, found) < rank(goal, self.best[goal]):
                self.best[goal] = found
                self.plans[goal] = entries(plan)


def entries(plan):
    return [[option.application.rule, sorted(option.application.records),
             {str(grant.index): [bucket, counted] for grant, bucket, counted in option.places}]
            for option in plan]


def solve(problem, most=200000):
    """{goal: measures, plan_goal: plan}; raises TooLarge beyond `most` plans."""
    search = Search(problem, most)
    return dict(search.best, **{f"plan_{goal}": plan for goal, plan in search.plans.items()})
