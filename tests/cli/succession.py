"""Keys over the years: a partner who pinned the bank on its first day follows it offline.

The root key is succeeded twice, the log key twice, a college's key is compromised at a place in
the log; forged chains, skipped numbers, older and expired files are refused, each with its reason.
"""
import shutil
import subprocess

import desk


class Years(desk.Town):
    suite = "sha256-ed25519"

    def setUp(self):
        super().setUp()
        self.root = "bank/keys/root.key"
        self.import_grades()

    def directory(self, name, *more, code=0):
        return self.in_bank("bank", "directory", "-o", name, "--root-key", self.root, *more,
                            code=code)

    def status(self, name, *more):
        return self.in_bank("bank", "status", "-o", name, *more)

    def hand_over(self, epoch, new, root=None, name="succession"):
        self.cbank("key", "new", new, "--suite", self.suite)
        self.ask("bank", "succession", "--origin", self.origin, "--epoch", epoch, "--root-key",
                 root or self.root, "--new-root-key", new, "-o", name)

    def succeed(self, epoch):
        self.hand_over(epoch, f"root{epoch}.key")
        self.root = f"root{epoch}.key"
        return self.in_bank("bank", "succeed", "succession")

    @property
    def origin(self):
        return self.in_bank("bank", "info")["origin"]

    def verify(self, name, *more, trust="trust", code=0):
        return self.ask("transcript", "verify", name, "--trust", trust, "--any-recipient", *more,
                        code=code)

    def issue(self, name):
        return self.in_bank("transcript", "issue", self.account(), "-o", name, *desk.BASIS)

    def refresh(self, *more, code=0):
        answer = self.cbank("--json", "trust", "refresh", "trust", *more, code=code)
        return answer.document if code == 0 else answer.error

    def pin(self, name="first", *more):
        self.directory(name)
        return self.ask("trust", "pin", name, "--root", self.in_bank("bank", "info")["fingerprint"],
                        "-o", "trust", *more)

    def grow_old(self):
        """Two more root keys and two more log keys, and transcripts of each time."""
        self.issue("old")
        for epoch in (2, 3):
            self.assertEqual(self.succeed(epoch)["root_epoch"], epoch)
            self.assertEqual(self.in_bank("bank", "rotate-key")["log_epoch"], epoch)
            self.issue(f"new{epoch}")

    def following(self):
        self.pin()
        self.grow_old()
        self.directory("third")
        kept = self.refresh("--directory", "third")
        self.assertEqual((kept["root_epoch"], kept["directory_number"], kept["changed"]),
                         (3, 2, True))
        self.assertEqual(len(kept["log_keys"]), 3)
        self.assertNotEqual(kept["pinned"], kept["fingerprint"])
        for name in ("old", "new2", "new3"):
            self.assertEqual(self.verify(name)["verdict"], "VALID", name)
        # The directory and the fingerprint of the first day are enough, without any store.
        self.verify("old", "--root", kept["pinned"], trust="third")
        self.assertEqual(self.in_bank("bank", "check")["findings"], [])


class Ed25519(Years):
    def test_a_pin_of_the_first_day_follows_the_bank(self):
        self.following()

    def test_an_old_checkpoint_joins_the_log_of_today(self):
        self.in_bank("log", "checkpoint", "-o", "seen")
        self.grow_old()
        joined = self.in_bank("log", "consistency", "--pin", "seen", "-o", "proof")
        self.assertGreater(joined["to"], joined["from"])

    def test_a_forged_or_broken_succession_is_refused(self):
        self.pin()
        self.cbank("key", "new", "thief.key")
        self.hand_over(2, "stolen.key", root="thief.key")
        self.assertIn("earlier key", self.refuse("succession"))
        self.hand_over(3, "skipped.key", name="skipping")
        self.assertIn("number", self.refuse("skipping"))
        self.hand_over(2, "good.key", name="good")
        content = bytearray(self.path("good").read_bytes())
        content[-20] ^= 1
        self.path("bad").write_bytes(content)
        self.cbank(*self.bank, "bank", "succeed", "bad", code=4)
        # Another bank's directory that says it is ours.
        self.cbank("bank", "init", "other", "--origin", desk.ORIGIN, "--name", "en=Thief")
        self.ask("--bank", "other", "bank", "directory", "-o", "forged")
        self.assertIn("root", self.refresh("--directory", "forged", code=4)["message"])
        self.cbank("transcript", "show", "forged", code=3)

    def refuse(self, name):
        return self.cbank("--json", *self.bank, "bank", "succeed", name, code=3).error["message"]

    def test_older_files_are_refused_and_expired_ones_can_still_be_read(self):
        self.directory("first")
        self.status("status1")
        self.status("status2")
        self.directory("second", "--expires", "1d")
        self.ask("trust", "pin", "second", "--status", "status2", "-o", "trust")
        self.assertIn("number 1", self.refresh("--directory", "first", code=4)["message"])
        self.assertIn("number 1", self.refresh("--status", "status1", code=4)["message"])
        self.assertFalse(self.refresh("--directory", "second")["changed"])
        self.issue("transcript")
        late = ("--at", "2199-01-01T00:00:00Z")
        self.assertEqual(self.verify("transcript", *late, code=1)["verdict"], "EXPIRED")
        shown = self.ask("trust", "show", "trust")
        self.assertEqual((shown["directory_number"], shown["status_number"]), (2, 2))
        self.assertFalse(shown["directory_expired"])
        self.assertEqual(self.ask("trust", "show", "first")["directory_number"], 1)

    def test_a_directory_by_a_succeeded_root_key_is_refused(self):
        self.directory("first")
        self.succeed(2)
        self.directory("later")
        self.cbank(*self.bank, "bank", "directory", "-o", "never", code=4)
        self.ask("trust", "pin", "later", "-o", "trust")
        self.assertIn("succeeded", self.refresh("--directory", "first", code=4)["message"])

    def test_a_compromise_is_dated_by_the_log(self):
        self.directory("first")
        self.issue("before")
        lost = self.in_bank("institution", "compromised", "PXU", "--reason", "stolen")
        self.assertEqual(lost["since"], lost["index"])
        self.cbank("key", "new", "pxu2.key")
        self.write("more.csv", self.path("grades.csv").read_text().replace("C1,", "C9,")
                   .replace("\n1,", "\n91,").replace("\n3,", "\n93,"))
        self.cbank(*self.bank, "credit", "import", "more.csv", *self.signs, *self.reads, code=4)
        keys = self.in_bank("institution", "rotate-key", "PXU", "--key", "pxu2.key.pub")["keys"]
        self.assertEqual(keys[0]["compromised_since"], lost["since"])
        self.assertTrue(keys[1]["vouched"])
        self.directory("second")
        self.ask("trust", "pin", "second", "-o", "trust")
        self.assertEqual(self.verify("before")["verdict"], "VALID")
        # Later it turns out that the thief was earlier.
        self.in_bank("institution", "compromised", "PXU", "--key", "pxu.key.pub", "--since",
                     keys[0]["from_index"], "--reason", "stolen")
        self.directory("third")
        self.refresh("--directory", "third")
        refused = self.verify("before", code=1)
        self.assertEqual((refused["verdict"], refused["reason"]),
                         ("KEY_NOT_VALID", "institution_key_compromised"))
        self.assertEqual(self.in_bank("bank", "check")["findings"], [])

    def test_an_earlier_log_key_can_be_lost_too(self):
        issued = self.issue("old")["size"]
        size = self.in_bank("bank", "info")["size"]
        public = self.path("log.pub")
        self.log_key_of(public)
        self.in_bank("bank", "rotate-key")
        self.cbank(*self.bank, "bank", "compromised", "log.pub", "--since", size + 1, "--reason",
                   "stolen", code=3)
        self.in_bank("bank", "compromised", "log.pub", "--since", issued, "--reason", "stolen")
        self.directory("directory")
        self.ask("trust", "pin", "directory", "-o", "trust")
        self.assertEqual(self.verify("old", code=1)["reason"], "log_key_compromised")
        self.issue("new")
        self.verify("new")

    def log_key_of(self, path):
        subprocess.run(["openssl", "pkey", "-in", self.path("bank/keys/log.key"), "-pubout",
                        "-out", path], check=True, capture_output=True)

    def test_an_old_copy_of_the_bank_signs_no_more(self):
        shutil.copytree(self.path("bank"), self.path("copy"))
        self.in_bank("bank", "rotate-key")
        self.cbank("--bank", "copy", "bank", "info", code=6)
        self.issue("transcript")


class Chinese(Years):
    """The same with SM2."""

    suite = "sm3-sm2"

    def setUp(self):
        desk.Desk.setUp(self)
        origin = "bank.example/credit/sm3-sm2/1"
        self.cbank("bank", "init", "bank", "--origin", origin, "--name", "示范学分银行")
        self.bank = ("--bank", "bank")
        self.root = "bank/keys/root.key"
        self.cbank("key", "new", "pxu.key", "--suite", "sm3-sm2")
        self.cbank("institution", "request", "--code", "PXU", "--name", "示范学院", "--origin",
                   origin, "--key", "pxu.key", "-o", "pxu.request")
        self.cbank(*self.bank, "institution", "admit", "pxu.request")
        self.signs = ("--institution", "PXU", "--key", "pxu.key")
        self.reads = ("--map", desk.COLUMNS, "--passed", "通过", "--failed", "未通过")
        self.write("grades.csv", "\n".join([desk.HEADER, *desk.ROWS]) + "\n")
        self.import_grades()

    def test_a_pin_of_the_first_day_follows_a_bank_of_the_chinese_suite(self):
        self.following()


desk.main()
