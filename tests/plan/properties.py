"""What must hold between the program's own answers to questions that belong together."""
import copy
from random import Random

from claim import faults, undecided
from problem import GOALS, Problem


def shuffled(value, rng, key=None):
    """The same question with its lists and objects in another order, save those whose order
    means something: the grants of a rule are named by index, term starts ascend, a percentage is
    part and whole."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {name: shuffled(value[name], rng, name) for name in keys}
    if isinstance(value, list):
        items = [shuffled(item, rng) for item in value]
        if key not in ("grants", "term_starts", "percent"):
            rng.shuffle(items)
        return items
    return value


def order(program, instance, claim, rng):
    """Order carries no meaning: the same answer, the same plan, whatever the order."""
    other = program.ask(shuffled(instance, rng))
    names = [name for goal in GOALS for name in (goal, f"plan_{goal}")]
    return [f"order: {name} is {claim.get(name)}, in another order {other.get(name)}"
            for name in names if claim.get(name) != other.get(name)]


def without_cap(program, instance, claim, rng):
    """Without a cap, or a maximum, there is at least as much to count. (Not so for a cap that
    another excepts: what it spared then counts there.)"""
    needed = {id for cap in instance["caps"] for id in cap.get("except", [])}
    free = [("cap", number) for number, cap in enumerate(instance["caps"])
            if cap["id"] not in needed]
    free += [("bucket", number) for number, bucket in enumerate(instance["programme"]["buckets"])
             if "max" in bucket]
    free += [("programme", 0)] * ("max" in instance["programme"])
    if not free:
        return []
    kind, number = rng.choice(free)
    freer = copy.deepcopy(instance)
    if kind == "cap":
        del freer["caps"][number]
    elif kind == "bucket":
        del freer["programme"]["buckets"][number]["max"]
    else:
        del freer["programme"]["max"]
    other = program.ask(freer)
    if "error" in other:
        return [f"without {kind} {number}: no claim: {other['error']}"]
    if undecided(claim) or undecided(other):
        return []
    before, after = claim["credit"]["counted"], other["credit"]["counted"]
    return [f"without {kind} {number}: counted sinks from {before} to {after}"] * (after < before)


def broken_properties(program, instance, seed):
    claim, rng = program.ask(instance), Random(seed)
    wrong = faults(Problem(instance), claim, None, None)   # among them: each record at most once
    if "error" in claim:
        return wrong
    return wrong + order(program, instance, claim, rng) + without_cap(program, instance, claim, rng)
