"""The signatures of all files that travel, held against secure-systems-lab's DSSE library.

Usage: envelopes.py CBANK
"""
import base64
import json
import pathlib
import sys
import tempfile
import unittest

import tools
from bank import Bank

KINDS = {"batch": "batch", "directory": "directory", "status": "status",
         "transcript": "transcript", "transcript-part": "transcript",
         "COLLEGE-A.request": "request", "COLLEGE-B.request": "request",
         "rotation": "request"}


def envelope_of(name):
    from cbank.v1 import envelope_pb2

    file = envelope_pb2.Artefact.FromString(BANK.read(name))
    return envelope_pb2.Envelope.FromString(file.envelope)


def as_json(envelope):
    """The other form that DSSE publishes."""
    return {"payload": base64.b64encode(envelope.payload).decode(),
            "payloadType": envelope.payload_type,
            "signatures": [{"sig": base64.b64encode(each.sig).decode()}
                           for each in envelope.signatures]}


class Envelope(unittest.TestCase):
    def accepts_json(self, envelope, key, kind):
        BANK.path("envelope.json").write_text(json.dumps(envelope))
        return CHECKER.accepts("dsse", BANK.path("envelope.json"), key,
                               f"application/vnd.cbank.{kind}.v1+protobuf")

    def test_of_every_file_verifies_under_the_key_that_signed_it(self):
        self.assertEqual(BANK.signed_files().keys(), KINDS.keys())
        for name, key in BANK.signed_files().items():
            self.assertTrue(CHECKER.accepts("dsse-pb", BANK.path(name), key), name)

    def test_verifies_in_the_json_form_too(self):
        for name, key in BANK.signed_files().items():
            self.assertTrue(self.accepts_json(as_json(envelope_of(name)), key, KINDS[name]), name)

    def test_of_a_rotation_is_signed_by_the_earlier_key_too(self):
        self.assertTrue(CHECKER.accepts("dsse-pb", BANK.path("rotation"), BANK.earlier_key))

    def test_does_not_verify_under_another_key(self):
        keys = set(BANK.signed_files().values())
        self.assertEqual(len(keys), 5)
        for name, key in BANK.signed_files().items():
            signers = {key, BANK.earlier_key} if name == "rotation" else {key}
            for other in keys - signers:
                self.assertFalse(CHECKER.accepts("dsse-pb", BANK.path(name), other), name)

    def test_does_not_verify_with_another_payload_type_or_signature(self):
        for name, key in BANK.signed_files().items():
            envelope = envelope_of(name)
            kind = KINDS[name]

            envelope.payload = tools.flipped(envelope.payload, len(envelope.payload) // 2)
            self.assertFalse(self.accepts_json(as_json(envelope), key, kind), name)
            envelope = envelope_of(name)
            other = "status" if kind != "status" else "batch"
            envelope.payload_type = f"application/vnd.cbank.{other}.v1+protobuf"
            self.assertFalse(self.accepts_json(as_json(envelope), key, other), name)
            envelope = envelope_of(name)
            for signature in envelope.signatures:
                signature.sig = tools.flipped(signature.sig, 0)
            self.assertFalse(self.accepts_json(as_json(envelope), key, kind), name)


if __name__ == "__main__":
    tools.require(commands=["go", "protoc"], modules=["google.protobuf"])
    with tempfile.TemporaryDirectory() as folder:
        tools.generate(folder)
        CHECKER = tools.Checker(folder)
        BANK = Bank(sys.argv[1], pathlib.Path(folder))
        tools.main()
