"""Wiring of an apply: lock, line to Graph, brakes, journal, and then the story."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Literal

from reconciler import __version__
from reconciler.cli import session
from reconciler.cli.places import held
from reconciler.cli.progress import Progress
from reconciler.clouds import EMULATOR
from reconciler.codec.journal import Header
from reconciler.codec.rows import stamp
from reconciler.errors import BaseFailure, Failure, Interrupted, JournalFailure
from reconciler.planning.estimate import batch_size
from reconciler.planning.make import NO_BASE
from reconciler.review.words import number
from reconciler.store.journal import file_name, journal_folder, open_journal
from reconciler.stories import admission, apply, record
from reconciler.stories.deadline import Deadline
from reconciler.stories.precheck import refuse_conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cli.door import Door
    from reconciler.cli.interrupts import Brakes
    from reconciler.cli.session import Line
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.ports import GraphReader
    from reconciler.settings import Config, Identity, Tenant
    from reconciler.store.journal import FileJournal


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written where, and how."""

    plan: Plan
    digest: str
    config: Config
    tenant: Tenant
    on_conflict: Literal["skip", "fail"] = "skip"
    journal: str | None = None
    """Its file, from the working directory; None: a new one among the tenant's."""
    timeout_seconds: int | None = None
    is_saved: bool = False
    """It comes out of a file."""

    @property
    def state(self) -> Path:
        return Path(self.config.root, session.STATE_FOLDER)


def write(order: Order, door: Door, brakes: Brakes) -> ApplyReport:
    """Check and write under one identity: the writer's, whose quota both take."""
    from reconciler.graph import open_reader, open_writer

    tenant, writer = order.tenant, _writer(order.tenant, door)
    with (
        held(order.state, tenant, door),
        session.line(order.config, tenant, door) as line,
    ):
        _check_record(order, line)
        deadline = Deadline(brakes.stop, door.clock, order.timeout_seconds)
        progress = Progress(door)
        line.count_reading(order.plan, writer)
        connection = line.connection(writer, stop=deadline, abort=brakes.abort, progress=progress)
        reader = open_reader(connection)
        if order.on_conflict == "fail":
            _look_at_all(order.plan, reader, deadline, door)
        header = _header(order, door)
        with _journal(order, header, door) as journal:
            hands = apply.Hands(
                reader=reader,
                writer=open_writer(connection),
                journal=journal,
                pacer=connection.pacer,
                stop=deadline,
                clock=door.clock,
                is_late=deadline.is_late,
            )
            with _shown(order, progress):
                size = batch_size(order.config.limits)
                report = apply.run(order.plan, order.digest, hands, batch_size=size)
        now = door.clock.now()
        return record.run(order.plan, report, line.tree, run_id=header.run_id, at=now)


def _writer(tenant: Tenant, door: Door) -> Identity:
    if tenant.writer is None and tenant.cloud != EMULATOR:
        door.say("no 'apply' identity is configured: the reader's identity writes")
    return tenant.writer or tenant.reader


@contextmanager
def _shown(order: Order, progress: Progress) -> Iterator[None]:
    """Each object takes a check and a write; what is tried again comes on top."""
    summary = order.plan.summary
    progress.begin(
        f"writing {number(summary.update, 'object')}",
        units=summary.requests.write_units,
        units_a_minute=order.config.limits.requests_per_minute,
    )
    try:
        yield
    finally:
        progress.end()


def write_nothing(order: Order, door: Door) -> ApplyReport:
    """A plan without updates: what it found as declared, and what it released, is on record."""
    now = door.clock.now()
    report = apply.nothing(order.plan, order.digest, now)
    if not (record.applied(order.plan, report) or order.plan.released):
        return report
    with session.line(order.config, order.tenant, door) as line:
        with suppress(BaseFailure):  # the report says why nothing is recorded
            _check_record(order, line)
        return record.run(order.plan, report, line.tree, run_id=token_hex(4), at=now)


def _check_record(order: Order, line: Line) -> None:
    """What is written has to be recorded, unless somebody planned without a base on purpose.

    Raises BaseFailure, and Refused for a file that would record something else, before anything is
    sent.
    """
    plan = order.plan
    if not record.may_record(plan):
        return
    base = NO_BASE if plan.git.is_base_waived else line.tree.read()
    if order.is_saved:
        admission.check_record(plan, order.config, order.tenant, base)


def _look_at_all(plan: Plan, reader: GraphReader, deadline: Deadline, door: Door) -> None:
    try:
        refuse_conflicts(plan, reader, now=door.clock.now())
    except Interrupted as problem:
        if deadline.is_late():
            raise Failure(f"{apply.TIME_IS_UP}; nothing was written") from problem
        raise


def _header(order: Order, door: Door) -> Header:
    return Header(
        run_id=token_hex(4),
        tool_version=__version__,
        tenant=order.plan.tenant,
        digest=order.digest,
        started_at=stamp(door.clock.now()),
    )


def _journal(order: Order, header: Header, door: Door) -> FileJournal:
    if order.journal and not (door.cwd / order.journal).parent.is_dir():
        raise JournalFailure(
            f"the folder of the journal {order.journal!a} does not exist; nothing was written",
            remedy="name a file in a folder that exists",
        )
    if order.journal:
        return open_journal(door.cwd / order.journal, header, door.clock, shown_from=door.cwd)
    own, below = journal_folder(order.state, order.tenant.name), order.state.parent
    path = own / file_name(header)
    return open_journal(path, header, door.clock, below=below, shown_from=door.cwd)
