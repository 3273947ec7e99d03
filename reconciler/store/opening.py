"""The one way to open a file: regular, of bounded size, and below a repository through no link.

Whoever opened the last pull request chose what lies in a checkout: a link to a device, to somebody's
home, a pipe that never ends. So below a root each folder is opened from the one before it, by
descriptor. Where the system has no such descriptors, each name is looked at before it is used.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from errno import EACCES, EFBIG, EINVAL, ELOOP, ENOTSUP
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.store.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

LARGEST: Final = 256 * 1024 * 1024
"""Of a plan, journal or snapshot, in bytes: several times what 100,000 objects take."""

_CHUNK: Final = 64 * 1024
_NAMES: Final = ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
_ALWAYS: Final = sum(getattr(os, name, 0) for name in _NAMES)
_BY_DESCRIPTOR: Final = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_SQLITE: Final = ("", "-journal", "-wal", "-shm")
_MOST_LINKS: Final = 40  # as Linux has it


class Folder:
    """An open folder; ``path`` is where it really is."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """A regular file, no link. Raises OSError."""
        self.check(name)
        return regular(self._at(name), flags, mode, folder=self._descriptor)

    def read(self, name: str, *, limit: int = LARGEST) -> bytes:
        """All of a file. Raises OSError, also if it is larger than ``limit``."""
        return _whole(self.open(name, os.O_RDONLY), limit)

    def check(self, name: str) -> bool:
        """False: nothing is there. Raises OSError for a link and for what is no regular file."""
        found = self._look(name)
        if found is not None:
            _check(found.st_mode, self.path / name)
        return found is not None

    def has(self, name: str) -> bool:
        """Whatever it is: a link that leads nowhere is in the way, too."""
        return self._look(name) is not None

    def names(self) -> list[str]:
        with os.scandir(self.path if self._descriptor is None else self._descriptor) as found:
            return [entry.name for entry in found]

    def stat(self, name: str) -> os.stat_result:
        """Of the name itself, whatever it leads to."""
        return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)

    def make(self, name: str, mode: int) -> None:
        """Nothing happens if it is there."""
        with suppress(FileExistsError):
            os.mkdir(self._at(name), mode, dir_fd=self._descriptor)
            self.sync()

    def enter(self, name: str) -> Folder:
        """The folder below. Raises OSError, for a link too."""
        if stat.S_ISLNK(self.stat(name).st_mode):
            raise _link(self.path / name)
        if self._descriptor is None:
            return Folder(self.path / name, None)
        return Folder(self.path / name, os.open(name, _FOLDER, dir_fd=self._descriptor))

    def remove(self, name: str) -> None:
        """The name, never what a link leads to. Nothing happens if it is not there."""
        with suppress(FileNotFoundError):
            os.unlink(self._at(name), dir_fd=self._descriptor)

    def replace(self, draft: str, name: str) -> None:
        """``draft`` takes the name at once; a link that had it is replaced, not followed."""
        here = self._descriptor
        os.replace(self._at(draft), self._at(name), src_dir_fd=here, dst_dir_fd=here)

    def link(self, draft: str, name: str) -> None:
        """A second name. Raises FileExistsError, and OSError where files have one name only."""
        if not hasattr(os, "link"):
            raise OSError(ENOTSUP, "files have one name only here", name)
        here = self._descriptor
        os.link(self._at(draft), self._at(name), src_dir_fd=here, dst_dir_fd=here)

    def sync(self) -> bool:
        """A new name is on disk only when its folder is. False: this file system cannot."""
        return sync_folder(self.path)

    def database(self, name: str) -> Path:
        """A file that SQLite may open by its path, and make others beside it. Raises OSError."""
        for end in _SQLITE:
            self.check(f"{name}{end}")
        if self._descriptor is not None:
            ours, there = os.fstat(self._descriptor), self.path.stat()
            if not os.path.samestat(ours, there):
                raise OSError(EINVAL, "its folder was replaced meanwhile", os.fspath(self.path))
        return self.path / name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.fspath(self.path / name)

    def _look(self, name: str) -> os.stat_result | None:
        try:
            return self.stat(name)
        except FileNotFoundError:
            return None


@contextmanager
def folder(path: Path, *, below: Path, making: int | None = None) -> Iterator[Folder]:
    """``path`` lies below ``below``, which may itself be reached through links: it was named.

    ``making``: the mode of folders that are not there yet; None: nothing is made. Raises OSError.
    """
    top = os.path.realpath(below)
    here = Folder(Path(top), os.open(top, _FOLDER) if _BY_DESCRIPTOR else None)
    try:
        for name in path.relative_to(below).parts:
            if making is not None:
                here.make(name, making)
            inner = here.enter(name)
            here.__exit__()
            here = inner
        yield here
    finally:
        here.__exit__()


def database(path: Path, *, below: Path) -> Path:
    """A file for SQLite, in a folder that is made for its owner alone. Raises OSError."""
    with folder(path.parent, below=below, making=0o700) as found:
        return found.database(path.name)


def regular(path: str, flags: int, mode: int = 0o600, *, folder: int | None = None) -> int:
    """The descriptor of a regular file, and of no link. Raises OSError."""
    descriptor = os.open(path, flags | _ALWAYS, mode, dir_fd=folder)
    try:
        _check(os.fstat(descriptor).st_mode, Path(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_named(path: Path, *, limit: int = LARGEST) -> bytes:
    """All of a file that a person named. Raises OSError, also if it is larger than ``limit``."""
    return _whole(open_named(path, limit=limit), limit)


def open_named(path: Path, *, limit: int = LARGEST) -> int:
    """To read a file that a person named. Raises OSError, also if it is larger than ``limit``."""
    _check(path.stat().st_mode, path)
    descriptor = regular(os.fspath(named(path)), os.O_RDONLY)
    if os.fstat(descriptor).st_size > limit:
        os.close(descriptor)
        raise _over(limit)
    return descriptor


def named(path: Path, *, is_written: bool = False) -> Path:
    """Where a path that a person typed really leads. Nothing has to be there.

    Their own links are theirs. One that a checkout holds may not lead out of the checkout, nor one
    be followed that somebody else put into a folder that all may write to; to write, none that lies
    in such a folder. Raises OSError.
    """
    typed = Path(os.path.normpath(Path.cwd() / path))
    _check_links(typed, is_written=is_written)
    real = Path(os.path.realpath(typed))
    top = next((one for one in typed.parents if _is_top(one)), None)
    if top is not None and not is_within(real, top):
        raise OSError(ELOOP, f"it is a link that leaves {os.fspath(top)!a}", os.fspath(path))
    return real


def is_own(found: os.stat_result, *, closed: int = 0o022) -> bool:
    """Whether it is this person's, with none of the mode bits ``closed``: others may write to it.

    Where files have no owners, everything is ours.
    """
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & closed


def is_within(real: str | Path, within: Path) -> bool:
    """Whether a path without links lies below a folder, or is it."""
    return Path(real).is_relative_to(os.path.realpath(within))


def sort(mode: int) -> str:
    """What it is, if not a regular file."""
    names = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in names if test(mode)), "something else")


def _whole(descriptor: int, limit: int) -> bytes:
    """Of the file, which is closed. What it says of its size is enough to refuse it unread."""
    try:
        if os.fstat(descriptor).st_size > limit:
            raise _over(limit)
        content = read_most(descriptor, limit + 1)
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise _over(limit)
    return content


def _over(limit: int) -> OSError:
    return OSError(EFBIG, f"it is larger than {limit // 1024 // 1024} MiB")


def read_most(descriptor: int, most: int) -> bytes:
    """From where it stands, at most so many bytes."""
    chunks = []
    while most and (chunk := os.read(descriptor, min(_CHUNK, most))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _check(mode: int, path: Path) -> None:
    if stat.S_ISLNK(mode):
        raise _link(path)
    if not stat.S_ISREG(mode):
        raise OSError(EINVAL, f"it is {sort(mode)}, not a regular file", os.fspath(path))


def _link(path: Path) -> OSError:
    return OSError(ELOOP, f"{os.fspath(path)!a} is a link; none is followed here")


def _is_top(path: Path) -> bool:
    """A checkout, or the folder of a configuration that lies in none."""
    return any(os.path.lexists(path / name) for name in (".git", "reconciler.yaml"))


def _check_links(path: Path, *, is_written: bool) -> None:
    """As Linux has it with fs.protected_symlinks, whether that is on or not."""
    todo, seen = [*reversed(path.parts)], 0
    at = Path(todo.pop())
    while todo:
        part = todo.pop()
        if part == os.pardir:
            at = at.parent
            continue
        step = at / part
        if not step.is_symlink():
            at = step
            continue
        seen += 1
        if seen > _MOST_LINKS:
            raise OSError(ELOOP, "too many levels of symbolic links", os.fspath(path))
        _check_place(step, is_written=is_written)
        target = step.readlink()
        if target.is_absolute():
            at = Path(target.anchor)
        todo += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _check_place(link: Path, *, is_written: bool) -> None:
    place, open_to_all = link.parent.stat(), stat.S_ISVTX | stat.S_IWOTH
    if place.st_mode & open_to_all != open_to_all:
        return
    found = link.lstat()
    if is_written or (found.st_uid != place.st_uid and not is_own(found, closed=0)):
        why = "is a link in a folder that everybody may write to"
        raise OSError(EACCES, f"{os.fspath(link)!a} {why}", os.fspath(link))
