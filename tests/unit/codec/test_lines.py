"""Lines are put together by hand: json itself says what they should have been."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any, TypeVar

from hypothesis import given, strategies as st

from reconciler.codec.lines import Decisions, Lines
from reconciler.codec.specs import spec_row
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.plan import Change, FieldChange, Kept, Request, Spill, Survivor
from reconciler.model.words import Foreign, Place, Ref
from tests.support.sample_plan import HOSTILE, sample_plan
from tests.support.sealing import covered

T = TypeVar("T")

TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(("", HOSTILE, "resolved", '"\\'))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(TEXTS, inner, max_size=3)
        | st.dictionaries(TEXTS, inner, max_size=3).map(MappingProxyType)
    ),
    max_leaves=4,
)
FEW = st.sampled_from(("", HOSTILE, "resolved", '"\\'))
OPTIONAL = st.none() | FEW
FOREIGN = st.none() | FEW.map(Foreign)
REFS = st.builds(Ref, FEW, FEW)


def some(items: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=2).map(tuple)


DECLARATIONS = (
    VALUES.map(Exactly)
    | st.builds(Elements, some(FEW), some(FEW))
    | st.dictionaries(FEW, TEXTS, max_size=2).map(Entries)
)
CHANGES = st.builds(
    Change,
    ref=REFS,
    action=st.sampled_from(("update", "noop", "skip")),
    reason=st.sampled_from(("differs", "in-sync", "unknown")),
    source=st.builds(Place, FEW, st.integers(1)),
    title=FOREIGN,
    severity=OPTIONAL,
    created=OPTIONAL,
    moved_by=FOREIGN,
    moved_at=OPTIONAL,
    owner=OPTIONAL,
    ticket=OPTIONAL,
    name=OPTIONAL,
    expires=OPTIONAL,
    revision=OPTIONAL,
    risks=some(st.sampled_from(("closes", "reopens", "recomputes-determination"))),
    fields=some(st.builds(FieldChange, FEW, VALUES, VALUES, st.just("drift"))),
    kept=some(st.builds(Kept, FEW, VALUES, VALUES, VALUES, st.just("drift"))),
    request=st.none()
    | st.builds(Request, st.just("PATCH"), FEW, st.dictionaries(TEXTS, VALUES, max_size=3)),
    applied=st.none() | st.dictionaries(st.sampled_from(("status", "tags")), DECLARATIONS),
    survivor=st.none() | st.builds(Survivor, FEW, FOREIGN, OPTIONAL),
    spills=some(st.builds(Spill, FEW, VALUES, some(REFS))),
    problem=OPTIONAL,
    detail=FOREIGN,
)


def plain(value: Any) -> Any:
    """As json knows it."""
    match value:
        case dict() | MappingProxyType():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case Foreign(raw):
            return raw
        case _:
            return value


def row(change: Change) -> Any:
    """The keys of the contract, in their order."""
    moved = {"who": change.moved_by, "at": change.moved_at}
    return plain(
        {
            "kind": change.ref.kind,
            "id": change.ref.id,
            "action": change.action,
            "reason": change.reason,
            "title": change.title,
            "severity": change.severity,
            "created": change.created,
            "movedBy": None if set(moved.values()) == {None} else moved,
            "owner": change.owner,
            "ticket": change.ticket,
            "name": change.name,
            "expires": change.expires,
            "source": {"path": change.source.path, "line": change.source.line},
            "revision": change.revision,
            "risks": change.risks,
            "fields": [
                {"name": one.name, "before": one.before, "after": one.after, "cause": one.cause}
                for one in change.fields
            ],
            "kept": [
                {
                    "name": one.name,
                    "base": one.base,
                    "declared": one.declared,
                    "live": one.live,
                    "cause": one.cause,
                }
                for one in change.kept
            ],
            "request": change.request
            and {
                "method": change.request.method,
                "path": change.request.path,
                "body": change.request.body,
            },
            "applied": None if change.applied is None else spec_row(change.applied),
            "survivor": change.survivor
            and {
                "id": change.survivor.id,
                "title": change.survivor.title,
                "severity": change.survivor.severity,
            },
            "spillOver": [
                {
                    "field": one.field,
                    "value": one.value,
                    "declared": [f"{ref.kind}/{ref.id}" for ref in one.declared],
                }
                for one in change.spills
            ],
            "problem": change.problem,
            "detail": change.detail,
        }
    )


@given(CHANGES)
def test_a_line_is_what_json_writes_of_the_change(change: Change) -> None:
    assert Lines().line(change) == json.dumps(row(change), separators=(",", ":"))


@given(CHANGES)
def test_a_decision_is_canonical_json_of_what_will_be_done(change: Change) -> None:
    decision = covered(row(change))

    assert Decisions().text(change) == json.dumps(decision, separators=(",", ":"), sort_keys=True)


def test_the_sample_has_such_lines_too() -> None:
    for change in sample_plan().changes:
        assert Lines().line(change) == json.dumps(row(change), separators=(",", ":"))


@given(st.lists(CHANGES, max_size=4), st.lists(CHANGES, max_size=4))
def test_what_changes_share_is_written_as_if_they_did_not(
    some: list[Change], others: list[Change]
) -> None:
    lines, decisions = Lines(), Decisions()
    shared = [
        other._replace(fields=one.fields, kept=one.kept, request=one.request, applied=one.applied)
        for one in some
        for other in others
    ]

    for change in [*some, *shared, *others]:
        assert lines.line(change) == Lines().line(change)
        assert decisions.text(change) == Decisions().text(change)
