"""All files that travel, decoded by protoc and by the Python protobuf runtime, part by part.

Usage: messages.py CBANK
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import tools
from bank import Bank

SNIPPET = re.compile(r"```python\n(.*?)```", re.DOTALL)


class Message(unittest.TestCase):
    def take(self, kind, data):
        """Both decode it to the same, and Python writes back the bytes it has read."""
        message = kind.FromString(data)
        full_name = message.DESCRIPTOR.full_name
        text = subprocess.run(
            ["protoc", "-I", tools.ROOT / "proto", f"--decode={full_name}",
             message.DESCRIPTOR.file.name],
            input=data, check=True, capture_output=True).stdout.decode()
        again = text_format.Parse(text, kind())
        self.assertEqual(again, message, full_name)
        self.assertEqual(message.SerializeToString(deterministic=True), data, full_name)
        self.seen.add(full_name.removeprefix("cbank.v1."))
        return message

    def setUp(self):
        self.seen = set()

    def open(self, name, head_kind):
        artefact = self.take(envelope_pb2.Artefact, BANK.read(name))
        envelope = self.take(envelope_pb2.Envelope, artefact.envelope)
        return self.take(head_kind, envelope.payload), list(artefact.body)

    def take_statement(self, data):
        statement = self.take(statement_pb2.Statement, data)
        name = statement_pb2.StatementKind.Name(statement.kind).removeprefix("STATEMENT_KIND_")
        body = {"ACCOUNT_OPENED": statement_pb2.AccountOpened,
                "CREDIT_DEPOSITED": statement_pb2.CreditDeposited,
                "CREDIT_CHANGED": statement_pb2.CreditChanged,
                "BATCH_RECEIVED": statement_pb2.BatchReceived}[name]
        said = self.take(body, statement.body)
        if name == "CREDIT_DEPOSITED":
            self.take(record_pb2.CreditRecord, said.record)
        if name == "CREDIT_CHANGED":
            self.take(record_pb2.CreditChange, said.change)

    def test_of_a_request(self):
        for name in ("COLLEGE-A.request", "COLLEGE-B.request", "rotation"):
            head, body = self.open(name, request_pb2.RequestHead)
            self.assertEqual(body, [])
            self.assertEqual(head.origin, BANK.origin)

    def test_of_a_batch(self):
        head, body = self.open("batch", batch_pb2.BatchHead)
        self.assertEqual(len(body), head.count)
        for part in body:
            item = self.take(batch_pb2.BatchItem, part)
            record = self.take(record_pb2.CreditRecord, item.record)
            self.assertEqual(record.awarded_by.institution, "COLLEGE-A")
        self.assertIn("CreditRecord", self.seen)

    def test_of_a_directory(self):
        head, body = self.open("directory", directory_pb2.DirectoryHead)
        self.assertEqual(len(body), head.institutions)
        colleges = [self.take(directory_pb2.DirectoryInstitution, part) for part in body]
        self.assertEqual([each.institution for each in colleges], ["COLLEGE-A", "COLLEGE-B"])
        self.assertEqual([len(each.keys) for each in colleges], [1, 2])
        for key in colleges[1].keys:
            self.take(envelope_pb2.Envelope, key.request)

    def test_of_a_status_file(self):
        head, body = self.open("status", status_pb2.StatusHead)
        self.assertEqual(len(body), head.pages)
        pages = [self.take(status_pb2.StatusPage, part) for part in body]
        states = [row.state for page in pages for row in page.records]
        self.assertEqual(states, [status_pb2.RECORD_STATE_REVOKED])

    def test_of_a_transcript(self):
        head, body = self.open("transcript", transcript_pb2.TranscriptHead)
        evidence, items, proof = body[:head.batches], body[head.batches:-1], body[-1]
        self.assertEqual(len(items), sum(chain.items for chain in head.chains))
        for part in evidence:
            batch = self.take(transcript_pb2.BatchEvidence, part)
            envelope = self.take(envelope_pb2.Envelope, batch.envelope)
            self.take(batch_pb2.BatchHead, envelope.payload)
            self.take_statement(batch.receipt)
        for part in items:
            self.take_statement(self.take(transcript_pb2.TranscriptItem, part).statement)
        self.take(transcript_pb2.LogProof, proof)
        self.assertLessEqual({"AccountOpened", "CreditDeposited", "CreditRecord", "CreditChanged",
                              "CreditChange", "BatchReceived"}, self.seen)

    def test_of_a_transcript_that_withholds(self):
        head, body = self.open("transcript-part", transcript_pb2.TranscriptHead)
        items = [self.take(transcript_pb2.TranscriptItem, part)
                 for part in body[head.batches:-1]]
        withheld = [item for item in items if not item.statement]
        self.assertEqual(head.terms.completeness, transcript_pb2.COMPLETENESS_SELECTION)
        self.assertEqual(len(withheld), len(BANK.records) - 1)
        self.assertEqual({item.entry_class for item in withheld},
                         {statement_pb2.ENTRY_CLASS_AWARD})

    def test_of_a_transcript_is_shown_by_the_lines_that_the_readme_gives(self):
        lines, = SNIPPET.findall((tools.ROOT / "proto/README.md").read_text(encoding="utf-8"))
        shown = subprocess.run([sys.executable, "-c", lines, BANK.path("transcript")],
                               env={"PYTHONPATH": FOLDER}, check=True,
                               capture_output=True).stdout.decode()
        self.assertIn("application/vnd.cbank.transcript.v1+protobuf", shown)
        self.assertIn(BANK.origin, shown)
        self.assertIn("statement: ", shown)


if __name__ == "__main__":
    tools.require(commands=["protoc"], modules=["google.protobuf"])
    from google.protobuf import text_format
    with tempfile.TemporaryDirectory() as FOLDER:
        tools.generate(FOLDER)
        from cbank.v1 import (batch_pb2, directory_pb2, envelope_pb2, record_pb2, request_pb2,
                              statement_pb2, status_pb2, transcript_pb2)
        BANK = Bank(sys.argv[1], pathlib.Path(FOLDER))
        tools.main()
