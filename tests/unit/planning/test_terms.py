"""What one object is judged on: the base's word on it, and who owns which field."""

from __future__ import annotations

from reconciler.model.base import Base
from reconciler.model.desired import Exactly
from reconciler.model.words import Ref
from reconciler.planning.terms import Terms, terms
from reconciler.settings import Management
from tests.support.world import declare

DECLARED = declare("Incident", "1", status="resolved", assignedTo="kai")
SPEC = {"status": Exactly("active")}


def test_without_a_commit_there_is_no_base_whatever_it_holds() -> None:
    assert terms(DECLARED, Base(), ()).base is None
    assert terms(DECLARED, Base({DECLARED.ref: SPEC}), ()).base is None


def test_an_object_that_the_base_does_not_hold_has_an_empty_one() -> None:
    assert terms(DECLARED, Base({Ref("Incident", "2"): SPEC}, "c0ffee"), ()).base == {}


def test_an_object_is_judged_against_its_own_entry() -> None:
    assert terms(DECLARED, Base({DECLARED.ref: SPEC}, "c0ffee"), ()).base == SPEC


def test_each_declared_field_has_the_mode_that_the_nearest_word_gives() -> None:
    own = DECLARED._replace(management={"assignedTo": "once"})
    outer = (Management(), Management(default="enforce", fields={"assignedTo": "yield"}))

    found = terms(own, Base(), outer)

    assert found.modes == {"status": "enforce", "assignedTo": "once"}
    assert (found.mode("status"), found.mode("assignedTo")) == ("enforce", "once")


def test_only_the_applied_tree_is_on_record() -> None:
    assert not terms(DECLARED, Base({DECLARED.ref: SPEC}, "c0ffee"), ()).is_on_record
    assert terms(DECLARED, Base({}, "c0ffee", is_applied=True), ()).is_on_record


def test_what_nobody_named_yields() -> None:
    assert Terms().mode("status") == "yield"
