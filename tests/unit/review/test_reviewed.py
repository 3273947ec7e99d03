from __future__ import annotations

from dataclasses import replace

from reconciler.model.plan import FieldChange, New, Reviewed
from reconciler.model.words import Foreign, Ref
from reconciler.review.outline import outline
from reconciler.review.reviewed import Comparison, comparison
from tests.support.plans import golden_plan, quiet_plan, update

STATUS = FieldChange("status", "active", "resolved")


def test_nothing_is_said_where_nobody_compared() -> None:
    assert comparison(quiet_plan(), ()) is None


def test_a_covered_plan_names_the_digest_of_the_reviewed_one() -> None:
    plan = replace(quiet_plan(), reviewed=Reviewed("sha256:1"))

    assert comparison(plan, ()) == Comparison(
        is_covered=True,
        heading=("All of it is covered by the reviewed plan ", Foreign("sha256:1")),
        new=(),
    )


def test_what_is_new_is_named_riskiest_first_and_lifted_guards_last() -> None:
    plan = golden_plan()

    found = comparison(plan, outline(plan).updates)

    assert found is not None
    assert found.heading[0] == (
        "New beyond the reviewed plan: 2 updates and 1 guard lifted; that plan is "
    )
    assert found.new == (
        (Foreign("Incident 2973001"), ": ", Foreign("status")),
        (Foreign("Incident 2972403"), ": ", Foreign("status, assignedTo")),
        ("lifted: ", Foreign("tagRemovals")),
    )


def test_ten_are_named_and_the_rest_is_counted() -> None:
    updates = [update(Ref("Incident", str(number)), STATUS) for number in range(13)]
    new = tuple(New(change.ref, ("status",)) for change in updates)
    plan = replace(quiet_plan(), changes=tuple(updates), reviewed=Reviewed("sha256:1", new))

    found = comparison(plan, updates)

    assert found is not None
    assert found.heading[0] == "New beyond the reviewed plan: 13 updates; that plan is "
    assert len(found.new) == 11
    assert found.new[-1] == ("and 3 more",)
