"""The plan: what would be written, to which tenant, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Spec
    from reconciler.model.words import Foreign, Json, JsonObject, Place, Ref

Action: TypeAlias = Literal["update", "noop", "skip"]
Reason: TypeAlias = Literal[
    "differs",
    "in-sync",
    "drift-kept",
    "not-found",
    "redirected",
    "expired",
    "disabled",
    "conflict",
    "contradicts-incident",
    "unknown",
]
Judged: TypeAlias = Literal["declared", "drift", "conflict"]
"""What moved since the base: the declaration (or there is no base), live, or both (contract 5)."""
Cause: TypeAlias = Literal["declared", "drift", "conflict", "paired"]
Risk: TypeAlias = Literal[
    "closes-high-severity",
    "closes",
    "reopens",
    "ends-awaiting-action",
    "reverses-true-positive",
    "lowers-severity",
    "unassigns",
    "removes-tags",
    "removes-details",
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
class Kept:
    """A field that is left to people: live differs from what is declared, and is not written.

    ``base`` and ``declared`` as a document would say them (tags: ``{present, absent}`` or a list);
    ``base`` is None where nothing was applied before.
    """

    name: str
    base: Json
    declared: Json
    live: Json
    cause: Judged


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


class Change(NamedTuple):
    """One declared object and what is to be done about it. A tuple: see words.Ref."""

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
    kept: tuple[Kept, ...] = ()
    """In the order of the kind's fields. A list may stand in ``fields`` as well: parts of each."""
    request: Request | None = None
    """Set exactly when ``action`` is ``update``; derived from ``fields`` and the attachments."""
    applied: Spec | None = None
    """What the applied tree holds of this object once the change ended done (at once for a noop).

    None: the tree is left as it is (skipped, there already, or an undo, which no document declares).
    """
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
    """The commit that the base was read from; None: the plan is two-way."""
    is_base_waived: bool = False
    """Two-way on purpose: ``--base none``."""


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
    reading: tuple[str, ...] = ()
    """How live state was read, and why so: one sentence a kind."""


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
class New:
    """An update that goes beyond a plan that was reviewed. ``fields``: what is new of it."""

    ref: Ref
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How a plan compares with one that was reviewed before. Both empty: it is covered."""

    digest: str
    """Of the plan that was reviewed."""
    new: tuple[New, ...] = ()
    """Updates that it does not cover, by ref."""
    allowed: tuple[str, ...] = ()
    """Guards that are lifted here and were not, or not so far, in the order of the alphabet."""

    @property
    def is_covered(self) -> bool:
        return not (self.new or self.allowed)


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
    released: tuple[Ref, ...] = ()
    """Objects of the applied tree that nothing declares any more, by ref: apply drops them there.

    Part of the digest.
    """
    reviewed: Reviewed | None = None
    """Compared with a plan that was reviewed (``--approved``); not part of the digest."""
    objections: tuple[Objection, ...] = ()
    """Guards that this plan exceeds, in the order of the guards; part of the digest."""
    notices: tuple[str, ...] = ()
    """What a reader has to know about this plan as a whole; not part of the digest."""
    format_version: str = "2.0"
