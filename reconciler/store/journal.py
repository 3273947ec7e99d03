"""Journals on disk: append-only, for their owner alone, synced before the next step is taken."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from errno import ENOSYS
from typing import TYPE_CHECKING, Final

from reconciler.codec import journal as codec
from reconciler.codec.rows import stamp
from reconciler.errors import Failure, JournalFailure
from reconciler.store.durable import make_folder, sync_folder
from reconciler.store.exclusive import hold, release
from reconciler.store.opening import folder, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from reconciler.codec.journal import Header, Run
    from reconciler.model.outcome import ApplyReport, Intent, Outcome
    from reconciler.ports import Clock
    from reconciler.store.opening import Folder

SUFFIX: Final = ".jsonl"
UNSYNCED: Final = (
    "this file system does not sync folders, so a crash of the machine may take the file's name"
)

_APPEND: Final = os.O_WRONLY | os.O_APPEND

logger = logging.getLogger(__name__)


class FileJournal:
    """Implements ports.Journal over one open file. After one failure nothing more is written:

    what follows a torn line could not be read back.
    """

    def __init__(self, descriptor: int, path: Path, shown: str, clock: Clock) -> None:
        self._descriptor = descriptor
        self._path = path
        self._shown = shown
        self._clock = clock
        self._failure: JournalFailure | None = None

    @property
    def path(self) -> str:
        return self._shown

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def begin(self, header: Header) -> None:
        """The first line, and the file's name in its folder, are on disk when this returns."""
        self._append([codec.header_line(header)])
        with _told(self._path):
            is_synced = sync_folder(self._path.parent)
        if not is_synced:
            logger.warning("%s: %s", ascii(self._shown), UNSYNCED)

    def intend(self, intents: Sequence[Intent]) -> None:
        at = stamp(self._clock.now())
        self._append([codec.intent_line(intent, at=at) for intent in intents])

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        at = stamp(self._clock.now())
        self._append([codec.outcome_line(outcome, at=at) for outcome in outcomes])

    def close(self, report: ApplyReport) -> None:
        self._append([codec.end_line(report)])

    def _append(self, lines: Sequence[str]) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            with _told(self._path):
                _write(self._descriptor, "".join(lines).encode("ascii"))
                os.fsync(self._descriptor)
        except JournalFailure as failure:
            self._failure = failure
            raise


def journal_folder(state: Path, tenant_name: str) -> Path:
    """Where a tenant's journals are, below the folder that is never in git."""
    return state / "journal" / tenant_name


def file_name(header: Header) -> str:
    """Sorts by time: ``20261121T120000.000Z-4f2a9c1b.jsonl``."""
    time = header.started_at.replace("-", "").replace(":", "")
    return f"{time}-{header.run_id}{SUFFIX}"


def open_journal(
    path: Path,
    header: Header,
    clock: Clock,
    *,
    below: Path | None = None,
    shown_from: Path | None = None,
) -> FileJournal:
    """A new journal at ``path``, its header on disk; use it in a ``with``.

    A folder that exists gets a file with the header's name. Missing folders are made (0700). The
    file must not exist, or be empty. ``below``: the folder from which on no link is followed; None:
    a person named the path. ``shown_from``: people see the path as it is from there. Raises
    JournalFailure.
    """
    with _told(path):
        real = named(path.parent, is_written=True) / path.name if below is None else path
        name = file_name(header)
        file, shown = (real / name, path / name) if path.is_dir() else (real, path)
        if below is None:
            make_folder(file.parent)
        with folder(file.parent, below=below or file.parent, making=0o700) as found:
            descriptor = _create(found, file.name)
    journal = FileJournal(descriptor, file, _shown(shown, shown_from), clock)
    try:
        journal.begin(header)
        if os.name == "nt":  # where nobody else could read it: that it is not empty has to do
            release(descriptor)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)  # the same name can be given again
        os.close(descriptor)
        raise
    return journal


def latest(path: Path, *, below: Path) -> Run | None:
    """The newest journal in a folder that can be read; a plan is not refused for one that cannot."""
    try:
        with folder(path, below=below) as found:
            names = sorted((one for one in found.names() if one.endswith(SUFFIX)), reverse=True)
            return next((run for run in (_loaded(found, name) for name in names) if run), None)
    except FileNotFoundError:
        return None
    except OSError as problem:
        logger.warning("no journal of an earlier run is read: %s", problem.strerror)
        return None


def _loaded(found: Folder, name: str) -> Run | None:
    try:
        return codec.load(found.read(name))
    except (OSError, Failure):
        return None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever the disk refuses is one error, that says where and what to do."""
    try:
        yield
    except OSError as problem:
        raise JournalFailure(
            f"the journal {os.fspath(path)!a} cannot be written: {problem.strerror or problem}",
            remedy="nothing is sent without a journal: make room, or name another file with --journal",
        ) from problem


def _create(found: Folder, name: str) -> int:
    """An own new file, or an empty one that was there; held, so that no other run takes it too."""
    is_new = True
    try:
        descriptor = found.open(name, _APPEND | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        is_new = False
        descriptor = found.open(name, _APPEND)
    try:
        _claim(descriptor, is_new=is_new)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _claim(descriptor: int, *, is_new: bool) -> None:
    try:
        is_ours = hold(descriptor)
    except OSError as problem:
        if problem.errno != ENOSYS:
            raise
        if not is_new:
            raise OSError("it is there already, and this system cannot lock it") from problem
        is_ours = True
    if not is_ours:
        raise OSError("another run takes it")
    if os.fstat(descriptor).st_size:
        raise OSError("it is there already, and no empty file")
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)


def _write(descriptor: int, data: bytes) -> None:
    """Whole: a disk that fills takes a part first, and refuses the rest."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _shown(file: Path, base: Path | None) -> str:
    is_below = base is not None and file.is_relative_to(base)
    return os.fspath(file.relative_to(base) if base is not None and is_below else file)
