"""Declarations that end in one incident are found together, whichever of them was merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.live import Known, Merged, Missing, Observation
from reconciler.model.words import Ref
from reconciler.planning.merged import rivals
from tests.support.world import declare, incident, live

if TYPE_CHECKING:
    from reconciler.model.desired import Declared


def known(object_id: str) -> Known:
    return Known(live("Incident", incident(object_id)))


def into(survivor: str | None, object_id: str) -> Merged:
    gone = live("Incident", incident(object_id, status="redirected"))
    return Merged(gone, live("Incident", incident(survivor)) if survivor else None)


def found(**observations: Observation) -> dict[str, list[str]]:
    """By id (behind an ``i``): the ids of its rivals."""
    declared: list[Declared] = [
        declare("Incident", name[1:], status="active") for name in observations
    ]
    by_ref = {Ref("Incident", name[1:]): one for name, one in observations.items()}
    return {
        ref.id: [other.ref.id for other in others]
        for ref, others in rivals(declared, by_ref).items()
    }


def test_two_that_were_merged_into_one_that_nobody_declares_are_rivals() -> None:
    assert found(i1=into("9", "1"), i2=into("9", "2"), i3=into("8", "3")) == {
        "1": ["2"],
        "2": ["1"],
    }


def test_one_that_was_merged_into_a_declared_one_is_its_rival() -> None:
    assert found(i1=into("2", "1"), i2=known("2"), i3=known("3")) == {"1": ["2"], "2": ["1"]}


def test_three_that_end_in_one_are_each_told_of_both_others() -> None:
    assert found(i1=into("3", "1"), i2=into("3", "2"), i3=known("3")) == {
        "1": ["2", "3"],
        "2": ["1", "3"],
        "3": ["1", "2"],
    }


def test_where_the_survivor_is_not_known_or_the_object_is_gone_nobody_is_a_rival() -> None:
    assert found(i1=into(None, "1"), i2=into(None, "2"), i3=Missing(), i4=known("4")) == {}
