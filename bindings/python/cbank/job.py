"""Long work in steps, with progress, that can be cancelled at any step."""
import enum
import io
import os
import threading
from typing import Any, Callable, Generic, Iterable, Iterator, Optional, Type, TypeVar, Union

from google.protobuf.message import Message

from cbank import _call, errors
from cbank._native import ffi, lib
from cbank.api.v1 import Progress

R = TypeVar("R", bound=Message)
Source = Union[bytes, str, "os.PathLike[str]", "io.BufferedIOBase", Iterable[bytes], None]
PIECE = 1 << 20


class JobState(enum.IntEnum):
    """What a job wants next."""

    MORE = 1
    NEEDS_INPUT = 2
    HAS_OUTPUT = 3
    DONE = 4


class Job(_call.Owner, Generic[R]):
    """A job that a call has begun. ``run`` does all of it; ``steps`` and the calls below it are for
    those who feed and read by themselves.

    A job belongs to one thread at a time. ``cancel`` may be called from any.

    :ivar output: what the job has put out, if ``run`` or ``steps`` were given no other place
    """

    _word = "job"

    def __init__(self, pointer: Any, kind: Type[R], arguments: Any) -> None:
        # The closer holds bank and key, so that they outlive the job however all of it is dropped.
        def close(job: Any, _held: Any = arguments) -> None:
            lib.cbank_job_close(job)
        self._pointer = ffi.gc(pointer, close)
        self._kind, self._busy, self._cancelled = kind, threading.Lock(), False
        self.output = b""

    def _alone(self, function: Callable[..., int], *arguments: Any) -> None:
        pointer = self._handle()
        if not self._busy.acquire(blocking=False):
            texts = {"zh": ("任务正由另一线程使用", ""), "en": ("another thread uses the job", "")}
            raise errors.CallerError(lib.CBANK_E_ARGUMENT, object="job", texts=texts)
        try:
            error = ffi.new("cbank_error *")
            status = function(pointer, *arguments, error)
            if status:
                raise errors.of(status, error)
        finally:
            self._busy.release()

    def _answer(self, function: Callable[..., int]) -> bytes:
        reply = ffi.new("cbank_buffer *")
        try:
            self._alone(function, reply)
            return bytes(ffi.buffer(reply.data, reply.size)) if reply.size else b""
        finally:
            lib.cbank_buffer_clear(reply)

    def feed(self, data: bytes) -> None:
        """Hands over the next bytes of the input."""
        self._alone(lib.cbank_job_feed, data, len(data))

    def feed_end(self) -> None:
        """Says that the input is complete."""
        self._alone(lib.cbank_job_feed_end)

    def step(self, budget_ms: int = 50) -> JobState:
        """Works for about so many milliseconds and tells what is next."""
        state = ffi.new("cbank_job_state *")
        self._alone(lib.cbank_job_step, budget_ms, state)
        return JobState(int(state[0]))

    def read(self) -> bytes:
        """Takes the output that there is."""
        return self._answer(lib.cbank_job_read)

    def progress(self) -> Progress:
        """How far it is."""
        return Progress.FromString(self._answer(lib.cbank_job_progress))

    def finish(self) -> R:
        """The result of a job that is done."""
        return self._kind.FromString(self._answer(lib.cbank_job_finish))

    def cancel(self) -> None:
        """Asks ``run`` or ``steps`` to stop with Cancelled; from any thread."""
        self._cancelled = True

    def steps(self, source: Source = None, output: Any = None) -> Iterator[Progress]:
        """Works step by step and tells of each how far it is.

        :param source: the input: bytes, the path of a file, an open file, or pieces
        :param output: an open file for the output; None gathers it in ``self.output``
        """
        pieces, gathered = pieces_of(source), []
        try:
            while True:
                if self._cancelled:
                    raise errors.Cancelled(lib.CBANK_E_STATE, object="job", texts={
                        "zh": ("任务已取消", ""), "en": ("the job was cancelled", "")})
                state = self.step()
                if state == JobState.DONE:
                    break
                if state == JobState.NEEDS_INPUT:
                    piece = next(pieces, None)
                    self.feed_end() if piece is None else self.feed(piece)
                elif state == JobState.HAS_OUTPUT:
                    gathered.append(self.read()) if output is None else output.write(self.read())
                yield self.progress()
        finally:
            self.output = b"".join(gathered)

    def run(self, source: Source = None, output: Any = None,
            progress: Optional[Callable[[Progress], Any]] = None) -> R:
        """Does all of it and closes it, also when it is interrupted: Ctrl-C stops it.

        :param source: the input: bytes, the path of a file, an open file, or pieces
        :param output: an open file for the output; None gathers it in ``self.output``
        :param progress: is called with each Progress
        """
        try:
            for each in self.steps(source, output):
                if progress is not None:
                    progress(each)
            return self.finish()
        finally:
            self.close()


def pieces_of(source: Source) -> Iterator[bytes]:
    """The input in pieces of bounded size."""
    if source is None:
        return
    if isinstance(source, (bytes, bytearray, memoryview)):
        source = io.BytesIO(source)
    elif isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as opened:
            yield from pieces_of(opened)
        return
    if hasattr(source, "read"):
        while True:
            piece = source.read(PIECE)
            if not piece:
                return
            yield piece
    else:
        for piece in source:
            if piece:
                yield piece
