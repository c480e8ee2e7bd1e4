"""Records put right from a spreadsheet: each row its own correction, all in one signed batch."""
import desk

WHY = ("--reason", "corrected")


class Amend(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()

    def amend(self, text, *more, code=0):
        self.write("put-right.csv", text)
        return self.in_bank("credit", "amend", *self.signs, *WHY, "--from", "put-right.csv", *more,
                            code=code)

    def held(self):
        return {row["reference"]: (row["title"], row["totals"][0]["amount"])
                for row in self.credits() if row["status"] == "held"}

    def reasons(self, answer):
        return [(error["row"], error["column"], error["reason"]) for error in answer["errors"]]

    def test_each_row_states_what_its_record_shall_say(self):
        done = self.amend("机构记录编号,姓名,学分,名称\n1,甲一,4.5,\n2,甲一,,大学英语（一）\n")
        self.assertEqual((done["rows"], done["changed"], done["rejected"]), (2, 2, 0))
        self.assertEqual(self.held(), {"1": ("高等数学", "4.5"), "2": ("大学英语（一）", "3.5"),
                                       "3": ("高等数学", "4")})
        self.assertEqual(self.in_bank("batch", "show", done["batch"])["records"], 4)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_a_preview_shows_all_of_it_and_writes_nothing(self):
        before = self.in_bank("bank", "info")["size"]
        seen = self.amend("reference,credits\n1,5\n3,6\n", "--preview")
        self.assertEqual((seen["changed"], [row["reference"] for row in seen["affected"]]),
                         (2, ["1", "3"]))
        self.assertIsNone(seen["batch"])
        self.assertEqual(self.in_bank("bank", "info")["size"], before)

    def test_records_are_also_named_by_their_ids(self):
        ids = {row["reference"]: row["id"] for row in self.credits()}
        done = self.amend(f"id,hours\n{ids['2']},48\n")
        self.assertEqual(done["affected"][0]["id"], ids["2"])
        refused = self.amend(f"id,reference,hours\n{ids['3']},2,48\n", code=3)
        self.assertEqual(self.reasons(refused), [(2, "id", "record_unknown")])

    def test_one_row_that_cannot_be_used_stops_all_and_says_why(self):
        refused = self.amend("reference,credits,awarded\n1,5,\n9,5,\n2,many,\n3,,\n1,6,\n"
                             "3,4,1901-02-30\n", code=3)
        self.assertEqual((refused["rows"], refused["changed"], refused["rejected"]), (6, 0, 5))
        self.assertEqual(self.reasons(refused), [
            (3, "reference", "record_unknown"), (4, "credits", "bad_amount"),
            (5, "reference", "overlay_empty"), (6, "reference", "duplicate_in_file"),
            (7, "awarded", "bad_date")])
        self.assertEqual(self.held()["1"], ("高等数学", "4"))

    def test_a_row_that_says_what_the_record_says_is_left_alone(self):
        done = self.amend("reference,credits\n1,4\n2,3\n")
        self.assertEqual((done["changed"], done["unchanged"]), (1, 1))
        again = self.amend("reference,credits\n1,4\n2,3\n")
        self.assertEqual((again["changed"], again["unchanged"], again["batch"]), (0, 2, None))

    def test_a_column_that_fills_nothing_is_refused_and_can_be_mapped(self):
        self.write("put-right.csv", "reference,学分数\n1,5\n")
        asked = (*self.bank, "--json", "credit", "amend", *self.signs, *WHY, "--from",
                 "put-right.csv")
        self.assertEqual(self.cbank(*asked, code=3).error["reason"], "amendment_column")
        self.assertEqual(self.cbank(*asked, "--map", "credits=学分数").document["changed"], 1)
        self.cbank(*asked, "--credits", "3", code=2)
        self.cbank(*asked, "--where", "code=C1", code=2)

    def test_a_revoked_record_is_not_put_right(self):
        self.in_bank("credit", "revoke", *self.signs, *WHY, "--where", "code=C2")
        refused = self.amend("reference,credits\n2,5\n", code=3)
        self.assertEqual(refused["rejected"], 1)

    def test_the_same_token_stands_for_the_same_file(self):
        token = ("--token", "00112233445566778899aabbccddeeff")
        done = self.amend("reference,credits\n1,5\n", *token)
        self.assertEqual(self.amend("reference,credits\n1,5\n", *token)["batch"], None)
        self.write("put-right.csv", "reference,credits\n1,6\n")
        other = self.cbank(*self.bank, "--json", "credit", "amend", *self.signs, *WHY, "--from",
                           "put-right.csv", *token, code=5)
        self.assertEqual(other.error["status"], "conflict")
        self.assertEqual(done["changed"], 1)


if __name__ == "__main__":
    desk.main()
