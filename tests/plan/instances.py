"""Random planning questions, cbank-plan-instance/1, from a seed: all kinds of everything.

Usage: instances.py CLASS FIRST [COUNT]     prints one question a line
A question is a function of its class and seed. Classes: tiny (a few records of a few 1/1000, for
brute force with amounts that are cut), small (for brute force without), easy, mixed, nm (most
rules take several records), odd (numbers that share no divisor).
"""
import json
import sys
from random import Random

TYPES = ["course", "exam", "certificate", "work", "training", "online"]
FIELDS = ["0111", "0411", "0413", "0611", "0612", "0613", "1015"]
LEAP_DAYS = ["2016-02-29", "2020-02-29", "2024-02-29"]
AS_OF = ["2025-03-01", "2025-02-28", "2024-02-29", "2026-02-28", "2025-09-01", "2024-12-31"]
STARTS = ["01-01", "03-01", "09-01", "02-28", "07-15"]
TERMS = [["03-01", "09-01"], ["01-15", "05-01", "09-10"], ["02-20"]]

# records, rules, groups, caps: least and most; unit of credit; credits of a record in units;
# the share of rules that take several records; how often a cap or maximum says what is done about
# what is over.
SIZES = {
    "tiny": ((1, 6), (2, 9), (0, 2), (0, 4), 1, (0, 4), 0.3, 0.4),
    "small": ((2, 7), (3, 10), (0, 2), (0, 5), 1, (1, 6000), 0.3, 0),
    "easy": ((5, 12), (5, 16), (0, 2), (0, 5), 500, (1, 12), 0.2, 0.4),
    "mixed": ((10, 24), (10, 32), (0, 4), (1, 7), 500, (1, 12), 0.25, 0.4),
    "nm": ((7, 18), (12, 32), (0, 3), (0, 6), 500, (1, 12), 0.8, 0.3),
    "odd": ((4, 14), (4, 18), (0, 3), (1, 7), 1, (1, 9000), 0.3, 0.3),
}
CLASSES = tuple(SIZES)


class Maker:
    def __init__(self, kind, seed):
        self.rng = Random(f"{kind} {seed}")
        (self.records, self.rules, self.groups, self.caps, self.unit, self.credits, self.several,
         self.over) = SIZES[kind]
        self.kind, self.seed = kind, seed

    # Small words of chance.

    def chance(self, share):
        return self.rng.random() < share

    def between(self, bounds):
        return self.rng.randint(*bounds)

    def some(self, values, most=3):
        values = list(values)
        return sorted(self.rng.sample(values, self.rng.randint(1, min(most, len(values)))))

    def units(self, least, most):
        return self.unit * self.rng.randint(least, most)

    def credit(self, share=1.0):
        """About that share of what a record may have."""
        most = max(1, round(self.credits[1] * share))
        return self.units(1 if self.tight or share <= 1 else max(1, most // 3), most)

    def step(self):
        if self.unit > 1:
            return self.rng.choice([1, 250, 500, 500, 1000, 2000])
        return self.rng.choice([1, 1, 2, 3] if self.kind == "tiny" else [1, 10, 100, 333, 500])

    def day(self):
        if self.chance(0.1):
            return self.rng.choice(LEAP_DAYS)
        return "%04d-%02d-%02d" % (self.rng.randint(2016, 2025), self.rng.randint(1, 12),
                                   self.rng.randint(1, 28))

    # Records and selectors.

    def record(self, number):
        rng = self.rng
        record = {"id": f"r{number:02}", "type": rng.choice(self.types),
                  "institution": rng.choice(self.institutions), "code": rng.choice(self.codes),
                  "credits": self.units(*self.credits), "awarded": self.day()}
        if self.chance(0.6):
            record["hours"] = rng.choice([16, 24, 32, 36, 48, 64, 70])
        if self.chance(0.8):
            record["grade"] = rng.randrange(40, 101, 5)
        if self.chance(0.7):
            record["level"] = rng.randrange(2000, 7001, 500)
        if self.chance(0.5):
            record["field"] = rng.choice(FIELDS)
        if self.chance(0.3):
            record["sub"] = {name: rng.randrange(40, 101, 5)
                             for name in self.some(["written", "oral", "practice"])}
        return record

    def condition(self, key):
        rng = self.rng
        if key == "id":
            return self.some((record["id"] for record in self.made), 4)
        if key in ("min_grade", "max_grade"):
            return rng.randrange(50, 81, 5) if key[:3] == "min" else rng.randrange(70, 101, 5)
        if key in ("min_level", "max_level"):
            return 500 * (rng.randint(4, 11) if key[:3] == "min" else rng.randint(8, 14))
        if key in ("awarded_from", "awarded_to"):
            years = (2016, 2021) if key == "awarded_from" else (2020, 2025)
            return f"{rng.randint(*years)}-{rng.choice(['02-28', '03-01', '06-30', '12-31'])}"
        if key == "min_sub":
            return {name: rng.randrange(40, 71, 5) for name in self.some(["written", "oral"])}
        if key == "max_age_years":
            return rng.choice([1, 4, 5, 7, 8, 9])
        if key == "not":
            return self.selector(rng.choice([["institution"], ["type"], ["code", "min_grade"]]))
        return self.some({"type": self.types, "institution": self.institutions, "code": self.codes,
                          "field_prefix": ["0", "04", "06", "061", "0411", "1"]}[key])

    def selector(self, keys):
        return {key: self.condition(key) for key in keys}

    def narrowing(self, share):
        """Keys that take a few records away."""
        keys = ["min_grade", "max_grade", "min_level", "max_level", "awarded_from", "awarded_to",
                "max_age_years", "not", "min_sub"]
        return [key for key in keys if self.chance(share * (0.3 if key == "min_sub" else 1))]

    def any_selector(self):
        if self.chance(0.08):
            return {}
        main = self.rng.choice(["type", "institution", "code", "code", "field_prefix", "id"])
        return self.selector([main, *self.narrowing(0.07)])

    # Rules.

    def leaf(self):
        return {"select": self.selector(["code", *self.narrowing(0.05)])}

    def term(self, depth=0):
        rng = self.rng
        form = rng.choice(["all", "all", "n", "any"]) if depth == 0 else rng.choice(
            ["leaf", "leaf", "leaf", "any", "all", "n"] if depth == 1 else ["leaf"])
        if form == "leaf":
            return self.leaf()
        parts = [self.term(depth + 1) for _ in range(rng.choice([1, 2, 2, 3]))]
        return {form: parts} if form != "n" else {"n": rng.randint(1, len(parts)), "of": parts}

    def rounding(self):
        return {"mode": self.rng.choice(["down", "up", "half_up", "half_down", "half_even"]),
                "step": self.step()}

    def amount(self, target, remainder, depth=0):
        rng = self.rng
        modes = ["as_is", "as_is", "fixed", "ratio", "ratio", "per_hours"]
        if "course" in target:
            modes += ["catalogue", "catalogue"]
        if remainder:
            modes += ["remainder"] * 4
        if depth < 2 and self.chance(0.15):
            modes = ["lesser", "greater"]
        amount = {"mode": rng.choice(modes)}
        if amount["mode"] == "fixed":
            amount["credits"] = self.credit(0.8)
        elif amount["mode"] == "ratio":
            amount["den"] = rng.choice([1, 2, 3, 4, 7])
            amount["num"] = rng.randint(0, amount["den"] * 3 // 2 + 1)
        elif amount["mode"] == "per_hours":
            amount["hours"] = rng.choice([8000, 16000] if self.kind == "tiny" else [16, 18, 17, 10])
        elif amount["mode"] in ("lesser", "greater"):
            amount["of"] = [self.amount(target, False, depth + 1) for _ in range(rng.randint(1, 3))]
        if self.chance(0.25):
            amount["max"] = self.credit(1.2)
        inexact = amount["mode"] in ("ratio", "per_hours", "lesser", "greater")
        if (inexact and depth == 0) or self.chance(0.15):
            amount["round"] = self.rounding()
        return amount

    def target(self):
        if self.chance(0.4) and self.courses:
            course = "X99" if self.chance(0.02) else self.rng.choice(sorted(self.courses))
            return {"course": course}
        buckets = self.some(self.buckets, 3)
        return {"buckets": ["b99", *buckets] if self.chance(0.02) else buckets}

    def grants(self):
        count = self.rng.choice([1, 1, 1, 1, 2, 2, 3])
        left = self.rng.randrange(count) if count > 1 and self.chance(0.5) else None
        targets = [self.target() for _ in range(count)]
        return [{"target": target, "amount": self.amount(target, index == left)}
                for index, target in enumerate(targets)]

    def rule(self, number):
        rng = self.rng
        rule = {"id": f"k{number:02}", "priority": rng.choice([1, 2, 2, 3, 3, 3, 5])}
        one = {"select": self.any_selector()}
        if self.chance(0.06):
            rule.update(effect="does_not_transfer", source=one)
        else:
            rule["effect"] = "exempt" if self.chance(0.15) else "transfer"
            rule["source"] = self.term() if self.chance(self.several) else one
            rule["grants"] = self.grants()
            if self.chance(0.12):
                rule["grants_mode"] = rng.choice(["all", "all", "any"])
        if self.chance(0.08):
            rule["blocked_by"] = {"select": self.any_selector(),
                                  "when": rng.choice(["later", "earlier", "ever"])}
        return rule

    def rule_list(self):
        rules = []
        for number in range(1, self.between(self.rules) + 1):
            rules.append(self.rule(number))
            if "grants" in rules[-1] and self.chance(0.25):   # a rival for the same records
                rival = dict(self.rule(number), id=f"k{number:02}b", source=rules[-1]["source"],
                             effect="transfer", grants=self.grants())
                if self.chance(0.7):
                    rival["priority"] = rules[-1]["priority"]
                rules.append(rival)
        return rules

    # The programme.

    def owner(self, node, least, most, maximum):
        """A minimum and a maximum, or not, with what is done about the maximum."""
        if least and self.chance(0.55):
            node["min"] = self.credit(least)
        if self.chance(maximum):
            node["max"] = 0 if self.chance(0.02) else self.credit(most)
            if self.chance(self.over):
                node["over"] = self.rng.choice(["cut", "cut", "refuse"])
        return node

    def programme(self):
        size = self.between(self.records)
        buckets = []
        for number in range(1, self.rng.choice([1, 2, 2, 3, 3, 4, 5]) + 1):
            bucket = {"id": f"b{number}"}
            if buckets and self.chance(0.4):
                bucket["parent"] = self.rng.choice(buckets)["id"]
            buckets.append(self.owner(bucket, size / 5, size / 3, 0.4))
        self.rng.shuffle(buckets)
        self.buckets = {bucket["id"]: bucket for bucket in buckets}
        self.courses = {
            f"X{number:02}": {"credits": self.credit(0.8), "buckets": self.some(self.buckets)}
            for number in range(1, self.rng.randint(1, 4 if self.kind == "tiny" else 14) + 1)}
        programme = {"id": "P", "total": self.credit(size / 2), "buckets": buckets,
                     "courses": self.courses, "residency": []}
        if self.chance(0.03):
            programme["total"] = 0
        self.owner(programme, 0, size / 2, 0.35)
        while self.chance(0.35):
            programme["residency"].append({"records": self.any_selector(),
                                           "min": self.credit(size / 4)})
        return programme

    # Groups and caps.

    def scope(self, rules):
        scope = {}
        if self.chance(0.7):
            scope["records"] = self.any_selector()
        if self.chance(0.1):
            scope["rules"] = self.some((rule["id"] for rule in rules), 5)
        if self.chance(0.12):
            scope["effects"] = self.some(["transfer", "exempt"])
        if self.chance(0.35):
            scope["buckets"] = self.some(self.buckets, 2)
        return scope

    def percentage(self, per):
        rng = self.rng
        of = rng.choice(["programme", "programme", "counted", "counted_part", "bucket", "bucket",
                         "counted_bucket"])
        if of == "counted_part" and not per and self.chance(0.7):
            of = "counted"
        if of == "bucket":
            least = [id for id, bucket in self.buckets.items() if "min" in bucket]
            of = {"bucket": rng.choice(least)} if least else "programme"
        elif of == "counted_bucket":
            of = {"counted_bucket": rng.choice(sorted(self.buckets))}
        den = rng.choice([100, 100, 100, 2, 3, 7])
        least = 0 if self.chance(0.03) else max(1, den // (8 if self.tight else 2))
        return {"percent": [rng.randint(least, den), den], "of": of}

    def cap(self, number, rules):
        rng = self.rng
        per = []
        if self.chance(0.5):
            per = self.some(["institution", "type", "code", "id", "rule", "year", "term"],
                            rng.choice([1, 1, 1, 2, 3]))
        cap = {"id": f"cap{number}", "scope": self.scope(rules),
               "measure": "records" if self.chance(0.22) else "credits"}
        if cap["measure"] == "records":
            cap["limit"] = {"number": rng.choice([0, 1, 1, 2] if self.tight else [1, 2, 2, 3, 4])}
        elif self.chance(0.45):
            share = rng.choice([1, 2, 4]) * (1 if self.tight else 2) / (1 + bool(per))
            cap["limit"] = {"number": self.credit(share)}
        else:
            cap["limit"] = self.percentage(per)
            if not cap["scope"] or cap["scope"].get("records") == {}:   # else it bars everything
                cap["scope"]["records"] = self.selector(["type"])
        if per:
            cap["per"] = per
        if "year" in per:
            cap["year_start"] = rng.choice(STARTS)
        if "term" in per:
            cap["term_starts"] = rng.choice(TERMS)
        if self.chance(self.over):
            cap["over"] = rng.choice(["cut", "cut", "refuse"])
        return cap

    def cap_list(self, rules):
        caps = [self.cap(number, rules) for number in range(1, self.between(self.caps) + 1)]
        for cap in caps:
            others = [other["id"] for other in caps if other is not cap]
            if others and self.chance(0.2):
                cap["except"] = self.some(others, 2)
        return caps

    def group(self, number):
        return {"id": f"g{number}", "members": self.any_selector(),
                "keep": self.rng.choice(["any", "highest"])}

    def instance(self):
        rng = self.rng
        self.tight = self.chance(0.25)   # so that little fits
        self.types = self.some(TYPES, 4)
        self.institutions = [f"I{number}" for number in range(1, rng.randint(1, 4) + 1)]
        count = self.between(self.records)
        self.codes = [f"c{number:02}" for number in range(1, max(2, count * 2 // 3) + 1)]
        self.made = [self.record(number) for number in range(1, count + 1)]
        programme = self.programme()
        rules = self.rule_list()
        return {
            "format": "cbank-plan-instance/1", "name": f"{self.kind}-{self.seed}",
            "class": self.kind, "seed": self.seed, "as_of": rng.choice(AS_OF),
            "records": self.made, "rules": rules,
            "groups": [self.group(number) for number in range(1, self.between(self.groups) + 1)],
            "caps": self.cap_list(rules), "programme": programme}


def make(kind, seed):
    return Maker(kind, seed).instance()


def main():
    kind, first = sys.argv[1], int(sys.argv[2])
    for seed in range(first, first + int(sys.argv[3] if len(sys.argv) > 3 else 1)):
        print(json.dumps(make(kind, seed), sort_keys=True))


if __name__ == "__main__":
    main()
