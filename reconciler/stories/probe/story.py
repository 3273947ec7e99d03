"""The probe as a whole: look, ask, put back, tell. It puts back whatever happens in between."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.codec.rows import stamp
from reconciler.errors import (
    IdentityFailure,
    Interrupted,
    JournalFailure,
    NetworkFailure,
    ReconcilerError,
    Refused,
    unexpected,
)
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import ProbeReport
from reconciler.model.outcome import ApplyReport
from reconciler.stories.doctor_graph import way_to_grant
from reconciler.stories.plan import identify
from reconciler.stories.probe.bench import Bench, Forbidden, Moved
from reconciler.stories.probe.reads import read_questions
from reconciler.stories.probe.writes import merged_question, open_questions, write_questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnosis import Answered, Leftover
    from reconciler.settings import Tenant
    from reconciler.stories.probe.bench import Hands
    from reconciler.stories.probe.subject import Subject

DIGEST = "probe"
"""What stands in the journal's header in place of a plan's digest."""

FORBIDDEN = "the writer may not write"

_WORDS = (
    (Interrupted, "interrupted"),
    (Forbidden, FORBIDDEN),
    (Moved, "somebody else changed the incident or an alert of it"),
    (Refused, "Graph answered with an object of another tenant"),
    (IdentityFailure, "there was no token"),
    (JournalFailure, "the journal could not be written"),
    (NetworkFailure, "Graph could not be reached"),
)
_ANYTHING = "the incident could not be read"
"""What the report says of an error, whose own message may name the tenant."""


@dataclass(frozen=True, slots=True)
class Probed:
    """``report`` may be sent to anybody; the rest is for the person who ran it."""

    report: ProbeReport
    left: tuple[Leftover, ...]
    problem: ReconcilerError | None


def run(subject: Subject, tenant: Tenant, hands: Hands) -> Probed:
    began = stamp(hands.clock.now())
    bench = Bench(subject, hands)
    answers: list[Answered] = []
    problem: ReconcilerError | None = None
    try:
        answers.extend(_answers(bench, subject, hands))
    except Forbidden as no:
        problem = _with_remedy(no, subject, tenant)
        answers.extend(open_questions(subject, answers, FORBIDDEN))
    except ReconcilerError as stopped:
        problem = stopped
    except Exception as surprise:  # noqa: BLE001 — what was written has to be put back
        problem = unexpected(surprise)
    left = bench.put_back()
    report = ProbeReport(
        tool_version=__version__,
        started_at=began,
        finished_at=stamp(hands.clock.now()),
        cloud=tenant.cloud,
        tenant_hash=_hashed(tenant),
        answers=tuple(answers),
        left=tuple(
            f"{item.ref.kind}: {', '.join(item.body)}" for item in left if item.standing != "theirs"
        ),
        stopped=_word(problem),
        interrupted=hands.stop.is_set(),
        cost=hands.raws.cost,
    )
    return Probed(report, left, _closed(report, tenant, bench, hands) or problem)


def _answers(bench: Bench, subject: Subject, hands: Hands) -> Iterator[Answered]:
    if subject.survivor is not None:
        yield from merged_question(bench, subject, subject.survivor)
        return
    shown = read_questions(subject, hands.raws)
    yield from shown.answers
    yield from write_questions(bench, subject, shown.query)


def _with_remedy(no: Forbidden, subject: Subject, tenant: Tenant) -> Forbidden:
    writer = tenant.writer or tenant.reader
    remedy = way_to_grant(KINDS[subject.ref.kind], writer, is_writer=True)
    return Forbidden(no.message, remedy=remedy, detail=no.detail)


def _word(problem: ReconcilerError | None) -> str | None:
    if problem is None:
        return None
    return next((word for error, word in _WORDS if isinstance(problem, error)), _ANYTHING)


def _hashed(tenant: Tenant) -> str:
    """The same tenant is told again in another report, and by nobody who does not know its id."""
    return sha256((tenant.tenant_id or tenant.name).encode()).hexdigest()[:16]


def _closed(
    report: ProbeReport, tenant: Tenant, bench: Bench, hands: Hands
) -> JournalFailure | None:
    """The journal's last line. A disk that has no room for it is told."""
    ended = ApplyReport(
        tenant=identify(tenant),
        digest=DIGEST,
        started_at=report.started_at,
        finished_at=report.finished_at,
        outcomes=tuple(bench.outcomes),
        interrupted=report.interrupted,
    )
    try:
        hands.journal.close(ended)
    except JournalFailure as failure:
        return failure
    return None
