"""One object as it is shown in any report, and the phrases that all of them are made of.

Nothing here is escaped: text from outside stays ``Foreign`` until a sink takes it. Entries are made
one at a time, so that a plan of any size can be streamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.clouds import CLOUDS
from reconciler.kinds.enums import SEVERITY
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.age import age

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.model.plan import Change, PlanTenant, Risk, Selection
    from reconciler.model.words import Place, Ref
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

_PORTALS: Final = {  # incidentWebUrl and alertWebUrl of the published examples, without the tenant
    (
        CLOUDS["global"].graph_root,
        "Incident",
    ): "https://security.microsoft.com/incident2/{}/overview",
    (CLOUDS["global"].graph_root, "Alert"): "https://security.microsoft.com/alerts/{}",
}
_NAME_LIMIT: Final = 200
NAMED_TERMS: Final = 20
"""How many terms of a selection are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a document says of itself."""

    label: str
    of: Callable[[Change], str | None]


OWN_PARTS: Final = (
    Part("set ", attrgetter("name")),
    Part("owner ", attrgetter("owner")),
    Part("ticket ", attrgetter("ticket")),
    Part("expires ", attrgetter("expires")),
)
_SEVERITY_ORDER: Final = {name: -rank for rank, name in enumerate(SEVERITY.names)}


@dataclass(frozen=True, slots=True)
class Moved:
    """Who changed the live object last, as far as Graph tells, and when."""

    by: Foreign | None
    at: str | None
    ago: str | None
    """``20 min``, when the plan was made."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as it is shown."""

    ref: Ref
    title: Foreign | None
    origin: tuple[Phrase, ...]
    """Where it is declared, then for whom: parts to stand side by side."""
    severity: str = ""
    age: str | None = None
    """Since it was created, when the plan was made: ``3 d``."""
    risks: tuple[Risk, ...] = ()
    verdict: str = ""
    """Why it is skipped, or how its write ended; empty for a planned update."""
    steps: tuple[Step, ...] = ()
    notes: tuple[Phrase, ...] = ()
    moved: Moved | None = None
    """The same as the last part of ``origin``, for who lays it out otherwise."""
    link: str | None = None


def by_severity(change: Change) -> tuple[int, Ref]:
    return (_SEVERITY_ORDER.get(change.severity or "", 0), change.ref)


def whose(tenant: PlanTenant) -> Phrase:
    known = (", tenant ", Foreign(tenant.tenant_id)) if tenant.tenant_id else ()
    return ("tenant ", Foreign(tenant.name), " (", Foreign(tenant.cloud), *known, ")")


def commit(lead: str, name: str, rest: str = "") -> Phrase:
    return (lead, Foreign(name[:12]), rest)


def chosen(selection: Selection) -> Iterable[Phrase]:
    said = (("Selected: ", selection.select), ("Excluded: ", selection.exclude))
    for lead, terms in said:
        if terms:
            yield (lead, *words.listed([Foreign(term) for term in terms], NAMED_TERMS))


def told(problem: str | None, detail: Foreign | None, otherwise: str) -> Iterable[Phrase]:
    """In our words (which may quote), then in the server's."""
    if problem or otherwise:
        yield (Foreign(problem),) if problem else (otherwise,)
    if detail is not None:
        yield ("the server said: ", words.shorten(detail, 400))


def moved(change: Change, at: str) -> Moved | None:
    if change.moved_by is None and not change.moved_at:
        return None
    by = None if change.moved_by is None else words.shorten(change.moved_by, _NAME_LIMIT)
    return Moved(by, change.moved_at, age(change.moved_at, at))


def origin(change: Change) -> Iterable[Phrase]:
    """Where it is declared and for whom, then who changed the live object last."""
    yield (place(change.source),)
    for part in OWN_PARTS:
        text = part.of(change)
        if text:
            yield (part.label, Foreign(text))
    if change.moved_by is not None:
        at = (" at ", Foreign(change.moved_at)) if change.moved_at else ()
        yield ("last changed by ", words.shorten(change.moved_by, _NAME_LIMIT), *at)


def place(source: Place) -> Foreign:
    return Foreign(f"{source.path}:{source.line}")


def link(ref: Ref, tenant: PlanTenant) -> str | None:
    """Built from the allow-listed id alone: never the link that an answer brings."""
    form = _PORTALS.get((tenant.graph_url, ref.kind))
    return form.format(quote(ref.id, safe="")) if form else None


def portal(kind: str, tenant: PlanTenant) -> str | None:
    """The form of such a link; ``ID`` stands for the id."""
    form = _PORTALS.get((tenant.graph_url, kind))
    return form.format("ID") if form else None
