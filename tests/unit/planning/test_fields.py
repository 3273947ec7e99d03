from __future__ import annotations

from reconciler.kinds import KINDS
from reconciler.model.plan import FieldChange
from reconciler.planning.fields import Judged, judge
from tests.support.world import declare, incident, live

KIND = KINDS["Incident"]


def test_both_halves_of_a_verdict_are_sent_when_one_changes() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(classification="TruePositive", determination="malware"))
    assert judge(KIND, declared, now).changes == (
        FieldChange("classification", "truePositive", "truePositive", "paired"),
        FieldChange("determination", "malware", "other"),
    )


def test_a_verdict_that_holds_is_not_sent() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(classification="TruePositive", determination="Other"))
    assert judge(KIND, declared, now) == Judged(())


def test_a_lone_classification_is_sent_alone() -> None:
    declared = declare("Incident", "1", classification="falsePositive")
    assert judge(KIND, declared, live("Incident", incident())).changes == (
        FieldChange("classification", "unknown", "falsePositive"),
    )


def test_an_old_name_in_the_answer_is_the_wire_name() -> None:
    declared = declare(
        "Incident", "1", classification="truePositive", determination="compromisedAccount"
    )
    answer = incident(classification="TruePositive", determination="compromisedUser")
    assert judge(KIND, declared, live("Incident", answer)) == Judged(())


def test_a_property_that_cannot_be_null_and_is_left_out_is_not_known() -> None:
    answer = incident()
    del answer["status"]
    declared = declare("Incident", "1", status="resolved", summary="x")
    judged = judge(KIND, declared, live("Incident", answer))
    assert judged.not_known == ("status",)
    assert [change.name for change in judged.changes] == ["summary"]


def test_an_enum_value_hidden_behind_the_sentinel_is_not_known() -> None:
    now = live("Incident", incident(status="unknownFutureValue"))
    assert judge(KIND, declare("Incident", "1", status="active"), now).not_known == ("status",)


def test_the_other_half_of_a_verdict_that_is_not_known_is_not_sent() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(determination="unknownFutureValue"))
    judged = judge(KIND, declared, now)
    assert judged.not_known == ("determination",)
    assert [change.name for change in judged.changes] == ["classification"]
