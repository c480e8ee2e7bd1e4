"""Answers like plan_instance, by the oracles, with a fault on request: shows what would be found.

Usage: standin.py FAULT -      questions, one a line, on standard input
"""
import json
import sys

import answer
import mip
from problem import Problem


def forgetful(instance):
    """The question as somebody reads it who knows no caps and no maxima."""
    programme = {key: value for key, value in instance["programme"].items() if key != "max"}
    programme["buckets"] = [{key: value for key, value in bucket.items() if key != "max"}
                            for bucket in programme["buckets"]]
    return dict(instance, caps=[], programme=programme)


def settle(instance, claim, goal):
    """The plan that does nothing, called the best."""
    claim[goal], claim[f"plan_{goal}"] = answer.check(Problem(instance), []), []


def spoil(fault, instance, claim):
    measures, plan = claim["award"], claim["plan_award"]
    if fault == "claims-more":
        measures["counted"] += 1
    elif fault == "settles-for-less":
        settle(instance, claim, "award")
    elif fault == "keeps-to-less" and json.dumps(instance).count('"max"') % 2 + len(
            instance["caps"]) % 2 == 1:
        settle(instance, claim, "credit")
    elif fault == "uses-twice" and plan:
        plan.append(plan[0])
    elif fault == "counts-more" and plan:
        next(iter(plan[0][2].values()))[1] += 1
    elif fault == "by-order" and instance["records"][0]["id"] > "r01":
        plan.reverse()
    return claim


def main():
    fault = sys.argv[1]
    for line in sys.stdin:
        instance = json.loads(line)
        if fault == "dies" and len(instance["rules"]) > 2:
            sys.exit(3)
        seen = forgetful(instance) if fault == "forgets-a-cap" else instance
        claim = dict(mip.solve(Problem(seen)), name=instance["name"], optimal=True)
        print(json.dumps(spoil(fault, instance, claim)), flush=True)


main()
