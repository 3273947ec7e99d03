"""A plan or a report for readers outside the SOC: decisions stay, people and free text do not.

What is covered is chosen by the shape of a field, so a new kind is covered without a word here.
Titles, people, free text, values of details and the server's words go (device names stand in
these); enumerations, tags, times, ids and what the documents say about themselves stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    TagsShape,
    TimeShape,
    is_unset,
)
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.kinds.kind import Field
    from reconciler.kinds.shapes import Shape
    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import Change, FieldChange, Kept, Plan, Request, Spill, Survivor
    from reconciler.model.words import Json

REDACTED: Final = "(redacted)"
_LABELS: Final = (REDACTED, "(redacted, another)", "(redacted, a third)")
"""A field has three values at most: what was applied, what is declared, what is there."""
_QUOTED: Final = 4
"""Characters from which on a value is looked for in a sentence: shorter ones are words of ours."""


def redacted(plan: Plan) -> Plan:
    """The same decisions. Its digest is another one: show that of the whole plan."""
    return replace(plan, changes=tuple(map(_change, plan.changes)))


def redacted_report(report: ApplyReport) -> ApplyReport:
    return replace(report, outcomes=tuple(map(_outcome, report.outcomes)))


@dataclass(slots=True)
class _Cover:
    """Of one field: equal values stay equal and different ones different, so that moves show."""

    shape: Shape
    seen: dict[str, list[Json]] = field(default_factory=dict)
    """By key of the details; a whole value is under the empty one."""

    def value(self, value: Json) -> Json:
        if is_unset(self.shape, value):
            return value
        match self.shape:
            case EnumShape() | TagsShape() | TimeShape():
                return value
            case PhrasesShape(allowed) if isinstance(value, list | tuple):
                return [item if item in allowed else REDACTED for item in value]
            case DetailsShape() if isinstance(value, Mapping):
                return {name: self._label(name, item) for name, item in value.items()}
            case _:
                return self._label("", value)

    def _label(self, key: str, value: Json) -> str:
        seen = self.seen.setdefault(key, [])
        if value not in seen:
            seen.append(value)
        return _LABELS[min(seen.index(value), len(_LABELS) - 1)]


def _change(change: Change) -> Change:
    by_name = KINDS[change.ref.kind].by_name
    fields = tuple(_field(by_name, item) for item in change.fields)
    return change._replace(
        title=_hidden(change.title),
        moved_by=_hidden(change.moved_by),
        fields=fields,
        kept=tuple(_kept(by_name, item) for item in change.kept),
        request=_request(change.request, fields),
        applied=None,
        survivor=_survivor(change.survivor),
        spills=tuple(_spill(by_name, item) for item in change.spills),
        problem=_said(change, *change.kept),
        detail=_hidden(change.detail),
    )


def _outcome(outcome: Outcome) -> Outcome:
    by_name = KINDS[outcome.ref.kind].by_name
    return replace(
        outcome,
        title=_hidden(outcome.title),
        fields=tuple(_field(by_name, item) for item in outcome.fields),
        problem=_said(outcome),
        detail=_hidden(outcome.detail),
    )


def _hidden(text: Foreign | None) -> Foreign | None:
    return Foreign(REDACTED) if text is not None and text.raw else text


def _field(by_name: Mapping[str, Field], item: FieldChange) -> FieldChange:
    cover = _Cover(by_name[item.name].shape)
    return replace(item, before=cover.value(item.before), after=cover.value(item.after))


def _kept(by_name: Mapping[str, Field], item: Kept) -> Kept:
    cover = _Cover(by_name[item.name].shape)
    return replace(
        item,
        base=cover.value(item.base),
        declared=cover.value(item.declared),
        live=cover.value(item.live),
    )


def _request(request: Request | None, fields: tuple[FieldChange, ...]) -> Request | None:
    """Attachments come from the live object: what is no field is covered whatever it is."""
    if request is None:
        return None
    known = {item.name: item.after for item in fields}
    return replace(request, body={name: known.get(name, REDACTED) for name in request.body})


def _survivor(survivor: Survivor | None) -> Survivor | None:
    return replace(survivor, title=_hidden(survivor.title)) if survivor else None


def _spill(by_name: Mapping[str, Field], spill: Spill) -> Spill:
    return replace(spill, value=_Cover(by_name[spill.field].shape).value(spill.value))


def _said(item: Change | Outcome, *kept: Kept) -> str | None:
    """Its problem is a sentence of ours that may quote a value, as it is or as ``ascii`` writes it."""
    problem = item.problem
    if problem is None:
        return None
    for secret in sorted(_secrets(item, *kept), key=len, reverse=True):
        if len(secret) >= _QUOTED:
            problem = problem.replace(secret, REDACTED).replace(ascii(secret)[1:-1], REDACTED)
    return problem


def _secrets(item: Change | Outcome, *kept: Kept) -> set[str]:
    """Every text that the item holds and its redacted form does not."""
    by_name = KINDS[item.ref.kind].by_name
    values = [(one.name, value) for one in item.fields for value in (one.before, one.after)]
    values += [(one.name, value) for one in kept for value in (one.base, one.declared, one.live)]
    secrets = {text.raw for text in (item.title, item.detail) if text is not None}
    for name, value in values:
        if _Cover(by_name[name].shape).value(value) != value:
            secrets.update(_texts(value))
    return secrets


def _texts(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield from (item for item in value.values() if isinstance(item, str))
        case list() | tuple():
            yield from (item for item in value if isinstance(item, str))
        case _:
            return
