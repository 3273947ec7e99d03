"""What an error suggests: the right name of a property, the right value, or that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.kinds.elsewhere import field_of
from tests.support.documents import document, said

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind

MEANT = (
    ("Incident", "tags: [a]", "'customTags'"),
    ("Incident", "owner: kai", "'assignedTo'"),
    ("Incident", "Assignee: kai", "'assignedTo'"),
    ("Incident", "comments: x", "'resolvingComment'"),
    ("Incident", "comment: x", "'resolvingComment'"),
    ("Incident", "title: x", "'displayName'"),
    ("Incident", "feedback: truePositive", "'classification'"),
    ("Incident", "classificationReason: x", "'determination'"),
    ("Incident", "status: closed", "'resolved'"),
    ("Incident", "status: new", "'active'"),
    ("Incident", "status: investigating", "'inProgress'"),
    ("Incident", "severity: critical", "'high'"),
    ("Incident", "classification: benignPositive", "'informationalExpectedActivity'"),
    ("Incident", "classification: BenignPositive", "'informationalExpectedActivity'"),
    ("Incident", "classification: Undetermined", "'unknown'"),
    ("Incident", "classification: unknown, determination: NotAvailable", "'unknown'"),
    ("Alert", "owner: kai", "'assignedTo'"),
    ("Alert", "status: active", "'new'"),
    ("Alert", "status: Closed", "'resolved'"),
    ("Alert", "classification: benignPositive", "'informationalExpectedActivity'"),
    ("LegacyAlert", "customTags: [a]", "'tags'"),
    ("LegacyAlert", "classification: truePositive", "'feedback'"),
    ("LegacyAlert", "status: new", "'newAlert'"),
    ("LegacyAlert", "feedback: informationalExpectedActivity", "'benignPositive'"),
    ("LegacyAlert", "feedback: notAvailable", "'unknown'"),
    ("IncidentTask", "status: resolved", "'completed'"),
    ("IncidentTask", "status: new", "'open'"),
)
NONE = (
    ("Incident", "customDetails: {a: b}", "incidents have none"),
    ("Incident", "closedDateTime: x", "incidents have none"),
    ("Alert", "tags: [a]", "alerts have none ('customTags' is a field of Incident"),
    ("Alert", "customTags: [a]", "alerts have none ('customTags' is a field of Incident"),
    ("Alert", "severity: high", "alerts have none"),
    ("Alert", "comment: x", "alerts have none"),
    ("Alert", "title: x", "alerts have none"),
    ("LegacyAlert", "determination: malware", "legacy alerts have none"),
    ("IncidentTask", "assignedTo: kai", "incident tasks have none"),
)


@pytest.mark.parametrize(("kind", "spec", "name"), MEANT)
def test_a_word_of_another_product_is_told_with_ours(kind: str, spec: str, name: str) -> None:
    (found,) = said(document(spec, kind=kind))

    assert found.endswith(f"; did you mean {name}?")


@pytest.mark.parametrize(("kind", "spec", "none"), NONE)
def test_what_a_kind_does_not_have_is_said_and_nothing_near_is_suggested(
    kind: str, spec: str, none: str
) -> None:
    (found,) = said(document(spec, kind=kind))

    assert none in found
    assert "did you mean" not in found


def test_a_property_in_the_wrong_part_is_told_where_it_belongs() -> None:
    text = document("status: active, reason: x", metadata="severity: low") + "ticket: SEC-1\n"

    found = said(text)

    assert [one.split("; ")[-1] for one in found] == [
        "it belongs in spec",
        "it belongs in metadata",
        "it belongs in metadata",
    ]


def test_a_second_name_of_a_declared_property_is_told_as_such() -> None:
    (found,) = said(document("customTags: [a], tags: [b]"))

    assert found.endswith("; it is 'customTags', which is here already: delete this line")


def test_management_knows_the_same_names() -> None:
    (found,) = said(document("customTags: [a]") + "management: {tags: once}\n")

    assert found.endswith("; did you mean 'customTags'?")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_hint_leads_to_what_is_refused(kind: Kind) -> None:
    for name, shape in kind.enums:
        assert set(shape.meant.values()) <= set(shape.names), name
        assert all(old == old.casefold() for old in shape.meant), name
    for name in kind.by_name:
        assert field_of(kind, name) in {name, None}
