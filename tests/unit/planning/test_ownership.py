"""Every cell of the three-way table, for each kind of part that is judged."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, get_args

import pytest

from reconciler.kinds import KINDS
from reconciler.model.desired import Declaration, Elements, Entries, Exactly, Mode
from reconciler.planning.fields import judge
from reconciler.planning.ownership import CAUSES, PENDING, TABLE, Situation, cause, first, moved
from reconciler.planning.terms import Terms
from tests.support.world import alert, declare, incident, live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Spec
    from reconciler.model.plan import Judged as Cause
    from reconciler.model.words import Json

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
SITUATIONS: Final[tuple[Situation, ...]] = get_args(Situation)

CELLS: Final[Mapping[tuple[Situation, Mode], tuple[str, Cause]]] = {
    ("first", "yield"): ("written", "declared"),
    ("first", "enforce"): ("written", "declared"),
    ("first", "once"): ("written", "declared"),
    ("blind", "yield"): ("written", "declared"),
    ("blind", "enforce"): ("written", "declared"),
    ("blind", "once"): ("kept", "declared"),
    ("declared", "yield"): ("written", "declared"),
    ("declared", "enforce"): ("written", "declared"),
    ("declared", "once"): ("kept", "declared"),
    ("drift", "yield"): ("kept", "drift"),
    ("drift", "enforce"): ("written", "drift"),
    ("drift", "once"): ("kept", "drift"),
    ("conflict", "yield"): ("kept", "conflict"),
    ("conflict", "enforce"): ("written", "conflict"),
    ("conflict", "once"): ("kept", "conflict"),
}
"""Contract 5, written down again, so that the table under test is not its own judge."""


Sides: TypeAlias = "tuple[Spec, Spec, Mapping[str, Json]]"
"""Base, declared, live."""


class Scene(NamedTuple):
    """``base`` None: there is no base at all; empty: nothing of this object is in it."""

    told: str
    situation: Situation
    base: Spec | None
    spec: Spec
    answer: Mapping[str, Json]


def status(base: str | None, declared: str, now: str) -> Sides:
    before = {} if base is None else {"status": Exactly(base)}
    return before, {"status": Exactly(declared)}, {"status": now}


def owner(base: Json, declared: Json, now: Json) -> Sides:
    return {"assignedTo": Exactly(base)}, {"assignedTo": Exactly(declared)}, {"assignedTo": now}


def tags(base: Declaration | None, declared: Declaration, *now: str) -> Sides:
    before = {} if base is None else {"customTags": base}
    return before, {"customTags": declared}, {"customTags": list(now)}


def verdict(base: tuple[str, ...], declared: tuple[str, str], now: tuple[str, str]) -> Sides:
    names = ("classification", "determination")
    before = {name: Exactly(value) for name, value in zip(names, base, strict=False)}
    wanted = {name: Exactly(value) for name, value in zip(names, declared, strict=True)}
    return before, wanted, dict(zip(names, now, strict=True))


def details(base: Mapping[str, str] | None, declared: Mapping[str, str] | None, now: Json) -> Sides:
    before, wanted = (Exactly(None) if one is None else Entries(one) for one in (base, declared))
    return {"customDetails": before}, {"customDetails": wanted}, {"customDetails": now}


TP, FP, SAFE = (
    ("truePositive", "malware"),
    ("falsePositive", "other"),
    ("falsePositive", "notMalicious"),
)
UNSET = ("unknown", "unknown")
A, B, NOT_A = Elements(("a",)), Elements(("a", "b")), Elements((), ("a",))


def scenes() -> list[Scene]:
    with_base: dict[Situation, list[tuple[str, Sides]]] = {
        "first": [
            ("a value over another", status(None, "resolved", "inProgress")),
            ("a tag that is not there", tags(None, A, "z")),
            ("a tag beside one that was applied", tags(A, B, "a")),
            ("a tag to go", tags(None, NOT_A, "a")),
            ("exactly these where some were managed", tags(A, Exactly(["a"]), "a", "z")),
            ("a verdict over another", verdict((), TP, FP)),
            (
                "a key beside one that was applied",
                details({"x": "1"}, {"x": "1", "y": "2"}, {"x": "1", "y": "9"}),
            ),
        ],
        "declared": [
            ("a value", status("active", "resolved", "active")),
            ("nobody", owner("kai", None, "Kai ")),
            ("somebody for nobody", owner(None, "kai", "")),
            ("a tag that was to be absent", tags(NOT_A, A)),
            ("a tag that was to be present", tags(A, NOT_A, "a")),
            ("a tag less of exactly these", tags(Exactly(["a", "b"]), Exactly(["a"]), "a", "b")),
            ("a tag more of exactly these", tags(Exactly(["a"]), Exactly(["a", "b"]), "a")),
            ("a tag of none", tags(Exactly([]), A)),
            ("a verdict", verdict(TP, FP, TP)),
            ("half a verdict", verdict(FP, SAFE, FP)),
            ("the second half of a verdict", verdict(FP[:1], SAFE, FP)),
            ("a key", details({"x": "1"}, {"x": "2"}, {"x": "1"})),
            ("a key of none", details(None, {"x": "2"}, {"y": "9"})),
            ("a key of none that holds nothing", details(None, {"x": "2"}, {"x": ""})),
            ("no key", details({"x": "1"}, None, {"x": "1"})),
        ],
        "drift": [
            ("a value", status("resolved", "resolved", "active")),
            ("somebody", owner("kai", "kai", "ann")),
            ("nobody", owner("kai", "KAI", None)),
            ("somebody for nobody", owner(None, None, "ann")),
            ("a tag that somebody took off", tags(A, A)),
            ("a tag that somebody put on again", tags(NOT_A, NOT_A, "a")),
            ("a tag beside exactly these", tags(Exactly(["a"]), Exactly(["a"]), "a", "z")),
            ("a tag off exactly these", tags(Exactly(["a"]), A)),
            ("a tag where exactly none was", tags(Exactly(["b"]), NOT_A, "a", "b")),
            ("a verdict", verdict(TP, TP, FP)),
            ("half a verdict", verdict(FP, FP, SAFE)),
            ("a key", details({"x": "1"}, {"x": "1"}, {"x": "9"})),
            ("a key that somebody took out", details({"x": "1"}, {"x": "1"}, None)),
            ("keys where none were", details(None, None, {"x": "1"})),
        ],
        "conflict": [
            ("a value", status("active", "resolved", "inProgress")),
            ("somebody", owner("kai", "ann", "lee")),
            ("nobody", owner("kai", "ann", None)),
            ("somebody for nobody", owner(None, "ann", "lee")),
            ("a verdict", verdict(TP, FP, UNSET)),
            ("a half of each", verdict(FP, SAFE, ("truePositive", "other"))),
            ("a key", details({"x": "1"}, {"x": "2"}, {"x": "9"})),
            ("a key that somebody took out", details({"x": "1"}, {"x": "2"}, {})),
            ("a key where none was", details(None, {"x": "2"}, {"x": "9"})),
            ("no key", details({"x": "1"}, None, {"x": "9"})),
        ],
    }
    without: dict[Situation, list[tuple[str, Sides]]] = {
        "first": [
            ("somebody, and live has nobody", owner(None, "kai", None)),
            ("a tag that is not there", tags(None, A, "z")),
            ("a verdict, and live has none", verdict((), TP, UNSET)),
            ("a key that is not there", details({}, {"x": "1"}, {"y": "9"})),
            ("a key that holds nothing", details({}, {"x": "1"}, {"x": ""})),
        ],
        "blind": [
            ("a value", status(None, "resolved", "active")),
            ("nobody, and live has somebody", owner(None, None, "ann")),
            ("a tag to go", tags(None, NOT_A, "a")),
            ("a tag beside exactly these", tags(None, Exactly(["a"]), "a", "z")),
            ("a verdict", verdict((), TP, FP)),
            ("half a verdict that live has", verdict((), FP, ("falsePositive", "unknown"))),
            ("a key", details({}, {"x": "1"}, {"x": "9"})),
            ("no key", details({}, None, {"x": "9"})),
        ],
    }
    found = [
        Scene(told, situation, base, spec, answer)
        for situation, told_of in with_base.items()
        for told, (base, spec, answer) in told_of
    ]
    found += [
        Scene(f"{told}, no base", situation, None, spec, answer)
        for situation, told_of in without.items()
        for told, (_, spec, answer) in told_of
    ]
    return found


SCENES: Final = scenes()


@pytest.mark.parametrize(
    ("scene", "mode"),
    [
        pytest.param(scene, mode, id=f"{mode} in {scene.situation} - {scene.told}")
        for scene, mode in product(SCENES, MODES)
    ],
)
def test_each_cell_of_the_table(scene: Scene, mode: Mode) -> None:
    kind = KINDS["Alert" if "customDetails" in scene.spec else "Incident"]
    answer = alert() if kind.name == "Alert" else incident()
    judged = judge(
        kind,
        declare(kind.name, "1")._replace(spec=scene.spec),
        live(kind.name, {**answer, **scene.answer}),
        Terms(scene.base, dict.fromkeys(scene.spec, mode)),
    )
    found = {("kept", one.cause) for one in judged.kept} | {
        ("written", one.cause) for one in judged.changes if one.cause != "paired"
    }

    assert found == {CELLS[scene.situation, mode]}


def test_every_situation_and_mode_has_its_cell() -> None:
    assert set(CELLS) == set(product(SITUATIONS, MODES))
    assert {scene.situation for scene in SCENES} == set(SITUATIONS) == set(TABLE)
    assert {
        (situation, mode): ("written" if mode in row.writes else "kept", row.cause)
        for situation, row in TABLE.items()
        for mode in MODES
    } == CELLS


def test_only_enforce_writes_over_what_a_person_set() -> None:
    assert {
        mode for mode in MODES for one in ("drift", "conflict") if mode in TABLE[one].writes
    } == {"enforce"}


@pytest.mark.parametrize(
    ("has_base", "is_set", "expected"),
    [
        (True, True, "first"),
        (True, False, "first"),
        (False, False, "first"),
        (False, True, "blind"),
    ],
)
def test_what_was_not_applied_is_blind_only_without_a_base_and_where_live_is_set(
    has_base: bool, is_set: bool, expected: Situation
) -> None:
    assert first(has_base=has_base, is_set=is_set) == expected


@pytest.mark.parametrize(
    ("declaration", "on_live", "expected"),
    [(True, True, "conflict"), (True, False, "declared"), (False, True, "drift")],
)
def test_who_moved_decides(declaration: bool, on_live: bool, expected: Situation) -> None:
    assert moved(declaration=declaration, live=on_live) == expected


@pytest.mark.parametrize(
    ("situations", "expected"),
    [
        ({"first"}, "declared"),
        ({"blind", "declared"}, "declared"),
        ({"first", "drift"}, "drift"),
        ({"drift", "conflict", "declared"}, "conflict"),
    ],
)
def test_of_several_parts_the_most_pressing_cause_is_told(
    situations: set[Situation], expected: Cause
) -> None:
    assert cause(situations) == expected
    assert set(CAUSES) == {row.cause for row in TABLE.values()}


def test_a_kept_declaration_is_to_come_where_the_declaration_moved() -> None:
    assert {TABLE[one].cause for one in PENDING} == {"declared", "conflict"}
    assert not PENDING & {"first", "blind", "drift"}
