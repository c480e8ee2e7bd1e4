"""Publishing: the file goes in, the day selects the edition, and what goes out is what came in."""
import artefact
import desk


class Rules(desk.Town):
    def publish(self, code=0, **more):
        artefact.write(self, "units.art", **more)
        return self.cbank("--json", *self.bank, "rules", "publish", "units.art", code=code)

    def show(self, name, *more):
        return self.in_bank("rules", "show", name, *more)

    def test_what_is_exported_is_the_file_that_was_published(self):
        made = self.publish().document
        self.assertEqual((made["id"], made["version"], made["rules"]), ("pxu/units", 1, 1))
        self.show("pxu/units@1", "-o", "again.art")
        self.assertEqual(self.path("again.art").read_bytes(), self.path("units.art").read_bytes())
        self.assertEqual(self.publish().document, made)

    def test_the_day_selects_the_edition_and_the_log_what_was_known(self):
        first = self.publish(effective=(20200101, 0)).document
        second = self.publish(edition=2, effective=(20240101, 0)).document
        self.assertEqual(self.show("pxu/units", "--on", "2023-12-31")["version"], 1)
        self.assertEqual(self.show("pxu/units", "--on", "2024-01-01")["version"], 2)
        earlier = self.show("pxu/units", "--on", "2024-01-01", "--known-at", second["index"])
        self.assertEqual(earlier["version"], 1)
        self.cbank(*self.bank, "rules", "show", "pxu/units", "--known-at", first["index"], code=1)
        listed = self.list_in_bank("rules", "list", "--kind", "units", "--in-force", "--on",
                                   "2022-02-02")
        self.assertEqual([one["name"] for one in listed], ["pxu/units@1"])
        self.assertEqual(len(self.list_in_bank("rules", "list")), 2)
        self.assertEqual(self.list_in_bank("rules", "list", "--id", "other"), [])

    def test_only_the_next_edition_of_ones_own_is_taken(self):
        self.publish(edition=2, code=5)
        self.publish()
        self.publish(title="另一个第一版", code=5)
        self.cbank("key", "new", "other.key")
        self.publish(edition=2, key="other.key", code=4)

    def test_a_dry_run_writes_nothing(self):
        artefact.write(self, "units.art")
        told = self.ask(*self.bank, "--dry-run", "rules", "publish", "units.art")
        self.assertEqual((told["version"], told["index"]), (1, None))
        self.assertEqual(self.list_in_bank("rules", "list"), [])

    def test_what_was_altered_is_refused(self):
        artefact.write(self, "units.art")
        good = self.path("units.art").read_bytes()
        for place in range(0, len(good), 7):
            bad = bytearray(good)
            bad[place] ^= 0x20
            self.path("bad.art").write_bytes(bad)
            answer = self.run_cbank(*self.bank, "rules", "publish", "bad.art")
            self.assertIn(answer.code, (1, 3, 4), place)
        self.assertEqual(self.list_in_bank("rules", "list"), [])

    def test_withdrawn_from_a_day_on_it_is_in_force_before(self):
        self.publish()
        gone = self.in_bank("rules", "withdraw", "pxu/units@1", "--authority", "PXU", "--key",
                            "pxu.key", "--from", "2024-01-01", "--reason", "error")
        self.assertEqual((gone["withdrawn"], gone["withdrawn_from"]), ("yes", "2024-01-01"))
        self.assertEqual(self.show("pxu/units", "--on", "2023-12-31")["version"], 1)
        self.cbank(*self.bank, "rules", "show", "pxu/units", "--on", "2024-01-01", code=1)
        self.cbank(*self.bank, "rules", "withdraw", "pxu/units@1", "--authority", "PXU", "--key",
                   "pxu.key", code=5)

    def test_the_check_covers_what_is_published(self):
        self.publish()
        self.assertTrue(self.in_bank("bank", "check")["ok"])


desk.main()
