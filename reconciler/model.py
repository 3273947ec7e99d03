"""The nouns of the house, in the order of a run: documents → desired → live → plan → outcome.

Frozen values only; nothing here reads, writes, prints or decides. A word that Graph uses keeps
Graph's spelling in string data; a word of ours is snake_case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text that somebody outside chose: titles, tags, assignees, server messages, file names.

    Not a ``str`` on purpose: only a sink's own escaping (``review/escape.py``) turns it into one,
    so the type checker finds what forgets to.
    """

    raw: str


class Ref(NamedTuple):
    """One object in Graph. ``id`` has matched its kind's allow-list, so it is safe to print.

    A tuple, for it is the key of every mapping: hashing and sorting ten thousand costs nothing.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file; ``line`` and ``column`` count from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark about a document or the configuration, at its place.

    ``message`` says what was found, what is allowed and what to do. What it quotes from a file has
    been made visible (``repr`` style), yet a sink escapes it again.
    """

    place: Place
    message: str
    level: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was found: its shown path and its bytes, or why it could not be read."""

    path: str
    content: bytes | None
    problem: str | None = None


# --- desired -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exactly:
    """The field shall hold this value; None means nobody, nothing, unset."""

    value: Json


@dataclass(frozen=True, slots=True)
class Elements:
    """The list shall hold ``present`` and not ``absent``; its other elements are not managed."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """The mapping shall hold these keys with these values; its other keys are not managed."""

    values: Mapping[str, str]


Declaration: TypeAlias = Exactly | Elements | Entries


@dataclass(frozen=True, slots=True)
class Declared:
    """What one document (or one member of a set) wants of one object."""

    ref: Ref
    source: Place
    """The place of the document's ``kind``, or of the member in its set."""
    spec: Mapping[str, Declaration]
    """By Graph property name, in the order of the kind's fields; never empty."""
    name: str | None = None
    """``metadata.name`` of the set; None for a single object."""
    reason: str | None = None
    ticket: str | None = None
    owner: str | None = None
    expires: str | None = None
    """``YYYY-MM-DD``; released from 00:00 UTC of that day."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """All documents of a tenant, checked. ``declared`` is sorted by ref, without doubles.

    If any finding is an error, nothing may be planned from ``declared``.
    """

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    files: int = 0


# --- live ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Live:
    """One object as Graph answered, cut down to what its kind names.

    ``fields`` holds a writable property only if the answer held it (known enum members in their
    wire spelling). A nullable property left out of the answer stands as None (OData 4.01 lets a
    service omit nulls); one that cannot be null and is left out has no key: it is not known.
    """

    ref: Ref
    fields: JsonObject
    title: Foreign | None = None
    severity: str | None = None
    """A member of the kind's severities, else None."""
    created: str | None = None
    revision: str | None = None
    """Graph's last-update time, to seven fractional digits: kept as text, never parsed."""
    moved_by: Foreign | None = None
    tenant_id: str | None = None
    parent: Ref | None = None
    """The incident that an alert or task belongs to."""
    attachments: JsonObject = field(default_factory=dict)
    """Live properties that a PATCH has to carry along (a LegacyAlert's vendorInformation)."""
    is_merged: bool = False
    """Grouped into another incident: readable, never to be written."""
    redirect: Ref | None = None
    """Where it was merged to; None also if the answer names no usable id."""


@dataclass(frozen=True, slots=True)
class Known:
    live: Live


@dataclass(frozen=True, slots=True)
class Missing:
    """Graph answered 404 to a read by id; absence from a list is never Missing."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The object was merged away. ``survivor`` is None if the chain could not be read to its end."""

    live: Live
    survivor: Live | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The read failed: neither present nor absent. ``detail`` is what the server said, if it did."""

    problem: str
    detail: Foreign | None = None


Observation: TypeAlias = Known | Missing | Merged | Unreadable


@dataclass(frozen=True, slots=True)
class ById:
    """Read these objects of one kind by id, in batches."""

    kind: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByList:
    """Read pages of a kind's list until all ids were seen, the list ends, or it stops being cheaper.

    What is then still unseen is read by id. ``budget_units``: give up listing as soon as the pages
    read and known to be left come to more than this.
    """

    kind: str
    ids: tuple[str, ...]
    budget_units: int


Read: TypeAlias = ById | ByList


@dataclass(frozen=True, slots=True)
class Cost:
    """What requests cost: quota units (each batch part and page is one) and HTTP round trips."""

    units: int = 0
    round_trips: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.units + other.units, self.round_trips + other.round_trips)


# --- plan ----------------------------------------------------------------------------------------

Action: TypeAlias = Literal["update", "noop", "skip"]
Reason: TypeAlias = Literal[
    "differs",
    "in-sync",
    "not-found",
    "redirected",
    "expired",
    "disabled",
    "conflict",
    "contradicts-incident",
    "unknown",
]
Cause: TypeAlias = Literal["declared", "paired"]
Risk: TypeAlias = Literal[
    "closes-high-severity",
    "closes",
    "reopens",
    "reverses-true-positive",
    "lowers-severity",
    "unassigns",
    "removes-tags",
    "recomputes-determination",
]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One property of a PATCH: the live value it was planned on and the value to send.

    Cause ``paired``: the other half of a verdict, sent with ``before`` equal to ``after``.
    """

    name: str
    before: Json
    after: Json
    cause: Cause = "declared"


@dataclass(frozen=True, slots=True)
class Request:
    """The PATCH as it is sent; ``path`` starts with the API version."""

    method: Literal["PATCH"]
    path: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Survivor:
    """The incident that a merged one went into, for the report only."""

    id: str
    title: Foreign | None
    severity: str | None


@dataclass(frozen=True, slots=True)
class Spill:
    """What writing this incident does to its alerts by Graph's own rules.

    ``declared`` names the alerts of this plan that it reaches; others are reached unseen.
    """

    field: str
    value: Json
    declared: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One declared object and what is to be done about it."""

    ref: Ref
    action: Action
    reason: Reason
    source: Place
    title: Foreign | None = None
    severity: str | None = None
    created: str | None = None
    moved_by: Foreign | None = None
    moved_at: str | None = None
    owner: str | None = None
    ticket: str | None = None
    name: str | None = None
    expires: str | None = None
    revision: str | None = None
    risks: tuple[Risk, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    request: Request | None = None
    """Set exactly when ``action`` is ``update``; derived from ``fields`` and the attachments."""
    survivor: Survivor | None = None
    spills: tuple[Spill, ...] = ()
    problem: str | None = None
    """In our words: why it is skipped, where the reason alone does not tell."""
    detail: Foreign | None = None
    """In the server's words, where it said something."""


@dataclass(frozen=True, slots=True)
class GitState:
    commit: str | None = None
    dirty: bool = False
    base: str | None = None


@dataclass(frozen=True, slots=True)
class PlanTenant:
    """The tenant a plan belongs to; ``graph_url`` is ``emulator`` for an emulator on any port."""

    name: str
    tenant_id: str | None
    cloud: str
    graph_url: str


@dataclass(frozen=True, slots=True)
class Selection:
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What reading took (units, round trips) and what applying will take."""

    read_units: int = 0
    write_units: int = 0
    round_trips: int = 0
    estimated_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of objects; ``skip`` counts every skip but unknown. ``drift``, ``conflict``: fields."""

    declared: int = 0
    in_sync: int = 0
    update: int = 0
    skip: int = 0
    unknown: int = 0
    drift_kept: int = 0
    drift: int = 0
    conflict: int = 0
    requests: Estimate = field(default_factory=Estimate)


@dataclass(frozen=True, slots=True)
class Objection:
    """A guard that a plan exceeds: nothing of the plan is written until somebody allows it.

    ``guard``: its name without ``max``. ``count``: what the plan comes to (for a percentage, the
    percentage, rounded up). ``refs``: the objects that count, by ref.
    """

    guard: str
    limit: int
    count: int
    refs: tuple[Ref, ...]

    @property
    def override(self) -> str:
        """What to type when planning again, if this is meant."""
        return f"--allow {self.guard}={self.count}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written, to which tenant, and why. One change per declared object, by ref."""

    tool_version: str
    created_at: str
    git: GitState
    tenant: PlanTenant
    selection: Selection
    summary: Summary
    changes: tuple[Change, ...]
    overrides: Mapping[str, int] = field(default_factory=dict)
    """Guards lifted by name (without ``max``) for this plan: ``--allow``; part of the digest."""
    objections: tuple[Objection, ...] = ()
    """Guards that this plan exceeds, in the order of the guards; part of the digest."""
    notices: tuple[str, ...] = ()
    """What a reader has to know about this plan as a whole; not part of the digest."""
    format_version: str = "1.0"


# --- apply ---------------------------------------------------------------------------------------


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
    wait_seconds: float
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Sent, and no answer that tells: it may or may not have been applied."""

    problem: str
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
    cost: Cost = field(default_factory=Cost)
    journal: str | None = None
    """Path of the journal that holds every write of this run, as shown to people."""
    is_on_file: bool = True
    """False: the journal could not take all of it; then this report is the only record."""
    window_seconds: float = 0.0
    """The longest time seen between sending a check and the answer to its write."""
    notices: tuple[str, ...] = ()
