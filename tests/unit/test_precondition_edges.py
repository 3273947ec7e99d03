"""Cases that only a fault in the check right before a write would tell apart (tests/mutation)."""

from __future__ import annotations

import pytest

from reconciler.kinds import KINDS
from reconciler.model.live import Known, Merged, Unreadable
from reconciler.model.outcome import AlreadyDone, Conflict, Intent, Verdict, Write
from reconciler.model.plan import Change, FieldChange, Spill
from reconciler.model.words import Json, Place, Ref
from reconciler.precondition import intent, judge, spilled
from tests.support.world import alert, incident, live, task

INCIDENT = Ref("Incident", "1")
STATUS = FieldChange("status", "active", "inProgress")
PAIR = (
    FieldChange("classification", "truePositive", "truePositive", "paired"),
    FieldChange("determination", "malware", "phishing"),
)


def planned(*fields: FieldChange, ref: Ref = INCIDENT) -> Change:
    return Change(ref, "update", "differs", Place("x.yaml", 3), fields=fields)


def now(*fields: FieldChange, **answer: Json) -> Verdict | Unreadable:
    observation = Known(live("Incident", {**incident(), **answer}))
    return judge(planned(*fields), observation, written={})


def test_a_verdict_that_is_all_there_is_already_done() -> None:
    assert now(*PAIR, classification="truePositive", determination="phishing") == AlreadyDone()


def test_unset_is_unset_however_graph_spells_it_in_the_check() -> None:
    verdict = (
        FieldChange("classification", None, "falsePositive"),
        FieldChange("determination", None, "other"),
    )
    assert now(*verdict, classification="unknown") == Write(verdict)
    owner = FieldChange("assignedTo", "Kai@contoso.com", None)
    assert now(owner, assignedTo=" kai@CONTOSO.com") == Write((owner,))
    assert now(owner, assignedTo="") == AlreadyDone()


def test_a_merged_object_says_that_it_was_merged() -> None:
    merged = Merged(live("Incident", incident(status="redirected")), None)
    expected = Conflict("it was merged into another incident since the plan")
    assert judge(planned(STATUS), merged, written={}) == expected


def test_an_intent_holds_what_the_check_found_and_not_what_the_plan_saw() -> None:
    change = planned(
        FieldChange("assignedTo", "ann", "bob"), FieldChange("status", "new", "inProgress")
    )
    found = live("Alert", alert(assignedTo="kai", status="new"))
    assert intent(change, Write(change.fields[:1]), found) == Intent(
        INCIDENT, Place("x.yaml", 3), (FieldChange("assignedTo", "kai", "bob"),)
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((FieldChange("status", "active", "resolved"),), {"status": ("resolved",)}),
        ((FieldChange("assignedTo", None, "kai"),), {"assignedTo": ("kai",)}),
        ((FieldChange("status", "resolved", "inProgress"),), {}),
        ((FieldChange("assignedTo", "kai", None),), {"assignedTo": (None,)}),
        ((FieldChange("displayName", "a", "resolved"),), {}),
        (
            (FieldChange("status", "active", "resolved"), FieldChange("assignedTo", None, "kai")),
            {"status": ("resolved",), "assignedTo": ("kai",)},
        ),
    ],
)
def test_an_alert_is_reached_by_exactly_what_graph_spills(
    fields: tuple[FieldChange, ...], expected: dict[str, tuple[Json, ...]]
) -> None:
    written = {INCIDENT: planned(*fields)}
    assert spilled(KINDS["Alert"], live("Alert", alert()), written) == expected


def test_a_task_an_orphan_and_an_alert_of_another_incident_are_not_reached() -> None:
    written = {INCIDENT: planned(FieldChange("status", "active", "resolved"))}
    assert spilled(KINDS["IncidentTask"], live("IncidentTask", task()), written) == {}
    assert spilled(KINDS["Alert"], live("Alert", alert(incidentId=None)), written) == {}
    assert spilled(KINDS["Alert"], live("Alert", alert(incidentId="2")), written) == {}


def test_a_closed_alert_of_a_reopened_incident_is_no_spill_over() -> None:
    written = {INCIDENT: planned(FieldChange("status", "resolved", "active"))}
    change = planned(FieldChange("status", "new", "inProgress"), ref=Ref("Alert", "da1"))
    observation = Known(live("Alert", alert(status="active")))
    assert isinstance(judge(change, observation, written=written), Conflict)


def test_an_owner_that_may_have_gone_with_the_incidents_counts_as_before() -> None:
    incident_change = planned(FieldChange("assignedTo", "kai", None))._replace(
        spills=(Spill("assignedTo", None, (Ref("Alert", "da1"),)),)
    )
    owner = FieldChange("assignedTo", "kai", "ann")
    change = planned(owner, ref=Ref("Alert", "da1"))
    found = Known(live("Alert", alert(assignedTo=None)))

    assert judge(change, found, written={INCIDENT: incident_change}) == Write((owner,))
    assert isinstance(judge(change, found, written={}), Conflict)


def test_a_closure_of_an_alert_whose_incident_was_only_unassigned_needs_its_revision() -> None:
    incident_change = planned(FieldChange("assignedTo", "kai", None))._replace(
        spills=(Spill("assignedTo", None, (Ref("Alert", "da1"),)),)
    )
    change = planned(FieldChange("status", "new", "resolved"), ref=Ref("Alert", "da1"))
    found = Known(live("Alert", alert(lastUpdateDateTime="2026-11-21T00:00:00Z")))

    assert isinstance(judge(change, found, written={INCIDENT: incident_change}), Conflict)
