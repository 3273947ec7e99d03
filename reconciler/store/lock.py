"""One apply of a tenant at a time on one machine: an advisory lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, contextmanager, suppress
from errno import EPERM
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure
from reconciler.store.durable import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


def machine_folder(env: Mapping[str, str]) -> Path:
    """A folder that all working copies of this person on this machine share."""
    shared = env.get("XDG_RUNTIME_DIR") or gettempdir()
    return Path(shared) / f"reconciler-{os.getuid()}"


@contextmanager
def locked(folder: Path, tenant_name: str) -> Iterator[None]:
    """Held while the block runs; the kernel lets go of it however the process ends (flock).

    Raises Failure if another process holds it, or if ``folder`` is somebody else's.
    """
    path = folder / "lock" / f"{tenant_name}.lock"
    with ExitStack() as held:
        try:
            make_folder(path.parent)
            if os.lstat(folder).st_uid != os.getuid():
                raise PermissionError(EPERM, "its folder belongs to somebody else")
            descriptor = os.open(path, _FLAGS, 0o600)
            held.callback(os.close, descriptor)
            is_ours = _hold(descriptor)
        except OSError as problem:
            raise _unusable(path, problem) from problem
        if not is_ours:
            raise _taken(descriptor, tenant_name)
        with suppress(OSError):  # a full disk: the lock holds without a name in it
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield


def _hold(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken(descriptor: int, tenant_name: str) -> Failure:
    """The holder's process id stands in the file, for whoever comes second."""
    name = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    holder = f"process {name}" if name.isdecimal() else "another process"
    return Failure(
        f"{holder} is applying to tenant {tenant_name}; this run wrote nothing",
        remedy="wait for it to end, or stop it, then apply the same plan again",
    )


def _unusable(path: Path, problem: OSError) -> Failure:
    return Failure(
        f"the lock {os.fspath(path)!a} cannot be taken: {problem.strerror or problem}",
        remedy="nothing is written without the lock: make its folder writable",
    )
