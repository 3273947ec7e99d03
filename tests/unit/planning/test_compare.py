from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.desired import Declaration, Elements, Entries, Exactly
from reconciler.planning.compare import Comparison, Differs, Holds, NotKnown, compare

if TYPE_CHECKING:
    from reconciler.model.words import Json

INCIDENT = KINDS["Incident"].by_name
ALERT = KINDS["Alert"].by_name
LEGACY = KINDS["LegacyAlert"].by_name


@pytest.mark.parametrize(
    ("name", "declaration", "before"),
    [
        ("status", Exactly("resolved"), "resolved"),
        ("classification", Exactly("truePositive"), "truePositive"),
        ("classification", Exactly(None), "unknown"),
        ("classification", Exactly("unknown"), None),
        ("assignedTo", Exactly("Kai@Contoso.com"), " kai@contoso.COM "),
        ("assignedTo", Exactly(None), ""),
        ("description", Exactly("a\nb"), "a\r\nb  \n"),
        ("customTags", Exactly(["b", "a"]), ["a", " b "]),
        ("customTags", Exactly([]), []),
        ("customTags", Elements(present=("a",), absent=("z",)), ["b", "a"]),
        ("customTags", Elements(absent=("z",)), None),
    ],
)
def test_live_that_means_the_same_holds(name: str, declaration: Declaration, before: Json) -> None:
    assert compare(INCIDENT[name], declaration, {name: before}) == Holds()


@pytest.mark.parametrize(
    ("name", "declaration", "before", "after"),
    [
        ("status", Exactly("resolved"), "active", "resolved"),
        ("assignedTo", Exactly(None), "kai@contoso.com", None),
        ("customTags", Exactly(["b", "c"]), ["a", " b"], [" b", "c"]),
        ("customTags", Exactly(["a"]), None, ["a"]),
        ("customTags", Exactly([]), ["a"], []),
        ("customTags", Elements(("new",), ("old",)), ["x", "old", "y"], ["x", "y", "new"]),
        ("customTags", Elements(("Case",)), ["case"], ["case", "Case"]),
    ],
)
def test_live_that_differs_gets_the_whole_value_to_send(
    name: str, declaration: Declaration, before: Json, after: Json
) -> None:
    assert compare(INCIDENT[name], declaration, {name: before}) == Differs(before, after)


@pytest.mark.parametrize(
    ("declaration", "before", "expected"),
    [
        (Entries({"a": "1"}), {"a": "1", "b": "2"}, Holds()),
        (Entries({"a": "1"}), {"b": "2"}, Differs({"b": "2"}, {"b": "2", "a": "1"})),
        (Entries({"a": "1"}), None, Differs(None, {"a": "1"})),
        (Entries({"a": "1"}), "odd", NotKnown()),
        (Exactly(None), {"a": "1"}, Differs({"a": "1"}, None)),
        (Exactly(None), {}, Holds()),
    ],
)
def test_custom_details_are_managed_key_by_key(
    declaration: Declaration, before: Json, expected: Comparison
) -> None:
    assert compare(ALERT["customDetails"], declaration, {"customDetails": before}) == expected


@pytest.mark.parametrize("declaration", [Exactly(["a"]), Elements(("a",))])
def test_a_list_that_the_answer_does_not_hold_is_not_known(declaration: Declaration) -> None:
    assert compare(INCIDENT["customTags"], declaration, {}) == NotKnown()
    assert compare(INCIDENT["customTags"], declaration, {"customTags": "odd"}) == NotKnown()


def test_legacy_comments_are_sent_as_declared() -> None:
    found = compare(LEGACY["comments"], Exactly(["Closed in IPC"]), {"comments": ["mine"]})
    assert found == Differs(["mine"], ["Closed in IPC"])


def test_legacy_closing_times_compare_as_instants_to_100_ns() -> None:
    wanted = Exactly("2026-01-01T00:00:00.1Z")
    item = LEGACY["closedDateTime"]
    assert compare(item, wanted, {"closedDateTime": "2026-01-01T00:00:00.1000000Z"}) == Holds()
    later = "2026-01-01T00:00:00.1000001Z"
    assert compare(item, wanted, {"closedDateTime": later}) == Differs(later, wanted.value)
