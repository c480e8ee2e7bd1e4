"""Writes a rule set of the size of CUNY's: N rules, 99.5 % one to one, 0.5 % of several records.

Usage: large.py FOLDER [N]; then: cbank rules check FOLDER/rules.yaml
"""
import pathlib
import sys

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1300000
folder.mkdir(parents=True, exist_ok=True)
(folder / "rules.yaml").write_text("""kind: ruleset
id: large/rules
edition: 1
authority: CUNY
title: {en: Rules of twenty colleges}
standing: reference
effective: 2019-01-01..
date: application
partial_dates: last-day
zone: "-05:00"
defaults: {priority: 10, leftover: kept}
rules:
  - table: rules.csv
    constants: {sources.types: course, sources.grade_scale: "", grants.grade: as-is}
""".replace(', sources.grade_scale: ""', ""), encoding="utf-8")
grades = ("1..", "2..", "0.7..", "..1.7")
with open(folder / "rules.csv", "w", encoding="utf-8") as out:
    out.write("id,sources.institutions,sources.codes,sources.grade,grants.course,grants.amount\n")
    for n in range(count):
        home, college, subject = n % 20, n // 20 % 19, n // 380 % 90
        course = n // 34200
        rule = f"C{college:02}:H{home:02}:S{subject:02}:{course:03}.{n}"
        source = f"C{college:02},S{subject:02} {course:03}{chr(65 + home)}"
        if n % 200:
            out.write(f"{rule},{source},{grades[n % 4]},H{home:02} {n % 7919},{1 + n % 5}\n")
            continue
        for part in range(3):
            out.write(f"{rule},{source}{part},1..,H{home:02} {n % 7919}P{part},{1 + part}\n")
