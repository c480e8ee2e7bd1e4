"""What a verification costs through the binding, beside the same calls made by a C program.

Usage: verify.py C-PROGRAM FILES [COUNT]     FILES is tests/vectors/files
"""
import json
import pathlib
import subprocess
import sys
import time

import cbank

ROUNDS = 5


def fastest(call, count):
    """Nanoseconds of processor time a call, in the fastest of some rounds."""
    best = None
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        for _ in range(count):
            call()
        spent = (time.process_time_ns() - began) / count
        best = spent if best is None else min(best, spent)
    return best


def main(program, files, count=1000):
    folder, count = pathlib.Path(files), int(count)
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    pinned = cases["scenes"][0]["steps"][0]["request"]
    at, fingerprint = pinned["at"], pinned["root_fingerprint"]
    file = (folder / "whole.transcript").read_bytes()
    verifier = cbank.Verifier((folder / "bank.directory").read_bytes(), fingerprint, at=at)
    in_c = float(subprocess.run(
        [program, folder / "bank.directory", fingerprint, folder / "whole.transcript",
         "COLLEGE-B", str(at), str(count)], check=True, stdout=subprocess.PIPE).stdout)

    def verified():
        return verifier.verify(file, "COLLEGE-B", at=at)
    kinds = [("verified, nothing decoded", verified),
             ("and the totals", lambda: verified().totals),
             ("and every record", lambda: [item.title for item in verified().items])]
    print(f"{'C':28} {in_c / 1000:8.1f} us")
    for name, call in kinds:
        spent = fastest(call, count)
        print(f"{name:28} {spent / 1000:8.1f} us   {100 * (spent / in_c - 1):+6.1f} %")


main(*sys.argv[1:])
