"""How every call is made: handles, requests and replies of C as objects of Python.

A handle is a cffi pointer that closes itself when nobody holds it. A call holds it as long as it
runs, so closing in one thread never takes it from under another. cffi lets other threads run while
C does.
"""
import os
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Tuple, Type, TypeVar, Union

from google.protobuf.message import Message

from cbank import errors, values
from cbank._native import ffi, lib

if TYPE_CHECKING:
    from cbank.job import Job

M = TypeVar("M", bound=Message)
REFUSALS = (lib.CBANK_E_MALFORMED, lib.CBANK_E_UNSUPPORTED)


class Owner:
    """What holds a handle: close it, use it in a ``with`` statement, or let it be collected."""

    _pointer: Any = None
    _word = "handle"

    def _handle(self) -> Any:
        pointer = self._pointer
        if pointer is None:
            raise errors.ClosedError(self._word)
        return pointer

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._pointer is None

    def close(self) -> None:
        """Closes it; what other threads are doing with it still ends. Again is no error."""
        self._pointer = None

    def __enter__(self) -> Any:
        self._handle()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class OfBank:
    """A group of calls on a bank."""

    def __init__(self, bank: Owner) -> None:
        self._bank = bank

    def _handle(self) -> Any:
        return self._bank._handle()


def handle(owner: Any, wanted: str) -> Any:
    """The pointer of a key, a bank or a verifier, which it must be."""
    if not isinstance(owner, Owner) or owner._word != wanted.lower():
        raise TypeError(f"a {wanted} is needed, not {type(owner).__name__}")
    return owner._handle()


def text(value: Union[str, "os.PathLike[str]"]) -> bytes:
    """A string of C."""
    data = os.fsencode(value)
    if b"\0" in data:
        raise ValueError("a text must not hold a zero byte")
    return data


def secret(passphrase: Union[str, bytes, None]) -> Tuple[Any, int]:
    """A passphrase and its size."""
    if passphrase is None:
        return ffi.NULL, 0
    data = passphrase.encode() if isinstance(passphrase, str) else bytes(passphrase)
    return data, len(data)


def packed(kind: Type[Message], request: Any, fields: Dict[str, Any]) -> Tuple[bytes, int]:
    """A request as bytes: a message, its bytes, or its fields by name."""
    if request is None:
        request = kind(**{name: values.plain(each) for name, each in fields.items()})
    elif fields:
        raise TypeError("a request or its fields, not both")
    if isinstance(request, kind):
        request = request.SerializeToString(deterministic=True)
    elif not isinstance(request, bytes):
        raise TypeError(f"a {kind.__name__} is needed, not {type(request).__name__}")
    return request, len(request)


def reply_of(function: Callable[..., int], arguments: Tuple[Any, ...]) -> bytes:
    """The reply's bytes, or the error."""
    error, reply = ffi.new("cbank_error *"), ffi.new("cbank_buffer *")
    try:
        status = function(*arguments, reply, error)
        if status:
            raise errors.of(status, error)
        return bytes(ffi.buffer(reply.data, reply.size)) if reply.size else b""
    finally:
        lib.cbank_buffer_clear(reply)


def ask(function: Callable[..., int], kind: Type[M], *arguments: Any) -> M:
    """A call that answers a message."""
    return kind.FromString(reply_of(function, arguments))


def verdict_bytes(function: Callable[..., int], arguments: Tuple[Any, ...],
                  read: Callable[[bytes], Any]) -> bytes:
    """A verification: its report's bytes if it is valid; every clear no is a VerificationError."""
    error, reply = ffi.new("cbank_error *"), ffi.new("cbank_buffer *")
    try:
        status = function(*arguments, reply, error)
        data = bytes(ffi.buffer(reply.data, reply.size)) if reply.size else b""
    finally:
        lib.cbank_buffer_clear(reply)
    if status == 0:
        return data
    if status // 100 != 6 and status not in REFUSALS:
        raise errors.of(status, error)
    refused = errors.of(status, error, errors.VerificationError)
    setattr(refused, "report", read(data))
    raise refused


def verdict(function: Callable[..., int], kind: Type[M], *arguments: Any) -> M:
    """A verification that answers a message."""
    return kind.FromString(verdict_bytes(function, arguments, kind.FromString))


def begin(function: Callable[..., int], kind: Type[M], *arguments: Any) -> "Job[M]":
    """A job; it holds the handles that it was begun with."""
    from cbank.job import Job
    error, out = ffi.new("cbank_error *"), ffi.new("cbank_job **")
    status = function(*arguments, out, error)
    if status:
        raise errors.of(status, error)
    return Job(out[0], kind, arguments)


def opened(function: Callable[..., int], kind: str, close: Callable[[Any], None],
           *arguments: Any) -> Any:
    """A handle that closes itself."""
    error, out = ffi.new("cbank_error *"), ffi.new(f"{kind} **")
    status = function(*arguments, out, error)
    if status:
        raise errors.of(status, error)
    return ffi.gc(out[0], close)


def pages(call: Callable[..., Any], kind: Type[Message], name: str,
          fields: Dict[str, Any]) -> Iterator[Any]:
    """All items of a call that lists them page by page."""
    request = kind(**{each: values.plain(value) for each, value in fields.items()})
    after = kind.DESCRIPTOR.fields_by_name["after"]
    while True:
        reply = call(request)
        items = getattr(reply, name)
        yield from items
        more = reply.next if hasattr(reply, "next") else reply.more
        if not more:
            return
        if hasattr(reply, "next"):
            setattr(request, "after", more)
        elif after.type == after.TYPE_MESSAGE:
            getattr(request, "after").CopyFrom(items[-1].publication)
        else:
            setattr(request, "after", items[-1].institution)
