"""What a check or an answer means for one planned update: ended, to be sent, or to be tried again.

Pure. Ambiguity ends by reading only: an answer that got lost sends the object back to its check,
and what no read can tell is ``unsettled``, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import same
from reconciler.model.live import Known, Unreadable
from reconciler.model.outcome import (
    Accepted,
    AlreadyDone,
    Conflict,
    Lost,
    Outcome,
    Postponed,
    Rejected,
    Write,
)
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.model.live import Live, Observation, Unanswered
    from reconciler.model.outcome import Answer, OutcomeName, Verdict
    from reconciler.model.plan import Change, FieldChange

_FORBIDDEN: Final = 403
MAX_TRIES: Final = 5
"""How often one object is tried at most: checked without an answer, or sent after a check."""
PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before each read of an object that does not show what was sent: an answer may lag."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One update on its way. ``was_lost``: it was sent and the answer never came."""

    change: Change
    tries: int = 0
    was_lost: bool = False
    wait_seconds: float = 0.0
    """Before it is tried again, while others go on."""
    problem: str | None = None
    detail: Foreign | None = None
    request_ids: tuple[str, ...] = ()

    def ended(
        self,
        name: OutcomeName,
        fields: tuple[FieldChange, ...] = (),
        problem: str | None = None,
        detail: Foreign | None = None,
    ) -> Outcome:
        return Outcome(
            ref=self.change.ref,
            name=name,
            source=self.change.source,
            title=self.change.title,
            fields=fields,
            problem=problem,
            detail=detail,
            request_ids=self.request_ids,
        )


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Graph said yes and did not show the planned values: reads have to tell whether they hold."""

    attempt: Attempt
    write: Write
    wait_seconds: float = 0.0
    """Before the next read, while others go on."""
    pauses: tuple[float, ...] = PAUSES
    """Before the reads after that one, if it does not show them either."""


CheckStep: TypeAlias = Write | Outcome
AnswerStep: TypeAlias = Outcome | Attempt | Unconfirmed


def after_check(attempt: Attempt, verdict: Verdict | Unreadable) -> CheckStep:
    match verdict:
        case Write():
            return verdict if attempt.tries < MAX_TRIES else _given_up(attempt)
        case AlreadyDone() if attempt.was_lost:
            return attempt.ended("done", attempt.change.fields)
        case AlreadyDone():
            return attempt.ended("alreadyDone")
        case Conflict(problem, fields):
            return attempt.ended("unsettled" if attempt.was_lost else "conflict", fields, problem)
        case Unreadable(problem, detail):
            return _unread(attempt, problem, detail)
        case _:
            assert_never(verdict)


def unanswered(attempt: Attempt, found: Unanswered) -> Attempt | Outcome:
    """The check got no answer: nothing was sent this time."""
    again = _again(attempt, found.problem, found.wait_seconds)
    if again.tries < MAX_TRIES:
        return again
    return _unread(again, f"{found.problem}; given up after {MAX_TRIES} tries")


def after_answer(attempt: Attempt, write: Write, answer: Answer) -> AnswerStep:
    seen = _with_request(attempt, answer.request_id)
    match answer:
        case Accepted(live):
            shown = live is not None and not live.omitted & {field.name for field in write.fields}
            unseen = Unconfirmed(seen, write)
            held = _held(unseen, live) if live is not None and shown else None
            return unseen if held is None else _patiently(unseen, held)
        case Rejected(status, code, message):
            problem = f"Graph answered {status} to PATCH{_lacking(attempt, status)}"
            told = Foreign(f"{code.raw}: {message.raw}")
            # An earlier one whose answer got lost may still take effect, whatever this one was told.
            name: OutcomeName = "unsettled" if seen.was_lost else "failed"
            return seen.ended(name, write.fields, problem, told)
        case Postponed(problem, wait):
            return _again(seen, problem, wait)
        case Lost(problem, wait):
            return replace(_again(seen, problem, wait), was_lost=True)
        case _:
            assert_never(answer)


def _lacking(attempt: Attempt, status: int) -> str:
    if status != _FORBIDDEN:
        return ""
    permission = KINDS[attempt.change.ref.kind].write_permission
    return f": the identity lacks {permission}; a person needs the role Security Operator as well"


def after_confirmation(
    step: Unconfirmed, observation: Observation, *, is_last: bool = False
) -> Outcome | Unconfirmed:
    """A read after a yes. ``is_last``: the run has stopped, there is no other one."""
    held = _held(step, observation.live) if isinstance(observation, Known) else None
    if held is not None:
        return held if is_last else _patiently(step, held)
    return step.attempt.ended(
        "unsettled", step.write.fields, "Graph accepted it, and no read could confirm it"
    )


def _patiently(step: Unconfirmed, held: Outcome) -> Outcome | Unconfirmed:
    """What may be the object as it was is no verdict before the last read."""
    if held.name == "done" or not step.pauses:
        return held
    wait, *pauses = step.pauses
    return replace(step, wait_seconds=wait, pauses=tuple(pauses))


def stopped(attempt: Attempt, problem: str, verdict: Verdict | Unreadable | None = None) -> Outcome:
    """The run ended before this one did. ``verdict``: what a last look at a lost one said."""
    if not attempt.was_lost:
        return attempt.ended("notTried", (), problem)
    match verdict:
        case AlreadyDone():
            return attempt.ended("done", attempt.change.fields)
        case Write(fields):
            return attempt.ended("failed", fields, f"sent and not applied; {problem}")
        case _:
            return attempt.ended("unsettled", (), f"sent, and the answer got lost; {problem}")


def _held(step: Unconfirmed, live: Live) -> Outcome | None:
    """What is shown is compared with the plan: what did not stick, or moved meanwhile, is not kept.

    None: it does not show all that was written.
    """
    attempt, write = step.attempt, step.write
    if any(field.name not in live.fields for field in write.fields):
        return None
    kind = KINDS[attempt.change.ref.kind]
    sent = {field.name for field in write.fields}
    lost = tuple(
        replace(field, before=field.after, after=live.fields[field.name])
        for field in attempt.change.fields
        if field.name in live.fields
        and (field.name in sent or field.name not in live.omitted)
        and not same(kind.by_name[field.name].shape, live.fields[field.name], field.after)
    )
    if lost:
        return attempt.ended(
            "notKept", lost, "Graph answered yes, and the planned value is not there"
        )
    return attempt.ended("done", write.fields)


def _unread(attempt: Attempt, problem: str, detail: Foreign | None = None) -> Outcome:
    name: OutcomeName = "unsettled" if attempt.was_lost else "failed"
    return attempt.ended(name, (), f"it could not be read before the write: {problem}", detail)


def _given_up(attempt: Attempt) -> Outcome:
    problem = f"tried {attempt.tries} times and not applied; last: {attempt.problem}"
    return attempt.ended("failed", attempt.change.fields, problem, attempt.detail)


def _again(attempt: Attempt, problem: str, wait_seconds: float) -> Attempt:
    return replace(attempt, tries=attempt.tries + 1, problem=problem, wait_seconds=wait_seconds)


def _with_request(attempt: Attempt, request_id: str | None) -> Attempt:
    if request_id is None:
        return attempt
    return replace(attempt, request_ids=(*attempt.request_ids, request_id))
