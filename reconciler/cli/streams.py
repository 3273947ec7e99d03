"""The three standard streams as a process may find them: closed, full, non-blocking, in any encoding."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO, cast

from reconciler.codec.runners import inert, not_at_start

if TYPE_CHECKING:
    from collections.abc import Iterable

_STDIN, _STDOUT, _STDERR = range(3)
_CHUNK: Final = 64 * 1024
UNPRINTED: Final = "error: the result could not be printed: "
_PAUSE_SECONDS: Final = 0.05
"""Between two attempts where nothing tells that a stream takes more (Windows: pipes)."""


def opened() -> tuple[TextIO, TextIO, TextIO]:
    """Return stdin, stdout and stderr, and put them in the place of the interpreter's own.

    A number that is closed would be given to the next file that is opened, and a child process
    would write into that file. So each is taken: what is printed to a closed stdout fails and is
    said, what goes to a closed stderr goes nowhere, a closed stdin is at its end.
    """
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        if not _is_open(number):
            os.open(os.devnull, flags)
    stdin: TextIO | None = sys.stdin
    sys.stdin = stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(_STDIN, closefd=False)))
    sys.stdout = _form(_Printed, _STDOUT, sys.stdout)
    sys.stderr = _form(_Told, _STDERR, sys.stderr)
    return sys.stdin, sys.stdout, sys.stderr


def failure_of_writing(stream: TextIO, pieces: Iterable[str]) -> str | None:
    """Write and flush; return why it failed, if so.

    A reader that went away (``| head``) is no error of ours; a full disk behind it is.
    """
    try:
        stream.writelines(pieces)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as problem:
        _silence(stream)
        return problem.strerror or "the stream failed"
    return None


def _silence(stream: TextIO) -> None:
    """So that the interpreter's last flush does not complain either."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _form(form: type[_Printed], number: int, given: TextIO | None) -> TextIO:
    binary: io.RawIOBase | BinaryIO = _Whole(number, "wb", closefd=False)
    if os.name == "nt" and given is not None:  # a console takes no bytes
        binary = given.buffer
    return cast("TextIO", form(binary, given.encoding if given is not None else "utf-8"))


class _Whole(io.FileIO):
    """Waits where a non-blocking stream is full: CPython drops what does not fit, and says nothing."""

    def write(self, data: object, /) -> int:
        """``data``: of bytes; their common type, collections.abc.Buffer, is Python 3.12's."""
        rest = memoryview(cast("bytes", data)).cast("B")
        size = len(rest)
        while rest:
            written = super().write(rest)
            if written is None:
                _wait(self.fileno())
            else:
                rest = rest[written:]
        return size


def _wait(number: int) -> None:
    import select
    import time

    try:
        select.select([], [number], [])
    except (OSError, ValueError):  # no such call for this stream, or too high a number
        time.sleep(_PAUSE_SECONDS)


class _Printed(io.TextIOBase):
    """The second wall behind ``review/escape.py``: whatever is printed is no command of a runner.

    What the encoding of the locale lacks is replaced: no report ends in the middle. Nothing is held
    back, so the handler of a signal can say something while something else is being written.
    """

    def __init__(self, binary: io.RawIOBase | BinaryIO, encoding: str) -> None:
        super().__init__()
        self._binary = binary
        self._encoding = encoding
        self._encoder = codecs.getincrementalencoder(encoding)("replace")

    @property
    def encoding(self) -> str:  # type: ignore[override]  # ours never changes
        return self._encoding

    def fileno(self) -> int:
        return self._binary.fileno()

    def isatty(self) -> bool:
        return self._binary.isatty()

    def flush(self) -> None:
        self._binary.flush()

    def write(self, text: str, /) -> int:
        self._binary.write(self._encoder.encode(inert(text)))
        return len(text)

    def writelines(self, pieces: Iterable[str], /) -> None:  # type: ignore[override]  # of text
        """As few calls of the system as the size allows."""
        held, size = list[str](), 0
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size >= _CHUNK:
                self.write("".join(held))
                held, size = [], 0
        self.write("".join(held))


class _Told(_Printed):
    """Of ``::name::`` too: stdout alone tells a GitHub job something, and does so on purpose."""

    def write(self, text: str, /) -> int:
        return super().write(not_at_start(text))
