"""Apply: what a check said, what was sent, what was answered and how each update ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from reconciler.model.live import Cost, Live

if TYPE_CHECKING:
    from reconciler.model.plan import FieldChange, PlanTenant
    from reconciler.model.words import Foreign, JsonObject, Place, Ref


@dataclass(frozen=True, slots=True)
class Write:
    """The object still is what the plan saw: send these fields."""

    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """Every field holds its planned value."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The object moved since the plan, or is gone or merged; it is left alone."""

    problem: str
    fields: tuple[FieldChange, ...] = ()
    """Per moved field: ``before`` as planned, ``after`` as found now."""


Verdict: TypeAlias = Write | AlreadyDone | Conflict


@dataclass(frozen=True, slots=True)
class Patch:
    """One PATCH to send; ``body`` is whole, attachments included."""

    ref: Ref
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Accepted:
    """2xx. ``live`` is the object in the answer; None if the answer had no body (204)."""

    live: Live | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A final no. ``status`` is HTTP's; ``code`` and ``message`` are Graph's."""

    status: int
    code: Foreign
    message: Foreign
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not taken now (429, 423, 503, never sent): to be sent again after a fresh read."""

    problem: str
    wait_seconds: float = 0.0
    """Before this object is tried again; a pause that holds up everybody is the writer's."""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, and no answer that tells: it may or may not have been applied."""

    problem: str
    wait_seconds: float = 0.0
    request_id: str | None = None


Answer: TypeAlias = Accepted | Rejected | Postponed | Lost

OutcomeName: TypeAlias = Literal[
    "done", "alreadyDone", "conflict", "failed", "unsettled", "notKept", "notTried"
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one planned update ended. ``fields`` are those that the name is about:

    done: written · conflict: planned before, found now · notKept: sent, found in the answer.
    """

    ref: Ref
    name: OutcomeName
    source: Place
    title: Foreign | None = None
    fields: tuple[FieldChange, ...] = ()
    problem: str | None = None
    detail: Foreign | None = None
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be sent for one object, as the journal holds it before it is sent."""

    ref: Ref
    source: Place
    fields: tuple[FieldChange, ...]
    """``before``: what the check right before found; ``after``: what is sent."""


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The closing report: one outcome per planned update, in the order they ended."""

    tenant: PlanTenant
    digest: str
    started_at: str
    finished_at: str
    outcomes: tuple[Outcome, ...]
    unknown: int = 0
    """Objects of the plan that could not be read when it was made."""
    interrupted: bool = False
    refused: bool = False
    """Something that must not be written to was met (another tenant) before the first write."""
    cost: Cost = field(default_factory=Cost)
    journal: str | None = None
    """Path of the journal that holds every write of this run, as shown to people."""
    is_on_file: bool = True
    """False: the journal could not take all of it; then this report is the only record."""
    window_seconds: float = 0.0
    """The longest time seen between sending a check and the answer to its write."""
    notices: tuple[str, ...] = ()
    applied: str | None = None
    """The commit of the applied tree that holds what this run applied."""
    unrecorded: str | None = None
    """Why the applied tree could not be replaced, if so."""
