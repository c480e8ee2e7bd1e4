"""An open bank."""
import os
from typing import Any, Union

from cbank import _call, calls
from cbank._native import lib
from cbank.api.v1 import BankCreateRequest


class Bank(calls.BankCalls):
    """An open bank. Any number of threads may use it; close it, or use it in a ``with`` statement.

    Calls are grouped as in cbank.h: ``bank.learner.open`` is ``cbank_learner_open``.
    """

    _word = "bank"

    def __init__(self, path: Union[str, "os.PathLike[str]"],
                 passphrase: Union[str, bytes, None] = None) -> None:
        """Opens the bank in a folder.

        :raises NotFoundError: no bank in this folder
        :raises StoreError: the store does not fit its guard, or does not hold what it should
        :raises DeniedError: a wrong passphrase, or key files that others can read
        """
        self._pointer = _call.opened(lib.cbank_bank_open, "cbank_bank", lib.cbank_bank_close,
                                     _call.text(path), *_call.secret(passphrase))

    @classmethod
    def create(cls, path: Union[str, "os.PathLike[str]"], origin: str, *,
               passphrase: Union[str, bytes, None] = None, **fields: Any) -> "Bank":
        """Makes a bank in a new folder, and opens it.

        :param origin: its name for ever, such as ``bank.example/credit/sha256-ed25519/1``
        :param fields: what else BankCreateRequest has: names, suite, guard, quota
        """
        fields.setdefault("suite", "SUITE_SHA256_ED25519")
        calls.bank_create(BankCreateRequest(path=os.fspath(path), origin=origin, **fields),
                          passphrase=passphrase)
        return cls(path, passphrase)
