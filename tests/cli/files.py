"""Files that the program reads and writes: whole or not at all, private where they should be, and
nothing on a dry run."""
import hashlib
import json
import os
import pathlib
import signal
import stat
import subprocess
import time

import desk


class Files(desk.Town):
    def mode(self, name):
        return stat.S_IMODE(self.path(name).stat().st_mode)

    def test_files_with_personal_data_are_their_owner_s_alone(self):
        self.import_grades()
        self.ask("credit", "sign", "grades.csv", *self.signs, *self.reads, "--origin", desk.ORIGIN,
                 "-o", "batch")
        self.transcript()
        self.in_bank("bank", "directory", "-o", "directory")
        for name in ("pxu.key", "batch", "transcript"):
            self.assertEqual(self.mode(name), 0o600, name)
        self.assertEqual(self.mode("directory") & 0o444, 0o444)

    def test_an_output_replaces_an_older_one_and_leaves_nothing_beside_it(self):
        self.write("checkpoint", "old")
        before = self.names()
        self.in_bank("log", "checkpoint", "-o", "checkpoint")
        self.assertEqual(self.names(), before)
        self.assertTrue(self.path("checkpoint").read_text().startswith(desk.ORIGIN))

    def test_an_output_that_fails_leaves_the_older_one(self):
        self.write("kept", "old")
        self.cbank(*self.bank, "transcript", "issue", "0000000000000195", "-o", "kept", code=1)
        self.assertEqual(self.path("kept").read_text(), "old")

    def test_a_hyphen_is_standard_output_and_the_rest_goes_to_standard_error(self):
        answer = self.cbank(*self.bank, "bank", "directory", "-o", "-")
        self.in_bank("bank", "directory", "-o", "directory")
        self.assertEqual(answer.raw[:2], self.path("directory").read_bytes()[:2])
        self.assertIn("fingerprint", answer.err)
        quiet = self.cbank("--quiet", *self.bank, "bank", "directory", "-o", "-")
        self.assertEqual(quiet.err, "")

    def test_a_hyphen_is_standard_input(self):
        grades = self.path("grades.csv").read_text(encoding="utf-8")
        result = self.in_bank("credit", "import", "-", *self.signs, *self.reads, "--open-accounts",
                              given=grades)
        self.assertEqual(result["deposited"], 3)
        self.cbank(*self.bank, "credit", "import", "-", *self.signs, *self.reads,
                   "--passphrase-file", "-", given="x", code=2)

    def runs(self, process):
        try:
            return pathlib.Path(f"/proc/{process}/stat").read_text().split(") ")[1][0] != "Z"
        except FileNotFoundError:
            return False

    def start_check(self):
        """A check that waits for its passphrase, and its child, which opens the bank."""
        os.mkfifo(self.path("passphrase"))
        check = subprocess.Popen([desk.PROGRAM, "--json", *self.bank, "bank", "check",
                                  "--passphrase-file", "passphrase"], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        listed = pathlib.Path(f"/proc/{check.pid}/task/{check.pid}/children")
        deadline = time.monotonic() + 30
        while not listed.read_text().split() and time.monotonic() < deadline:
            time.sleep(0.01)
        return check, int(listed.read_text().split()[0])

    def test_a_check_that_is_brought_down_says_so(self):
        check, child = self.start_check()
        os.kill(child, signal.SIGABRT)
        error = json.loads(check.communicate(timeout=60)[1])["error"]
        self.assertEqual((check.returncode, error["status"], error["reason"], error["object"]),
                         (6, "corrupt", "brought_down", "bank"))

    def test_whoever_ends_a_check_ends_its_child(self):
        check, child = self.start_check()
        check.terminate()
        self.assertEqual(check.wait(timeout=60), -signal.SIGTERM)
        check.stdout.close()
        check.stderr.close()
        deadline = time.monotonic() + 30
        while self.runs(child) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(self.runs(child))

    def test_the_bank_remembers_which_file_a_batch_came_from_and_who_brought_it(self):
        digest = hashlib.sha256(self.path("grades.csv").read_bytes()).hexdigest()
        done = self.import_grades("./grades.csv", "--operator", "op7")
        shown = self.in_bank("batch", "show", done["batch"])
        self.assertEqual((shown["file"], shown["file_digest"], shown["operator"]),
                         ("grades.csv", digest, "op7"))
        self.assertEqual(shown["file_size"], self.path("grades.csv").stat().st_size)
        self.assertEqual(self.list_in_bank("batch", "list")[0]["file"], "grades.csv")
        # A file's name may say who somebody is: in the store it is sealed.
        self.assertNotIn(b"grades.csv", self.path("bank/store/data.mdb").read_bytes())
        self.assertTrue(self.in_bank("bank", "check")["ok"])
        self.ask("credit", "sign", "grades.csv", *self.signs, *self.reads, "--origin", desk.ORIGIN,
                 "-o", "again")
        brought = self.in_bank("credit", "deposit", "-", given=self.path("again").read_bytes())
        shown = self.in_bank("batch", "show", brought["batch"])
        self.assertEqual((shown["file"], shown["operator"]), (None, None))
        self.assertEqual(shown["file_digest"],
                         hashlib.sha256(self.path("again").read_bytes()).hexdigest())
        self.cbank(*self.bank, "credit", "import", "grades.csv", *self.signs, *self.reads,
                   "--operator", "张 三", code=2)

    def test_an_interrupted_job_leaves_nothing_behind(self):
        before = self.names()
        job = subprocess.Popen([desk.PROGRAM, "credit", "sign", "-", *self.signs, *self.reads,
                                "--origin", desk.ORIGIN, "-o", "batch"], cwd=self.folder,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        job.stdin.write((desk.HEADER + "\n").encode())
        job.stdin.flush()
        time.sleep(0.3)
        job.send_signal(signal.SIGINT)
        said = job.communicate(timeout=60)
        self.assertEqual((job.returncode, said), (-signal.SIGINT, (b"", b"")))
        self.assertEqual(self.names(), before)

    def test_a_device_is_written_and_not_replaced(self):
        self.cbank(*self.bank, "log", "checkpoint", "-o", "/dev/null")
        self.assertTrue(stat.S_ISCHR(self.path("/dev/null").stat().st_mode))

    def test_keys_are_never_overwritten(self):
        before = self.path("pxu.key").read_bytes()
        self.cbank("key", "new", "pxu.key", code=5)
        self.path("half.key.pub").write_text("x")
        self.cbank("key", "new", "half.key", code=5)
        self.assertEqual(self.path("pxu.key").read_bytes(), before)
        self.assertNotIn("half.key", self.names())

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([desk.PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 6)

    def test_the_rejected_rows_import_again_once_they_are_mended(self):
        bad = desk.ROWS[0].replace("360302188103040012", "360302188103040013")
        self.write("bad.csv", "\n".join([desk.HEADER, bad, *desk.ROWS[1:]]))
        self.import_grades("bad.csv", "--keep-going", "--errors", "errors.csv", code=3)
        errors = self.path("errors.csv").read_text(encoding="utf-8-sig")
        self.assertIn("360302188103040013", errors)
        self.assertNotIn("36031318851122002X", errors)
        self.write("mended.csv", errors.replace("360302188103040013", "360302188103040012"))
        result = self.import_grades("mended.csv", "--errors", "none.csv")
        self.assertEqual((result["deposited"], result["rejected"]), (1, 0))
        self.assertNotIn("none.csv", self.names())

    def test_a_file_of_ids_changes_them_all(self):
        self.import_grades()
        ids = [one["id"] for one in self.credits()]
        self.write("ids.csv", "编号,说明\n" + "".join(f"{one},x\r\n" for one in ids[:2]))
        result = self.in_bank("credit", "revoke", "--file", "ids.csv", *self.signs, "--reason", "e")
        self.assertEqual(result["changed"], 2)
        batch = self.list_in_bank("batch", "list")[0]["batch"]
        result = self.in_bank("credit", "suspend", "--batch", batch[:16], *self.signs, "--reason",
                              "e")
        self.assertEqual((result["changed"], result["passed_over"]), (1, 2))
        self.write("ids.csv", f"{ids[2]}\nnonsense\n")
        self.cbank(*self.bank, "credit", "revoke", "--file", "ids.csv", *self.signs, "--reason",
                   "e", code=3)
        self.cbank(*self.bank, "credit", "reinstate", *ids[:2], *self.signs, "--reason", "e",
                   code=5)
        self.assertEqual([one["status"] for one in self.credits()],
                         ["revoked", "revoked", "suspended"])

    def test_records_are_found_by_what_they_have_in_common(self):
        self.import_grades()
        why = (*self.signs, "--reason", "wrong-course")
        self.assertEqual(len(self.list_in_bank("credit", "list", "--code", "C1")), 2)
        self.assertEqual(len(self.list_in_bank("credit", "list", "--where", "code=C2")), 1)
        self.assertEqual(len(self.list_in_bank("credit", "list", "--code", "C1", "--where",
                                               f"account={self.account()}")), 1)
        seen = self.in_bank("credit", "amend", "--where", "code=C1", *why, "--credits", "2",
                            "--preview")
        self.assertEqual((seen["changed"], seen["batch"], seen["id"]), (2, None, None))
        done = self.in_bank("credit", "amend", "--where", "code=C1", *why, "--credits", "2",
                            "--code", "C9")
        self.assertEqual(done["changed"], 2)
        self.assertEqual([one["status"] for one in done["affected"]], ["superseded"] * 2)
        new = self.list_in_bank("credit", "list", "--code", "C9")
        self.assertEqual([one["id"] for one in new],
                         [one["replaced_by"] for one in done["affected"]])
        self.assertEqual([one["credits"] for one in new], ["2", "2"])
        self.assertEqual(self.in_bank("credit", "revoke", "--code", "C9", *why)["changed"], 2)
        self.cbank(*self.bank, "credit", "revoke", "--code", "C0", *why, code=1)
        for wrong in (("--where", "title=x"), ("--where", "code"), ("--where", "code=")):
            self.cbank(*self.bank, "credit", "revoke", *wrong, *why, code=2)
        self.cbank(*self.bank, "credit", "revoke", new[0]["id"], "--code", "C1", *why, code=2)
        self.cbank(*self.bank, "credit", "revoke", *why, code=3)


class DryRun(desk.Town):
    def picture(self):
        """Every file of the folder with its content, but for the locks and readers of the store."""
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for path in self.folder.rglob("*")
                if path.is_file() and "lock" not in path.name}

    def test_nothing_is_written(self):
        self.import_grades()
        first = self.credits()[0]["id"]
        account = self.account()
        self.cbank("key", "new", "new.key")
        self.cbank("institution", "request", "--code", "NEW", "--name", "x", "--origin",
                   desk.ORIGIN, "--key", "new.key", "-o", "new.request")
        self.cbank("institution", "rotate-request", "--code", "PXU", "--origin", desk.ORIGIN,
                   "--key", "pxu.key", "--new-key", "new.key", "-o", "rotation")
        self.cbank(*self.bank, "bank", "backup", "backup")
        self.write("more.csv", "\n".join([desk.HEADER, desk.ROWS[0].replace("1,", "9,", 1)]))
        why = (*self.signs, "--reason", "x")
        before = self.picture()
        size = self.in_bank("bank", "info")["size"]
        for arguments in [("bank", "init", "b", "--origin", "b.example/1", "--name", "x"),
                          ("bank", "directory", "-o", "f"), ("bank", "status", "-o", "f"),
                          ("bank", "backup", "f"),
                          ("bank", "restore", "backup", "r", "--keys", "bank/keys"),
                          ("key", "new", "k"),
                          ("institution", "request", "--code", "C", "--name", "x", "--origin",
                           desk.ORIGIN, "--key", "new.key", "-o", "f"),
                          ("institution", "rotate-request", "--code", "PXU", "--origin",
                           desk.ORIGIN, "--key", "pxu.key", "--new-key", "new.key", "-o", "f"),
                          ("institution", "admit", "new.request"),
                          ("institution", "admit", "C", "--name", "x", "--key", "new.key.pub"),
                          ("institution", "rotate-key", "rotation"),
                          ("institution", "suspend", "PXU", "--reason", "x"),
                          ("institution", "resume", "PXU"),
                          ("learner", "open", "--name", "x", "--id-type", "passport/GBR",
                           "--id-number", "123456789"),
                          ("learner", "freeze", account, "--reason", "x"),
                          ("credit", "issue", *self.signs, "--learner", account, "--reference",
                           "R", "--title", "x"),
                          ("credit", "import", "more.csv", *self.signs, *self.reads),
                          ("credit", "sign", "more.csv", *self.signs, *self.reads, "--origin",
                           desk.ORIGIN, "-o", "f"),
                          ("credit", "amend", first, *why, "--credits", "1"),
                          ("credit", "revoke", first, *why), ("credit", "suspend", first, *why),
                          ("transcript", "issue", account, "-o", "f", *desk.BASIS),
                          ("log", "checkpoint", "-o", "f"),
                          ("log", "prove", first, "--leaf", "f", "-o", "f"),
                          ("log", "consistency", "--from", "1", "-o", "f")]:
            self.cbank("--dry-run", *self.bank, *arguments)
            self.assertEqual(sorted(self.picture()), sorted(before), arguments)
        self.assertEqual(self.in_bank("bank", "info")["size"], size)
        after = self.picture()
        self.assertEqual([name for name in before if before[name] != after[name]], [])

    def test_it_says_what_it_would_find_wrong(self):
        self.cbank("--dry-run", "key", "new", "pxu.key", code=5)
        self.cbank("--dry-run", "bank", "init", "bank", "--origin", desk.ORIGIN, "--name", "x",
                   code=5)
        self.cbank("--dry-run", *self.bank, "institution", "suspend", "NOBODY", "--reason", "x",
                   code=1)
        bad = desk.ROWS[0].replace("360302188103040012", "360302188103040013")
        self.write("bad.csv", "\n".join([desk.HEADER, bad]))
        self.assertEqual(self.import_grades("bad.csv", "--dry-run", code=3)["rejected"], 1)

    def test_a_preview_shows_what_a_change_would_touch(self):
        self.import_grades()
        first = self.credits()[0]["id"]
        shown = self.in_bank("credit", "revoke", first, *self.signs, "--reason", "x", "--preview")
        self.assertEqual([one["id"] for one in shown["affected"]], [first])
        self.assertEqual(self.credits()[0]["status"], "held")


class Privacy(desk.Town):
    NUMBER = "360302188103040012"

    def setUp(self):
        super().setUp()
        self.import_grades()

    def test_numbers_are_masked_on_the_screen(self):
        show = (*self.bank, "learner", "show", self.account())
        self.assertNotIn("甲一", self.cbank(*show).out)
        masked = self.cbank(*show, "--with-person").out
        self.assertIn("甲一", masked)
        self.assertIn("360302********0012", masked)
        self.assertIn(self.NUMBER, self.cbank(*show, "--with-person", "--unmasked").out)

    def test_a_disclosed_number_is_masked_on_the_screen_too(self):
        trust = self.trust()
        self.transcript("--show", "name,number")
        verify = ("transcript", "verify", "transcript", *trust, "--any-recipient")
        self.assertIn("360302********0012", self.cbank(*verify).out)
        self.assertIn(self.NUMBER, self.cbank(*verify, "--unmasked").out)
        self.assertEqual(self.ask(*verify)["holder"]["document_number"], self.NUMBER)

    def test_errors_hold_no_number(self):
        for number in ("360302188103040013", "36030218810304001"):
            person = json.dumps({"name": "甲一", "id_type": "cn-id", "id_number": number})
            answer = self.cbank(*self.bank, "learner", "open", "--person", "-", given=person,
                                code=3)
            self.assertNotIn(number, answer.out + answer.err)
            self.assertNotIn("甲一", answer.err)

    def test_a_terminal_is_not_given_orders(self):
        answer = self.cbank("bad\x1b[31mword\u202e", code=2)
        self.assertNotIn("\x1b", answer.err)
        self.assertNotIn("\u202e", answer.err)


desk.main()
