from __future__ import annotations

import pytest

from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.outcome import AlreadyDone, Conflict, Intent, Verdict, Write
from reconciler.model.plan import Change, FieldChange, Request, Spill
from reconciler.model.words import Foreign, Json, Place, Ref
from reconciler.precondition import intent, judge
from tests.support.world import alert, incident, legacy, live

REVISION = "2026-11-20T10:00:00.1234567Z"
STATUS = FieldChange("status", "active", "inProgress")
CLOSE = FieldChange("status", "active", "resolved")
OWNER = FieldChange("assignedTo", None, "kai@contoso.com")


def planned(*fields: FieldChange, kind: str = "Incident", object_id: str = "1") -> Change:
    return Change(
        Ref(kind, object_id), "update", "differs", Place("x.yaml"), fields=fields, revision=REVISION
    )


def now(*fields: FieldChange, **answer: Json) -> Verdict | Unreadable:
    observation = Known(live("Incident", {**incident(), **answer}))
    return judge(planned(*fields), observation, written={})


def test_an_object_at_before_is_written() -> None:
    assert now(STATUS, OWNER) == Write((STATUS, OWNER))


def test_an_object_at_after_is_already_done() -> None:
    assert now(STATUS, OWNER, status="InProgress", assignedTo="KAI@contoso.com") == AlreadyDone()


def test_a_half_applied_object_gets_only_what_is_still_at_before() -> None:
    assert now(STATUS, OWNER, assignedTo="kai@contoso.com") == Write((STATUS,))


def test_a_moved_field_is_a_conflict_that_shows_planned_and_found() -> None:
    assert now(STATUS, OWNER, assignedTo="ann@contoso.com") == Conflict(
        "it moved since the plan", (FieldChange("assignedTo", None, "ann@contoso.com"),)
    )


def test_a_field_that_nobody_planned_may_move() -> None:
    assert now(STATUS, displayName="renamed", lastUpdateDateTime="2026-11-21T00:00:00Z") == Write(
        (STATUS,)
    )


def test_a_closing_change_needs_the_planned_revision() -> None:
    assert now(CLOSE) == Write((CLOSE,))
    moved = now(CLOSE, lastUpdateDateTime="2026-11-20T10:00:00.1234568Z")
    assert moved == Conflict("it was updated since the plan, and this change closes it")


def test_a_closure_is_not_written_where_the_severity_is_high_and_the_plan_does_not_tell() -> None:
    conflict = "its severity is high, which the plan does not tell, and this change closes it"
    assert now(CLOSE, severity="high") == Conflict(conflict)
    assert now(CLOSE, severity="high", classification="truePositive") == Write((CLOSE,))
    told = planned(CLOSE)._replace(risks=("closes-high-severity",))
    found = Known(live("Incident", incident(severity="high")))
    assert judge(told, found, written={}) == Write((CLOSE,))


@pytest.mark.parametrize(
    "field", [CLOSE, FieldChange("classification", "unknown", "falsePositive")]
)
def test_where_graph_tells_no_last_update_nobody_closes(field: FieldChange) -> None:
    """Also if it told none when the plan was made."""
    observation = Known(live("Incident", incident(lastUpdateDateTime=None)))
    for revision in (REVISION, None):
        change = planned(field)._replace(revision=revision)
        verdict = judge(change, observation, written={})
        assert isinstance(verdict, Conflict)
        assert verdict.problem.startswith("Graph does not tell when it was last updated")


def test_a_revision_is_the_same_instant_however_it_is_written() -> None:
    change = Change(
        Ref("Incident", "1"),
        "update",
        "differs",
        Place("x"),
        fields=(CLOSE,),
        revision="2026-11-20T10:00:00.5Z",
    )
    observation = Known(live("Incident", incident(lastUpdateDateTime="2026-11-20T10:00:00.50Z")))
    assert judge(change, observation, written={}) == Write((CLOSE,))


def test_a_closed_object_is_already_done_whatever_its_revision() -> None:
    assert now(CLOSE, status="resolved", lastUpdateDateTime="2026-11-21T00:00:00Z") == AlreadyDone()


PAIR = (
    FieldChange("classification", "truePositive", "truePositive", "paired"),
    FieldChange("determination", "malware", "phishing"),
)


def test_both_halves_of_a_verdict_go_together() -> None:
    verdict = now(*PAIR, STATUS, classification="truePositive", determination="malware")
    assert verdict == Write((*PAIR, STATUS))


def test_a_verdict_already_there_is_not_sent_with_the_rest() -> None:
    verdict = now(*PAIR, STATUS, classification="truePositive", determination="phishing")
    assert verdict == Write((STATUS,))


def test_a_paired_half_that_moved_is_a_conflict() -> None:
    verdict = now(*PAIR, classification="falsePositive", determination="malware")
    assert isinstance(verdict, Conflict)
    assert [field.name for field in verdict.fields] == ["classification"]


def test_a_half_written_verdict_is_sent_whole() -> None:
    both = (
        FieldChange("classification", "unknown", "truePositive"),
        FieldChange("determination", "unknown", "phishing"),
    )
    assert now(*both, classification="truePositive") == Write(both)


def test_a_property_missing_from_the_answer_is_a_conflict() -> None:
    answer = incident()
    del answer["status"]
    verdict = judge(planned(STATUS), Known(live("Incident", answer)), written={})
    assert isinstance(verdict, Conflict)


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (Missing(), Conflict("it is gone: Graph answered 404")),
        (Unreadable("no", Foreign("x")), Unreadable("no", Foreign("x"))),
    ],
)
def test_what_cannot_be_seen_is_not_written(
    observation: Missing | Unreadable, expected: Conflict | Unreadable
) -> None:
    assert judge(planned(STATUS), observation, written={}) == expected


@pytest.mark.parametrize("status", ["redirected", "active", "inProgress"])
def test_a_merged_incident_is_a_conflict_whatever_its_fields_hold(status: str) -> None:
    """Also where they stand at before, and where they stand at after."""
    merged = Merged(live("Incident", incident(status=status, redirectIncidentId="2")), None)
    assert judge(planned(STATUS), merged, written={}) == Conflict(
        "it was merged into another incident since the plan"
    )


ALERT_CLOSE = FieldChange("status", "new", "resolved")
ALERT_VERDICT = FieldChange("classification", None, "truePositive")


DA1 = Ref("Alert", "da1")


def wrote(*fields: FieldChange, reaching: tuple[Ref, ...] = (DA1,)) -> dict[Ref, Change]:
    """Incident 1, whose planned change holds by now and was foreseen to reach these alerts."""
    spills = tuple(Spill(field.name, field.after, reaching) for field in fields)
    return {Ref("Incident", "1"): planned(*fields)._replace(spills=spills)}


def test_an_alert_that_its_written_incident_reached_is_judged_by_fields_alone() -> None:
    change = planned(ALERT_CLOSE, kind="Alert", object_id="da1")
    observation = Known(live("Alert", alert(lastUpdateDateTime="2026-11-21T00:00:00Z")))
    assert judge(change, observation, written=wrote(OWNER)) == Write((ALERT_CLOSE,))
    assert isinstance(judge(change, observation, written={}), Conflict)


@pytest.mark.parametrize(
    "written",
    [
        wrote(OWNER, reaching=()),
        wrote(FieldChange("displayName", "a", "b")),
        {Ref("Incident", "2"): planned(OWNER)},
    ],
)
def test_an_incident_that_was_not_foreseen_to_reach_the_alert_excuses_nothing(
    written: dict[Ref, Change],
) -> None:
    change = planned(ALERT_CLOSE, kind="Alert", object_id="da1")
    observation = Known(live("Alert", alert(lastUpdateDateTime="2026-11-21T00:00:00Z")))
    assert isinstance(judge(change, observation, written=written), Conflict)


def test_an_alert_that_moved_to_another_incident_since_is_a_conflict() -> None:
    written = {Ref("Incident", "2"): planned(CLOSE, OWNER)}
    change = planned(FieldChange("status", "new", "inProgress"), kind="Alert", object_id="da1")
    moved = Known(live("Alert", alert(incidentId="2", status="resolved")))
    assert isinstance(judge(change, moved, written=written), Conflict)


def test_what_the_incident_spilled_onto_its_alert_counts_as_before() -> None:
    change = planned(
        FieldChange("assignedTo", "ann", "bob"), ALERT_VERDICT, kind="Alert", object_id="da1"
    )
    observation = Known(live("Alert", alert(assignedTo="KAI@contoso.com")))
    assert judge(change, observation, written=wrote(CLOSE, OWNER)) == Write(change.fields)
    assert isinstance(judge(change, observation, written={}), Conflict)


def test_an_alert_closed_by_its_incident_still_gets_its_verdict() -> None:
    change = planned(ALERT_CLOSE, ALERT_VERDICT, kind="Alert", object_id="da1")
    observation = Known(live("Alert", alert(status="resolved")))
    assert judge(change, observation, written=wrote(CLOSE)) == Write((ALERT_VERDICT,))


def test_a_lone_classification_needs_the_planned_revision() -> None:
    """Graph recomputes the determination, which somebody may have set since."""
    verdict = FieldChange("classification", "unknown", "truePositive")
    assert now(verdict) == Write((verdict,))
    moved = now(verdict, determination="phishing", lastUpdateDateTime="2026-11-21T00:00:00Z")
    assert moved == Conflict("it was updated since the plan, and its determination is recomputed")


def test_vendor_information_that_changed_since_the_plan_is_a_conflict() -> None:
    field = FieldChange("status", "newAlert", "resolved")
    vendor = {"provider": "MCAS", "vendor": "Microsoft"}
    body: dict[str, Json] = {"status": "resolved", "vendorInformation": vendor}
    change = planned(field, kind="LegacyAlert", object_id="la1")._replace(
        request=Request("PATCH", "/v1.0/security/alerts/la1", body),
        revision="2026-11-20T11:00:00Z",
    )
    assert judge(change, Known(live("LegacyAlert", legacy())), written={}) == Write((field,))
    other = legacy(vendorInformation={"provider": "IPC", "vendor": "Microsoft"})
    assert isinstance(judge(change, Known(live("LegacyAlert", other)), written={}), Conflict)


def test_an_intent_holds_what_the_check_found_and_what_is_sent() -> None:
    found = live("Incident", incident(status="Active", assignedTo="KAI@contoso.com"))
    change = planned(STATUS, FieldChange("assignedTo", "kai@contoso.com", "ann@contoso.com"))
    assert intent(change, Write(change.fields), found) == Intent(
        change.ref,
        change.source,
        (STATUS, FieldChange("assignedTo", "KAI@contoso.com", "ann@contoso.com")),
    )


def test_an_alert_that_belongs_to_no_incident_is_spilled_nothing() -> None:
    written = {Ref("Incident", "1"): planned(CLOSE)}
    change = planned(FieldChange("assignedTo", "ann", "bob"), kind="Alert", object_id="da1")
    observation = Known(live("Alert", alert(incidentId=None, assignedTo="ann")))
    assert judge(change, observation, written=written) == Write(change.fields)
