"""Files by which a step of a pipeline tells its runner something, and the hash of one it hands on."""

from __future__ import annotations

import os
from hashlib import file_digest
from typing import IO, TYPE_CHECKING

from reconciler.errors import Failure
from reconciler.store.opening import open_named, regular

if TYPE_CHECKING:
    from pathlib import Path


def append(path: Path, text: str) -> None:
    """At its end, on a line of its own whatever stands there. Raises Failure."""
    try:
        descriptor = regular(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        with os.fdopen(descriptor, "ab+") as file:
            lead = b"\n" if _ends_within_a_line(file) else b""
            file.write(lead + text.encode("utf-8", "backslashreplace"))
    except OSError as problem:
        raise _unusable(path, "write", problem) from problem


def size(path: Path) -> int:
    """In bytes; 0 where there is none yet."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def sha256(path: Path) -> str:
    """Of all of the file, in hexadecimal digits. Raises Failure."""
    try:
        with os.fdopen(open_named(path), "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise _unusable(path, "read", problem) from problem


def _ends_within_a_line(file: IO[bytes]) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _unusable(path: Path, verb: str, problem: OSError) -> Failure:
    shown = ascii(os.fspath(path))
    return Failure(f"cannot {verb} {shown}: {problem.strerror or problem}")
