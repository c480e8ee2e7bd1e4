"""Checkpoints and proofs of the log, held against golang.org/x/mod/sumdb.

Usage: log.py CBANK
"""
import json
import pathlib
import sys
import tempfile
import unittest

import tools
from bank import Bank

NOTES = ("checkpoint-founded", "checkpoint-admitted", "checkpoint")


class Checkpoint(unittest.TestCase):
    def test_is_a_note_by_the_key_that_the_bank_names(self):
        for name in NOTES:
            self.assertTrue(CHECKER.accepts("note", BANK.path(name), BANK.vkey), name)

    def test_with_any_byte_changed_is_not(self):
        note = BANK.read("checkpoint")
        for at in range(len(note) - 3):  # before the padding of the signature's base64
            BANK.path("forged").write_bytes(tools.flipped(note, at))
            self.assertFalse(CHECKER.accepts("note", BANK.path("forged"), BANK.vkey), at)


class InclusionProof(unittest.TestCase):
    def prove(self, record):
        BANK.ask("log", "prove", record, "--leaf", BANK.path("leaf"), "-o", BANK.path("proof"))

    def accepts(self):
        return CHECKER.accepts("tlog-proof", BANK.path("proof"), BANK.path("leaf"), BANK.vkey)

    def test_shows_that_each_record_is_in_the_log(self):
        leaves = set()
        for record in BANK.records:
            self.prove(record["id"])
            self.assertTrue(self.accepts(), record["id"])
            self.assertEqual(len(BANK.read("leaf")), 107)
            leaves.add(BANK.read("leaf"))
        self.assertEqual(len(leaves), len(BANK.records))

    def test_shows_nothing_of_another_leaf(self):
        self.prove(BANK.records[0]["id"])
        for at in (0, 1, 2, 10, 11, 43, 75, 106):
            BANK.path("leaf").write_bytes(tools.flipped(BANK.read("leaf"), at))
            self.assertFalse(self.accepts(), at)
            BANK.path("leaf").write_bytes(tools.flipped(BANK.read("leaf"), at))
        self.assertTrue(self.accepts())

    def test_shows_nothing_at_another_index(self):
        self.prove(BANK.records[0]["id"])
        proof = BANK.read("proof").decode()
        index = json.loads(proof.split("\n")[1].removeprefix("index "))
        BANK.path("proof").write_text(proof.replace(f"index {index}\n", f"index {index + 1}\n"))
        self.assertFalse(self.accepts())


class ConsistencyProof(unittest.TestCase):
    def join(self, old):
        size = BANK.read(old).split(b"\n")[1].decode()
        BANK.ask("log", "consistency", "--to", BANK.newest["size"], "--from", size, "-o",
                 BANK.path("joined"))

    def accepts(self, old):
        return CHECKER.accepts("consistency", BANK.path("joined"), BANK.path(old), BANK.vkey)

    def test_joins_each_earlier_checkpoint_with_the_newest(self):
        for old in NOTES[:-1]:
            self.join(old)
            self.assertTrue(self.accepts(old), old)

    def test_joins_no_other_checkpoint(self):
        self.join("checkpoint-founded")
        self.assertFalse(self.accepts("checkpoint-admitted"))

    def verify(self, pin):
        return BANK.ask("transcript", "verify", BANK.path("transcript"), "--trust",
                        BANK.path("directory"), "--root", BANK.fingerprint, "--for", "COLLEGE-B",
                        "--pin", BANK.path(pin), "--consistency", BANK.path("joined"))

    def test_is_what_our_own_verifier_reads(self):
        for old in NOTES[:-1]:
            self.join(old)
            self.assertEqual(self.verify(old)["verdict"], "VALID")
        with self.assertRaisesRegex(RuntimeError, "answers 1"):
            self.verify("checkpoint-founded")

    def test_with_another_path_joins_nothing(self):
        self.join("checkpoint-admitted")
        joined = BANK.read("joined")
        first = joined.index(b"\n") + 1
        for at in (first, first + 20):
            BANK.path("joined").write_bytes(tools.flipped(joined, at))
            self.assertFalse(self.accepts("checkpoint-admitted"), at)


if __name__ == "__main__":
    tools.require(commands=["go"])
    with tempfile.TemporaryDirectory() as folder:
        CHECKER = tools.Checker(folder)
        BANK = Bank(sys.argv[1], pathlib.Path(folder))
        tools.main()
