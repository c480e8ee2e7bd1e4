"""The Go program that checks our files is itself held against files that others wrote.

Usage: checker.py VECTORS
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tools

VECTORS = pathlib.Path(sys.argv[1])
SUM_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PROOF = "tlog-proof-gosumdb/go.sum-database-tree-43930254"


class Program(unittest.TestCase):
    def test_is_what_go_vet_lets_pass(self):
        subprocess.run(["go", "vet", "."], cwd=tools.HERE / "go", check=True)


class TlogProof(unittest.TestCase):
    def setUp(self):
        self.proof = (VECTORS / f"{PROOF}.tlog-proof").read_bytes()
        self.leaf = (VECTORS / f"{PROOF}.raw").read_bytes()

    def accepts(self, proof, leaf, vkey=SUM_VKEY):
        (WORK / "proof").write_bytes(proof)
        (WORK / "leaf").write_bytes(leaf)
        return CHECKER.accepts("tlog-proof", WORK / "proof", WORK / "leaf", vkey)

    def test_of_the_go_checksum_database_is_valid(self):
        self.assertTrue(self.accepts(self.proof, self.leaf))

    def test_of_another_leaf_is_not(self):
        self.assertFalse(self.accepts(self.proof, tools.flipped(self.leaf, 0)))

    def test_with_another_path_is_not(self):
        at = self.proof.index(b"\n", self.proof.index(b"index")) + 1
        self.assertFalse(self.accepts(tools.flipped(self.proof, at), self.leaf))

    def test_under_another_key_is_not(self):
        other = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn9"
        self.assertFalse(self.accepts(self.proof, self.leaf, other))

    def test_and_its_note_alone_is_valid(self):
        note = self.proof[self.proof.index(b"\n\n") + 2:]
        (WORK / "note").write_bytes(note)
        self.assertTrue(CHECKER.accepts("note", WORK / "note", SUM_VKEY))
        (WORK / "note").write_bytes(note.replace(b"58253265", b"58253266"))
        self.assertFalse(CHECKER.accepts("note", WORK / "note", SUM_VKEY))

    def test_joins_a_note_with_itself_alone(self):
        note = self.proof[self.proof.index(b"\n\n") + 2:]
        (WORK / "note").write_bytes(note)
        (WORK / "same").write_bytes(b"old 58253265\n\n" + note)
        self.assertTrue(CHECKER.accepts("consistency", WORK / "same", WORK / "note", SUM_VKEY))
        (WORK / "less").write_bytes(b"old 58253264\n\n" + note)
        self.assertFalse(CHECKER.accepts("consistency", WORK / "less", WORK / "note", SUM_VKEY))


if __name__ == "__main__":
    tools.require(commands=["go"])
    if not VECTORS.is_dir():
        tools.skip("the vectors are not here")
    with tempfile.TemporaryDirectory() as folder:
        WORK = pathlib.Path(folder)
        CHECKER = tools.Checker(folder)
        tools.main()
