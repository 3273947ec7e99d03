from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.model.plan import Change, FieldChange, Kept, Spill, Survivor
from reconciler.model.words import Foreign, Place, Ref
from reconciler.review.alike import shown_alike
from reconciler.review.entry import Moved
from reconciler.review.groups import Group, Row, alike, entry_key
from reconciler.review.items import drift_items, outcome_items, plan_items
from reconciler.review.outline import entry
from tests.support.plans import TENANT, closing_report, golden_plan, quiet_plan, update

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUS = FieldChange("status", "active", "resolved")
ONE = update(Ref("Incident", "1"), STATUS, risks=("closes",), severity="low", owner="a")
TWO = ONE._replace(
    ref=Ref("Incident", "2"),
    severity="high",
    owner="b",
    title=Foreign("t"),
    created="2026-11-19T00:00:00Z",
    moved_by=Foreign("kai"),
    source=Place("b.yaml", 7),
)


def together(*changes: Change) -> list[list[str]]:
    return [[one.ref.id for one in members] for members in alike(changes, shown_alike())]


def test_severity_age_owner_place_and_editor_are_each_members_own() -> None:
    assert together(ONE, TWO) == [["1", "2"]]


@pytest.mark.parametrize(
    "other",
    [
        TWO._replace(ref=Ref("Alert", "2")),
        TWO._replace(risks=("closes-high-severity",)),
        TWO._replace(fields=(FieldChange("status", "inProgress", "resolved"),)),
        TWO._replace(fields=(replace(STATUS, cause="drift"),)),
        TWO._replace(fields=(STATUS, FieldChange("summary", None, "x"))),
        TWO._replace(kept=(Kept("summary", "a", "a", "b", "drift"),)),
        TWO._replace(spills=(Spill("status", "resolved"),)),
        TWO._replace(problem="take care"),
        TWO._replace(action="skip", reason="conflict"),
    ],
)
def test_changes_that_are_shown_differently_stand_apart(other: Change) -> None:
    assert together(ONE, other) == [["1"], ["2"]]


def test_unset_is_unset_however_graph_spells_it() -> None:
    words = [FieldChange("classification", word, "falsePositive") for word in (None, "unknown", "")]
    changes = [ONE._replace(ref=Ref("Incident", str(n)), fields=(w,)) for n, w in enumerate(words)]

    assert together(*changes) == [["0", "1", "2"]]


def test_of_tags_only_what_comes_and_goes_counts() -> None:
    tags = (
        FieldChange("customTags", ["case-1"], ["case-1", "x"]),
        FieldChange("customTags", None, ["x"]),
        FieldChange("customTags", ["b", "a"], ["a", "b", "x"]),
        FieldChange("customTags", ["a"], ["x"]),
        FieldChange("customTags", ["a", "a"], ["a", "x"]),
    )
    changes = [ONE._replace(ref=Ref("Incident", str(n)), fields=(t,)) for n, t in enumerate(tags)]

    assert together(*changes) == [["0", "1", "2"], ["3", "4"]]


def test_a_number_is_not_the_boolean_that_equals_it() -> None:
    fields = (FieldChange("summary", 1, "x"), FieldChange("summary", True, "x"))
    changes = [ONE._replace(ref=Ref("Incident", str(n)), fields=(f,)) for n, f in enumerate(fields)]

    assert together(*changes) == [["0"], ["1"]]


def test_skips_are_alike_by_what_they_say() -> None:
    gone = Change(Ref("Incident", "1"), "skip", "not-found", Place("a.yaml"))
    expired = gone._replace(reason="expired", expires="2026-11-01")
    merged = gone._replace(reason="redirected", survivor=Survivor("9", Foreign("t"), "high"))

    def other(change: Change) -> Change:
        return change._replace(ref=Ref("Incident", "2"))

    assert together(gone, other(gone._replace(expires="2027-01-01"))) == [["1", "2"]]
    assert together(expired, other(expired)) == [["1", "2"]]
    assert together(expired, other(expired._replace(expires="2026-11-02"))) == [["1"], ["2"]]
    assert together(merged, other(merged)) == [["1", "2"]]
    assert together(merged, other(merged._replace(detail=Foreign("x")))) == [["1"], ["2"]]


words = st.sampled_from([None, "", "a", "b", "unknown"])
lists = st.none() | st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)
fields = st.builds(FieldChange, st.just("summary"), words, words) | st.builds(
    FieldChange, st.just("customTags"), lists, lists, st.sampled_from(["declared", "drift"])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(fields, min_size=2, max_size=6))
def test_those_are_alike_whose_entries_are(found: Sequence[FieldChange]) -> None:
    changes = [ONE._replace(ref=Ref("Incident", str(n)), fields=(f,)) for n, f in enumerate(found)]

    quick = alike(changes, shown_alike())

    assert quick == alike(changes, lambda change: entry_key(entry(change, TENANT)))


def test_a_group_stands_where_its_first_member_does_and_shares_what_all_say() -> None:
    third = TWO._replace(ref=Ref("Incident", "3"), owner="a", ticket="SEC-1")
    apart = update(Ref("Incident", "4"), FieldChange("summary", "a", "b"))
    plan = replace(quiet_plan(), tenant=TENANT)
    members = [one._replace(name="wave") for one in (ONE, TWO, third)]

    first, group, *rest = plan_items(plan, (apart, *members))

    assert (first, rest) == (entry(apart, TENANT, plan.created_at), [])
    assert isinstance(group, Group)
    assert (group.size, group.count) == (3, "3 incidents")
    assert group.brief == (Foreign("active"), " → ", Foreign("resolved"))
    assert group.first == entry(members[0], TENANT, plan.created_at)
    assert group.shared == (("set ", Foreign("wave")),)
    assert [*group.rows] == [
        Row(
            ONE.ref,
            None,
            Foreign("desired/contoso/1.yaml:2"),
            severity="low",
            own=(("owner ", Foreign("a")),),
        ),
        Row(
            TWO.ref,
            Foreign("t"),
            Foreign("b.yaml:7"),
            severity="high",
            age="34 h",
            moved=Moved(Foreign("kai"), None, None),
            own=(("owner ", Foreign("b")),),
        ),
        Row(
            third.ref,
            Foreign("t"),
            Foreign("b.yaml:7"),
            severity="high",
            age="34 h",
            moved=Moved(Foreign("kai"), None, None),
            own=(("owner ", Foreign("a")), ("ticket ", Foreign("SEC-1"))),
        ),
    ]


def test_the_golden_plan_has_one_group_of_twelve() -> None:
    plan = golden_plan()
    updates = [change for change in plan.changes if change.action == "update"]

    groups = [item for item in plan_items(plan, updates) if isinstance(item, Group)]

    assert [(one.count, one.first.risks) for one in groups] == [("12 incidents", ("closes",))]


def test_what_moved_alike_and_what_ended_alike_are_groups_too() -> None:
    kept = (Kept("status", "resolved", "resolved", "active", "drift"),)
    moved = [ONE._replace(ref=Ref("Incident", n), fields=(), kept=kept) for n in ("1", "2")]
    report = closing_report()
    failed = [replace(report.outcomes[-1], ref=Ref("IncidentTask", n)) for n in ("1", "2")]

    (drifted,) = drift_items(quiet_plan(), moved)
    (ended,) = outcome_items(report, failed)

    assert isinstance(drifted, Group)
    assert drifted.brief == (Foreign("resolved"), " → ", Foreign("active"), " (left to people)")
    assert isinstance(ended, Group)
    assert ended.count == "2 incident tasks"
    assert [row.ref.id for row in ended.rows] == ["1", "2"]
