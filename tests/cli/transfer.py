"""Records go from one bank to another as files, and every ending frees or moves them."""
import desk

OTHER = "other.example/credit/sha256-ed25519/1"


class Transfer(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        self.cbank("bank", "init", "other", "--origin", OTHER, "--name", "另一学分银行")
        self.there = ("--bank", "other")

    def trust_of(self, bank, name):
        self.ask(*bank, "bank", "directory", "-o", name)
        return ("--trust", name, "--root", self.ask(*bank, "bank", "info")["fingerprint"])

    def offer(self, *more, code=0):
        return self.in_bank("transfer", "offer", self.account(), "--to", OTHER, "-o", "offer",
                            *desk.BASIS, *more, code=code)

    def receive(self, *more, code=0):
        return self.cbank("--json", *self.there, "transfer", "receive", "offer", "-o", "receipt",
                          *self.trust_of(self.bank, "here.directory"), *more, code=code)

    def ack(self):
        return self.in_bank("transfer", "ack", "receipt",
                            *self.trust_of(self.there, "there.directory"))

    def whereabouts(self):
        return sorted(one["where"] for one in self.credits() if one["account"] == self.account())

    def credits_in(self, bank, account):
        return self.ask(*bank, "learner", "show", account)["credits"]

    def test_accepted_and_returned(self):
        offer = self.offer()
        self.assertEqual((offer["state"], offer["direction"], len(offer["records"])),
                         ("offered", "out", 2))
        self.assertEqual(self.credits_in(self.bank, self.account()), "0")
        self.assertEqual(self.whereabouts(), ["offered", "offered"])
        taken = self.receive("--open-accounts").document
        self.assertEqual((taken["id"], taken["state"], taken["direction"]),
                         (offer["id"], "accepted", "in"))
        self.assertEqual(self.credits_in(self.there, taken["account"]), "7.5")
        self.assertEqual(self.ack()["state"], "accepted")
        self.assertEqual(self.receive().document["state"], "accepted", "the same answer again")
        self.assertEqual(self.credits_in(self.there, taken["account"]), "7.5")
        back = self.ask(*self.there, "transfer", "return", "offer", "-o", "receipt")
        self.assertEqual(back["state"], "returned")
        self.assertEqual(self.ack()["state"], "returned")
        self.assertEqual(self.credits_in(self.bank, self.account()), "7.5")
        self.assertEqual([row["state"] for row in self.list_in_bank("transfer", "list")],
                         ["returned"])
        for bank in (self.bank, self.there):
            self.assertTrue(self.ask(*bank, "bank", "check")["ok"])

    def test_declined_and_partly(self):
        first = self.offer()
        self.assertEqual(self.receive("--decline", "--reason", "full").document["state"],
                         "declined")
        self.assertEqual(self.ack()["state"], "declined")
        self.offer()
        refused = first["records"][0]["record"]
        taken = self.receive("--open-accounts", "--refuse", refused).document
        self.assertEqual(taken["state"], "partly")
        ended = self.ack()
        self.assertEqual(sorted((one["where"], one["reason"]) for one in ended["records"]),
                         [("away", None), ("here", "not-taken")])
        self.assertEqual(self.whereabouts(), ["away", "here"])

    def test_by_letter(self):
        offer = self.in_bank("transfer", "offer", self.account(), "--to", "ZX-BANK",
                             "--by-letter", "-o", "offer", *desk.BASIS)
        self.assertEqual((offer["state"], offer["by_letter"]), ("offered", True))
        settle = ("transfer", "settle", offer["id"], "--state")
        one = offer["records"][0]["id"]
        self.assertEqual(self.cbank("--json", *self.bank, *settle, "expired", code=5)
                         .error["reason"], "transfer_state")
        self.assertEqual(self.in_bank(*settle, "partly", "--only", one, "--document", "L-1")
                         ["state"], "partly")
        self.assertEqual(self.whereabouts(), ["away", "here"])
        self.assertEqual(self.in_bank(*settle, "returned", "--only", one, "--document", "L-2")
                         ["state"], "returned")
        self.assertEqual(self.whereabouts(), ["here", "here"])
        self.cbank("--json", *self.bank, *settle, "lost", code=2)
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def admit_there(self):
        """The other bank knows a college of that code, by another key."""
        self.ask("key", "new", "there.key")
        self.ask("institution", "request", "--code", "PXU", "--name", "示范学院", "--origin", OTHER,
                 "--key", "there.key", "-o", "there.request")
        self.ask(*self.there, "institution", "admit", "there.request")

    def test_a_college_known_there_is_taken_under_a_key_known_there(self):
        self.admit_there()
        offer = self.offer()
        error = self.receive("--open-accounts", code=4).error
        self.assertEqual(error["reason"], "transfer_key")
        self.assertIn("PXU", error["message"])
        self.assertIn(self.ask("key", "show", "pxu.key")["fingerprint"], error["message"])
        self.assertIn("institution rotate-key", error["remedy"])
        self.ask("institution", "rotate-request", "--code", "PXU", "--origin", OTHER, "--key",
                 "there.key", "--new-key", "pxu.key", "-o", "rotation")
        self.ask(*self.there, "institution", "rotate-key", "rotation")
        taken = self.receive("--open-accounts").document
        self.assertEqual((taken["id"], taken["state"]), (offer["id"], "accepted"))
        self.assertEqual(self.credits_in(self.there, taken["account"]), "7.5")

    def test_what_no_key_known_there_has_signed_can_be_left_out(self):
        self.admit_there()
        self.offer()
        self.assertEqual(self.receive("--refuse-unknown-keys").document["state"], "declined")
        ended = self.ack()
        self.assertEqual([one["reason"] for one in ended["records"]], ["key-unknown"] * 2)
        self.assertEqual(self.whereabouts(), ["here", "here"])

    def test_a_dry_run_and_what_is_refused(self):
        size = self.in_bank("bank", "info")["size"]
        self.ask("--dry-run", *self.bank, "transfer", "offer", self.account(), "--to", OTHER,
                 "-o", "offer")
        self.assertEqual(self.in_bank("bank", "info")["size"], size)
        error = self.cbank("--json", *self.bank, "transfer", "offer", self.account(), "--to",
                           desk.ORIGIN, "-o", "offer", code=3).error
        self.assertEqual(error["reason"], "transfer_goal")
        offer = self.offer()
        self.assertEqual(self.receive(code=1).error["reason"], "learner_unknown")
        self.in_bank("transfer", "file", offer["id"], "-o", "again", *desk.BASIS)
        self.assertEqual(self.in_bank("transfer", "show", offer["id"])["state"], "offered")
        error = self.cbank("--json", *self.bank, "transfer", "show", "0" * 16, code=1).error
        self.assertEqual(error["reason"], "transfer_unknown")


desk.main()
