"""Why a call failed, as exceptions: one class for each class of status."""
from typing import Any, Dict, Optional, Tuple, Type

from cbank._native import ffi, lib


class CbankError(Exception):
    """What every call of the library raises.

    :ivar status: the number that the call answered, as in cbank.h
    :ivar status_name: its word, such as ``not_found``
    :ivar reason: the finer reason, a word that never changes, such as ``BAD_CHECK_DIGIT``
    :ivar where: a row, an index or an offset; 0 if there is none
    :ivar object: what it is about: a code, a field, the name of a file
    :ivar detail: a technical word for whoever mends it
    """

    def __init__(self, status: int, reason: str = "", where: int = 0, object: str = "",
                 detail: str = "", texts: Optional[Dict[str, Tuple[str, str]]] = None) -> None:
        self.status, self.reason, self.where = status, reason, where
        self.object, self.detail = object, detail
        self.status_name = ffi.string(lib.cbank_status_name(status)).decode()
        self._texts = texts or {}
        super().__init__(self.message("en") or self.status_name)

    def message(self, lang: str = "en") -> str:
        """What went wrong, for people, in ``zh`` or ``en``."""
        return self._texts.get(lang, ("", ""))[0]

    def remedy(self, lang: str = "en") -> str:
        """What to do about it, for people, in ``zh`` or ``en``."""
        return self._texts.get(lang, ("", ""))[1]

    def __str__(self) -> str:
        return f"{self.status_name} {self.reason}: {self.message()}".replace(" :", ":")


class CallerError(CbankError):
    """1xx: the caller's mistake."""


class ClosedError(CallerError, ValueError):
    """What was called is closed."""

    def __init__(self, what: str) -> None:
        said = {"zh": (f"{what} 已关闭", ""), "en": (f"the {what} is closed", "")}
        super().__init__(lib.CBANK_E_ARGUMENT, object=what, texts=said)


class ForkedError(CallerError):
    """The handle was made before a fork: open another one in the child."""


class Cancelled(CallerError):
    """The job was cancelled; nothing is left of it but what a deposit had acknowledged."""


class DataError(CbankError):
    """2xx: the data is malformed, too large, of an unknown kind or not acceptable."""


class StateError(CbankError):
    """3xx: not there, there already, in conflict, or not possible in this state."""


class NotFoundError(StateError, LookupError):
    """There is no such thing."""


class DeniedError(CbankError):
    """4xx: not allowed, or not with this key or passphrase."""


class StoreError(CbankError):
    """5xx: the store: a disk that is full or fails, a lock, or stored bytes that do not hold."""


class VerificationError(CbankError):
    """6xx, and every other clear "no" of a verification.

    :ivar report: what the verification tells, if the call was one
    """

    report: Any = None


class InternalError(CbankError):
    """9xx: inside of the library."""


class OutOfMemoryError(InternalError, MemoryError):
    """There was not enough memory."""


CLASSES: Dict[int, Type[CbankError]] = {
    1: CallerError, 2: DataError, 3: StateError, 4: DeniedError, 5: StoreError,
    6: VerificationError, 9: InternalError}
SINGLE: Dict[int, Type[CbankError]] = {
    lib.CBANK_E_FORKED: ForkedError, lib.CBANK_E_NOT_FOUND: NotFoundError,
    lib.CBANK_E_MEMORY: OutOfMemoryError}


def _texts(error: Any, lang: bytes) -> Tuple[str, str]:
    message, remedy = ffi.new("char[512]"), ffi.new("char[512]")
    lib.cbank_error_text(error, lang, message, 512, remedy, 512)
    return ffi.string(message).decode(), ffi.string(remedy).decode()


def of(status: int, error: Any, kind: Optional[Type[CbankError]] = None) -> CbankError:
    """The exception for what a call has answered."""
    kind = kind or SINGLE.get(status) or CLASSES.get(status // 100, InternalError)
    return kind(status, ffi.string(lib.cbank_reason_name(error.reason)).decode(), error.where,
                ffi.string(error.object).decode("utf-8", "replace"),
                ffi.string(error.detail).decode("utf-8", "replace"),
                {"zh": _texts(error, b"zh"), "en": _texts(error, b"en")})
