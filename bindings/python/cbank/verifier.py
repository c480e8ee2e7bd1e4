"""Verifying, offline and without a bank."""
from typing import Any, Optional

from cbank import _call, calls
from cbank._native import lib
from cbank.api.v1 import TranscriptVerifyRequest, VerifierRequest
from cbank.report import Report


class Verifier(calls.VerifierCalls):
    """Whom one trusts: a bank's directory, checked once. Any number of threads may use it."""

    _word = "verifier"

    def __init__(self, directory: bytes, root_fingerprint: str, **fields: Any) -> None:
        """Checks a directory and holds it.

        :param root_fingerprint: of the bank's root key, from another channel: by phone, on paper
        :param fields: what else VerifierRequest has: pins, at
        :raises VerificationError: not signed by that key, changed, or expired
        """
        request = _call.packed(VerifierRequest, None, {
            "directory": directory, "root_fingerprint": root_fingerprint, **fields})
        self._pointer = _call.opened(lib.cbank_verifier_open, "cbank_verifier",
                                     lib.cbank_verifier_close, *request)

    @classmethod
    def open(cls, request: Optional[VerifierRequest] = None, **fields: Any) -> "Verifier":
        """The same from a whole request: also with a ``vkey`` instead of a directory."""
        made = cls.__new__(cls)
        made._pointer = _call.opened(lib.cbank_verifier_open, "cbank_verifier",
                                     lib.cbank_verifier_close,
                                     *_call.packed(VerifierRequest, request, fields))
        return made

    def verify(self, file: bytes, recipient: str = "", **fields: Any) -> Report:
        """Verifies a transcript. What comes back is valid; nothing of it is decoded until it is
        looked at.

        :param recipient: who is asking: your own code
        :param fields: what else TranscriptVerifyRequest has: any_recipient, at, pin, status ...
        :raises VerificationError: a clear no; its ``report`` says why, and shows no content
        """
        request = _call.packed(TranscriptVerifyRequest, None,
                               {"file": file, "recipient": recipient, **fields})
        return Report(_call.verdict_bytes(lib.cbank_transcript_verify,
                                          (self._handle(), *request), Report))
