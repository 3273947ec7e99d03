from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.plan import FieldChange, Risk
from reconciler.planning.risks import risks
from tests.support.world import alert, incident, legacy, live, task

if TYPE_CHECKING:
    from reconciler.model.words import Json


def change(name: str, before: Json, after: Json) -> FieldChange:
    return FieldChange(name, before, after)


CLOSE = change("status", "active", "resolved")
_LOWERED: tuple[Risk, ...] = ("closes-high-severity", "lowers-severity")


@pytest.mark.parametrize(
    ("answer", "fields", "expected"),
    [
        (incident(), [CLOSE], ("closes",)),
        (incident(severity="high"), [CLOSE], ("closes-high-severity",)),
        (incident(), [CLOSE, change("severity", "medium", "high")], ("closes-high-severity",)),
        (
            incident(severity="high"),
            [CLOSE, change("severity", "high", "low")],
            ("closes-high-severity", "lowers-severity"),
        ),
        (incident(severity="high", classification="truePositive"), [CLOSE], ("closes",)),
        (
            incident(severity="high"),
            [
                CLOSE,
                change("classification", "unknown", "truePositive"),
                change("determination", "unknown", "malware"),
            ],
            ("closes",),
        ),
        (incident(), [change("status", "resolved", "active")], ("reopens",)),
        (incident(), [change("status", "active", "inProgress")], ()),
        (
            incident(),
            [change("classification", "truePositive", "falsePositive")],
            ("reverses-true-positive", "recomputes-determination"),
        ),
        (
            incident(),
            [
                FieldChange("classification", "truePositive", "truePositive", "paired"),
                change("determination", "malware", "other"),
            ],
            (),
        ),
        (incident(), [change("severity", "low", "high")], ()),
        (incident(), [change("assignedTo", "kai", None)], ("unassigns",)),
        (incident(), [change("assignedTo", None, "kai")], ()),
        (incident(), [change("customTags", ["a"], [])], ("removes-tags",)),
        (incident(), [change("customTags", ["a"], ["a", "b"])], ()),
        (incident(), [change("customTags", None, ["b"])], ()),
        *(
            (incident(severity=odd), [CLOSE], ("closes-high-severity",))
            for odd in (None, "", "unknown", "unknownFutureValue", "critical", 5, ["low"], True)
        ),
        (incident(severity=None), [CLOSE, change("severity", None, "low")], _LOWERED),
        (incident(), [change("severity", "unknownFutureValue", "medium")], ("lowers-severity",)),
        (incident(), [change("severity", "critical", "low")], ("lowers-severity",)),
        *(
            (incident(), [change("status", odd, "inProgress")], ("reopens",))
            for odd in (None, "", "unknownFutureValue", "archived", 5, ["active"])
        ),
        (incident(), [change("status", "archived", "resolved")], ("closes",)),
        (incident(), [change("status", "awaitingAction", "active")], ("ends-awaiting-action",)),
        (
            incident(),
            [change("status", "awaitingAction", "resolved")],
            ("closes", "ends-awaiting-action"),
        ),
        *(
            (
                incident(),
                [change("classification", odd, "falsePositive")],
                ("reverses-true-positive", "recomputes-determination"),
            )
            for odd in ("unknownFutureValue", "probablyPositive", 5, ["truePositive"])
        ),
        *(
            (
                incident(),
                [change("classification", unset, "falsePositive")],
                ("recomputes-determination",),
            )
            for unset in (None, "unknown", "")
        ),
        (incident(), [change("customTags", "a", [])], ("removes-tags",)),
        (incident(), [change("customTags", ["a"], None)], ("removes-tags",)),
        (incident(), [change("customTags", ["a", "b"], ["b", "c"])], ("removes-tags",)),
    ],
)
def test_risks_of_an_incident(
    answer: dict[str, Json], fields: list[FieldChange], expected: tuple[Risk, ...]
) -> None:
    assert risks(KINDS["Incident"], fields, live("Incident", answer)) == expected


def test_a_task_that_ends_is_closed() -> None:
    fields = [change("status", "open", "notRelevant")]
    assert risks(KINDS["IncidentTask"], fields, live("IncidentTask", task())) == ("closes",)


def test_a_dismissed_legacy_alert_is_reopened() -> None:
    fields = [change("status", "dismissed", "inProgress")]
    assert risks(KINDS["LegacyAlert"], fields, live("LegacyAlert", legacy())) == ("reopens",)


def test_legacy_feedback_is_a_verdict_without_a_second_half() -> None:
    fields = [change("feedback", "truePositive", "benignPositive")]
    found = risks(KINDS["LegacyAlert"], fields, live("LegacyAlert", legacy()))
    assert found == ("reverses-true-positive",)


@pytest.mark.parametrize(
    ("kind", "field", "expected"),
    [
        ("LegacyAlert", change("tags", ["a"], []), ("removes-tags",)),
        ("LegacyAlert", change("comments", ["mine"], ["Closed in IPC"]), ("removes-tags",)),
        ("LegacyAlert", change("comments", ["mine"], ["mine", "Closed in IPC"]), ()),
        ("Alert", change("customDetails", {"a": "1"}, None), ("removes-details",)),
        ("Alert", change("customDetails", {"a": "1"}, {"a": ""}), ("removes-details",)),
        ("Alert", change("customDetails", {"a": "1"}, {"a": "2", "b": "1"}), ()),
        ("Alert", change("customDetails", {"a": None, "b": ""}, None), ()),
        ("Alert", change("customDetails", None, {"a": "1"}), ()),
    ],
)
def test_whatever_takes_a_part_of_a_list_or_mapping_away_is_a_risk(
    kind: str, field: FieldChange, expected: tuple[Risk, ...]
) -> None:
    answer = {"Alert": alert(), "LegacyAlert": legacy()}[kind]
    assert risks(KINDS[kind], [field], live(kind, answer)) == expected


@pytest.mark.parametrize("now", ["low", "medium"])
def test_a_closure_whose_document_declares_high_severity_counts_as_high(now: str) -> None:
    """The higher of live and declared: what is closed is what the document says it is."""
    fields = [CLOSE, change("severity", now, "high")]
    live_now = live("Incident", incident(severity=now))
    assert risks(KINDS["Incident"], fields, live_now) == ("closes-high-severity",)
    assert risks(KINDS["Incident"], [CLOSE], live_now) == ("closes",)
