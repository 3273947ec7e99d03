from __future__ import annotations

from dataclasses import replace

from reconciler.model.plan import Change, FieldChange, Kept
from reconciler.model.words import Foreign, Place, Ref
from reconciler.review.picture import MOST, Flow, Picture, applied, drifted, planned
from tests.support.plans import closing_report, quiet_plan, update


def of(*changes: Change) -> tuple[Picture, ...]:
    return planned(replace(quiet_plan(), changes=changes))


def incident(number: int, *fields: FieldChange, severity: str | None = "high") -> Change:
    return update(Ref("Incident", str(number)), *fields, severity=severity)


CLOSED = FieldChange("status", "active", "resolved")


def test_the_same_move_is_one_flow_by_severity_highest_first() -> None:
    changes = [incident(1, CLOSED, severity="low"), incident(2, CLOSED), incident(3, CLOSED)]

    assert of(*changes) == (
        Picture(
            "Status",
            (Flow((Foreign("active"),), (Foreign("resolved"),), (("high", 2), ("low", 1))),),
        ),
    )


def test_a_verdict_is_both_of_its_halves_and_unset_is_one() -> None:
    verdict = (
        FieldChange("classification", "unknown", "falsePositive"),
        FieldChange("determination", None, "notMalicious"),
    )

    (picture,) = of(incident(1, *verdict))

    assert picture.title == "Verdict"
    assert picture.flows[0].before == (None,)
    assert picture.flows[0].after == (Foreign("falsePositive"), Foreign("notMalicious"))


def test_a_verdict_of_one_field_moves_too() -> None:
    legacy = update(Ref("LegacyAlert", "b0"), FieldChange("feedback", "unknown", "truePositive"))

    (picture,) = of(legacy)

    assert picture.flows == (Flow((None,), (Foreign("truePositive"),), (("unrated", 1),)),)


def test_what_does_not_move_is_in_no_picture() -> None:
    assert of(incident(1, FieldChange("assignedTo", None, "kai@contoso.com"))) == ()


def test_uncommon_moves_are_put_together() -> None:
    changes = [
        incident(number, FieldChange("status", f"odd{number}", "resolved"))
        for number in range(MOST + 3)
    ]

    (picture,) = of(*changes, incident(99, FieldChange("status", "odd3", "resolved")))

    assert len(picture.flows) == MOST
    assert picture.flows[0] == Flow((Foreign("odd3"),), (Foreign("resolved"),), (("high", 2),))
    assert picture.flows[-1] == Flow((), (), (("high", 4),))
    assert picture.total == MOST + 4
    assert picture.bands == (("high", MOST + 4),)


def test_drift_goes_from_what_was_applied_to_what_is_there() -> None:
    kept = Kept("status", "resolved", "resolved", "active", "drift")
    left = Change(Ref("Incident", "1"), "noop", "drift-kept", Place("a.yaml"), kept=(kept,))
    enforced = incident(2, FieldChange("status", "inProgress", "resolved", "drift"))
    declared = incident(3, CLOSED)

    (picture,) = drifted(replace(quiet_plan(), changes=(left, enforced, declared)))

    assert [(flow.before, flow.after) for flow in picture.flows] == [
        ((Foreign("resolved"),), (Foreign("active"),)),
        ((Foreign("resolved"),), (Foreign("inProgress"),)),
    ]


def test_a_closing_report_shows_only_what_was_written() -> None:
    done = [one for one in closing_report().outcomes if one.name == "done"]

    assert sum(picture.total for picture in applied(closing_report())) <= 2 * len(done)
    assert applied(replace(closing_report(), outcomes=())) == ()
