"""Keys of institutions and banks."""
import os
from typing import Any, Optional, Union

from cbank import _call, errors
from cbank._native import ffi, lib
from cbank.api.v1 import KeyInfo

Passphrase = Union[str, bytes, None]
Path = Union[str, "os.PathLike[str]"]


class Key(_call.Owner):
    """A key. Make it with ``new``, ``open`` or ``open_public``; close it when it is not needed."""

    _word = "key"

    def __init__(self, pointer: Any) -> None:
        self._pointer = pointer

    @classmethod
    def _opened(cls, function: Any, *arguments: Any) -> "Key":
        return cls(_call.opened(function, "cbank_key", lib.cbank_key_close, *arguments))

    @classmethod
    def new(cls, suite: str = "sha256-ed25519") -> "Key":
        """Makes a new key of the suite ``sha256-ed25519`` or ``sm3-sm2``."""
        return cls._opened(lib.cbank_key_new, _call.text(suite))

    @classmethod
    def open(cls, path: Path, passphrase: Passphrase = None) -> "Key":
        """Reads a private key file (PKCS#8 in PEM).

        :raises NotFoundError: no such file
        :raises DeniedError: a wrong passphrase, or a file that others can read
        :raises DataError: not a key of a known suite
        """
        return cls._opened(lib.cbank_key_open, _call.text(path), *_call.secret(passphrase))

    @classmethod
    def open_public(cls, path: Path) -> "Key":
        """Reads a public key file whose secret half is elsewhere: what it signs is a draft."""
        return cls._opened(lib.cbank_key_open_public, _call.text(path))

    def save(self, path: Path, passphrase: Passphrase = None) -> None:
        """Writes the private key to ``path``, the public one to ``path``.pub, as new files."""
        error = ffi.new("cbank_error *")
        status = lib.cbank_key_save(self._handle(), _call.text(path), *_call.secret(passphrase),
                                    error)
        if status:
            raise errors.of(status, error)

    def show(self) -> KeyInfo:
        """The public half."""
        return _call.ask(lib.cbank_key_show, KeyInfo, self._handle())

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that name the key."""
        return self.show().fingerprint


def save_reference_key(path: Path, passphrase: Passphrase = None, bank: Any = None,
                       institution: Optional[str] = None) -> None:
    """Writes a reference key to a new file: a new random one, or the one that ``bank`` keeps for
    ``institution``. References of records are composed with it where a file has no numbers."""
    error = ffi.new("cbank_error *")
    status = lib.cbank_reference_key_save(
        ffi.NULL if bank is None else _call.handle(bank, "Bank"),
        ffi.NULL if institution is None else _call.text(institution), _call.text(path),
        *_call.secret(passphrase), error)
    if status:
        raise errors.of(status, error)


def open_reference_key(path: Path, passphrase: Passphrase = None) -> bytes:
    """Reads such a file: 32 secret bytes, for ``SheetFormat.reference_key``."""
    return _call.reply_of(lib.cbank_reference_key_open,
                          (_call.text(path), *_call.secret(passphrase)))
