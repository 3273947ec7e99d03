"""Journals on disk: append-only, for their owner alone, synced before the next step is taken."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from reconciler.codec import journal as codec
from reconciler.codec.rows import stamp
from reconciler.errors import Failure, JournalFailure
from reconciler.store.durable import make_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from reconciler.codec.journal import Header, Run
    from reconciler.model.outcome import ApplyReport, Intent, Outcome
    from reconciler.ports import Clock

SUFFIX: Final = ".jsonl"

_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


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
            sync_folder(self._path.parent)

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
    path: Path, header: Header, clock: Clock, *, shown_from: Path | None = None
) -> FileJournal:
    """A new journal at ``path``, its header on disk; use it in a ``with``.

    A folder that exists gets a file with the header's name. Missing folders are made (0700). The
    file must not exist, or be empty. ``shown_from``: people see the path as it is from there.
    Raises JournalFailure.
    """
    with _told(path):
        file = path / file_name(header) if path.is_dir() else path
        make_folder(file.parent)
        descriptor = _create(file)
    journal = FileJournal(descriptor, file, _shown(file, shown_from), clock)
    try:
        journal.begin(header)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)  # the same name can be given again
        os.close(descriptor)
        raise
    return journal


def latest(folder: Path) -> Run | None:
    """The newest journal in ``folder`` that can be read; a plan is not refused for one that cannot."""
    for file in sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.name, reverse=True):
        try:
            return codec.load(file.read_bytes())
        except (OSError, Failure):
            continue
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


def _create(file: Path) -> int:
    """An own new file, or an empty one that was there; held, so that no other run takes it too."""
    try:
        descriptor = os.open(file, _APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        descriptor = os.open(file, _APPEND)
    try:
        _claim(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _claim(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size:
        raise OSError("it is there already, and no empty file")
    os.fchmod(descriptor, 0o600)


def _write(descriptor: int, data: bytes) -> None:
    """Whole: a disk that fills takes a part first, and refuses the rest."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _shown(file: Path, base: Path | None) -> str:
    is_below = base is not None and file.is_relative_to(base)
    return os.fspath(file.relative_to(base) if base is not None and is_below else file)
