"""学分银行: the credit bank library.

``Bank``, ``Key`` and ``Verifier`` are handles; requests and replies are messages of
``cbank.api.v1``, what is signed and travels of ``cbank.v1``. What needs no bank is a function here:
``rules_check`` is ``cbank_rules_check_begin``. See README.md for a quickstart.
"""
from cbank._built import VERSION as __version__
from cbank._native import ffi as _ffi, lib as _lib


def version() -> str:
    """The version of the C library that is loaded."""
    return str(_ffi.string(_lib.cbank_version()), "ascii")


if version().split(".")[:2] != __version__.split(".")[:2]:
    raise ImportError(f"this is cbank {__version__}, but the library libcbank.so.0 that was found "
                      f"is {version()}; install both from one release")

from cbank import calls as _calls  # noqa: E402
from cbank.bank import Bank  # noqa: E402
from cbank.calls import *  # noqa: E402,F401,F403
from cbank.errors import (CallerError, Cancelled, CbankError, ClosedError,  # noqa: E402
                          DataError, DeniedError, ForkedError, InternalError, NotFoundError,
                          OutOfMemoryError, StateError, StoreError, VerificationError)
from cbank.job import Job, JobState  # noqa: E402
from cbank.key import Key, open_reference_key, save_reference_key  # noqa: E402
from cbank.report import Item, Report  # noqa: E402
from cbank.values import amount, day, milli, moment, number, totals  # noqa: E402
from cbank.verifier import Verifier  # noqa: E402

__all__ = [
    "Bank", "Key", "Verifier", "Job", "JobState", "Report", "Item", "CbankError", "CallerError",
    "Cancelled", "ClosedError", "DataError", "DeniedError", "ForkedError", "InternalError",
    "NotFoundError", "OutOfMemoryError", "StateError", "StoreError", "VerificationError",
    "amount", "day", "milli", "moment", "number", "totals", "version", "open_reference_key",
    "save_reference_key", *_calls.__all__]
