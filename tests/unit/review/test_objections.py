from __future__ import annotations

import pytest

from reconciler.model.plan import Objection
from reconciler.model.words import Foreign, Ref
from reconciler.review.objections import allowed, allowing, amount, objects
from reconciler.settings import COUNTED_GUARDS

SOME = tuple(Ref("Incident", str(number)) for number in range(7))


@pytest.mark.parametrize(
    ("objection", "told"),
    [
        (Objection("closures", 50, 1063, SOME), "closures: 1,063 of at most 50 (objects to close)"),
        (
            Objection("updatePercent", 30, 31, SOME[:1]),
            (
                "updatePercent: 31 %, 1 object, of at most 30 %"
                " (share of the declared objects to update, from 200 on)"
            ),
        ),
        (
            Objection("driftOverwrites", 0, 3, SOME[:3]),
            "driftOverwrites: 3 of at most 0 (objects on which to overwrite what a person set)",
        ),
        (
            Objection("releasedPercent", 50, 60, SOME),
            (
                "releasedPercent: 60 %, 7 objects, of at most 50 %"
                " (share of the applied declarations that are gone)"
            ),
        ),
        (Objection("empty", 0, 1, ()), "empty: the desired folder declares nothing"),
    ],
)
def test_an_objection_says_how_much_of_what_and_how_much_may_be(
    objection: Objection, told: str
) -> None:
    assert amount(objection) == told


@pytest.mark.parametrize("guard", COUNTED_GUARDS)
def test_every_guard_has_its_words(guard: str) -> None:
    assert amount(Objection(guard, 0, 1, SOME[:1])).startswith(f"{guard}: ")


def test_the_first_objects_are_named_and_the_rest_counted() -> None:
    assert objects(Objection("closures", 0, 7, SOME))[-3:] == (
        ", ",
        Foreign("Incident 4"),
        " and 2 more",
    )
    assert objects(Objection("closures", 0, 1, SOME[:1])) == (Foreign("Incident 0"),)
    assert objects(Objection("empty", 0, 1, ())) == ()


def test_a_guard_that_was_allowed_less_is_named_once_with_what_it_needs() -> None:
    found = [Objection("closures", 3, 7, SOME), Objection("updates", 0, 7, SOME)]

    assert allowing({"closures": 3, "empty": 1}, found) == (
        "--allow closures=7",
        "--allow empty=1",
        "--allow updates=7",
    )
    assert allowed({"closures": 3, "empty": 1}) == "closures=3, empty=1"
