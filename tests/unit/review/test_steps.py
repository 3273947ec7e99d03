from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.plan import FieldChange
from reconciler.model.words import Foreign, Json
from reconciler.review.steps import Move, Paired, Parts, Step, steps

if TYPE_CHECKING:
    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import Cause

ARROW = ("", " → ")


def step(change: FieldChange, kind: str = "Incident", outcome: OutcomeName | None = None) -> Step:
    (only,) = steps(kind, (change,), outcome=outcome)
    return only


@pytest.mark.parametrize(
    ("name", "before", "after", "shown"),
    [
        ("status", "active", "resolved", (Foreign("active"), Foreign("resolved"))),
        ("assignedTo", None, "kai", (None, Foreign("kai"))),
        ("assignedTo", "", "unknown", (None, Foreign("unknown"))),
        ("classification", "unknown", "truePositive", (None, Foreign("truePositive"))),
        ("description", "a", 7, (Foreign("a"), Foreign("7"))),
        ("customTags", [], {}, (None, None)),
        ("customTags", "odd", ["a", "b"], (Foreign("odd"), Foreign("a, b"))),
        ("customTags", ["a", "b"], ["b", "a"], (Foreign("a, b"), Foreign("b, a"))),
    ],
)
def test_a_value_moves_to_another_and_unset_is_told_apart(
    name: str, before: Json, after: Json, shown: tuple[Foreign | None, Foreign | None]
) -> None:
    assert step(FieldChange(name, before, after)) == Move(name, *shown, *ARROW)


def test_true_and_one_are_not_confused() -> None:
    moves = [step(FieldChange("description", value, "x")) for value in (1, True)]

    assert moves == [
        Move("description", Foreign("1"), Foreign("x"), *ARROW),
        Move("description", Foreign("true"), Foreign("x"), *ARROW),
    ]


@pytest.mark.parametrize("cause", ["drift", "conflict"])
def test_what_overwrites_a_person_says_so_before_it_is_sent_and_not_after(cause: Cause) -> None:
    status = FieldChange("status", "active", "resolved", cause)
    tags = FieldChange("customTags", ["a"], ["b"], cause)

    assert step(status) == Move(
        "status", Foreign("active"), Foreign("resolved"), *ARROW, "overwrites what a person set"
    )
    assert step(tags) == Parts(
        "customTags", (Foreign("b"),), (Foreign("a"),), (), "overwrites what a person set"
    )
    assert step(status, outcome="done") == Move(
        "status", Foreign("active"), Foreign("resolved"), *ARROW
    )


def test_the_other_half_of_a_verdict_is_marked() -> None:
    change = FieldChange("determination", "other", "other", "paired")

    assert step(change) == Paired("determination", Foreign("other"))


def test_a_list_shows_what_comes_and_goes() -> None:
    assert step(FieldChange("customTags", ["a", "b"], ["b", "c"])) == Parts(
        "customTags", added=(Foreign("c"),), removed=(Foreign("a"),), changed=()
    )


def test_a_mapping_shows_its_keys() -> None:
    change = FieldChange("customDetails", {"a": "1", "b": "2"}, {"a": "3", "c": "4"})

    assert step(change, "Alert") == Parts(
        "customDetails",
        added=(Foreign("c=4"),),
        removed=(Foreign("b=2"),),
        changed=((Foreign("a"), Foreign("1"), Foreign("3")),),
    )


@pytest.mark.parametrize(
    ("outcome", "form"),
    [
        ("conflict", ("planned on ", ", found ")),
        ("notKept", ("sent ", ", answered ")),
        ("done", ARROW),
    ],
)
def test_how_a_write_ended_decides_what_the_two_values_mean(
    outcome: OutcomeName, form: tuple[str, str]
) -> None:
    change = FieldChange("status", "active", "resolved")

    assert step(change, outcome=outcome) == Move(
        "status", Foreign("active"), Foreign("resolved"), *form
    )


def test_a_list_in_a_conflict_is_shown_whole() -> None:
    change = FieldChange("customTags", [], ["a", "b"])

    assert step(change, outcome="conflict") == Move(
        "customTags", None, Foreign("a, b"), "planned on ", ", found "
    )


@pytest.mark.parametrize(
    ("kind", "name"), [(kind.name, name) for kind in KINDS.values() for name in kind.by_name]
)
def test_every_field_of_every_kind_can_be_shown(kind: str, name: str) -> None:
    change = FieldChange(name, None, "x")

    assert step(change, kind) == Move(name, None, Foreign("x"), *ARROW)
