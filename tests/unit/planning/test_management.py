"""Whose word on a field counts: the nearest one that says anything."""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations, product
from typing import TYPE_CHECKING, Final, get_args

import pytest

from reconciler.model.desired import EVERY_FIELD, Mode
from reconciler.planning.management import OTHERWISE, mode, shared
from reconciler.settings import Management
from tests.support.world import declare

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN: Final = declare("Incident", "1", status="active", assignedTo="kai@contoso.com")
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
LEVELS: Final = 6
"""Document field, document '*', tenant field, tenant default, configuration field and default."""


def judged(*said: Mode | None) -> Mode:
    """Of ``status``, where each level says this; None: it says nothing."""
    own, every, *outer = said
    declared = PLAIN._replace(management=_named(status=own, **{EVERY_FIELD: every}))
    words = (
        Management(default, _named(status=field))
        for field, default in zip(outer[::2], outer[1::2], strict=True)
    )
    return mode(declared, "status", tuple(words))


def _named(**modes: Mode | None) -> Mapping[str, Mode]:
    return {name: said for name, said in modes.items() if said is not None}


def test_the_nearest_level_that_says_anything_decides() -> None:
    wrong = [
        said
        for said in product((None, *MODES), repeat=LEVELS)
        if judged(*said) != next((word for word in said if word is not None), "yield")
    ]

    assert wrong == []


def test_people_win_where_nobody_says_anything() -> None:
    assert OTHERWISE == "yield"
    assert mode(PLAIN, "status", ()) == "yield"


def test_a_word_on_one_field_says_nothing_about_another() -> None:
    declared = PLAIN._replace(management={"assignedTo": "once"})
    outer = (Management(fields={"assignedTo": "once"}), Management(fields={"assignedTo": "once"}))

    assert mode(declared, "status", outer) == "yield"
    assert mode(PLAIN, "status", outer) == "yield"
    assert mode(PLAIN, "assignedTo", outer[1:]) == "once"


def test_a_tenants_default_counts_before_the_configurations_word_on_the_field() -> None:
    outer = (Management(default="enforce"), Management(fields={"status": "once"}))

    assert mode(PLAIN, "status", outer) == "enforce"


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        (("yield", "yield"), "yield"),
        (("yield", "once"), "yield"),
        (("yield", "enforce"), "yield"),
        (("once", "once"), "once"),
        (("once", "enforce"), "once"),
        (("enforce", "enforce"), "enforce"),
    ],
)
def test_of_two_halves_the_more_careful_mode_counts(
    modes: tuple[Mode, Mode], expected: Mode
) -> None:
    assert shared(modes) == expected


def test_what_is_written_alone_has_its_own_mode() -> None:
    assert [shared([word]) for word in MODES] == list(MODES)


@pytest.mark.parametrize("modes", list(combinations_with_replacement(MODES, 3)))
def test_the_order_of_what_is_shared_does_not_count(modes: tuple[Mode, ...]) -> None:
    assert {shared(order) for order in permutations(modes)} == {shared(modes)}
