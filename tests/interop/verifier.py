"""A second verifier, written from proto/README.md: hashes, chains, paths and openings.

Signatures are looked at by envelopes.py and log.py, with libraries that others wrote; here every
digest in a batch, a directory, a status file and a transcript is computed again in both suites.

Usage: verifier.py CBANK
"""
import base64
import pathlib
import sys
import tempfile
import unittest

import tools
from bank import PEOPLE, Bank
from formulas import NO_LEAF, Formulas, key_id

LEARNER, INSTITUTION = 1, 4  # subject kinds
OTHER = 6                    # the class of a receipt


def open_file(bank, name, head_kind):
    artefact = envelope_pb2.Artefact.FromString(bank.read(name))
    envelope = envelope_pb2.Envelope.FromString(artefact.envelope)
    return head_kind.FromString(envelope.payload), envelope.payload, list(artefact.body)


class Verifier:
    """The tests, for whatever suite; a subclass says which."""

    def test_finds_the_body_that_each_head_is_about(self):
        heads = {"batch": batch_pb2.BatchHead, "directory": directory_pb2.DirectoryHead,
                 "status": status_pb2.StatusHead, "transcript": transcript_pb2.TranscriptHead,
                 "transcript-part": transcript_pb2.TranscriptHead}
        for name, kind in heads.items():
            head, _, body = open_file(self.bank, name, kind)
            self.assertEqual(self.suite.body_digest(body), head.body_digest, name)

    def test_finds_the_fingerprints_that_the_bank_tells(self):
        for key, told in [(self.bank.root_key, self.bank.fingerprint)] + [
                (made["public_key"], made["fingerprint"])
                for made in self.bank.institutions.values()]:
            self.assertEqual(self.suite.fingerprint(bytes.fromhex(key)).hex(), told)

    def test_finds_the_key_id_in_the_verifier_key(self):
        name, told, typed = self.bank.vkey.split("+", 2)
        self.assertEqual(name, self.bank.origin)
        self.assertEqual(key_id(name, base64.b64decode(typed)).hex(), told)

    def test_finds_id_and_root_of_a_batch(self):
        head, payload, body = open_file(self.bank, "batch", batch_pb2.BatchHead)
        items = [batch_pb2.BatchItem.FromString(part) for part in body]
        ids = [self.suite.leaf(self.suite.record_digest(item.record)) for item in items]
        self.assertEqual(self.suite.root_of(ids), head.root)
        self.assertEqual(self.suite.payload_id(payload).hex(), self.bank.deposited["batch"])
        for item in items:
            record = record_pb2.CreditRecord.FromString(item.record)
            self.assertEqual(record.holder, self.opened(item.opening))

    def test_finds_every_entry_of_a_transcript_in_the_log(self):
        for name in ("transcript", "transcript-part"):
            head, _, body = open_file(self.bank, name, transcript_pb2.TranscriptHead)
            leaf = self.follow(head, body)[-1]
            proof = transcript_pb2.LogProof.FromString(body[-1])
            root = self.suite.root_by_path(proof.index, head.size, leaf, proof.path)
            self.assertEqual(root, head.root, name)
        self.follow_newest(*open_file(self.bank, "transcript", transcript_pb2.TranscriptHead))

    def follow_newest(self, head, _, body):
        self.assertEqual(self.bank.newest["root"], head.root.hex())
        self.assertEqual(transcript_pb2.LogProof.FromString(body[-1]).checkpoint,
                         self.bank.read("checkpoint"))

    def test_finds_each_shown_record_under_its_institutions_signature(self):
        head, _, body = open_file(self.bank, "transcript", transcript_pb2.TranscriptHead)
        batches = [transcript_pb2.BatchEvidence.FromString(part) for part in body[:head.batches]]
        roots = [self.check_receipt(head, batch) for batch in batches]
        proven = 0
        for item in self.items_of(head, body):
            if item.batch == 0:
                continue
            count, root, batch_id = roots[item.batch - 1]
            said, digest = self.read_signed(item.statement)
            found = self.suite.root_by_path(said.index, count, self.suite.leaf(digest), item.path)
            self.assertEqual(found, root)
            self.assertEqual(said.batch, batch_id)
            proven += 1
        # The records of the account, and the revocation of one of them.
        self.assertEqual(proven, len(self.bank.records) + 1)

    def test_finds_the_holder_of_account_and_records(self):
        head, _, body = open_file(self.bank, "transcript", transcript_pb2.TranscriptHead)
        items = self.items_of(head, body)
        first = statement_pb2.Statement.FromString(items[0].statement)
        opened = statement_pb2.AccountOpened.FromString(first.body)
        name, number = PEOPLE[0]
        self.assertEqual((head.holder.name, head.holder.document_number), (name, number))
        self.assertEqual(opened.holder, self.suite.holder(
            head.holder.random, head.holder.document_type, head.holder.document_number))
        openings = [item for item in items if item.HasField("opening")]
        self.assertEqual(len(openings), len(self.bank.records))
        for item in openings:
            record = record_pb2.CreditRecord.FromString(self.read_signed(item.statement)[0].record)
            self.assertEqual(record.holder, self.opened(item.opening))

    def opened(self, opening):
        return self.suite.holder(opening.random, opening.document_type, opening.number)

    def items_of(self, head, body):
        return [transcript_pb2.TranscriptItem.FromString(part) for part in body[head.batches:-1]]

    def follow(self, head, body):
        """The leaves of the only chain, each with the one before it."""
        chain, = head.chains
        tag = self.suite.tag(LEARNER, chain.tag_random, chain.account)
        leaves = [NO_LEAF]
        for sequence, item in enumerate(self.items_of(head, body)):
            if item.statement:
                digest = self.suite.statement_digest(item.statement)
                kind = statement_pb2.Statement.FromString(item.statement).entry_class
            else:
                digest, kind = item.digest, item.entry_class
            entry = self.suite.entry(LEARNER, kind, sequence, tag, digest, leaves[-1])
            leaves.append(self.suite.leaf(entry))
        self.assertEqual(len(leaves), chain.items + 1)
        self.assertEqual(leaves[-1], chain.last_leaf)
        return leaves

    def check_receipt(self, transcript, evidence):
        """The bank's receipt is in the log, and is for this batch; its count, root and id."""
        envelope = envelope_pb2.Envelope.FromString(evidence.envelope)
        head = batch_pb2.BatchHead.FromString(envelope.payload)
        receipt = statement_pb2.Statement.FromString(evidence.receipt)
        received = statement_pb2.BatchReceived.FromString(receipt.body)
        batch_id = self.suite.payload_id(envelope.payload)
        self.assertEqual((received.batch, received.number), (batch_id, head.number))
        tag = self.suite.tag(INSTITUTION, NO_LEAF, head.institution)
        entry = self.suite.entry(INSTITUTION, OTHER, evidence.sequence, tag,
                                 self.suite.statement_digest(evidence.receipt), evidence.previous)
        root = self.suite.root_by_path(evidence.index, transcript.size, self.suite.leaf(entry),
                                       evidence.path)
        self.assertEqual(root, transcript.root)
        return head.count, head.root, batch_id

    def read_signed(self, statement):
        """The body of a deposit or change, and the digest of what the institution signed in it."""
        read = statement_pb2.Statement.FromString(statement)
        if read.kind == statement_pb2.STATEMENT_KIND_CREDIT_DEPOSITED:
            body = statement_pb2.CreditDeposited.FromString(read.body)
            return body, self.suite.record_digest(body.record)
        body = statement_pb2.CreditChanged.FromString(read.body)
        return body, self.suite.change_digest(body.change)


class Sha256(Verifier, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank, cls.suite = BANKS["sha256-ed25519"], Formulas("sha256")


class Sm3(Verifier, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank, cls.suite = BANKS["sm3-sm2"], Formulas("sm3")


if __name__ == "__main__":
    tools.require(commands=["protoc"], modules=["google.protobuf"])
    with tempfile.TemporaryDirectory() as FOLDER:
        tools.generate(FOLDER)
        from cbank.v1 import (batch_pb2, directory_pb2, envelope_pb2, record_pb2, statement_pb2,
                              status_pb2, transcript_pb2)
        BANKS = {}
        for suite in ("sha256-ed25519", "sm3-sm2"):
            work = pathlib.Path(FOLDER) / suite
            work.mkdir()
            BANKS[suite] = Bank(sys.argv[1], work, suite)
        tools.main()
