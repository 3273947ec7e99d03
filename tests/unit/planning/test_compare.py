from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.desired import Declaration, Elements, Entries, Exactly
from reconciler.planning.compare import holds, says_the_same

if TYPE_CHECKING:
    from reconciler.model.words import Json

INCIDENT = KINDS["Incident"].by_name
ALERT = KINDS["Alert"].by_name
LEGACY = KINDS["LegacyAlert"].by_name


@pytest.mark.parametrize(
    ("name", "declaration", "now"),
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
        ("customTags", Exactly([]), None),
        ("customTags", Elements(present=("a",), absent=("z",)), ["b", "a"]),
        ("customTags", Elements(present=("a",)), [" a "]),
        ("customTags", Elements(absent=("z",)), None),
    ],
)
def test_live_that_means_the_same_holds(name: str, declaration: Declaration, now: Json) -> None:
    assert holds(INCIDENT[name], declaration, now)


@pytest.mark.parametrize(
    ("name", "declaration", "now"),
    [
        ("status", Exactly("resolved"), "active"),
        ("assignedTo", Exactly(None), "kai@contoso.com"),
        ("customTags", Exactly(["b", "c"]), ["b"]),
        ("customTags", Exactly(["b"]), ["b", "c"]),
        ("customTags", Exactly([]), ["a"]),
        ("customTags", Elements(present=("a", "b")), ["a"]),
        ("customTags", Elements(present=("Case",)), ["case"]),
        ("customTags", Elements(present=("a",), absent=("z",)), ["a", " z"]),
        ("customTags", Elements(present=("a",)), None),
        ("customTags", Elements(absent=("z",)), "odd"),
    ],
)
def test_live_that_means_something_else_does_not_hold(
    name: str, declaration: Declaration, now: Json
) -> None:
    assert not holds(INCIDENT[name], declaration, now)


@pytest.mark.parametrize(
    ("declaration", "now", "expected"),
    [
        (Entries({"a": "1"}), {"a": "1", "b": "2"}, True),
        (Entries({"a": "1"}), {"b": "2"}, False),
        (Entries({"a": "1", "b": "2"}), {"a": "1", "b": "3"}, False),
        (Entries({"a": "1"}), None, False),
        (Entries({"a": "1"}), "odd", False),
        (Exactly(None), {"a": "1"}, False),
        (Exactly(None), {}, True),
    ],
)
def test_custom_details_hold_key_by_key(
    declaration: Declaration, now: Json, expected: bool
) -> None:
    assert holds(ALERT["customDetails"], declaration, now) is expected


def test_legacy_closing_times_compare_as_instants_to_100_ns() -> None:
    wanted = Exactly("2026-01-01T00:00:00.1Z")
    item = LEGACY["closedDateTime"]

    assert holds(item, wanted, "2026-01-01T00:00:00.1000000Z")
    assert not holds(item, wanted, "2026-01-01T00:00:00.1000001Z")


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        ("assignedTo", Exactly("Kai"), Exactly("kai "), True),
        ("assignedTo", Exactly("kai"), Exactly(None), False),
        ("determination", Exactly("unknown"), Exactly(None), True),
        ("customTags", Exactly(["a", "b"]), Exactly(["b", "a"]), True),
        ("customTags", Exactly(["a"]), Elements(present=("a",)), False),
    ],
)
def test_two_declarations_say_the_same_in_the_same_form_only(
    name: str, left: Declaration, right: Declaration, expected: bool
) -> None:
    assert says_the_same(INCIDENT[name], left, right) is expected
    assert says_the_same(INCIDENT[name], right, left) is expected


def test_no_details_and_some_details_are_two_declarations() -> None:
    assert not says_the_same(ALERT["customDetails"], Exactly(None), Entries({"a": "1"}))
    assert says_the_same(ALERT["customDetails"], Entries({"a": "1"}), Entries({"a": "1"}))
