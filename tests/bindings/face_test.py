"""What bindings are made from: the header read as a table of calls, and whether a binding that is
written by hand knows every function of it, and none that is not there.

Usage: face_test.py
"""
import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bindings"))
import face  # noqa: E402

HEADER = ROOT / "include" / "cbank.h"
# Bindings whose calls are written down; Python's are generated, and its own tests look at them.
WRITTEN = {"java": (".java",), "node": (".js", ".mjs", ".ts", ".mts")}
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
# Names of cbank.h that are types.
TYPES = {"cbank_bank", "cbank_key", "cbank_verifier", "cbank_job", "cbank_buffer", "cbank_error",
         "cbank_status", "cbank_job_state"}


def names_in(folder, suffixes):
    """The C names that sources mention outside of comments; tests of a binding are not it."""
    found = set()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix in suffixes and not {"test", "tests", "node_modules", "target",
                                            "build", "generated"} & set(inside):
            text = COMMENTS.sub(" ", path.read_text(encoding="utf-8"))
            found |= set(re.findall(r"\bcbank_[a-z0-9]+_?[a-z0-9_]*\b", text))
    return found - TYPES


class Header(unittest.TestCase):
    calls = face.calls(HEADER)

    def test_is_read_whole(self):
        exported = len(re.findall(r"^CBANK_API ", HEADER.read_text(encoding="utf-8"), re.M))
        self.assertEqual(len(self.calls), exported)
        self.assertGreater(exported, 80)

    def test_names_request_and_reply_of_every_call(self):
        for call in self.calls:
            words = {parameter.name for parameter in call.parameters}
            kinds = {parameter.kind for parameter in call.parameters}
            with self.subTest(call.name):
                self.assertTrue(call.comment or call.name in (
                    "cbank_verifier_close", "cbank_job_feed"))
                if "request" in words:
                    self.assertTrue(call.request)
                if call.begins:
                    self.assertTrue(call.job_reply)
                elif "cbank_buffer *" in kinds and "reply" in words and \
                        call.name != "cbank_job_finish":
                    self.assertTrue(call.reply)

    def test_names_messages_that_there_are(self):
        protos = "\n".join(path.read_text(encoding="utf-8")
                           for path in (ROOT / "proto/cbank/api/v1").glob("*.proto"))
        declared = {f"cbank.api.v1.{name}" for name in re.findall(r"^message (\w+)", protos, re.M)}
        for call in self.calls:
            named = {call.request, call.reply, call.job_reply} - {None}
            self.assertEqual(named - declared, set(), call.name)


class Bindings(unittest.TestCase):
    def test_know_every_function_and_no_other(self):
        declared = {call.name for call in face.calls(HEADER)}
        for language, suffixes in WRITTEN.items():
            folder = ROOT / "bindings" / language
            if folder.exists():
                with self.subTest(language):
                    found = names_in(folder, suffixes)
                    self.assertEqual(sorted(declared - found), [], "has no counterpart")
                    self.assertEqual(sorted(found - declared), [], "is not in cbank.h")

    def test_would_be_seen_to_lack_one(self):
        declared = {call.name for call in face.calls(HEADER)}
        for name in sorted(declared):
            with tempfile.TemporaryDirectory() as folder:
                others = "\n".join(f'f("{each}");' for each in sorted(declared - {name}))
                pathlib.Path(folder, "calls.js").write_text(
                    f"/* {name} */ // {name}\n{others}\n", encoding="utf-8")
                self.assertEqual(declared - names_in(pathlib.Path(folder), (".js",)), {name})


if __name__ == "__main__":
    unittest.main()
