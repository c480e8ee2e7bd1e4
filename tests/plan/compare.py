"""plan_instance against what others say about the same questions.

Usage: compare.py [OPTIONS] PROGRAM files FILE...    questions with their answers
       compare.py [OPTIONS] PROGRAM brute            small random ones, against brute force
       compare.py [OPTIONS] PROGRAM mip              random ones, against GLPK and CBC
       compare.py [OPTIONS] PROGRAM properties       random ones, against themselves
Options: --count N, --seed S (the first of them), --work N (what the program may do for each),
--found FOLDER (where a question on which there is no agreement goes, made as small as it can be;
default .build/found).
Exit code: 0 all agree, 1 some do not, 77 what is needed is not here.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import time

import instances
from brute import TooLarge
from claim import Program, faults, oracle, undecided
from mip import Unsure
from problem import Problem
from properties import broken_properties
from reading import Unclear
from shrink import shrink

BRUTE_CLASSES = ("tiny", "tiny", "small")
MIP_CLASSES = ("easy", "mixed", "nm", "odd", "small")
BRUTE_PLANS = 60000   # what brute force may look at for one question


def is_clear(instance):
    """Making a question smaller can take away what it needs to be one."""
    try:
        return bool(Problem(instance))
    except Unclear:
        return False


class Tally:
    def __init__(self, options):
        self.options = options
        self.program = Program([options.program, "--work", str(options.work)])
        self.agreed, self.open, self.skipped, self.wrong = 0, 0, 0, 0
        self.start = time.monotonic()

    def decide(self, instance, wrong, is_wrong):
        """Counts a question; one that is wrong is made small, kept and told."""
        if not wrong:
            self.agreed += 1
            if self.agreed % 1000 == 0:
                print(f"{self.agreed} agree, {self.skipped} skipped", file=sys.stderr)
            return
        self.wrong += 1
        smaller = shrink(instance, lambda smaller: is_clear(smaller) and is_wrong(smaller))
        folder = pathlib.Path(self.options.found)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{instance['name']}.json"
        path.write_text(json.dumps(smaller, indent=1, sort_keys=True) + "\n")
        print(f"{instance['name']}: no agreement; made small: {path}", file=sys.stderr)
        for line in wrong:
            print(f"    {line}", file=sys.stderr)
        for line in is_wrong(smaller):
            print(f"    made small: {line}", file=sys.stderr)

    def total(self, kind):
        self.program.close()
        spent = time.monotonic() - self.start
        print(f"{kind}: seed {self.options.seed}: {self.agreed} passed, {self.wrong} wrong, "
              f"{self.skipped} skipped as undecided, {self.open} proven only in part by the "
              f"program, {spent:.0f} s")
        return 1 if self.wrong or not self.agreed else 0


def against(tally, name, instance):
    """One random question against brute force or the solvers."""
    try:
        problem, truth = oracle(name, instance, BRUTE_PLANS)
    except (TooLarge, Unsure):
        tally.skipped += 1
        return

    def is_wrong(smaller):
        try:
            problem, truth = oracle(name, smaller, BRUTE_PLANS)
        except (TooLarge, Unsure):
            return []
        return faults(problem, tally.program.ask(smaller), truth, name)

    claim = tally.program.ask(instance)
    tally.open += bool(undecided(claim))
    tally.decide(instance, faults(problem, claim, truth, name), is_wrong)


def campaign(tally, name, classes):
    options, seed = tally.options, tally.options.seed
    while tally.agreed + tally.wrong < options.count:
        against(tally, name, instances.make(classes[seed % len(classes)], seed))
        seed += 1
        if tally.skipped > options.count:
            raise SystemExit(f"{name}: most questions stay undecided")


def properties(tally):
    classes = MIP_CLASSES + ("tiny",)
    for seed in range(tally.options.seed, tally.options.seed + tally.options.count):
        instance = instances.make(classes[seed % len(classes)], seed)

        def is_wrong(smaller):
            return broken_properties(tally.program, smaller, seed)

        tally.decide(instance, is_wrong(instance), is_wrong)


def files(tally):
    """Questions that carry their answers."""
    for path in tally.options.files:
        content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        for instance in content if isinstance(content, list) else [content]:
            claim = tally.program.ask(instance)
            wrong = faults(Problem(instance), claim, instance["answer"], "the file")
            tally.open += bool(undecided(claim))
            tally.agreed += not wrong
            tally.wrong += bool(wrong)
            for line in wrong:
                print(f"{path}: {instance['name']}: {line}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=int, default=100000)
    parser.add_argument("--found", default=".build/found")
    parser.add_argument("program")
    parser.add_argument("kind", choices=("files", "brute", "mip", "properties"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    missing = [path for path in options.files if not os.path.exists(path)]
    if options.kind == "mip":
        missing += [command for command in ("glpsol", "cbc") if shutil.which(command) is None]
    if missing or (options.kind == "files" and not options.files):
        print(f"SKIPPED: not here: {' '.join(missing) or 'the files'}")
        return 1 if os.environ.get("CI") else 77
    tally = Tally(options)
    if options.kind == "files":
        files(tally)
    elif options.kind == "properties":
        properties(tally)
    else:
        campaign(tally, options.kind, BRUTE_CLASSES if options.kind == "brute" else MIP_CLASSES)
    return tally.total(options.kind)


if __name__ == "__main__":
    sys.exit(main())
