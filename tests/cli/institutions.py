"""What an office meets of institutions: signing for a learning centre, new names, mergers, lost
licences, closing. Each scene is verified offline as well, by a partner who pinned the bank."""
import datetime

import desk

HEADER = "编号,姓名,身份证号,课程,学时,类型,结果,日期"
COLUMNS = ("reference=编号,name=姓名,id_number=身份证号,title=课程,hours=学时,outcome=结果,"
           "awarded=日期")
ROWS = ["101,甲一,360302188103040012,书法,32,社区,通过,2024-05-20",
        "102,乙二,36031318851122002X,书法,30,社区,通过,2024-05-20"]
ACCOUNT = "360302188103040012"


def today(days=0):
    return (datetime.datetime.now(datetime.timezone.utc).date() +
            datetime.timedelta(days=days)).isoformat()


class Institutions(desk.Town):
    def college(self, code, name):
        self.cbank("key", "new", code.lower() + ".key")
        self.cbank("institution", "request", "--code", code, "--name", name, "--origin",
                   desk.ORIGIN, "--key", code.lower() + ".key", "-o", code + ".request")
        return self.in_bank("institution", "admit", code + ".request")

    def institution(self, verb, *arguments, code=0):
        return self.cbank("--json", *self.bank, "institution", verb, *arguments, code=code)

    def learner(self):
        self.write("person.json", '{"name": "甲一", "id_type": "cn-id", "id_number": "%s"}' %
                   ACCOUNT)
        return self.in_bank("learner", "open", "--person", "person.json")["account"]

    def issue(self, signer, reference, awarded, *more, code=0):
        return self.cbank("--json", *self.bank, "credit", "issue", "--institution", signer,
                          "--key", signer.lower() + ".key", "--learner", self.learner(),
                          "--reference", reference, "--title", "书法", "--hours", "32",
                          "--type", "training", "--awarded", awarded, *more, code=code)

    def verify(self, *more, code=0):
        trust = self.trust()
        self.transcript()
        return self.cbank("--json", "transcript", "verify", "transcript", *trust, *more,
                          code=code).document

    def items(self):
        return {item["reference"]: item for item in self.verify()["items"] if item.get("reference")}

    def sound(self):
        checked = self.in_bank("bank", "check")
        self.assertTrue(checked["ok"], checked["findings"])


class LearningCentre(Institutions):
    """A street's learning centre has no key; the district college signs for it."""

    def setUp(self):
        super().setUp()
        self.institution("register", "STREET", "--name", "八一街道学习中心", "--parent", "PXU",
                         "--id", "local=八一-07")
        self.write("class.csv", "\n".join([HEADER, *ROWS]) + "\n")
        self.reads = ("--map", COLUMNS, "--passed", "通过", "--set", "type=community")

    def take_in(self, *more, code=0):
        return self.in_bank("credit", "import", "class.csv", *self.signs, *self.reads,
                            "--open-accounts", "--awarded-by", "STREET", *more, code=code)

    def test_without_a_delegation_every_row_is_refused(self):
        refused = self.take_in(code=3)
        self.assertEqual(refused["rejected"], 2)
        self.assertEqual(refused["errors"][0]["reason"], "delegation_missing")

    def test_the_college_signs_and_the_transcript_shows_both(self):
        told = self.institution("delegate", "STREET", "--to", "PXU", "--type", "community",
                                "--from", "2024-01-01", "--document", "社教〔2024〕3号").document
        self.assertEqual(told["delegations"][0]["signer"], "PXU")
        self.assertTrue(told["delegations"][0]["vouched"], "the street has no key to ask with")
        self.assertEqual(self.take_in()["deposited"], 2)
        self.assertEqual(self.take_in()["unchanged"], 2, "the same again")
        self.issue("PXU", "101", "2024-05-20")  # a reference is its awarder's
        listed = {code: len(self.list_in_bank("credit", "list", "--institution", code))
                  for code in ("STREET", "PXU")}
        self.assertEqual(listed, {"STREET": 2, "PXU": 1})
        item = next(item for item in self.verify()["items"] if item.get("signed_by"))
        self.assertEqual((item["institution"], item["reference"]), ("STREET", "101"))
        self.assertEqual(item["institution_name"], "八一街道学习中心")
        self.assertEqual(item["signed_by"], "PXU")
        self.assertEqual(item["signed_by_name"], "示范学院")
        self.assertEqual(item["proven"], "vouched", "that it may sign is the bank's word")
        lines = self.cbank("transcript", "verify", "transcript", *self.trust()).out
        self.assertIn("signed by 示范学院", lines)
        self.sound()

    def test_the_college_may_also_correct_and_others_may_not(self):
        self.institution("delegate", "STREET", "--to", "PXU")
        self.take_in()
        self.college("OTHER", "外校")
        one = self.list_in_bank("credit", "list", self.account())[0]["id"]
        self.cbank(*self.bank, "credit", "revoke", one, "--institution", "OTHER", "--key",
                   "other.key", "--reason", "error", code=4)
        self.in_bank("credit", "amend", one, *self.signs, "--hours", "30", "--reason", "attendance")
        newest = [row for row in self.list_in_bank("credit", "list", self.account())
                  if row["status"] == "held"]
        self.assertEqual([row["institution"] for row in newest], ["STREET"])
        self.in_bank("credit", "revoke", newest[0]["id"], *self.signs, "--reason", "error")
        self.assertEqual([item["status"] for item in self.verify()["items"]
                          if item.get("reference")], ["superseded", "revoked"])
        self.sound()

    def test_a_delegation_covers_its_types_and_its_days(self):
        self.institution("delegate", "STREET", "--to", "PXU", "--type", "course")
        self.assertEqual(self.take_in(code=3)["errors"][0]["reason"], "delegation_type")
        self.institution("delegate", "STREET", "--to", "PXU", "--until", "2024-12-31")
        refused = self.take_in(code=3)["errors"][0]
        self.assertEqual(refused["reason"], "delegation_period",
                         "awarded within, and signed after: a new delegation is needed")
        self.assertIn("2024-12-31", refused["message"])
        told = self.institution("delegate", "STREET", "--to", "PXU").document
        self.assertEqual(self.take_in()["deposited"], 2)
        self.institution("end", "STREET", "--index",
                         str(told["delegations"][2]["granted_index"]), "--on", today(-1))
        self.write("class.csv", "\n".join([HEADER, ROWS[0].replace("101", "103")]) + "\n")
        self.assertEqual(self.take_in(code=3)["rejected"], 1)
        self.assertEqual(self.items()["101"]["status"], "held", "what it signed before stands")
        self.sound()

    def test_signed_on_its_own_machine_under_the_digest_of_the_grant(self):
        told = self.institution("delegate", "STREET", "--to", "PXU").document
        grant = told["delegations"][0]["grant"]
        self.in_bank("institution", "reference-key", "STREET", "-o", "street.reference")
        sign = ("credit", "sign", "class.csv", *self.signs, *self.reads, "--origin", desk.ORIGIN,
                "-o", "batch", "--awarded-by", "STREET", "--delegation")
        self.ask(*sign, "00" * 32)
        self.assertEqual(self.in_bank("credit", "deposit", "batch", "--open-accounts",
                                      code=3)["rejected"], 2)
        self.path("batch").unlink()
        self.ask(*sign, grant)
        self.assertEqual(self.in_bank("credit", "deposit", "batch",
                                      "--open-accounts")["deposited"], 2)

    def test_one_with_a_key_of_its_own_has_to_ask_itself(self):
        self.college("SCHOOL", "培训学校")
        self.institution("delegate", "SCHOOL", "--to", "PXU", code=4)
        asks = ("institution", "delegate-request", "--code", "SCHOOL", "--to", "PXU", "--origin",
                desk.ORIGIN, "-o", "hand", "--key")
        self.cbank(*asks, "pxu.key")
        self.institution("delegate", "hand", code=4)
        self.path("hand").unlink()
        self.cbank(*asks, "school.key")
        told = self.institution("delegate", "hand").document
        self.assertFalse(told["delegations"][0]["vouched"])
        self.issue("PXU", "1", "2024-05-20", "--awarded-by", "SCHOOL")
        self.assertEqual(self.items()["1"]["proven"], "institution")
        self.sound()

    def test_who_has_no_key_signs_nothing_itself(self):
        self.cbank(*self.bank, "credit", "import", "class.csv", "--institution", "STREET",
                   "--key", "pxu.key", *self.reads, code=5)

    def test_one_that_gets_a_key_later_signs_itself_and_what_was_signed_for_it_stands(self):
        self.institution("delegate", "STREET", "--to", "PXU", "--type", "community")
        self.assertEqual(self.take_in()["deposited"], 2)
        self.cbank("key", "new", "street.key")
        told = self.institution("rotate-key", "STREET", "--key", "street.key.pub").document
        self.assertEqual(len(told["keys"]), 1)
        self.write("class.csv", "\n".join([HEADER, ROWS[0].replace("101", "103")]) + "\n")
        own = ("credit", "import", "class.csv", "--institution", "STREET", "--key", "street.key",
               *self.reads)
        self.assertEqual(self.in_bank(*own)["deposited"], 1)
        items = self.verify()["items"]
        self.assertEqual({item["reference"]: item["signed_by"] for item in items
                          if item.get("reference") in ("101", "103")},
                         {"101": "PXU", "103": None})
        self.institution("rotate-key", "STREET", "--key", "pxu.key.pub", code=5)
        self.sound()

    def test_an_institution_is_not_above_itself(self):
        self.institution("describe", "PXU", "--parent", "STREET", code=3)
        self.institution("register", "LANE", "--name", "里弄", "--parent", "NOBODY", code=3)


class Names(Institutions):
    def test_a_record_shows_the_name_of_its_day(self):
        self.issue("PXU", "1", "2019-06-30")
        self.issue("PXU", "2", "2024-06-30")
        told = self.institution("rename", "PXU", "--name", "示范大学", "--from", "2021-09-01",
                                "--document", "教发〔2021〕9号").document
        self.assertEqual(told["name"], "示范大学")
        self.assertEqual([(name["text"], name["until"]) for name in told["dated_names"]],
                         [("示范学院", "2021-08-31"), ("示范大学", None)])
        items = self.items()
        self.assertEqual(items["1"]["institution_name"], "示范学院")
        self.assertEqual(items["2"]["institution_name"], "示范大学")
        self.institution("rename", "PXU", "--name", "示范职大", "--from", "2020-01-01", code=3)
        self.sound()

    def test_identifiers_are_checked(self):
        for good in ("uscc=91350100M000100Y43", "school=4136010403", "ror=03yrm5c26"):
            self.institution("describe", "PXU", "--id", good)
        for wrong in ("uscc=91350100M000100Y4Z", "school=4138010403", "ror=03yrm5c27"):
            self.institution("describe", "PXU", "--id", wrong, code=3)


class Licence(Institutions):
    """A training school loses its licence on a day."""

    def setUp(self):
        super().setUp()
        self.college("SCHOOL", "培训学校")
        told = self.institution("licence", "SCHOOL", "--number", "教民136030170000001", "--from",
                                "2020-01-01").document
        self.institution("end", "SCHOOL", "--index", str(told["licences"][0]["granted_index"]),
                         "--on", "2024-06-30", "--reason", "withdrawn")

    def test_the_day_before_passes_and_the_day_after_is_refused(self):
        self.issue("SCHOOL", "1", "2024-06-30")
        error = self.issue("SCHOOL", "2", "2024-07-01", code=4).error
        self.assertIn("2024-06-30", error["message"])
        self.assertTrue(error["remedy"])
        self.issue("SCHOOL", "3", "2019-12-31", code=4)
        self.assertEqual(self.verify()["verdict"], "VALID")
        self.sound()

    def test_what_was_awarded_before_and_signed_after_is_judged_by_its_day(self):
        """Grades come in late; the bank's receipt shows when. Who must not even do that is
        suspended, or has closed, which has a final day for batches."""
        self.issue("SCHOOL", "1", "2024-06-15")
        self.institution("suspend", "SCHOOL", "--reason", "audit")
        self.issue("SCHOOL", "2", "2024-06-15", code=5)

    def test_a_day_that_is_not_exact_must_lie_in_it_whole(self):
        self.issue("SCHOOL", "1", "2024-06")
        self.issue("SCHOOL", "2", "2024", code=4)

    def test_a_scope_names_what_may_be_awarded(self):
        self.college("POLY", "职院")
        self.institution("scope", "POLY", "--type", "training", "--unit", "hour", "--from",
                         "2023-01-01", "--until", "2025-12-31", "--document", "教职〔2023〕1号")
        self.issue("POLY", "1", "2024-06-30")
        self.issue("POLY", "2", "2026-01-01", code=4)
        self.issue("POLY", "3", "2024-06-30", "--credits", "2", code=4)
        self.cbank(*self.bank, "credit", "issue", "--institution", "POLY", "--key", "poly.key",
                   "--learner", self.learner(), "--reference", "4", "--title", "课程", "--type",
                   "course", "--awarded", "2024-06-30", code=4)
        self.institution("scope", "POLY", "--type", "course")
        self.cbank(*self.bank, "credit", "issue", "--institution", "POLY", "--key", "poly.key",
                   "--learner", self.learner(), "--reference", "4", "--title", "课程", "--type",
                   "course", "--awarded", "2024-06-30")
        self.institution("describe", "POLY", "--role", "service_point")
        self.issue("POLY", "5", "2024-06-30", code=4)
        self.assertEqual(self.verify()["verdict"], "VALID")
        self.sound()


class Ends(Institutions):
    def setUp(self):
        super().setUp()
        self.college("OLD", "旧学院")
        self.college("NEW", "新学院")
        self.one = self.issue("OLD", "1", "2023-06-30").document["id"]

    def signs_as(self, code):
        return "--institution", code, "--key", code.lower() + ".key"

    def test_two_colleges_merge(self):
        told = self.institution("merge", "OLD", "NEW", "--on", "2024-08-31", "--final", today(30),
                                "--document", "教发〔2024〕8号").document
        self.assertEqual(told["status"], "merged")
        self.assertEqual(told["successions"][0]["institution"], "NEW")
        self.assertEqual(told["successions"][0]["powers"], ["amend", "revoke", "appeal"])
        self.issue("OLD", "2", "2024-08-31")
        self.issue("OLD", "3", "2024-09-01", code=4)
        self.in_bank("credit", "amend", self.one, *self.signs_as("NEW"), "--hours", "30",
                     "--reason", "attendance")
        item = [item for item in self.verify()["items"] if item.get("reference") == "1"][-1]
        self.assertEqual((item["institution"], item["institution_name"], item["signed_by"]),
                         ("OLD", "旧学院", "NEW"))
        self.assertEqual(item["institution_ended_on"], "2024-08-31")
        self.issue("NEW", "9", "2023-06-30", "--awarded-by", "OLD", code=4)
        self.sound()

    def test_after_its_final_day_it_signs_nothing_and_what_it_signed_stands(self):
        self.institution("close", "OLD", "--on", "2024-08-31")
        self.issue("OLD", "2", "2024-06-30", code=5)
        self.assertEqual(self.items()["1"]["status"], "held")
        self.cbank(*self.bank, "credit", "revoke", self.one, *self.signs_as("NEW"), "--reason",
                   "error", code=4)
        self.institution("resume", "OLD")
        self.issue("OLD", "2", "2024-06-30")
        self.sound()

    def test_a_custodian_answers_within_its_powers(self):
        self.institution("close", "OLD", "--on", "2024-08-31", "--custodian", "PXU", "--power",
                         "amend", "--document", "教发〔2024〕8号")
        self.cbank(*self.bank, "credit", "revoke", self.one, *self.signs, "--reason", "error",
                   code=4)
        self.in_bank("credit", "amend", self.one, *self.signs, "--hours", "30", "--reason",
                     "attendance")
        self.issue("PXU", "9", "2023-06-30", "--awarded-by", "OLD", code=4)
        self.institution("succeed", "OLD", "--to", "NEW", "--power", "revoke")
        newest = [row["id"] for row in self.list_in_bank("credit", "list", self.account())
                  if row["status"] == "held"]
        self.in_bank("credit", "revoke", newest[0], *self.signs_as("NEW"), "--reason", "error")
        report = self.verify()
        self.assertEqual(report["verdict"], "VALID")
        self.assertEqual([item["status"] for item in report["items"] if item.get("reference")],
                         ["superseded", "revoked"])
        self.sound()

    def test_a_dry_run_enters_nothing(self):
        before = self.in_bank("institution", "show", "OLD")
        for command in (("close", "OLD", "--on", "2024-08-31"),
                        ("merge", "OLD", "NEW", "--on", "2024-08-31"),
                        ("rename", "OLD", "--name", "另名", "--from", "2024-01-01"),
                        ("scope", "OLD"), ("licence", "OLD", "--number", "7"),
                        ("succeed", "OLD", "--to", "NEW")):
            self.cbank(*self.bank, "--dry-run", "institution", *command)
        self.assertEqual(self.in_bank("institution", "show", "OLD"), before)


if __name__ == "__main__":
    desk.main()
