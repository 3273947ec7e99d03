from __future__ import annotations

import pytest

from reconciler.model.plan import FieldChange, Kept
from reconciler.model.words import Foreign
from reconciler.review.brief import brief
from reconciler.review.kept import left
from reconciler.review.steps import steps


def said(kind: str, *fields: FieldChange, kept: tuple[Kept, ...] = ()) -> str:
    found = brief(kind, (*steps(kind, fields), *left(kind, kept)))
    return "".join(piece.raw if isinstance(piece, Foreign) else piece for piece in found)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        (
            (
                FieldChange("status", "active", "resolved"),
                FieldChange("classification", "unknown", "falsePositive"),
                FieldChange("determination", "unknown", "notMalicious"),
            ),
            "active → resolved, falsePositive / notMalicious",
        ),
        (
            (
                FieldChange("classification", "truePositive", "falsePositive"),
                FieldChange("determination", "other", "other", "paired"),
            ),
            "truePositive → falsePositive / other",
        ),
        ((FieldChange("classification", "truePositive", None),), "truePositive → (unset)"),
        ((FieldChange("assignedTo", None, "kai@contoso.com"),), "assignedTo kai@contoso.com"),
        ((FieldChange("assignedTo", "kai", None),), "assignedTo kai → (unset)"),
        ((FieldChange("summary", "a", "b" * 900),), "summary"),
        (
            (FieldChange("customTags", ["x"], ["a", "b", "c", "d"]),),
            "customTags +a +b +c and 2 more",
        ),
        (
            (FieldChange("status", "resolved", "active", "drift"),),
            "resolved → active (overwrites what a person set)",
        ),
        (
            (FieldChange("assignedTo", None, "k" * 50),),
            f"assignedTo {'k' * 40}… (10 more characters)",
        ),
    ],
)
def test_a_change_is_told_in_a_few_words(fields: tuple[FieldChange, ...], shown: str) -> None:
    assert said("Incident", *fields) == shown


def test_what_is_left_to_people_and_details_are_told_by_name() -> None:
    conflict = Kept("status", "active", "inProgress", "resolved", "conflict")
    details = FieldChange("customDetails", {"a": "1"}, {"a": "2", "b": "3"})
    rival = Kept("summary", "a", "b", "c", "conflict")
    tags = Kept("customTags", ["a"], ["a"], ["b"], "drift")

    assert said("Incident", kept=(conflict,)) == (
        "status declared inProgress, somebody set resolved (left alone)"
    )
    assert (
        said("Incident", kept=(rival, tags))
        == "summary (left alone), customTags +b -a (left alone)"
    )
    assert said("Alert", details) == "customDetails +b=3 a"
