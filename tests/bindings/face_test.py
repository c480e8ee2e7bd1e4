"""What bindings are made from: the header read as a table of calls; and whether each binding calls
every function of it, and none that is not there.

Usage: face_test.py
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from typing import NamedTuple, Tuple

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bindings"))
import face  # noqa: E402

HEADER = ROOT / "include" / "cbank.h"
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


class Binding(NamedTuple):
    """Where a binding's sources are, how it makes the rest, and how it calls a function of C."""

    sources: str
    suffixes: Tuple[str, ...]
    call: str
    generate: Tuple[str, ...] = ()


# The tests of Python and Node look at what was built, where no compiler sees to it.
BINDINGS = {
    "java": Binding("src/main/java", (".java",), r"Library(?:\.|::)(cbank_\w+)", ("generate.py",)),
}


def called(folder, binding):
    """The functions that sources call, outside of comments."""
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in binding.suffixes:
            text = COMMENTS.sub(" ", path.read_text(encoding="utf-8"))
            found |= set(re.findall(binding.call, text))
    return found


def counterparts(home, binding):
    """What a binding calls, in what is written by hand and in what it makes."""
    found = called(home / binding.sources, binding)
    if binding.generate:
        with tempfile.TemporaryDirectory() as made:
            script, *options = binding.generate
            subprocess.run([sys.executable, home / script, home / binding.sources, made,
                            *options], check=True)
            found |= called(pathlib.Path(made), binding)
    return found


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

    def test_names_no_message_as_java_names_a_file(self):
        for folder in ("proto/cbank/v1", "proto/cbank/api/v1"):
            texts = {path.stem: path.read_text(encoding="utf-8")
                     for path in (ROOT / folder).glob("*.proto")}
            messages = {name: stem for stem, text in texts.items()
                        for name in re.findall(r"^(?:message|enum) (\w+)", text, re.M)}
            for stem, text in texts.items():
                if "java_outer_classname" not in text:
                    self.assertIn(messages.get(stem.title().replace("_", "")), (None, stem))


class Bindings(unittest.TestCase):
    declared = {call.name for call in face.calls(HEADER)}

    def test_know_every_function_and_no_other(self):
        for language, binding in BINDINGS.items():
            home = ROOT / "bindings" / language
            if home.exists():
                with self.subTest(language):
                    found = counterparts(home, binding)
                    self.assertEqual(sorted(self.declared - found), [], "has no counterpart")
                    self.assertEqual(sorted(found - self.declared), [], "is not in cbank.h")

    def test_would_be_seen_to_lack_one(self):
        binding = Binding(".", (".java",), BINDINGS["java"].call)
        for name in sorted(self.declared):
            with tempfile.TemporaryDirectory() as folder:
                others = sorted(self.declared - {name})
                pathlib.Path(folder, "Calls.java").write_text(
                    f"/* Library.{name}( */ // Library.{name}(\n" +
                    "\n".join(f"Library.{each}(x);" for each in others), encoding="utf-8")
                self.assertEqual(self.declared - called(pathlib.Path(folder), binding), {name})


if __name__ == "__main__":
    unittest.main()
