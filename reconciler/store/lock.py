"""One apply of a tenant at a time on one machine: a lock that dies with its process."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager, suppress
from errno import EPERM
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure
from reconciler.store.exclusive import hold_beside
from reconciler.store.opening import folder, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS: Final = os.O_RDWR | os.O_CREAT
_READABLE: Final = 1
"""From here on: on Windows the first byte of a file that is held can be read by nobody else."""
_HOLDER: Final = re.compile(rb"id (\d+)\n")


@contextmanager
def locked(state: Path, tenant_name: str, *, home: Path | None = None) -> Iterator[None]:
    """Held while the block runs; the kernel lets go of it however the process ends.

    In ``state``, the working copy's own folder: whoever applies from there meets it, in whatever
    environment. And in ``home``, where other working copies meet it. Raises Failure if another
    process holds one of them, or if a folder is somebody else's.
    """
    with ExitStack() as held:
        _take(state, state.parent, tenant_name, held)
        if home is not None:
            _take(home, home, tenant_name, held)
        yield


def _take(place: Path, below: Path, tenant_name: str, held: ExitStack) -> None:
    path = place / "lock" / f"{tenant_name}.lock"
    try:
        with folder(path.parent, below=below, making=0o700) as found:
            if not is_own(os.lstat(place), closed=0):
                raise PermissionError(EPERM, "its folder belongs to somebody else")
            descriptor = found.open(path.name, _FLAGS)
        held.callback(os.close, descriptor)
        is_ours = hold_beside(path, descriptor, held, below=below)
    except OSError as problem:
        raise _unusable(path, problem) from problem
    if not is_ours:
        raise _taken(descriptor, tenant_name)
    with suppress(OSError):  # a full disk: the lock holds without a name in it
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"pid {os.getpid()}\n".encode())


def _taken(descriptor: int, tenant_name: str) -> Failure:
    """The holder's process id stands in the file, for whoever comes second."""
    os.lseek(descriptor, _READABLE, os.SEEK_SET)
    found = _HOLDER.fullmatch(os.read(descriptor, 20))
    holder = f"process {int(found[1])}" if found else "another process"
    return Failure(
        f"{holder} is applying to tenant {tenant_name}; this run wrote nothing",
        remedy="wait for it to end, or stop it, then apply the same plan again",
    )


def _unusable(path: Path, problem: OSError) -> Failure:
    return Failure(
        f"the lock {os.fspath(path)!a} cannot be taken: {problem.strerror or problem}",
        remedy="nothing is written without the lock: make its folder writable, for you alone",
    )
