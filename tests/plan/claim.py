"""What plan_instance claims about a question, and whether it is so."""
import json
import subprocess

import answer
from answer import rank
from problem import GOALS, Problem


class Program:
    """plan_instance, asked one question after the other: a line in, a line out."""

    def __init__(self, command):
        self.command, self.process = command, None

    def ask(self, instance):
        """The claim; {"error": ...} if there is none."""
        if self.process is None:
            self.process = subprocess.Popen([*self.command, "-"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
        try:
            self.process.stdin.write(json.dumps(instance, sort_keys=True) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            return json.loads(line)
        except (OSError, ValueError):
            self.close()
            return {"error": f"the program ended without a claim, {self.code}"}

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.code = self.process.wait()
            self.process = None


def is_optimal(claim, goal):
    optimal = claim.get("optimal")
    return optimal[goal] if isinstance(optimal, dict) else optimal is True


def faults_of_plan(problem, claim, goal):
    """What is wrong with a claimed plan, whatever the optimum is."""
    try:
        found = answer.check(problem, claim[f"plan_{goal}"])
    except answer.Wrong as wrong:
        return [f"plan_{goal} breaks a condition: {wrong}"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"plan_{goal} cannot be read: {error!r}"]
    if found != claim.get(goal):
        return [f"{goal}: claimed {claim.get(goal)}, the plan has {found}"]
    return []


def faults(problem, claim, truth, source):
    """What is wrong with a claim, in words; `truth` {goal: measures} is what `source` says."""
    if "error" in claim:
        return [f"no claim: {claim['error']}"]
    found = []
    for goal in GOALS:
        wrong = faults_of_plan(problem, claim, goal)
        found += wrong
        if truth is None or wrong:
            continue
        mine, theirs = rank(goal, claim[goal]), rank(goal, truth[goal])
        if mine < theirs:   # and the plan has been checked
            found.append(f"{goal}: {source} says {truth[goal]}, but the plan reaches {claim[goal]}")
        elif mine > theirs and is_optimal(claim, goal):
            found.append(f"{goal}: claimed optimal {claim[goal]}, {source} says {truth[goal]}")
    return found


def undecided(claim):
    """The goals that the program itself does not call optimal."""
    return [goal for goal in GOALS if "error" not in claim and not is_optimal(claim, goal)]


def oracle(name, instance, most=200000):
    """(problem, answer) by brute force or the solvers; raises TooLarge or Unsure."""
    import brute
    import mip
    problem = Problem(instance)
    return problem, brute.solve(problem, most) if name == "brute" else mip.solve(problem)
