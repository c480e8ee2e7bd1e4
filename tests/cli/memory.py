"""A large spreadsheet passes through little memory, and still as one batch: all of it or nothing.

60,000 rows for 60,000 people, under a limit of 96 MiB on the memory that is not a file's: of it the
bank may take 64 for records that it has ruled on and not yet written, so that it need not read and
rule on them a second time. What was kept of each row before would not fit it.
"""
import datetime
import resource
import subprocess

import desk

ROWS = 60000
LIMIT = 96 << 20
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def number_of(person):
    day = datetime.date(1880, 1, 1) + datetime.timedelta(days=person // 900)
    digits = f"360302{day:%Y%m%d}{person % 900 + 1:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS))
    return digits + "10X98765432"[total % 11]


def row_of(person, number):
    return f"R-{person:07d},甲{chr(0x4e00 + person % 5000)},{number},C1,高等数学,3.5,通过,1902-01-15\n"


class Memory(desk.Town):
    def limited(self, *arguments, code=0):
        done = subprocess.run(
            [desk.PROGRAM, "--json", *arguments], cwd=self.folder, capture_output=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT)))
        answer = desk.Answer(done)
        self.assertEqual(answer.code, code, answer.err)
        return answer.document

    def write_rows(self, broken=()):
        with self.path("many.csv").open("w", encoding="utf-8") as file:
            file.write(desk.HEADER + "\n")
            for person in range(ROWS):
                number = number_of(person)
                file.write(row_of(person, number if person not in broken else number[:-2] + "YY"))

    def test_a_college_signs_them(self):
        self.write_rows()
        signed = self.limited("credit", "sign", "many.csv", *self.signs, *self.reads, "--origin",
                              desk.ORIGIN, "-o", "batch")
        self.assertEqual(signed["records"], ROWS)
        self.assertGreater(self.path("batch").stat().st_size, 200 * ROWS)
        judged = self.limited(*self.bank, "--dry-run", "credit", "deposit", "batch",
                              "--open-accounts")
        self.assertEqual((judged["deposited"], judged["accounts_opened"]), (ROWS, ROWS))

    def test_the_bank_imports_them_all_or_none(self):
        imports = (*self.bank, "credit", "import", "many.csv", *self.signs, *self.reads,
                   "--open-accounts", "--errors", "errors.csv")
        self.write_rows(broken={ROWS - 1})
        stopped = self.limited(*imports, code=3)
        self.assertEqual((stopped["deposited"], stopped["rejected"]), (0, 1))
        self.assertEqual(self.in_bank("bank", "info")["accounts"], 0)
        self.write_rows()
        done = self.limited(*imports)
        self.assertEqual((done["deposited"], done["accounts_opened"]), (ROWS, ROWS))
        self.assertEqual(self.in_bank("batch", "show", done["batch"])["records"], ROWS)

    def test_a_roster_of_as_many_opens_their_accounts(self):
        with self.path("roster.csv").open("w", encoding="utf-8") as file:
            file.write("学号,姓名,身份证号,班级,电话\n")
            for person in range(ROWS):
                number = number_of(person)
                file.write(f"19{person:06d},甲{chr(0x4e00 + person % 5000)},"
                           f"{number if person % 2 == 0 else number[:-2] + 'YY'},示范班,10{person}\n")
        done = self.limited(*self.bank, "learner", "import", "roster.csv", "--institution", "PXU",
                            "-o", "accounts.csv", "--errors", "errors.csv", code=3)
        self.assertEqual((done["opened"], done["rejected"]), (ROWS // 2, ROWS // 2))
        for name in ("accounts.csv", "errors.csv"):
            with self.path(name).open(encoding="utf-8-sig") as file:
                self.assertEqual(sum(1 for line in file), ROWS // 2 + 1)

    def test_the_error_file_has_every_row(self):
        self.write_rows(broken=range(ROWS))
        refused = self.limited(*self.bank, "credit", "import", "many.csv", *self.signs, *self.reads,
                               "--errors", "errors.csv", code=3)
        self.assertEqual(refused["rejected"], ROWS)
        with self.path("errors.csv").open(encoding="utf-8-sig") as file:
            self.assertEqual(sum(1 for line in file), ROWS + 1)


if __name__ == "__main__":
    desk.main()
