"""What makes a change worth a second look, in the order people should worry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from reconciler.kinds.enums import AWAITING, SENTINEL, SEVERITY
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    is_unset,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.plan import FieldChange, Risk
    from reconciler.model.words import Json

TRUE_POSITIVE: Final = "truePositive"
HIGH: Final = "high"
BELOW_HIGH: Final = ("informational", "low", "medium")
"""The severities that say so: one that is not told, not rated or newer than this may be high."""


def closes(kind: Kind, fields: Sequence[FieldChange]) -> bool:
    return any(
        change.name == "status"
        and change.before not in kind.closing
        and change.after in kind.closing
        for change in fields
    )


def recomputes_determination(kind: Kind, fields: Sequence[FieldChange]) -> bool:
    """A classification changes and nothing is said of the determination: Graph may change it."""
    changing = {change.name for change in fields if change.cause != "paired"}
    sent = {change.name for change in fields}
    pairs = kind.pairs
    return (
        pairs is not None and pairs.classification in changing and pairs.determination not in sent
    )


def risks(kind: Kind, fields: Sequence[FieldChange], live: Live) -> tuple[Risk, ...]:
    by_name = {change.name: change for change in fields}
    return (
        *_closing(kind, by_name, live),
        *_verdict(kind, by_name),
        *_severity(by_name),
        *_taking_away(kind, fields),
    )


def _closing(kind: Kind, by_name: Mapping[str, FieldChange], live: Live) -> Iterator[Risk]:
    """High severity counts as the higher of live and declared, unless it ends as true positive.

    What Graph does not tell counts as the worse: as high, as closed.
    """
    status = by_name.get("status")
    if status is None:
        return
    if closes(kind, (status,)):
        is_high = _may_be_high(kind, live) or _after(by_name, "severity") == HIGH
        yield (
            "closes-high-severity" if is_high and not _ends_true(kind, by_name, live) else "closes"
        )
    elif status.after not in kind.closing and not _is_open(kind, status.before):
        yield "reopens"
    if status.before == AWAITING and status.after != AWAITING:
        yield "ends-awaiting-action"


def _may_be_high(kind: Kind, live: Live) -> bool:
    return kind.reads.severity is not None and live.severity not in BELOW_HIGH


def _is_open(kind: Kind, status: Json) -> bool:
    return _is_told(kind, "status", status) and status not in kind.closing


def _is_told(kind: Kind, name: str, value: Json) -> bool:
    """Whether it is a member that says something, and not the sentinel, the unset one or a new one."""
    shape = kind.by_name[name].shape
    if not isinstance(shape, EnumShape) or not isinstance(value, str):
        return False
    return value in shape.spellings.values() and value not in {SENTINEL, shape.unset}


def _ends_true(kind: Kind, by_name: Mapping[str, FieldChange], live: Live) -> bool:
    name = kind.verdict or ""
    change = by_name.get(name)
    return (live.fields.get(name) if change is None else change.after) == TRUE_POSITIVE


def _verdict(kind: Kind, by_name: Mapping[str, FieldChange]) -> Iterator[Risk]:
    change = by_name.get(kind.verdict) if kind.verdict else None
    if change is None or change.cause == "paired":
        return
    shape = kind.by_name[change.name].shape
    was_told = _is_told(kind, change.name, change.before) or is_unset(shape, change.before)
    if change.before == TRUE_POSITIVE or not was_told:
        yield "reverses-true-positive"
    if recomputes_determination(kind, tuple(by_name.values())):
        yield "recomputes-determination"


def _severity(by_name: Mapping[str, FieldChange]) -> Iterator[Risk]:
    change = by_name.get("severity")
    if change is not None and _rank(change.after) < _rank_before(change.before):
        yield "lowers-severity"


def _rank(severity: Json) -> int:
    return SEVERITY.names.index(severity) if severity in SEVERITY.names else 0


def _rank_before(severity: Json) -> int:
    return _rank(severity if severity in BELOW_HIGH else HIGH)


def _taking_away(kind: Kind, fields: Sequence[FieldChange]) -> Iterator[Risk]:
    for change in fields:
        shape = kind.by_name[change.name].shape
        match shape:
            case PrincipalShape():
                if is_unset(shape, change.after):
                    yield "unassigns"
            case TagsShape() | PhrasesShape():
                if _removed(change.before, change.after):
                    yield "removes-tags"
            case DetailsShape():
                if _removed(_filled(change.before), _filled(change.after)):
                    yield "removes-details"
            case _:
                pass


def _removed(before: Json, after: Json) -> bool:
    if not isinstance(before, list | tuple) or not isinstance(after, list | tuple):
        return not is_unset(TagsShape(), before)
    return any(tag not in after for tag in before)


def _filled(details: Json) -> Json:
    """The keys that hold something."""
    entries = details if isinstance(details, Mapping) else {}
    return [key for key, value in entries.items() if value is not None and value != ""]


def _after(by_name: Mapping[str, FieldChange], name: str) -> Json:
    change = by_name.get(name)
    return None if change is None else change.after
