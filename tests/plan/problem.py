"""A planning question as a problem of choice: admissible applications and the caps they meet."""
from dataclasses import dataclass

from reading import Source, Unclear, date, matches, part_value, record_sets

GOALS = {
    "award": ("missing", "counted", "earned", "records"),
    "credit": ("counted", "missing", "earned", "records"),
}
SMALLER_IS_BETTER = ("missing", "records")


@dataclass(frozen=True)
class Grant:
    index: int
    course: str
    buckets: tuple   # of this programme only
    amount: int      # more than 0


@dataclass(frozen=True)
class Application:
    rule: str
    priority: int
    effect: str
    records: frozenset
    grants: tuple    # those that can be placed; if whole, all that are more than 0
    whole: bool      # each of them must be placed, also where there is no place for it

    @property
    def value(self):
        return sum(grant.amount for grant in self.grants if grant.buckets)

    def name(self):
        return self.rule, tuple(sorted(self.records))


class Cap:
    """A cap of the instance, or the maximum of a bucket or the programme, which behaves as one."""

    def __init__(self, problem, data):
        self.problem, self.data = problem, data
        self.id, self.measure = data["id"], data["measure"]
        self.limit, self.per = data["limit"], data.get("per", [])
        self.cuts = data.get("over", "refuse") == "cut"
        self.excepted = []
        of = self.limit.get("of")
        if isinstance(of, dict) and "min" not in problem.nodes.get(of.get("bucket"), {"min": 0}):
            raise Unclear(f"{self.id} is a part of a minimum that there is not")

    def records(self, application):
        """The records of the application that bring it into scope; none if it is not in scope."""
        scope = self.data["scope"]
        if application.rule not in scope.get("rules", [application.rule]):
            return []
        if application.effect not in scope.get("effects", [application.effect]):
            return []
        return [id for id in sorted(application.records)
                if self.problem.matches(scope.get("records", {}), id)]

    def takes(self, application, bucket):
        """Is this placement in scope?"""
        wanted = self.data["scope"].get("buckets")
        return bool(self.records(application)) and (
            wanted is None or any(node in wanted for node in self.problem.path(bucket)))

    def counts(self, application, bucket):
        """Does it count against the cap: in scope, and not in that of a cap that is excepted?"""
        return self.takes(application, bucket) and not any(
            other.takes(application, bucket) for other in self.excepted)

    def part(self, application, id):
        record = self.problem.records[id]
        return tuple(part_value(key, record, application.rule, self.data) for key in self.per)

    def parts(self, application):
        """The parts in which the application counts, with its records in each."""
        parts = {}
        for id in self.records(application):
            parts.setdefault(self.part(application, id), []).append(id)
        return parts

    def touches(self, application, part):
        """Has the application a record in the part, in scope or out of it?"""
        return any(self.part(application, id) == part for id in application.records)


class Problem:
    def __init__(self, instance):
        self.instance = instance
        self.programme = instance["programme"]
        self.as_of = date(instance["as_of"])
        self.records = {record["id"]: record for record in instance["records"]}
        self.nodes = {node["id"]: node for node in self.programme["buckets"]}
        self.children = {id: [] for id in [None, *self.nodes]}
        for id, node in self.nodes.items():
            self.children[node.get("parent")].append(id)
        self.applications = self.admissible()
        self.caps = self.all_caps()

    def matches(self, selector, id):
        return matches(selector, self.records[id], self.as_of)

    def path(self, bucket):
        """The bucket and its ancestors."""
        path = []
        while bucket is not None:
            path.append(bucket)
            bucket = self.nodes[bucket].get("parent")
        return path

    def all_caps(self):
        caps = [Cap(self, data) for data in self.instance["caps"]]
        by_id = {cap.id: cap for cap in caps}
        for cap in caps:
            cap.excepted = [by_id[id] for id in cap.data.get("except", [])]
        for owner, scope in [(self.programme, {})] + [
                (node, {"buckets": [id]}) for id, node in self.nodes.items()]:
            if "max" in owner:
                caps.append(Cap(self, {
                    "id": f"max of {owner['id'] if scope else 'programme'}", "scope": scope,
                    "measure": "credits", "limit": {"number": owner["max"]},
                    "over": owner.get("over", "refuse")}))
        return caps

    # The static filters, in their order.

    def admissible(self):
        found = []
        for rule in self.instance["rules"]:
            for ids in record_sets(rule["source"], self.records.values(), self.as_of):
                if not self.is_blocked(rule, ids):
                    found.append((rule, ids))
        found = self.without_untransferable(found)
        found = self.of_smallest_priority(found)
        usable = [self.application(rule, ids) for rule, ids in found]
        return self.of_highest_value([one for one in usable if one.value > 0])

    def is_blocked(self, rule, ids):
        if "blocked_by" not in rule:
            return False
        when, selector = rule["blocked_by"]["when"], rule["blocked_by"]["select"]
        for other in self.records:
            if other in ids or not self.matches(selector, other):
                continue
            for id in ids:
                mine = date(self.records[id]["awarded"])
                theirs = date(self.records[other]["awarded"])
                if when == "ever" or (when == "later" and theirs > mine) or (
                        when == "earlier" and theirs < mine):
                    return True
        return False

    @staticmethod
    def without_untransferable(found):
        barred = {}
        for rule, ids in found:
            if rule["effect"] == "does_not_transfer":
                for id in ids:
                    barred[id] = min(barred.get(id, rule["priority"]), rule["priority"])
        return [(rule, ids) for rule, ids in found
                if rule["effect"] != "does_not_transfer"
                and not any(id in barred and rule["priority"] >= barred[id] for id in ids)]

    @staticmethod
    def of_smallest_priority(found):
        smallest = {}
        for rule, ids in found:
            smallest[ids] = min(smallest.get(ids, rule["priority"]), rule["priority"])
        return [(rule, ids) for rule, ids in found if rule["priority"] == smallest[ids]]

    def application(self, rule, ids):
        source = Source(rule, [self.records[id] for id in ids], self.programme["courses"])
        grants, whole = [], rule.get("grants_mode") == "all"
        for index, grant in enumerate(rule["grants"]):
            course = grant["target"].get("course")
            wanted = grant["target"].get("buckets", [])
            if course is not None:
                wanted = self.programme["courses"].get(course, {}).get("buckets", [])
            buckets = tuple(sorted(id for id in set(wanted) if id in self.nodes))
            amount = source.amount(index)
            if amount > 0 and (buckets or whole):
                grants.append(Grant(index, course, buckets, amount))
        return Application(rule["id"], rule["priority"], rule["effect"], ids, tuple(grants), whole)

    def touching(self, group, applications):
        members = {id for id in self.records if self.matches(group["members"], id)}
        return [one for one in applications if one.records & members]

    def of_highest_value(self, applications):
        lower = set()
        for group in self.instance["groups"]:
            if group["keep"] == "highest":
                rivals = self.touching(group, applications)
                highest = max((one.value for one in rivals), default=0)
                lower |= {one.name() for one in rivals if one.value < highest}
        return sorted((one for one in applications if one.name() not in lower),
                      key=Application.name)
