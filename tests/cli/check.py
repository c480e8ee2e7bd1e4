"""A bank that does not open is looked at: why, what differs, how far it is sound, what to do; and
nothing is written meanwhile."""
import hashlib
import shutil

import desk


class Check(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        self.learner = self.account()

    def bytes_of(self):
        """Every file of bank and guard, but the lock of the store, which readers write."""
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                for name in ("bank", "bank.guard") for path in sorted(self.path(name).rglob("*"))
                if path.is_file() and path.name != "lock.mdb"}

    def check(self, code=0):
        before = self.bytes_of()
        told = self.ask(*self.bank, "bank", "check", code=code)
        self.assertEqual(self.bytes_of(), before, "nothing is written or signed")
        return told

    def act(self):
        self.in_bank("learner", "freeze", self.learner, "--reason", "dispute")
        self.in_bank("learner", "unfreeze", self.learner, "--reason", "settled")

    def refused(self, reason):
        """The check and every other command say the same."""
        told = self.check(code=1)
        error = self.cbank("--json", *self.bank, "bank", "info", code=6).error
        self.assertFalse(told["ok"])
        self.assertEqual((told["refusal"]["code"], error["reason"]), (reason, reason))
        self.assertEqual(told["refusal"]["message"], error["message"])
        self.assertEqual(told["refusal"]["remedy"], error["remedy"])
        return told

    def keep(self, *names):
        for name in names:
            shutil.copytree(self.path(name), self.path("kept") / name, dirs_exist_ok=True)

    def put_back(self, *names):
        for name in names:
            shutil.rmtree(self.path(name))
            shutil.copytree(self.path("kept") / name, self.path(name))

    def test_a_sound_bank_is_as_it_was_and_all_sizes_are_one(self):
        size = self.in_bank("bank", "info")["size"]
        told = self.check()
        self.assertTrue(told["ok"])
        self.assertIsNone(told["refusal"])
        self.assertEqual({told[name] for name in ("size", "log_size", "guard_size", "sound_size")},
                         {size})
        self.assertEqual({told[name] for name in ("root", "log_root", "guard_root")},
                         {told["root"]})

    def test_an_old_copy_of_the_store_is_behind_its_guard(self):
        self.keep("bank")
        old = self.in_bank("bank", "info")
        self.act()
        new = self.in_bank("bank", "info")
        self.keep_aside()
        self.put_back("bank")
        told = self.refused("store_behind")
        self.assertEqual((told["log_size"], told["log_root"]), (old["size"], old["root"]))
        self.assertEqual((told["guard_size"], told["guard_root"]), (new["size"], new["root"]))
        self.assertTrue(0 < told["sound_size"] <= old["size"], "by what it had signed itself")
        text = self.cbank("--lang", "en", *self.bank, "bank", "check", code=1).out
        for words in ("does not open", "behind the guard", "restore the newest store",
                      f"{old['size']}, {old['root']}", f"{new['size']}, {new['root']}"):
            self.assertIn(words, text)
        shutil.rmtree(self.path("bank"))
        self.path("aside").rename(self.path("bank"))
        self.assertTrue(self.check()["ok"], "the way out that was named")
        self.act()

    def keep_aside(self):
        shutil.copytree(self.path("bank"), self.path("aside"))

    def test_another_history_is_sound_up_to_where_it_parted(self):
        parted = self.in_bank("bank", "info")["size"]
        self.keep("bank", "bank.guard")
        self.act()
        self.act()
        shutil.copytree(self.path("bank"), self.path("ours"))
        self.put_back("bank", "bank.guard")
        self.in_bank("learner", "open", "--name", "己六", "--id-type", "passport/GBR",
                     "--id-number", "123456789")
        shutil.rmtree(self.path("bank"))
        self.path("ours").rename(self.path("bank"))
        told = self.refused("history_differs")
        self.assertEqual(told["sound_size"] >= parted, True)
        self.assertGreater(told["log_size"], told["guard_size"])
        self.assertIn("replay_root", [one["code"] for one in told["findings"]])

    def test_a_guard_that_is_gone_or_of_another_bank(self):
        size = self.in_bank("bank", "info")["size"]
        self.path("bank.guard").rename(self.path("away"))
        self.path("bank.guard").mkdir()
        told = self.refused("guard_missing")
        self.assertEqual((told["guard_size"], told["log_size"]), (None, size))
        self.assertIn("--adopt", told["refusal"]["remedy"])
        self.cbank("bank", "init", "other", "--origin", "other.example/credit/sha256-ed25519/1",
                   "--name", "en=Other")
        shutil.copy(self.path("other.guard/checkpoint"), self.path("bank.guard/checkpoint"))
        self.refused("guard_foreign")

    def test_what_is_no_bank_is_no_finding(self):
        self.cbank("--bank", "nowhere", "bank", "check", code=1)
        self.path("bank/store/data.mdb").write_bytes(b"")
        self.cbank(*self.bank, "bank", "check", code=3)


desk.main()
