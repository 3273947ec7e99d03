"""What Graph answered may not always be sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reconciler.kinds import KINDS
from reconciler.kinds.enums import WHY_READ_ONLY
from reconciler.kinds.sendable import as_sent, why_not
from reconciler.kinds.shapes import same

if TYPE_CHECKING:
    from reconciler.model.words import Json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
EVERY_FIELD = [(kind.name, item.name) for kind in KINDS.values() for item in kind.fields]


def sent(kind: str, name: str, value: Json) -> tuple[Json, str | None]:
    item = KINDS[kind].by_name[name]
    told = as_sent(item, value)
    return told, why_not(item, told)


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("Incident", "status", "InProgress", "inProgress"),
        ("Incident", "determination", "clean", "notMalicious"),
        ("Incident", "classification", "unknown", "unknown"),
        ("Incident", "classification", None, None),
        ("Incident", "assignedTo", "", None),
        ("Incident", "assignedTo", "Kai@contoso.com", "Kai@contoso.com"),
        ("Incident", "customTags", None, []),
        ("Incident", "customTags", ["a", "b"], ["a", "b"]),
        ("Incident", "description", "a\r\nb", "a\r\nb"),
        ("Alert", "customDetails", {"k": "v"}, {"k": "v"}),
        ("Alert", "customDetails", None, None),
        ("LegacyAlert", "comments", ["Closed in MCAS"], ["Closed in MCAS"]),
        ("LegacyAlert", "comments", None, []),
        ("LegacyAlert", "closedDateTime", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("LegacyAlert", "closedDateTime", None, None),
    ],
)
def test_what_a_document_could_say_may_be_sent(
    kind: str, name: str, value: Json, expected: Json
) -> None:
    assert sent(kind, name, value) == (expected, None)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Incident", "status", "redirected"),
        ("Incident", "status", "AwaitingAction"),
        ("Incident", "status", "unknownFutureValue"),
        ("Alert", "status", "unknown"),
        ("Incident", "determination", "apt"),
        ("Incident", "determination", "securityPersonnel"),
        ("LegacyAlert", "status", "dismissed"),
    ],
)
def test_a_member_that_is_read_only_may_not_be_sent_and_says_why(
    kind: str, name: str, value: str
) -> None:
    told, why = sent(kind, name, value)
    assert isinstance(told, str)
    assert why == f"{told!a} may not be sent: {WHY_READ_ONLY[told]}"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Incident", "status", None),
        ("Incident", "status", ""),
        ("Incident", "severity", None),
        ("IncidentTask", "status", None),
    ],
)
def test_null_may_not_be_sent_where_graph_takes_none(kind: str, name: str, value: Json) -> None:
    assert sent(kind, name, value) == (None, "Graph takes no null for it")


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Incident", "status", "brandNew"),
        ("Incident", "status", ["active"]),
        ("Incident", "assignedTo", 7),
        ("Incident", "customTags", "a"),
        ("Incident", "customTags", ["a", 1]),
        ("LegacyAlert", "comments", ["Closed in IPC", "said somebody"]),
        ("LegacyAlert", "comments", "Closed in IPC"),
        ("LegacyAlert", "closedDateTime", "2026-01-31T12:00:00+01:00"),
        ("LegacyAlert", "closedDateTime", "yesterdayZ"),
        ("LegacyAlert", "closedDateTime", 5),
        ("Alert", "customDetails", {"k": 1}),
        ("Alert", "customDetails", ["k"]),
    ],
)
def test_a_value_of_another_shape_may_not_be_sent(kind: str, name: str, value: Json) -> None:
    told, why = sent(kind, name, value)
    assert told == value
    assert why in {"it held no member known here", "what it held is nothing that Graph takes"}


@pytest.mark.parametrize(("kind", "name"), EVERY_FIELD)
@given(value=JSON)
def test_whatever_graph_answered_is_judged_and_means_the_same_when_sent(
    kind: str, name: str, value: Json
) -> None:
    told, why = sent(kind, name, value)
    if why is None and told != []:
        assert same(KINDS[kind].by_name[name].shape, told, value)


def test_a_text_that_graph_would_cut_may_not_be_sent() -> None:
    longest = "x" * 30_000

    assert sent("Incident", "resolvingComment", longest) == (longest, None)
    assert sent("Incident", "resolvingComment", f"{longest}y")[1] == "it is longer than Graph keeps"
    assert sent("Incident", "summary", f"{longest}y")[1] is None
