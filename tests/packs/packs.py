"""The packs of lib/packs: no error in any, and cases whose answer was worked out by hand."""
import desk

PACKS = desk.ROOT / "lib" / "packs"
PROFILES = PACKS / "profiles"  # how spreadsheets are read: another format, with tests of its own
DAY = "2026-06-01"


def documents():
    return sorted(path for path in PACKS.rglob("*.yaml") if PROFILES not in path.parents)


class Checked(desk.Desk):
    def test_no_pack_has_an_error_or_a_doubt(self):
        self.assertGreaterEqual(len(documents()), 13)
        for path in documents():
            with self.subTest(path.relative_to(PACKS)):
                told = self.ask("rules", "check", path)
                self.assertEqual((told["errors"], told["warnings"]), (0, 0), told["findings"])

    def test_each_says_where_it_is_from_and_that_it_is_no_law(self):
        for path in documents():
            lines = path.read_text(encoding="utf-8").splitlines()
            with self.subTest(path.relative_to(PACKS)):
                self.assertIn("standing: reference", lines)
                self.assertTrue(any(line.startswith("source: ") for line in lines))

    def test_each_is_named_in_the_readme(self):
        told = (PACKS / "README.md").read_text(encoding="utf-8")
        for path in documents():
            self.assertIn(f"`{path.parent.name}`", told)


class Worked(desk.Town):
    """A bank with the packs published; the learner's records come from PXU."""

    def setUp(self):
        super().setUp()
        self.write("grades.csv", "\n".join([desk.HEADER, desk.ROWS[0]]) + "\n")
        self.import_grades()  # opens the account; no rule below meets this record
        self.issued = 0

    def publish(self, authority, *names):
        key = f"{authority}.key"
        self.cbank("key", "new", key)
        self.cbank("institution", "request", "--code", authority, "--name", authority, "--origin",
                   desk.ORIGIN, "--key", key, "-o", "request")
        self.cbank(*self.bank, "institution", "admit", "request")
        for name in names:
            self.cbank("rules", "sign", PACKS / name, "--key", key, "-o", "signed")
            self.cbank(*self.bank, "rules", "publish", "signed")

    def certificate(self, code, credits):
        self.issued += 1
        return self.in_bank("credit", "issue", *self.signs, "--learner", self.account(),
                            "--reference", f"W-{self.issued}", "--title", code, "--code", code,
                            "--type", "certificate", "--credits", credits, "--grade", "passed",
                            "--awarded", "2025-03-01")

    def plan(self, programme):
        return self.in_bank("plan", "make", self.account(), "--programme", programme, "--as-of",
                            DAY)

    def grants(self, plan):
        return sorted((grant["course"], grant["counted"]) for one in plan["applications"]
                      for grant in one["grants"])

    def test_the_postal_certificate_is_three_courses_and_eight_credits(self):
        self.publish("OUC", "x-certificates/rules.yaml", "x-certificates/postal.yaml")
        self.certificate("邮政速递业务员", 8)
        plan = self.plan("cn/postal-example")
        self.assertEqual((plan["counted"], plan["optimal"]), ("8", True))
        self.assertEqual(self.grants(plan), [("速递业务与经营", "3"), ("速递生产与运作", "3"),
                                             ("邮政快递揽投作业规范", "2")])
        self.assertEqual(plan["missing_total"], "68")  # 76 - 8

    def test_a_course_is_not_granted_twice(self):
        self.publish("OUC", "x-certificates/rules.yaml", "x-certificates/postal.yaml")
        self.certificate("邮政速递业务员", 8)
        self.certificate("邮政速递业务员", 8)
        plan = self.plan("cn/postal-example")
        self.assertEqual((plan["counted"], len(plan["applications"])), ("8", 1))


desk.main()
