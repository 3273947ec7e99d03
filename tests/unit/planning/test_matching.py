"""What Graph listed is held against the filter that was sent."""

from __future__ import annotations

import pytest

from reconciler.codec.odata import parse
from reconciler.planning.matching import compared, matches
from tests.support.world import alert, incident, live

SEEN = live(
    "Incident",
    incident(
        "7",
        status="inProgress",
        classification="falsePositive",
        determination="unknown",
        assignedTo="Kai@contoso.com",
        severity="high",
        createdDateTime="2026-11-03T10:00:00.5Z",
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status eq 'inProgress'", True),
        ("status eq 'InProgress'", True),
        ("status eq 'active'", False),
        ("status ne 'active'", True),
        ("not (status eq 'active')", True),
        ("status eq 'active' or severity eq 'high'", True),
        ("status eq 'active' and serviceSource eq 'x'", False),
        ("status eq 'inProgress' and serviceSource eq 'x'", None),
        ("status eq 'inProgress' or serviceSource eq 'x'", True),
        ("createdDateTime ge 2026-11-03", True),
        ("createdDateTime gt 2026-11-03T10:00:00.5000001Z", False),
        ("createdDateTime le 2026-11-03T10:00:00.5000000Z", True),
        ("lastUpdateDateTime lt 2026-11-01", False),
        ("createdDateTime ge 'soon'", None),
        ("assignedTo eq 'Kai@contoso.com'", True),
        ("assignedTo eq 'kai@contoso.com'", None),
        ("assignedTo eq 'lee@contoso.com'", False),
        ("assignedTo eq null", False),
        ("assignedTo ne null", True),
        ("determination eq null", None),
        ("determination eq 'unknown'", True),
        ("resolvingComment eq null", None),
        ("classification eq 'falsePositive'", True),
        ("severity gt 'low'", None),
        ("priorityScore ge 5", None),
        ("id eq '7'", True),
        ("displayName eq 'Suspicious sign-in'", True),
    ],
)
def test_what_is_read_of_an_object_decides_and_nothing_is_guessed(
    text: str, expected: bool | None
) -> None:
    assert matches(parse(text), SEEN) is expected


def test_null_is_null_only_where_the_answer_said_so() -> None:
    nobody = live("Incident", incident(assignedTo=None, classification=None))
    assert matches(parse("assignedTo eq null"), nobody) is True
    assert matches(parse("assignedTo eq 'kai'"), nobody) is False
    assert matches(parse("classification eq 'unknown'"), nobody) is None


def test_an_alert_is_held_to_its_incident() -> None:
    assert matches(parse("incidentId eq '1'"), live("Alert", alert())) is True
    assert matches(parse("incidentId eq '2'"), live("Alert", alert())) is False


def test_what_was_compared_is_told_with_what_the_object_holds() -> None:
    node = parse("not (status eq 'active') and (serviceSource eq 'x' or id eq '7')")
    assert dict(compared(node, SEEN)) == {
        "status": "inProgress",
        "serviceSource": None,
        "id": "7",
    }
