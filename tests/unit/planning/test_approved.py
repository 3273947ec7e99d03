"""What goes beyond a reviewed plan: each field by value, and whatever its reviewers were not told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.model.plan import (
    Change,
    FieldChange,
    GitState,
    New,
    Plan,
    Reviewed,
    Selection,
    Summary,
)
from reconciler.model.words import Place, Ref
from reconciler.planning.approved import compare
from tests.support.plans import DIGEST, TENANT
from tests.support.sample_plan import sample_plan

if TYPE_CHECKING:
    from reconciler.model.plan import Cause, Risk

REF = Ref("Incident", "1")
CLOSE = FieldChange("status", "active", "resolved")
TAG = FieldChange("customTags", ["a"], ["a", "b"])


def update(*fields: FieldChange, ref: Ref = REF, risks: tuple[Risk, ...] = ()) -> Change:
    return Change(ref, "update", "differs", Place("a.yaml"), fields=fields, risks=risks)


def plan(*changes: Change) -> Plan:
    return Plan("0", "2026-11-20T10:00:00Z", GitState(), TENANT, Selection(), Summary(), changes)


def new(now: Plan, reviewed: Plan) -> tuple[New, ...]:
    return compare(now, reviewed, digest=DIGEST).new


def test_the_same_plan_is_covered_on_any_day_and_commit() -> None:
    later = replace(sample_plan(), created_at="2027-01-01T00:00:00Z", git=GitState("0" * 40))

    found = compare(later, sample_plan(), digest=DIGEST)

    assert found == Reviewed(DIGEST)
    assert found.is_covered


def test_less_than_was_reviewed_is_covered() -> None:
    assert new(plan(), plan(update(CLOSE))) == ()
    assert new(plan(update(CLOSE)), plan(update(CLOSE, TAG))) == ()


def test_an_object_that_was_not_to_be_updated_is_new_with_all_its_fields() -> None:
    noop = update()._replace(action="noop", reason="in-sync")

    for reviewed in (plan(), plan(noop), plan(update(CLOSE, ref=Ref("Incident", "2")))):
        assert new(plan(update(CLOSE, TAG)), reviewed) == (New(REF, ("status", "customTags")),)


@pytest.mark.parametrize(
    "reviewed",
    [
        replace(CLOSE, after="inProgress"),
        replace(CLOSE, before="inProgress"),
        replace(CLOSE, before=None),
        TAG,
    ],
)
def test_another_value_over_another_value_or_of_another_field_is_new(
    reviewed: FieldChange,
) -> None:
    assert new(plan(update(CLOSE)), plan(update(reviewed))) == (New(REF, ("status",)),)


def test_only_the_fields_that_are_new_are_named() -> None:
    moved = replace(TAG, before=["c"], after=["c", "b"])

    assert new(plan(update(CLOSE, moved)), plan(update(CLOSE, TAG))) == (New(REF, ("customTags",)),)


@pytest.mark.parametrize("cause", ["drift", "conflict"])
def test_a_person_who_is_overwritten_unseen_is_new(cause: Cause) -> None:
    overwrites = replace(CLOSE, cause=cause)

    assert new(plan(update(overwrites)), plan(update(CLOSE))) == (New(REF, ("status",)),)
    assert new(plan(update(overwrites)), plan(update(overwrites))) == ()
    assert new(plan(update(CLOSE)), plan(update(overwrites))) == ()


def test_a_risk_that_was_not_told_makes_all_of_the_object_new() -> None:
    """The severity rose meanwhile: the same close is another decision."""
    told = plan(update(CLOSE, TAG, risks=("closes",)))
    now = plan(update(CLOSE, TAG, risks=("closes-high-severity",)))

    assert new(now, told) == (New(REF, ("status", "customTags")),)
    assert new(plan(update(CLOSE)), told) == ()


def test_the_other_half_of_a_verdict_is_covered_by_its_value() -> None:
    paired = FieldChange("classification", "falsePositive", "falsePositive", cause="paired")
    declared = FieldChange("classification", None, "falsePositive")
    other = FieldChange("classification", None, "truePositive")

    assert new(plan(update(paired)), plan(update(declared))) == ()
    assert new(plan(update(paired)), plan(update(other))) == (New(REF, ("classification",)),)


def test_true_and_one_are_not_one_value() -> None:
    number, truth = FieldChange("x", None, 1), FieldChange("x", None, True)

    assert new(plan(update(number)), plan(update(truth))) == (New(REF, ("x",)),)


@pytest.mark.parametrize(
    ("now", "reviewed", "allowed"),
    [
        ({"closures": 40}, {"closures": 40}, ()),
        ({"closures": 39}, {"closures": 40}, ()),
        ({}, {"closures": 40}, ()),
        ({"closures": 41}, {"closures": 40}, ("closures",)),
        ({"updates": 1, "closures": 0}, {}, ("closures", "updates")),
    ],
)
def test_a_guard_that_is_lifted_further_is_new(
    now: dict[str, int], reviewed: dict[str, int], allowed: tuple[str, ...]
) -> None:
    found = compare(
        replace(plan(), overrides=now), replace(plan(), overrides=reviewed), digest=DIGEST
    )

    assert found == Reviewed(DIGEST, allowed=allowed)
    assert found.is_covered is not bool(allowed)
