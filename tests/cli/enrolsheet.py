"""Who studies what, as registrars keep it: every row is taken in, unchanged, or says why not."""
import csv
import io
import json

import artefact
import desk

HEADER = "学号,姓名,身份证号,专业,年级,入学日期,层次,学籍状态"
LEARNERS = (("0001", "甲一", "360302188103040012"), ("0002", "乙二", "36031318851122002X"))
LIST = "\n".join(["2022级新生名单,,,,,,,", HEADER,
                  *(f"{number},{name},{document},护理,2022级,2022-09-01,专科,01"
                    for number, name, document in LEARNERS)]) + "\n"
PROFILE = """profile: pxu
enrolments:
  name: 姓名
  student_number: 学号
  id_number: 身份证号
  programme: 专业
  cohort: 年级
  started: 入学日期
  study_level: 层次
  study_status: 学籍状态
  since: 异动日期
  change_kind: 异动类别
enrolments_needs: [programme]
values:
  专业: {护理: pxu/nursing, 助产: pxu/midwifery}
"""


class EnrolSheet(desk.Town):
    def setUp(self):
        super().setUp()
        for name in ("pxu/nursing", "pxu/midwifery"):
            artefact.write(self, "p.art", kind="programme", pages=[
                artefact.programme(7000, artefact.bucket("free", 7000))], items=0, name=name)
            self.cbank(*self.bank, "rules", "publish", "p.art")
        self.write("roster.csv", "学号,姓名,身份证号\n" + "".join(
            ",".join(learner) + "\n" for learner in LEARNERS))
        self.in_bank("learner", "import", "roster.csv", "--institution", "PXU")
        self.write("pxu.yaml", PROFILE)
        self.write("list.csv", LIST)

    def bring(self, name, *more, code=0, profile=True):
        with_profile = ("--profile", "pxu.yaml") if profile else ()
        return self.in_bank("enrol", "import", name, *self.signs, *with_profile, *more, code=code)

    def enrolments(self):
        return self.list_in_bank("enrol", "list", "--institution", "PXU")

    def counts(self, done):
        return {key: done[key] for key in ("rows", "enrolled", "unchanged", "changed", "rejected")}

    def expect(self, done, rows, enrolled=0, unchanged=0, changed=0, rejected=0):
        self.assertEqual(self.counts(done), {"rows": rows, "enrolled": enrolled,
                                             "unchanged": unchanged, "changed": changed,
                                             "rejected": rejected})

    def test_a_list_under_a_title_is_taken_in_and_the_same_again_is_unchanged(self):
        self.expect(self.bring("list.csv", "--keep-going"), 2, enrolled=2)
        first, second = self.enrolments()
        self.assertEqual({one["account"] for one in (first, second)},
                         {self.account(document) for _, _, document in LEARNERS})
        self.assertEqual((first["programme"], first["cohort"], first["started"], first["stage"],
                          first["level"], first["student_status"]),
                         ("pxu/nursing@1", "2022", "2022-09-01", 1, "专科", "01"))
        self.assertNotIn("0001", first["reference"], "no student number stands in what is signed")
        size = self.in_bank("bank", "info")["size"]
        self.expect(self.bring("list.csv"), 2, unchanged=2)
        self.assertEqual(self.in_bank("bank", "info")["size"], size)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_a_preview_writes_nothing(self):
        size = self.in_bank("bank", "info")["size"]
        done = self.ask("--dry-run", *self.bank, "enrol", "import", "list.csv", *self.signs,
                        "--profile", "pxu.yaml")
        self.expect(done, 2, enrolled=2)
        self.assertEqual((self.in_bank("bank", "info")["size"], done["batches"]), (size, []))

    def test_english_columns_gb18030_a_constant_and_no_profile_of_the_school(self):
        text = "student number,full name,admitted\n0001,甲一,2022/9/1\n0002,乙二,2022年9月1日\n"
        self.path("list.csv").write_bytes(text.encode("gb18030"))
        self.expect(self.bring("list.csv", "--set", "programme=pxu/nursing@1,cohort=2022",
                               "--encoding", "gb18030", profile=False), 2, enrolled=2)
        self.assertEqual([one["programme"] for one in self.enrolments()], ["pxu/nursing@1"] * 2)

    def test_what_is_wrong_with_a_row_is_said_and_stops_the_file_unless_asked_otherwise(self):
        good = LIST.splitlines()[2]
        bad = [good.replace("护理", "中医"), good.replace("2022-09-01", "去年"),
               good.replace("2022级", ""), good.replace("甲一", "丙三"),
               good.replace("0001", "0002"), "0009,己六,360323190001010087,护理,2022,2022-09-01,,",
               good.replace("2022级", "2021级")]
        self.write("list.csv", "\n".join([HEADER, good, *bad]) + "\n")
        done = self.bring("list.csv", "--errors", "errors.csv", code=3)
        self.expect(done, 8, rejected=7)
        self.assertEqual({one["row"]: (one["column"], one["reason"]) for one in done["errors"]},
                         {3: ("专业", "unknown_code"), 4: ("入学日期", "bad_date"),
                          5: ("年级", "missing_cell"), 6: ("姓名", "person_conflict"),
                          7: ("学号", "student_taken"), 8: ("身份证号", "learner_unknown"),
                          9: ("入学日期", "enrol_row_twice")})
        self.assertEqual((self.enrolments(), done["batches"]), ([], []))
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["姓名"] for row in rows], ["甲一"] * 3 + ["丙三", "甲一", "己六", "甲一"])
        self.expect(self.bring("list.csv", "--keep-going", code=3), 8, enrolled=1, rejected=7)
        self.assertEqual(len(self.enrolments()), 1)

    def test_a_programme_that_is_not_there_or_not_for_them_is_refused_row_by_row(self):
        self.write("list.csv", LIST.replace("护理", "pxu/nowhere"))
        done = self.bring("list.csv", profile=False, code=3)
        self.assertEqual([(one["column"], one["reason"]) for one in done["errors"]],
                         [("专业", "publication_unknown")] * 2)

    def test_what_the_list_states_otherwise_is_left_or_becomes_a_change(self):
        self.bring("list.csv")
        self.write("list.csv", LIST.replace("0002,乙二,36031318851122002X,护理",
                                            "0002,乙二,36031318851122002X,助产"))
        done = self.bring("list.csv")
        self.expect(done, 2, unchanged=1, changed=1)
        self.assertEqual({one["revision"] for one in self.enrolments()}, {1})
        done = self.bring("list.csv", "--change", code=3)
        self.assertEqual([(one["column"], one["reason"]) for one in done["errors"]],
                         [("since", "missing_cell")])
        self.expect(self.bring("list.csv", "--change", "--since", "2023-03-01"), 2, unchanged=1,
                    changed=1)
        moved = [one for one in self.enrolments() if one["revision"] == 2]
        self.assertEqual([(one["programme"], one["since"], one["cohort"]) for one in moved],
                         [("pxu/midwifery@1", "2023-03-01", "2022")])
        self.expect(self.bring("list.csv", "--change"), 2, unchanged=2)

    def test_an_enrolment_that_was_added_by_hand_is_the_same_one(self):
        self.in_bank("enrol", "add", *self.signs, "--learner", self.account(), "--reference",
                     "2022-0417", "--programme", "pxu/nursing", "--cohort", "2022", "--started",
                     "2022-09-01", "--level", "local:专科", "--status", "01")
        self.expect(self.bring("list.csv"), 2, enrolled=1, unchanged=1)

    def test_two_enrolments_of_one_day_are_told_apart_by_their_numbers(self):
        line = LIST.splitlines()[2]
        self.write("list.csv", f"学籍号,{HEADER}\nA-1,{line}\nA-2,{line.replace('护理', '助产')}\n")
        self.expect(self.bring("list.csv", "--map", "reference=学籍号"), 2, enrolled=2)
        self.assertEqual([one["reference"] for one in self.enrolments()], ["A-1", "A-2"])
        self.write("list.csv", LIST)
        done = self.bring("list.csv", code=3)
        self.assertEqual([one["reason"] for one in done["errors"]], ["enrol_row_ambiguous"])
        self.write("list.csv", f"学籍号,{HEADER}\nA-1,{LIST.splitlines()[3]}\n")
        done = self.bring("list.csv", "--map", "reference=学籍号", code=3)
        self.assertEqual([one["reason"] for one in done["errors"]], ["enrolment_taken"])

    def test_one_without_a_number_beside_a_new_one_of_the_day_is_not_guessed(self):
        line = LIST.splitlines()[2]
        for rows in ((f"A-1,{line}", f",{line}"), (f",{line}", f"A-1,{line}")):
            self.write("list.csv", "\n".join([f"学籍号,{HEADER}", *rows]) + "\n")
            done = self.bring("list.csv", "--map", "reference=学籍号", code=3)
            self.assertEqual([(one["row"], one["reason"]) for one in done["errors"]],
                             [(3, "enrol_row_twice")])
        self.write("list.csv", f"学籍号,{HEADER}\nA-1,{line}\n,{line.replace('2022-', '2023-')}\n")
        for times in ({"enrolled": 2}, {"unchanged": 2}):
            self.expect(self.bring("list.csv", "--map", "reference=学籍号"), 2, **times)
        self.write("list.csv", f"学籍号,{HEADER}\nA-1,{line}\n,{line}\n")
        self.expect(self.bring("list.csv", "--map", "reference=学籍号"), 2, unchanged=2)

    def test_what_is_refused_while_others_are_written_is_said_and_stands_in_the_error_file(self):
        line = LIST.splitlines()[2]
        self.write("list.csv", "\n".join([f"学籍号,{HEADER}", *(
            f"A-{number},{line}" for number in range(257))]) + "\n")
        answer = self.cbank("--json", *self.bank, "enrol", "import", "list.csv", *self.signs,
                            "--profile", "pxu.yaml", "--map", "reference=学籍号", "--errors",
                            "errors.csv", code=3)
        self.expect(answer.document, 257, enrolled=256, rejected=1)
        self.assertEqual([one["row"] for one in answer.document["errors"]], [258])
        self.assertNotIn("--keep-going", answer.err, "it is not so that nothing was done")
        text = self.path("errors.csv").read_text(encoding="utf-8-sig")
        self.assertEqual([(row["学籍号"], row["姓名"]) for row in csv.DictReader(io.StringIO(text))],
                         [("A-256", "甲一")])

    def test_what_was_refused_does_not_speak_for_the_rows_after_it(self):
        self.bring("list.csv")
        line = LIST.splitlines()[2].replace("护理", "助产")
        self.write("list.csv", f"{HEADER},异动日期\n{line},\n{line},2023-03-01\n")
        done = self.bring("list.csv", "--change", "--keep-going", code=3)
        self.expect(done, 2, changed=1, rejected=1)
        self.assertEqual([one["row"] for one in done["errors"]], [2])
        self.assertEqual(sorted(one["revision"] for one in self.enrolments()), [1, 2])

    def test_two_rows_that_differ_in_the_day_of_the_change_are_not_the_same(self):
        self.bring("list.csv")
        line = LIST.splitlines()[2].replace("护理", "助产")
        self.write("list.csv", f"{HEADER},异动日期\n{line},2023-03-01\n{line},2023-09-01\n")
        done = self.bring("list.csv", "--change", code=3)
        self.assertEqual([(one["row"], one["reason"]) for one in done["errors"]],
                         [(3, "enrol_row_twice")])

    def test_whoever_was_merged_is_enrolled_already(self):
        self.bring("list.csv")
        other = {"name": "甲一", "id_type": "passport/GBR", "id_number": "Y7654321"}
        self.write("other.json", json.dumps(other))
        into = self.in_bank("learner", "open", "--person", "other.json")["account"]
        self.in_bank("learner", "merge", self.account(), into, "--operator", "op1", "--approver",
                     "op2", "--reason", "same-person")
        self.expect(self.bring("list.csv"), 2, unchanged=2)
        self.assertEqual(len(self.enrolments()), 2)
        self.write("list.csv", LIST.replace("甲一,360302188103040012,护理",
                                            "甲一,360302188103040012,助产"))
        self.expect(self.bring("list.csv", "--change", "--since", "2023-03-01"), 2, unchanged=1,
                    changed=1)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_another_key_is_refused_before_any_row(self):
        self.ask("key", "new", "other.key")
        error = self.cbank("--json", *self.bank, "enrol", "import", "list.csv", "--institution",
                           "PXU", "--key", "other.key", "--profile", "pxu.yaml", code=4).error
        self.assertEqual(error["reason"], "institution_signer")


desk.main()
