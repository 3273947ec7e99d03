from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import InvalidInput
from reconciler.model.base import Base
from reconciler.model.desired import Exactly
from reconciler.model.live import Cost, Known, Merged, Missing, Observation, Unreadable
from reconciler.model.plan import Change, Request, Spill, Survivor
from reconciler.model.words import Foreign, Ref
from reconciler.planning import make
from reconciler.settings import Limits, Management, Require
from tests.support.world import alert, declare, incident, legacy, live, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Declared

KINDS_ON = frozenset({"Incident", "Alert", "LegacyAlert", "IncidentTask"})


def changes(
    *pairs: tuple[Declared, Observation], require: Require | None = None, base: Base | None = None
) -> dict[Ref, Change]:
    desk = make.part([item for item, _ in pairs], kinds=KINDS_ON, today="2026-11-21")
    observations = {item.ref: observation for item, observation in pairs}
    found = make.changes(desk, observations, require=require or Require(), base=base or Base())
    assert [change.ref for change in found] == sorted(observations)
    return {change.ref: change for change in found}


def only(item: Declared, observation: Observation) -> Change:
    return changes((item, observation))[item.ref]


def test_an_object_that_differs_gets_the_smallest_request() -> None:
    declared = declare("Incident", "1", status="resolved", severity="medium")
    change = only(declared, Known(live("Incident", incident())))
    assert (change.action, change.reason) == ("update", "differs")
    assert change.request == Request("PATCH", "/v1.0/security/incidents/1", {"status": "resolved"})
    assert change.title == Foreign("Suspicious sign-in")
    assert change.revision == "2026-11-20T10:00:00.1234567Z"
    assert change.moved_by == Foreign("kai@contoso.com")


def test_an_object_that_holds_is_in_sync() -> None:
    change = only(declare("Incident", "1", status="active"), Known(live("Incident", incident())))
    assert (change.action, change.reason, change.request) == ("noop", "in-sync", None)


def test_a_failed_read_is_unknown_and_never_not_found() -> None:
    observation = Unreadable("Graph answered 403", Foreign("no"))
    change = only(declare("Incident", "1", status="active"), observation)
    assert (change.action, change.reason) == ("skip", "unknown")
    assert (change.problem, change.detail) == ("Graph answered 403", Foreign("no"))


def test_a_missing_object_is_not_found() -> None:
    change = only(declare("Incident", "1", status="active"), Missing())
    assert (change.action, change.reason) == ("skip", "not-found")


def test_a_merged_incident_is_reported_with_its_survivor_and_not_written() -> None:
    merged = live("Incident", incident(status="redirected", redirectIncidentId="2"))
    survivor = live("Incident", incident("2", severity="high"))
    change = only(declare("Incident", "1", status="resolved"), Merged(merged, survivor))
    assert (change.action, change.reason, change.request) == ("skip", "redirected", None)
    assert change.survivor == Survivor("2", Foreign("Suspicious sign-in"), "high")


def test_a_merged_incident_with_a_broken_chain_says_so() -> None:
    merged = live("Incident", incident(status="redirected"))
    change = only(declare("Incident", "1", status="resolved"), Merged(merged, None, "a cycle"))
    assert (change.survivor, change.problem) == (None, "a cycle")


def test_expired_and_switched_off_documents_are_decided_unread() -> None:
    expired = declare("Incident", "1", expires="2026-11-21", status="active")
    later = declare("Incident", "2", expires="2026-11-22", status="active")
    off = declare("Alert", "a", status="new")
    desk = make.part([expired, later, off], kinds=frozenset({"Incident"}), today="2026-11-21")
    assert desk.active == (later,)
    assert [(one.ref.id, one.reason) for one in desk.released] == [
        ("1", "expired"),
        ("a", "disabled"),
    ]


def test_a_property_left_out_of_the_answer_makes_the_object_unknown() -> None:
    answer = incident()
    del answer["customTags"]
    change = only(declare("Incident", "1", customTags=["a"]), Known(live("Incident", answer)))
    assert (change.action, change.reason) == ("skip", "unknown")
    assert change.problem == "Graph's answer does not tell customTags"


def test_a_legacy_alert_carries_the_live_vendor_information() -> None:
    change = only(
        declare("LegacyAlert", "la1", status="resolved"), Known(live("LegacyAlert", legacy()))
    )
    assert change.request is not None
    assert change.request.body == {
        "status": "resolved",
        "vendorInformation": {"provider": "MCAS", "vendor": "Microsoft"},
    }


def test_a_legacy_alert_without_vendor_information_is_unknown() -> None:
    answer = legacy(vendorInformation=None)
    change = only(
        declare("LegacyAlert", "la1", status="resolved"), Known(live("LegacyAlert", answer))
    )
    assert change.reason == "unknown"


def test_an_alert_that_contradicts_its_incident_stops_both() -> None:
    found = changes(
        (declare("Incident", "1", status="resolved"), Known(live("Incident", incident()))),
        (declare("Alert", "da1", status="inProgress"), Known(live("Alert", alert()))),
        (declare("Alert", "da2", status="resolved"), Known(live("Alert", alert("da2")))),
    )
    assert found[Ref("Incident", "1")].reason == "contradicts-incident"
    assert found[Ref("Alert", "da1")].problem == "it contradicts Incident 1"
    assert found[Ref("Alert", "da2")].action == "update"


def test_another_owner_than_the_incidents_is_a_contradiction() -> None:
    found = changes(
        (declare("Incident", "1", assignedTo="kai"), Known(live("Incident", incident()))),
        (declare("Alert", "da1", assignedTo="ann"), Known(live("Alert", alert()))),
    )
    assert {change.reason for change in found.values()} == {"contradicts-incident"}


def test_an_unassigned_incident_contradicts_no_owner() -> None:
    found = changes(
        (
            declare("Incident", "1", assignedTo=None),
            Known(live("Incident", incident(assignedTo="kai"))),
        ),
        (declare("Alert", "da1", assignedTo="ann"), Known(live("Alert", alert()))),
    )
    assert {change.action for change in found.values()} == {"update"}


def test_an_incident_that_is_gone_contradicts_nobody() -> None:
    found = changes(
        (declare("Incident", "1", status="resolved"), Missing()),
        (declare("Alert", "da1", status="inProgress"), Known(live("Alert", alert()))),
    )
    assert found[Ref("Alert", "da1")].action == "update"


def test_what_spills_over_names_the_declared_alerts_and_not_the_tasks() -> None:
    found = changes(
        (
            declare("Incident", "1", status="resolved", assignedTo="Kai"),
            Known(live("Incident", incident())),
        ),
        (declare("Alert", "da1", status="resolved"), Known(live("Alert", alert()))),
        (declare("IncidentTask", "t", status="completed"), Known(live("IncidentTask", task("t")))),
    )
    assert found[Ref("Incident", "1")].spills == (
        Spill("status", "resolved", (Ref("Alert", "da1"),)),
        Spill("assignedTo", "Kai", (Ref("Alert", "da1"),)),
    )


def test_an_incident_whose_write_would_spill_over_what_a_person_set_is_left_alone() -> None:
    item = declare("Alert", "da1", status="resolved")
    base = Base({item.ref: item.spec, Ref("Incident", "1"): {}}, commit="c" * 40, is_applied=True)
    found = changes(
        (declare("Incident", "1", status="resolved"), Known(live("Incident", incident()))),
        (item, Known(live("Alert", alert(status="inProgress")))),
        base=base,
    )
    left = found[Ref("Incident", "1")]
    assert (left.action, left.reason, left.request) == ("skip", "contradicts-incident", None)
    assert left.problem == (
        "Graph would write it over what a person set on Alert da1: adopt or enforce that first"
    )
    assert found[Ref("Alert", "da1")].reason == "drift-kept"


def unassigned(**declared: str | None) -> Mapping[Ref, Change]:
    """An incident that loses its owner, and its alert, which has the same one."""
    return changes(
        (
            declare("Incident", "1", assignedTo=None),
            Known(live("Incident", incident(assignedTo="kai"))),
        ),
        (declare("Alert", "da1", **declared), Known(live("Alert", alert(assignedTo="kai")))),
    )


def test_unassigning_an_incident_names_the_alerts_that_it_may_reach() -> None:
    for found in (
        unassigned(status="resolved"),
        unassigned(assignedTo=None),
        unassigned(assignedTo="ann"),
    ):
        assert found[Ref("Incident", "1")].spills == (
            Spill("assignedTo", None, (Ref("Alert", "da1"),)),
        )


def test_an_incident_is_not_unassigned_over_the_owner_that_a_declared_alert_has() -> None:
    found = unassigned(assignedTo="kai")
    left = found[Ref("Incident", "1")]
    assert (left.action, left.reason) == ("skip", "contradicts-incident")
    assert left.problem == (
        "unassigning it may unassign Alert da1 as well, which would look like a person's change:"
        " declare no owner there, or null"
    )
    assert found[Ref("Alert", "da1")].reason == "in-sync"


def test_a_spill_that_brings_what_the_person_set_is_written() -> None:
    item = declare("Alert", "da1", assignedTo="ann")
    base = Base({item.ref: item.spec}, commit="c" * 40, is_applied=True)
    found = changes(
        (declare("Incident", "1", status="resolved"), Known(live("Incident", incident()))),
        (item, Known(live("Alert", alert(assignedTo="kai")))),
        base=base,
    )
    assert found[Ref("Incident", "1")].action == "update"


def test_the_summary_counts_objects_and_exact_requests() -> None:
    found = changes(
        (declare("Incident", "1", status="resolved"), Known(live("Incident", incident()))),
        (declare("Incident", "2", status="active"), Known(live("Incident", incident("2")))),
        (declare("Incident", "3", status="active"), Missing()),
        (declare("Incident", "4", status="active"), Unreadable("no")),
        (declare("IncidentTask", "t", status="completed"), Known(live("IncidentTask", task("t")))),
    )
    summary = make.summarize(list(found.values()), spent=Cost(5, 1), limits=Limits())
    assert (summary.declared, summary.in_sync, summary.update) == (5, 1, 2)
    assert (summary.skip, summary.unknown) == (1, 1)
    assert summary.requests.read_units == 5
    assert summary.requests.write_units == 4
    assert summary.requests.round_trips == 5
    assert summary.requests.estimated_seconds == 2.0


def test_waiting_for_quota_is_part_of_the_estimate() -> None:
    pairs = [
        (declare("Incident", str(n), status="resolved"), Known(live("Incident", incident(str(n)))))
        for n in range(1, 31)
    ]
    summary = make.summarize(
        list(changes(*pairs).values()),
        spent=Cost(),
        limits=Limits(requests_per_minute=30, batch_size=10),
    )
    assert summary.requests.estimated_seconds == 3.0 + 120.0


@pytest.mark.parametrize(("count", "is_doubtful"), [(2, False), (3, True)])
def test_three_objects_of_which_none_is_found_raise_a_doubt(count: int, is_doubtful: bool) -> None:
    pairs: list[tuple[Declared, Observation]] = [
        (declare("Incident", str(n), status="active"), Missing()) for n in range(count)
    ]
    pairs.append((declare("Incident", "9", expires="2026-01-01", status="active"), Missing()))
    assert (make.implausible(list(changes(*pairs).values())) is not None) == is_doubtful


@pytest.mark.parametrize(
    ("observations", "is_doubtful"),
    [
        ([Missing()] * 2, False),
        ([Missing()] * 3, True),
        ([Missing()] * 3 + [Unreadable("no")], False),
        ([], False),
    ],
)
def test_the_same_doubt_is_raised_by_what_was_read(
    observations: list[Observation], *, is_doubtful: bool
) -> None:
    read = {Ref("Incident", str(number)): one for number, one in enumerate(observations)}
    assert (make.unfound(read) is not None) == is_doubtful


def test_one_object_that_is_found_settles_the_doubt() -> None:
    pairs: list[tuple[Declared, Observation]] = [
        (declare("Incident", str(n), status="active"), Missing()) for n in range(5)
    ]
    pairs.append(
        (declare("Incident", "9", status="active"), Known(live("Incident", incident("9"))))
    )
    assert make.implausible(list(changes(*pairs).values())) is None


def test_all_of_one_kind_gone_raises_a_doubt_although_others_are_found() -> None:
    gone: dict[Ref, Observation] = {
        Ref("LegacyAlert", f"a{number}"): Missing() for number in range(3)
    }
    there: dict[Ref, Observation] = {Ref("Incident", "9"): Known(live("Incident", incident("9")))}

    assert make.unfound(gone | there) == (
        "none of the 3 declared objects of kind LegacyAlert was found: wrong tenant or role scope,"
        " or has the API ended, as announced for 2026-10-15?"
    )
    assert make.unfound({Ref("LegacyAlert", "a0"): Missing(), **there}) is None
    assert make.unfound({**gone, Ref("LegacyAlert", "a9"): Unreadable("no"), **there}) is None


def test_a_reversal_needs_the_keys_that_the_configuration_requires() -> None:
    reverses = declare(
        "Incident", "1", classification="falsePositive", determination="other", summary="Ours"
    )
    now = live("Incident", incident(classification="truePositive", determination="malware"))
    with pytest.raises(InvalidInput) as caught:
        changes((reverses, Known(now)), require=Require(reversals=("summary", "ticket", "reason")))
    assert [finding.place for finding in caught.value.findings] == [reverses.source] * 2
    assert "no ticket" in caught.value.findings[0].message


BASE = Base(
    {
        Ref("Incident", "1"): {"status": Exactly("active")},
        Ref("Incident", "2"): {"status": Exactly("active")},
        Ref("Alert", "a"): {"status": Exactly("new")},
    },
    "c0ffee",
    is_applied=True,
)


def test_each_object_is_judged_against_the_base_by_who_owns_the_field() -> None:
    items = [
        declare("Incident", "1", status="active"),
        declare("Incident", "2", status="active")._replace(management={"status": "yield"}),
        declare("Incident", "3", status="active"),
    ]
    seen = {
        item.ref: Known(live("Incident", incident(item.ref.id, status="inProgress")))
        for item in items
    }
    desk = make.part(items, kinds=KINDS_ON, today="2026-11-21")

    found = make.changes(
        desk, seen, require=Require(), base=BASE, management=(Management(default="enforce"),)
    )

    assert [[field.cause for field in change.fields] for change in found] == [
        ["drift"],
        [],
        ["declared"],
    ]
    assert [kept.cause for kept in found[1].kept] == ["drift"]
    assert make.summarize(found, spent=Cost(), limits=Limits()).drift == 2


def test_declarations_that_end_in_one_incident_are_left_alone_together() -> None:
    merged = live("Incident", incident(status="redirected", redirectIncidentId="2"))
    found = changes(
        (
            declare("Incident", "1", status="resolved"),
            Merged(merged, live("Incident", incident("2"))),
        ),
        (declare("Incident", "2", status="resolved"), Known(live("Incident", incident("2")))),
        (declare("Incident", "3", status="resolved"), Known(live("Incident", incident("3")))),
    )

    assert [change.reason for change in found.values()] == ["redirected", "redirected", "differs"]
    assert found[Ref("Incident", "2")].problem == (
        "merged into it: Incident 1 (desired/1.yaml:3);"
        " keep one of these documents and delete the others"
    )


def test_what_the_applied_tree_holds_and_nothing_declares_is_released() -> None:
    expired = declare("Incident", "2", expires="2026-01-01", status="active")

    assert make.released([expired], BASE) == (Ref("Alert", "a"), Ref("Incident", "1"))
    assert make.released([], replace(BASE, is_applied=False)) == ()
    assert make.released([], Base()) == ()
