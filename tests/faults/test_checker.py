"""The judge judged: one thing of an honest run is made wrong, and it says what. A judge that could
find nothing would prove nothing.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.history import Asked, Entry, Moved
from reconciler.emulator.wires import BY_KIND
from reconciler.kinds import KINDS
from tests.faults import worlds
from tests.faults.checker import Case, Judgement, judge, ref_of
from tests.faults.rig import rigged
from tests.support.world import declare

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.outcome import OutcomeName
    from reconciler.model.words import Json, Ref

ROOM = 10
"""Between two places of an honest history, so that something can be put there."""
OTHER = 99
"""The token of somebody else."""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One incident that is resolved, one alert of it that is not declared, one incident beside."""
    drawn = worlds.draw(Random(3), incidents=2)
    objects = {ref: item for ref, item in drawn.objects.items() if ref.kind == "Incident"}
    first = next(iter(objects))
    objects[first] |= {"status": "active", "assignedTo": None, "severity": "low"}
    spec = {"status": "resolved", "assignedTo": "kai@contoso.com"}
    world = worlds.World(objects, (declare("Incident", first.id, **spec),))
    with rigged(world, tmp_path_factory.mktemp("honest")) as rig:
        plan = world.plan(rig.time)
        applied = rig.apply(plan)
        return Case(
            plan,
            applied.token,
            objects,
            [spread(entry) for entry in rig.server.history()],
            rig.objects(),
            applied.report,
            applied.journal,
        )


def spread(entry: Entry) -> Entry:
    def wide(place: int | None) -> int | None:
        return None if place is None else place * ROOM

    asked = replace(entry.asked, envelope=wide(entry.asked.envelope))
    return replace(
        entry,
        asked=asked,
        number=entry.number * ROOM,
        effect=wide(entry.effect),
        answered=wide(entry.answered),
    )


def look(case: Case) -> Entry:
    return next(one for one in case.history if one.asked.method == "GET")


def write(case: Case) -> Entry:
    return next(one for one in case.history if one.asked.method == "PATCH")


def target(case: Case) -> Ref:
    found = ref_of(write(case))
    assert found is not None
    return found


def swapped(case: Case, old: Entry, *new: Entry) -> Case:
    history = [found for one in case.history for found in (new if one is old else (one,))]
    return replace(case, history=history)


def edited(case: Case, place: int, **after: Json) -> Case:
    """Somebody else changes the object at this place."""
    ref = target(case)
    before = {name: case.initial[ref].get(name) for name in after}
    moved = Moved(BY_KIND[ref.kind].segment, ref.id, before, after)
    path = KINDS[ref.kind].versioned_path(ref.id)
    entry = Entry(place, Asked("PATCH", path, token=OTHER), 0.0, after, 200, None, place, (moved,))
    history = sorted((*case.history, entry), key=lambda one: one.number)
    return replace(case, history=history)


def renamed(case: Case, name: OutcomeName) -> Case:
    assert case.report is not None
    outcomes = tuple(replace(one, name=name) for one in case.report.outcomes)
    return replace(case, report=replace(case.report, outcomes=outcomes))


def unasked(case: Case) -> Case:
    """The same write, of the object that nobody declared."""
    other = next(ref for ref in case.initial if ref != target(case))
    asked = replace(write(case).asked, target=KINDS[other.kind].versioned_path(other.id))
    return swapped(case, write(case), replace(write(case), asked=asked))


def commented(case: Case) -> Case:
    asked = Asked("POST", "/v1.0/security/incidents/1/comments", token=case.token)
    return replace(case, history=[*case.history, Entry(10_000, asked, 0.0)])


def more_sent(case: Case) -> Case:
    body = write(case).body
    assert isinstance(body, dict)
    return swapped(case, write(case), replace(write(case), body={**body, "summary": "x"}))


def nothing_sent(case: Case) -> Case:
    return swapped(case, write(case), replace(write(case), body={}))


def spilt(case: Case) -> Case:
    other = next(ref for ref in case.initial if ref != target(case))
    moved = Moved("incidents", other.id, {"status": "active"}, {"status": "resolved"})
    changes = (*write(case).changes, moved)
    return swapped(case, write(case), replace(write(case), changes=changes))


def sent_twice(case: Case) -> Case:
    again = replace(write(case), number=write(case).number + 1, effect=10_000)
    return swapped(case, write(case), write(case), again)


def lost(case: Case) -> Case:
    final = {ref: dict(item) for ref, item in case.final.items()}
    final[target(case)]["status"] = "active"
    return replace(case, final=final)


def dropped(case: Case) -> Case:
    """The answer was yes, and nothing was kept."""
    unchanged = {ref: case.initial[ref] for ref in case.initial}
    return replace(swapped(case, write(case), replace(write(case), changes=())), final=unchanged)


def unreported(case: Case) -> Case:
    assert case.report is not None
    return replace(case, report=replace(case.report, outcomes=()))


def unintended(case: Case) -> Case:
    assert case.journal is not None
    return replace(case, journal=replace(case.journal, intents=()))


def unsettled(case: Case) -> Case:
    assert case.journal is not None
    return replace(case, journal=replace(case.journal, outcomes=()))


def unended(case: Case) -> Case:
    assert case.journal is not None
    return replace(case, journal=replace(case.journal, is_cut=True))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (unasked, "written, and no update was planned"),
        (commented, "never planned"),
        (more_sent, "sent 'x', which was not planned"),
        (nothing_sent, "a PATCH without one planned field"),
        (spilt, "and not foreseen"),
        (lambda case: swapped(case, look(case)), "written unseen"),
        (
            lambda case: swapped(case, look(case), replace(look(case), fault="other-object")),
            "written unseen",
        ),
        (sent_twice, "sent again without a fresh look"),
        (sent_twice, "status: written twice"),
        (sent_twice, "sent 2 times, with fewer intents"),
        (
            lambda case: edited(case, look(case).number - 1, status="inProgress"),
            "was 'inProgress' when checked, and written over",
        ),
        (
            lambda case: edited(
                case, look(case).number - 1, lastUpdateDateTime="2026-11-20T09:00:00Z"
            ),
            "closed although its revision had moved",
        ),
        (lost, "the history does not lead to what stands"),
        (lost, "reported done, and it is 'active'"),
        (dropped, "reported done, and it is 'active'"),
        (lambda case: renamed(case, "failed"), "reported failed, and this run wrote it"),
        (lambda case: renamed(case, "alreadyDone"), "reported alreadyDone, and this run wrote it"),
        (lambda case: renamed(case, "notKept"), "reported as not kept, and it stood"),
        (unreported, "the report does not name every planned update once"),
        (unintended, "sent without an intent in the journal"),
        (unsettled, "the journal's outcomes are not those of the report"),
        (unended, "its journal has no end"),
    ],
)
def test_one_thing_that_is_wrong_is_found(
    honest: Case, wrong: Callable[[Case], Case], found: str
) -> None:
    assert judge(honest) == Judgement(writes=1)
    violations = judge(wrong(honest)).violations
    assert any(found in text for text in violations), violations


def test_an_edit_inside_the_window_is_counted_and_is_no_violation(honest: Case) -> None:
    effect = write(honest).effect
    assert effect is not None
    judged = judge(edited(honest, effect - 1, status="inProgress"))
    assert [event.place for event in judged.overwritten] == [effect - 1]
    assert judged.violations == []


def test_an_edit_after_the_write_is_not_held_against_it(honest: Case) -> None:
    effect = write(honest).effect
    assert effect is not None
    case = edited(honest, effect + 1, status="active")
    final = {ref: dict(item) for ref, item in case.final.items()}
    final[target(case)]["status"] = "active"
    judged = judge(replace(case, final=final))
    assert (judged.violations, judged.overwritten) == ([], frozenset())
