from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.codec.journal import Header, Run
from reconciler.kinds.enums import WHY_READ_ONLY
from reconciler.model.desired import Exactly
from reconciler.model.live import Known, Merged, Missing, Observation, Unreadable
from reconciler.model.outcome import Intent, Outcome, OutcomeName
from reconciler.model.plan import Change, FieldChange, Kept, PlanTenant, Survivor
from reconciler.model.words import Foreign, Json, Place, Ref
from reconciler.undo import (
    MISFIT,
    MOVED,
    OTHER_HALF,
    SPILLED,
    beyond_undo,
    declarations,
    inverse,
)
from tests.support.world import alert, incident, legacy, live

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = Header(
    "r1", "0.1.0", PlanTenant("demo", None, "emulator", "emulator"), "sha256:0", "2026-11-21T12:00Z"
)
PLACE = Place("desired/demo/a.yaml", 3)
INCIDENT = Ref("Incident", "1")
ALERT = Ref("Alert", "da1")
CLOSE = FieldChange("status", "active", "resolved")
OWNER = FieldChange("assignedTo", "ann@contoso.com", "kai@contoso.com")


def intent(ref: Ref, *fields: FieldChange) -> Intent:
    return Intent(ref, PLACE, fields)


def ended(ref: Ref, name: OutcomeName = "done") -> Outcome:
    return Outcome(ref, name, PLACE)


def journal(intents: Sequence[Intent], outcomes: Sequence[Outcome] | None = None) -> Run:
    """Without ``outcomes`` every write is done."""
    told = [ended(one.ref) for one in intents] if outcomes is None else outcomes
    return Run(HEADER, tuple(intents), tuple(told), is_cut=False)


def seen(*answers: tuple[str, dict[str, Json]]) -> dict[Ref, Observation]:
    lives = [live(kind, answer) for kind, answer in answers]
    return {one.ref: Known(one) for one in lives}


def undone(fields: Sequence[FieldChange], *, kind: str = "Incident", **answer: Json) -> Change:
    """The change for one object that a run wrote ``fields`` of and that now answers so."""
    plain = {"Incident": incident(), "Alert": alert(), "LegacyAlert": legacy()}
    observed = seen((kind, {**plain[kind], **answer}))
    (ref,) = observed
    (change,) = inverse(journal([intent(ref, *fields)]), observed)
    return change


def told(change: Change) -> tuple[str, str, str | None]:
    return change.action, change.reason, change.problem


def test_a_field_that_holds_what_the_run_wrote_goes_back_to_what_it_found() -> None:
    change = undone((CLOSE, OWNER), status="resolved", assignedTo="KAI@contoso.com")
    assert told(change) == ("update", "differs", None)
    assert change.fields == (
        FieldChange("status", "resolved", "active"),
        FieldChange("assignedTo", "KAI@contoso.com", "ann@contoso.com"),
    )
    assert change.request is not None
    assert change.request.body == {"status": "active", "assignedTo": "ann@contoso.com"}
    assert change.risks == ("reopens",)
    assert change.source == PLACE
    assert change.title == Foreign("Suspicious sign-in")
    assert change.revision == "2026-11-20T10:00:00.1234567Z"


def test_a_field_that_moved_since_is_left_and_named_and_the_others_go_back() -> None:
    change = undone((CLOSE, OWNER), status="resolved", assignedTo="lee@contoso.com")
    assert change.fields == (FieldChange("status", "resolved", "active"),)
    assert change.problem == f"not undone: assignedTo ({MOVED})"
    assert change.action == "update"
    assert change.kept == (
        Kept("assignedTo", "kai@contoso.com", "ann@contoso.com", "lee@contoso.com", "conflict"),
    )


def test_an_object_of_which_nothing_goes_back_is_a_conflict() -> None:
    change = undone((CLOSE, OWNER), status="inProgress", assignedTo="lee@contoso.com")
    problem = f"not undone: status ({MOVED}), assignedTo ({MOVED})"
    assert told(change) == ("skip", "conflict", problem)
    assert change.fields == ()
    assert [kept.name for kept in change.kept] == ["status", "assignedTo"]
    assert change.request is None
    assert change.title == Foreign("Suspicious sign-in")


def test_what_is_left_stands_in_the_order_of_the_kind() -> None:
    change = undone((OWNER, CLOSE), status="inProgress", assignedTo="lee@contoso.com")
    assert [kept.name for kept in change.kept] == ["status", "assignedTo"]
    assert change.problem == f"not undone: assignedTo ({MOVED}), status ({MOVED})"


@pytest.mark.parametrize("now", ["resolved", "active", "inProgress"])
def test_an_undo_puts_nothing_on_record_as_applied(now: str) -> None:
    assert undone((CLOSE,), status=now).applied is None


def test_an_object_that_is_as_the_run_found_it_is_in_sync() -> None:
    change = undone((CLOSE, OWNER), status="Active", assignedTo=" ANN@contoso.com")
    assert told(change) == ("noop", "in-sync", None)


def test_a_half_restored_object_gets_the_other_half() -> None:
    change = undone((CLOSE, OWNER), status="active", assignedTo="kai@contoso.com")
    assert [field.name for field in change.fields] == ["assignedTo"]
    assert change.problem is None


@pytest.mark.parametrize(
    ("outcome", "count"),
    [
        ("done", 1),
        ("notKept", 1),
        ("unsettled", 1),
        ("failed", 0),
        ("conflict", 0),
        ("alreadyDone", 1),
        ("notTried", 0),
    ],
)
def test_only_what_may_have_been_written_is_undone(outcome: OutcomeName, count: int) -> None:
    run = journal([intent(INCIDENT, CLOSE)], [ended(INCIDENT, outcome)])
    observed = seen(("Incident", incident(status="resolved")))
    assert len(inverse(run, observed)) == count
    assert len(declarations(run)) == count


def test_an_intent_without_an_outcome_may_have_been_written() -> None:
    run = journal([intent(INCIDENT, CLOSE)], [])
    (change,) = inverse(run, seen(("Incident", incident(status="resolved"))))
    assert change.fields == (FieldChange("status", "resolved", "active"),)
    (change,) = inverse(run, seen(("Incident", incident(status="active"))))
    assert change.reason == "in-sync"


def test_of_several_writes_the_first_before_and_the_last_after_count() -> None:
    run = journal(
        [
            intent(INCIDENT, CLOSE, OWNER),
            intent(INCIDENT, FieldChange("assignedTo", "bob", "kai@contoso.com")),
            intent(INCIDENT, FieldChange("status", "resolved", "inProgress")),
        ]
    )
    observed = seen(("Incident", incident(status="inProgress", assignedTo="kai@contoso.com")))
    (change,) = inverse(run, observed)
    assert change.fields == (
        FieldChange("status", "inProgress", "active"),
        FieldChange("assignedTo", "kai@contoso.com", "ann@contoso.com"),
    )


@pytest.mark.parametrize("owner", ["kai@contoso.com", "Mona@contoso.com", None])
def test_a_field_that_holds_any_value_that_the_run_wrote_goes_back(owner: str | None) -> None:
    second = FieldChange("assignedTo", "kai@contoso.com", "mona@contoso.com")
    third = FieldChange("assignedTo", "mona@contoso.com", None)
    run = journal([intent(INCIDENT, one) for one in (OWNER, second, third)])
    (change,) = inverse(run, seen(("Incident", incident(assignedTo=owner))))
    assert change.fields == (FieldChange("assignedTo", owner, "ann@contoso.com"),)


def test_an_object_that_ended_twice_is_undone_if_one_end_may_hold() -> None:
    outcomes = [ended(INCIDENT, "unsettled"), ended(INCIDENT, "conflict")]
    run = journal([intent(INCIDENT, CLOSE)], outcomes)
    assert len(declarations(run)) == 1


def test_changes_and_declarations_come_by_ref_with_the_place_of_the_journal() -> None:
    second = Ref("Incident", "2")
    run = journal([intent(second, CLOSE), intent(ALERT, OWNER), intent(INCIDENT, CLOSE)])
    assert [(item.ref, item.source) for item in declarations(run)] == [
        (ALERT, PLACE),
        (INCIDENT, PLACE),
        (second, PLACE),
    ]
    assert declarations(run)[0].spec == {"assignedTo": Exactly("ann@contoso.com")}
    observed = seen(("Incident", incident("2")), ("Incident", incident("1")))
    assert [change.ref for change in inverse(run, observed)] == [INCIDENT, second]


@pytest.mark.parametrize(
    ("observation", "reason"),
    [(Missing(), "not-found"), (Unreadable("403"), "unknown")],
)
def test_what_cannot_be_seen_is_skipped_for_that_reason(
    observation: Observation, reason: str
) -> None:
    (change,) = inverse(journal([intent(INCIDENT, CLOSE)]), {INCIDENT: observation})
    assert (change.action, change.reason) == ("skip", reason)


def test_a_merged_incident_is_skipped_with_its_survivor() -> None:
    survivor = live("Incident", incident("9"))
    merged = Merged(live("Incident", incident(status="redirected")), survivor)
    (change,) = inverse(journal([intent(INCIDENT, CLOSE)]), {INCIDENT: merged})
    assert (change.action, change.reason) == ("skip", "redirected")
    assert change.survivor == Survivor("9", Foreign("Suspicious sign-in"), "medium")


def test_a_property_that_the_answer_does_not_tell_makes_the_object_unknown() -> None:
    change = undone((CLOSE, OWNER), status="unknownFutureValue", assignedTo="lee@contoso.com")
    assert told(change) == ("skip", "unknown", "Graph's answer does not tell status")


@pytest.mark.parametrize(
    ("kind", "field", "why"),
    [
        (
            "Incident",
            FieldChange("status", "AwaitingAction", "resolved"),
            f"'awaitingAction' may not be sent: {WHY_READ_ONLY['awaitingAction']}",
        ),
        (
            "LegacyAlert",
            FieldChange("status", "dismissed", "resolved"),
            f"'dismissed' may not be sent: {WHY_READ_ONLY['dismissed']}",
        ),
        ("Incident", FieldChange("severity", None, "high"), "Graph takes no null for it"),
        (
            "LegacyAlert",
            FieldChange("comments", ["said somebody"], ["said somebody", "Closed in IPC"]),
            "comments are only added: no document of Graph says that one can be taken away",
        ),
    ],
)
def test_a_value_that_may_not_be_sent_cannot_go_back_and_that_is_said(
    kind: str, field: FieldChange, why: str
) -> None:
    change = undone((field,), kind=kind, **{field.name: field.after})
    assert told(change) == ("skip", "conflict", f"not undone: {field.name} ({why})")


def test_tags_go_back_whole_only_if_nobody_touched_them() -> None:
    tags = FieldChange("customTags", ["a", "b"], ["a", "pentest"])
    change = undone((tags,), customTags=["pentest", "a"])
    assert change.fields == (FieldChange("customTags", ["pentest", "a"], ["a", "b"]),)
    assert undone((tags,), customTags=["pentest", "a", "c"]).reason == "conflict"


def test_tags_of_an_object_that_had_none_are_taken_off_and_that_is_in_sync_then() -> None:
    tags = FieldChange("customTags", None, ["pentest"])
    assert undone((tags,), customTags=["pentest"]).fields == (
        FieldChange("customTags", ["pentest"], []),
    )
    assert undone((tags,), customTags=[]).reason == "in-sync"


def test_details_go_back_to_the_whole_mapping_that_was_found() -> None:
    details = FieldChange("customDetails", {"a": "1"}, {"a": "1", "b": "2"})
    change = undone((details,), kind="Alert", customDetails={"b": "2", "a": "1"})
    assert change.request is not None
    assert change.request.body == {"customDetails": {"a": "1"}}


def test_a_legacy_alert_carries_its_vendor_information_from_live() -> None:
    field = FieldChange("closedDateTime", None, "2026-11-20T12:00:00Z")
    change = undone((field,), kind="LegacyAlert", closedDateTime="2026-11-20T12:00:00.0Z")
    assert change.request is not None
    assert change.request.body == {
        "closedDateTime": None,
        "vendorInformation": {"provider": "MCAS", "vendor": "Microsoft"},
    }
    bare = undone(
        (field,), kind="LegacyAlert", closedDateTime="2026-11-20T12:00:00Z", vendorInformation=None
    )
    assert (bare.action, bare.reason) == ("skip", "unknown")


VERDICT = (
    FieldChange("classification", "truePositive", "falsePositive"),
    FieldChange("determination", "malware", "notMalicious"),
)
PAIRED = (
    FieldChange("classification", "truePositive", "truePositive", "paired"),
    FieldChange("determination", "malware", "phishing"),
)


def test_a_verdict_goes_back_as_one() -> None:
    change = undone(VERDICT, classification="FalsePositive", determination="clean")
    assert change.request is not None
    assert change.request.body == {"classification": "truePositive", "determination": "malware"}


def test_a_paired_half_goes_along_as_the_pair_that_the_run_found() -> None:
    change = undone(PAIRED, classification="truePositive", determination="phishing")
    assert change.fields == (
        FieldChange("classification", "truePositive", "truePositive", "paired"),
        FieldChange("determination", "phishing", "malware"),
    )


def test_a_half_that_is_back_already_goes_along_with_the_other() -> None:
    change = undone(VERDICT, classification="truePositive", determination="notMalicious")
    assert change.fields == (
        FieldChange("classification", "truePositive", "truePositive", "paired"),
        FieldChange("determination", "notMalicious", "malware"),
    )


@pytest.mark.parametrize(
    ("fields", "answer", "problem"),
    [
        (
            VERDICT,
            ("falsePositive", "other"),
            f"not undone: classification ({OTHER_HALF}), determination ({MOVED})",
        ),
        (
            VERDICT,
            ("informationalExpectedActivity", "notMalicious"),
            f"not undone: classification ({MOVED}), determination ({OTHER_HALF})",
        ),
        (
            PAIRED,
            ("falsePositive", "phishing"),
            f"not undone: classification ({MOVED}), determination ({OTHER_HALF})",
        ),
    ],
)
def test_a_verdict_of_which_one_half_moved_stays_whole(
    fields: tuple[FieldChange, ...], answer: tuple[str, str], problem: str
) -> None:
    classification, determination = answer
    change = undone(fields, classification=classification, determination=determination)
    assert told(change) == ("skip", "conflict", problem)


def test_a_verdict_that_stays_does_not_hold_the_other_fields() -> None:
    change = undone(
        (CLOSE, *VERDICT), status="resolved", classification="falsePositive", determination="other"
    )
    assert [field.name for field in change.fields] == ["status"]
    assert change.problem == f"not undone: classification ({OTHER_HALF}), determination ({MOVED})"


def test_a_verdict_that_goes_back_leaves_the_other_fields_named() -> None:
    change = undone(
        (CLOSE, *VERDICT),
        status="inProgress",
        classification="falsePositive",
        determination="notMalicious",
    )
    assert [field.name for field in change.fields] == ["classification", "determination"]
    assert change.problem == f"not undone: status ({MOVED})"


def test_a_verdict_that_never_fitted_goes_back_as_it_was_found() -> None:
    odd = (VERDICT[0], replace(VERDICT[1], before="securityTesting"))
    change = undone(odd, classification="falsePositive", determination="notMalicious")
    assert change.request is not None
    assert change.request.body == {
        "classification": "truePositive",
        "determination": "securityTesting",
    }


def test_a_verdict_with_a_half_that_may_not_be_sent_stays_whole() -> None:
    old = replace(VERDICT[1], before="apt")
    change = undone((VERDICT[0], old), classification="falsePositive", determination="notMalicious")
    assert change.reason == "conflict"
    assert change.problem is not None
    assert "determination ('apt' may not be sent" in change.problem
    resting = undone((VERDICT[0], old), classification="falsePositive", determination="apt")
    assert told(resting) == ("skip", "conflict", f"not undone: classification ({OTHER_HALF})")


ALONE = FieldChange("classification", "truePositive", "falsePositive")


@pytest.mark.parametrize("determination", [None, "unknown", "malware", "other"])
def test_a_classification_written_alone_goes_back_to_a_determination_that_fits(
    determination: Json,
) -> None:
    change = undone((ALONE,), classification="falsePositive", determination=determination)
    assert [field.name for field in change.fields] == ["classification"]
    assert "recomputes-determination" in change.risks


@pytest.mark.parametrize("determination", ["notMalicious", "unknownFutureValue"])
def test_a_determination_that_came_since_is_not_overruled(determination: str) -> None:
    change = undone((ALONE,), classification="falsePositive", determination=determination)
    assert told(change) == ("skip", "conflict", f"not undone: classification ({MISFIT})")


def test_a_determination_written_alone_goes_back_if_it_fits_the_live_classification() -> None:
    field = FieldChange("determination", "malware", "phishing")
    change = undone((field,), classification="truePositive", determination="phishing")
    assert change.action == "update"
    change = undone((field,), classification="falsePositive", determination="phishing")
    assert told(change) == ("skip", "conflict", f"not undone: determination ({MISFIT})")


def test_a_classification_that_was_unset_goes_back_to_unset_if_no_determination_came() -> None:
    field = FieldChange("classification", None, "falsePositive")
    assert undone((field,), classification="falsePositive", determination=None).fields == (
        FieldChange("classification", "falsePositive", None),
    )
    other = undone((field,), classification="falsePositive", determination="other")
    assert told(other) == ("skip", "conflict", f"not undone: classification ({MISFIT})")


def test_a_kind_without_pairs_has_its_verdict_undone_like_any_field() -> None:
    field = FieldChange("feedback", "unknown", "benignPositive")
    change = undone((field,), kind="LegacyAlert", feedback="benignPositive")
    assert change.fields == (FieldChange("feedback", "benignPositive", "unknown"),)


def test_what_the_runs_own_spill_over_had_set_is_no_value_to_go_back_to() -> None:
    run = journal(
        [
            intent(INCIDENT, OWNER),
            intent(
                ALERT,
                FieldChange("assignedTo", "KAI@contoso.com", "bob@contoso.com"),
                FieldChange("status", "new", "inProgress"),
            ),
        ]
    )
    observed = seen(
        ("Incident", incident(assignedTo="kai@contoso.com")),
        ("Alert", alert(assignedTo="bob@contoso.com", status="inProgress")),
    )
    of_alert, of_incident = inverse(run, observed)
    assert [field.name for field in of_alert.fields] == ["status"]
    assert of_alert.problem == f"not undone: assignedTo ({SPILLED})"
    assert [field.name for field in of_incident.fields] == ["assignedTo"]
    assert [spill.declared for spill in of_incident.spills] == [(ALERT,)]


def test_an_alert_of_another_incident_is_undone_whatever_it_held() -> None:
    field = FieldChange("assignedTo", "kai@contoso.com", "bob@contoso.com")
    run = journal([intent(INCIDENT, OWNER), intent(ALERT, field)])
    observed = seen(("Alert", alert(assignedTo="bob@contoso.com", incidentId="2")))
    (change,) = inverse(run, observed)
    assert change.fields == (FieldChange("assignedTo", "bob@contoso.com", "kai@contoso.com"),)


def test_what_graph_did_to_alerts_is_named_for_each_incident_as_beyond_undo() -> None:
    run = journal(
        [
            intent(INCIDENT, CLOSE, OWNER),
            intent(Ref("Incident", "2"), OWNER),
            intent(Ref("Incident", "3"), FieldChange("status", "resolved", "active")),
            intent(Ref("Incident", "4"), FieldChange("assignedTo", "ann", None)),
            intent(ALERT, FieldChange("status", "new", "resolved")),
        ]
    )
    first, second, third = beyond_undo(run)
    assert first == (
        "Incident 1: with that write Graph also set status and assignedTo of its Alerts; "
        "what they held before is on no file, so that is not undone"
    )
    assert second.startswith("Incident 2: with that write Graph also set assignedTo of its Alerts")
    assert third.startswith("Incident 4: with that write Graph may also have set assignedTo of")


def test_a_run_that_wrote_nothing_has_nothing_to_undo() -> None:
    run = journal([], [ended(INCIDENT, "alreadyDone")])
    assert (declarations(run), inverse(run, {}), beyond_undo(run)) == ((), (), ())
