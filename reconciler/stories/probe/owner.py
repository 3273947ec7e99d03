"""The questions that take writing an owner, and looking at the alerts after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.stories.probe.asking import (
    counts,
    holds,
    kept,
    not_asked,
    refused,
    seen_as,
    share,
    told,
    why_not_asked,
)
from reconciler.stories.probe.questions import (
    OWNER_NULL,
    OWNER_NULL_SPREAD,
    OWNER_SPREAD,
    OWNER_TEXT,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnosis import Answered, Question
    from reconciler.stories.probe.bench import Bench, Wrote
    from reconciler.stories.probe.subject import Subject

OWNER: Final = "reconciler-probe"
NO_ALERTS: Final = "the incident has no alerts"


def owner_questions(bench: Bench, subject: Subject) -> Iterator[Answered]:
    why = why_not_asked(subject, ("assignedTo",))
    if why:
        for question in (OWNER_TEXT, OWNER_SPREAD, OWNER_NULL, OWNER_NULL_SPREAD):
            yield not_asked(question, why)
        return
    sent = "PATCH assignedTo: a text that is nobody's name"
    wrote = bench.patch({"assignedTo": OWNER})
    no = refused(OWNER_TEXT, wrote, sent, fits=False)
    yield no or told(OWNER_TEXT, kept(wrote), sent=sent, fits=holds(wrote, "assignedTo", OWNER))
    yield _spread(bench, OWNER_SPREAD, sent, wrote, wants_all=True)
    sent = "PATCH assignedTo: null"
    wrote = bench.patch({"assignedTo": None})
    no = refused(OWNER_NULL, wrote, sent, fits=False)
    is_gone = holds(wrote, "assignedTo", None)
    answered = seen_as(wrote.answer.body, "assignedTo")
    found = "nobody's" if is_gone else "still somebody's"
    yield no or told(OWNER_NULL, found, sent=sent, fits=is_gone, facts={"answeredAs": answered})
    yield _spread(bench, OWNER_NULL_SPREAD, sent, wrote, wants_all=False)


def _spread(
    bench: Bench, question: Question, sent: str, wrote: Wrote, *, wants_all: bool
) -> Answered:
    if not bench.alerts:
        return not_asked(question, NO_ALERTS)
    if not wrote.answer.is_ok:
        return not_asked(question, "the owner was not written")
    reached = bench.reached(("assignedTo",))
    fits = reached == (bench.alerts if wants_all else 0)
    return told(question, share(reached), sent=sent, fits=fits, facts=counts(bench, reached))
