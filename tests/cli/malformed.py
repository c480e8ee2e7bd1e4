"""What rules must not be: told with its place and a remedy, and nothing of it is published."""
import artefact
import desk

HEAD = """kind: ruleset
id: pxu/rules
edition: 1
authority: PXU
title: {zh: 转换规则}
standing: own
effective: 2020-01-01..
date: application
partial_dates: last-day
zone: "+08:00"
"""
UNITS = """kind: units
id: pxu/units
edition: 1
authority: PXU
title: {zh: 计量单位}
standing: own
effective: 2020-01-01..
zone: "+08:00"
"""
PROGRAMME = """kind: programme
id: pxu/programme
edition: 1
authority: PXU
title: {zh: 培养方案}
standing: own
effective: 2020-01-01..
date: admission
partial_dates: last-day
zone: "+08:00"
unit: credit
total: 20
"""


def rule(sources="{codes: A}", grants="{course: C, amount: 3}", more=""):
    return f"{HEAD}{more}rules:\n  - id: R\n    sources: {sources}\n    grants: {grants}\n"


def nested(word, depth, inner):
    return f"{{{word}: " * depth + inner + "}" * depth


CASES = {
    "divides by zero": [rule(grants="{course: C, amount: ratio 1/0}"),
                        rule(grants="{course: C, amount: per-hours 0, round: down 1}"),
                        rule(more="caps: [{id: c, limit: 1/0 of programme}]\n")],
    "overflows": [rule(grants="{course: C, amount: 1000000000001}"),
                  rule(grants="{course: C, amount: 99999999999999999999}"),
                  rule(grants="{course: C, amount: ratio 1000001}"),
                  rule(grants="{course: C, amount: ratio 999999 * 999999}"),
                  rule(more="caps: [{id: c, limit: 99999999999999999999}]\n")],
    "loops": [rule(more="institution_groups: [{id: a, institutions: ['@b']}, "
                        "{id: b, institutions: ['@a']}]\n"),
              UNITS + "units: [{id: a, hours: 16}]\nratios: [{unit: a, other: a, ratio: 2}]\n",
              PROGRAMME + "buckets: [{id: a, parent: b, title: {zh: a}}, "
                          "{id: b, parent: a, title: {zh: b}}]\n"],
    "nests too deep": [rule(sources="{codes: A, not: " * 9 + "{codes: A}" + "}" * 9),
                       rule(sources="{all: [" * 9 + "{codes: A}, {codes: B}" + "]}" * 9),
                       rule(grants="{course: C, amount: " + "{lesser: [1, " * 9 + "1" + "]}" * 9 +
                            "}")],
    "names what is unknown": [rule(sources="{codes: '@nobody'}"),
                              rule(sources="{institutions: '@nowhere'}"),
                              rule(sources="{level: 5, framework: nobody/none}"),
                              rule(sources="{grade: 60.., grade_scale: none}"),
                              rule(sources="{amounts: {ects: 2..}}"),
                              rule(more="caps: [{id: c, limit: 1, except: [d]}]\n"),
                              rule(sources="{code: A}"),
                              PROGRAMME + "buckets: [{id: a, parent: b, title: {zh: a}}]\n"],
    "holds one row too many": [
        rule(more="caps:\n" + "".join(f"  - {{id: c{at}, limit: {at + 1}}}\n"
                                      for at in range(1025))),
        PROGRAMME + "buckets:\n" + "".join(f"  - {{id: b{at}, title: {{zh: b}}}}\n"
                                           for at in range(257))],
    "carries control characters": [rule(sources='{codes: "A\\x07"}'),
                                   rule(sources='{codes: "A\\u202EB"}'),
                                   rule(sources='{codes: "A\\0"}'),
                                   rule().replace("codes: A", "codes: A\x07")],
    "is no UTF-8": [rule().encode().replace(b"codes: A", b"codes: A\xff"),
                    rule().encode().replace(b"codes: A", b"codes: A\xc0\x80"),
                    rule().encode().replace(b"codes: A", b"codes: A\xed\xa0\x80"),
                    rule().encode() + b"\xe8\xbd"],
}


class Malformed(desk.Town):
    def published(self):
        return self.list_in_bank("rules", "list")

    def refuse(self, name, *more):
        """Told by the check with a place and a remedy; neither signed nor published."""
        told = self.ask("rules", "check", name, code=1)
        self.assertGreater(told["errors"], 0)
        for one in told["findings"]:
            if one["severity"] == "error":
                self.assertTrue(one["message"] and one["remedy"], one)
                self.assertTrue(one["file"] and one["line"] > 0, one)
        self.cbank("rules", "sign", name, "--key", "pxu.key", "-o", "signed.art", code=3)
        self.assertNotIn("signed.art", self.names())
        return told

    def test_each_is_told_in_its_place_and_nothing_is_signed(self):
        for what, documents in CASES.items():
            for at, text in enumerate(documents):
                with self.subTest(what, number=at):
                    self.path("rules.yaml").write_bytes(
                        text if isinstance(text, bytes) else text.encode())
                    self.refuse("rules.yaml")

    def test_what_is_wrong_in_a_table_is_told_by_row_and_column(self):
        head = HEAD + "rules:\n  - table: rules.csv\n    columns: {id: id, sources.codes: code, " \
                      "grants.course: course, grants.amount: amount}\n"
        for row, line in ((b"R,A,C,ratio 1/0", 3), (b"R,A\x07,C,3", 3), (b"R,A\xff,C,3", 3),
                          (b"R,@nobody,C,3", 3), (b"R,A,C,1e3", 3)):
            with self.subTest(row):
                self.write("rules.yaml", head)
                self.path("rules.csv").write_bytes(b"id,code,course,amount\nGOOD,B,C,1\n" + row +
                                                   b"\n")
                told = self.refuse("rules.yaml")
                self.assertIn(("rules.csv", line), [(one["file"], one["line"])
                                                    for one in told["findings"]])

    def test_who_signs_it_all_the_same_publishes_nothing(self):
        """Pages that no author of ours would make, under a good signature."""
        n, d = artefact.number, artefact.data
        term = artefact.select(codes=["A"])

        def page(name, amount, source=term):
            grant = d(1, "C") + d(3, amount) + n(4, 1)
            return d(5, d(1, name) + n(2, 10) + n(3, 1) + n(4, 1) + d(5, source) + d(6, grant) +
                     n(7, 1) + n(9, 2) + n(10, 1))
        before = self.published()
        for what, rules in (
                ("divides", page("R", n(1, 3) + n(4, 1) + n(7, 1) + n(8, 10))),
                ("overflows", page("R", n(1, 1) + n(3, 1 << 62))),
                ("names", page("R", n(1, 1) + n(3, 1000),
                               artefact.select(codes=["@nobody"]))),
                ("control", page("R", n(1, 1) + n(3, 1000), artefact.select(codes=["A\x07"]))),
                ("utf-8", page("R", n(1, 1) + n(3, 1000)).replace(b"\x01A", b"\x01\xff")),
                ("twice", page("R", n(1, 1) + n(3, 1000)) * 2)):
            with self.subTest(what):
                artefact.write(self, "bad.art", kind="ruleset", pages=[rules],
                               items=2 if what == "twice" else 1, name="pxu/rules")
                answer = self.run_cbank("--json", *self.bank, "rules", "publish", "bad.art")
                self.assertIn(answer.code, (1, 3), answer.err)
                self.assertIn("remedy", answer.err)
                self.assertEqual(self.published(), before)


if __name__ == "__main__":
    desk.main()
