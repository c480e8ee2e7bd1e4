"""Adds up the JUnit reports of ctest: shows what was counted, what was skipped and what failed; the
last line is the sum. A program of Criterion counts as many tests as it ran, any other as one.

Usage: summary.py REPORT...
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

SYNTHESIS = re.compile(
    r"Synthesis: Tested: \D*(\d+)\D* \| Passing: \D*(\d+)\D* \| Failing: \D*(\d+)\D* "
    r"\| Crashing: \D*(\d+)")
SKIPPED = re.compile(r"^SKIPPED.*$", re.MULTILINE)
COUNTED = re.compile(r"^.*\bpassed\b.*\bskipped\b.*$", re.MULTILINE)


def count(case):
    """(passed, failed, skipped) of one entry of ctest; one that could not be started has failed."""
    output = case.findtext("system-out") or ""
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return 0, 0, 1
    broken = case.get("status") != "run"
    found = SYNTHESIS.search(output)
    if found is None:
        return (0, 1, 0) if broken else (1, 0, 0)
    _, passed, failing, crashing = map(int, found.groups())
    failed = failing + crashing
    return passed, max(failed, 1) if broken else failed, len(SKIPPED.findall(output))


def main():
    total = (0, 0, 0)
    for report in sys.argv[1:]:
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            counts = count(case)
            total = tuple(a + b for a, b in zip(total, counts))
            name = f"{report.split('/')[-2]} {case.get('name')}"
            output = case.findtext("system-out") or ""
            for line in COUNTED.findall(output) + SKIPPED.findall(output):
                print(f"{name}: {line.strip()}")
            if counts[1]:
                print(f"{name}: FAILED")
    print("%d passed, %d failed, %d skipped" % total)
    sys.exit(0 if total[0] > 0 and total[1] == 0 else 1)


main()
