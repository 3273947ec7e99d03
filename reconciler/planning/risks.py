"""What makes a change worth a second look, in the order people should worry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds.enums import SEVERITY
from reconciler.kinds.shapes import PrincipalShape, TagsShape, is_unset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.plan import FieldChange, Risk
    from reconciler.model.words import Json

TRUE_POSITIVE = "truePositive"


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
    """High severity counts as the higher of live and declared, unless it ends as true positive."""
    status = by_name.get("status")
    if status is None:
        return
    if closes(kind, (status,)):
        is_high = "high" in (live.severity, _after(by_name, "severity"))
        yield (
            "closes-high-severity" if is_high and not _ends_true(kind, by_name, live) else "closes"
        )
    elif status.before in kind.closing and status.after not in kind.closing:
        yield "reopens"


def _ends_true(kind: Kind, by_name: Mapping[str, FieldChange], live: Live) -> bool:
    name = kind.verdict or ""
    change = by_name.get(name)
    return (live.fields.get(name) if change is None else change.after) == TRUE_POSITIVE


def _verdict(kind: Kind, by_name: Mapping[str, FieldChange]) -> Iterator[Risk]:
    change = by_name.get(kind.verdict) if kind.verdict else None
    if change is None or change.cause == "paired":
        return
    if change.before == TRUE_POSITIVE:
        yield "reverses-true-positive"
    if recomputes_determination(kind, tuple(by_name.values())):
        yield "recomputes-determination"


def _severity(by_name: Mapping[str, FieldChange]) -> Iterator[Risk]:
    change = by_name.get("severity")
    if change is not None and _rank(change.after) < _rank(change.before):
        yield "lowers-severity"


def _rank(severity: Json) -> int:
    return SEVERITY.names.index(severity) if severity in SEVERITY.names else 0


def _taking_away(kind: Kind, fields: Sequence[FieldChange]) -> Iterator[Risk]:
    for change in fields:
        shape = kind.by_name[change.name].shape
        match shape:
            case PrincipalShape():
                if is_unset(shape, change.after):
                    yield "unassigns"
            case TagsShape():
                if _removed(change.before, change.after):
                    yield "removes-tags"
            case _:
                pass


def _removed(before: Json, after: Json) -> bool:
    if not isinstance(before, list | tuple) or not isinstance(after, list | tuple):
        return False
    return any(tag not in after for tag in before)


def _after(by_name: Mapping[str, FieldChange], name: str) -> Json:
    change = by_name.get(name)
    return None if change is None else change.after
