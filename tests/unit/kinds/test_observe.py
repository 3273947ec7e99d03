"""From one object in a Graph answer to what is known about it, and nothing that is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.wires import BY_KIND
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import Live
from reconciler.model.words import Foreign, Ref

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json, JsonObject

INCIDENT = KINDS["Incident"]

ANSWER: JsonObject = {
    "@odata.type": "#microsoft.graph.incident",
    "id": "2972395",
    "tenantId": "b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c",
    "status": "Active",
    "classification": "unknownFutureValue",
    "determination": None,
    "assignedTo": "KaiC@contoso.com",
    "customTags": ["Demo"],
    "displayName": "Multi-stage incident",
    "description": None,
    "severity": "Medium",
    "resolvingComment": None,
    "summary": None,
    "createdDateTime": "2021-08-13T08:43:35.5533333Z",
    "lastUpdateDateTime": "2021-09-30T09:35:45.1133333Z",
    "lastModifiedBy": "API-App:x",
    "redirectIncidentId": None,
    "alerts": [{"id": "da1"}],
}


def observed(**changes: Json) -> Live:
    live = observe(INCIDENT, {**ANSWER, **changes})
    assert live is not None
    return live


def test_an_answer_is_cut_down_to_what_the_kind_names() -> None:
    assert observed() == Live(
        ref=Ref("Incident", "2972395"),
        fields={
            "status": "active",
            "determination": None,
            "assignedTo": "KaiC@contoso.com",
            "customTags": ["Demo"],
            "displayName": "Multi-stage incident",
            "description": None,
            "severity": "medium",
            "resolvingComment": None,
            "summary": None,
        },
        title=Foreign("Multi-stage incident"),
        severity="medium",
        created="2021-08-13T08:43:35.5533333Z",
        revision="2021-09-30T09:35:45.1133333Z",
        moved_by=Foreign("API-App:x"),
        tenant_id="b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c",
    )


def test_what_is_left_out_is_null_only_where_null_can_be() -> None:
    live = observe(INCIDENT, {"id": "1"})

    assert live is not None
    assert live.fields == dict.fromkeys(
        (
            "classification",
            "determination",
            "assignedTo",
            "displayName",
            "description",
            "resolvingComment",
            "summary",
        )
    )


@pytest.mark.parametrize("object_id", [None, 5, "", "../x", "1\n", "{id}"])
def test_without_a_usable_id_it_is_no_object(object_id: Json) -> None:
    assert observe(INCIDENT, {**ANSWER, "id": object_id}) is None


def test_without_any_id_it_is_no_object() -> None:
    assert observe(INCIDENT, {}) is None


@pytest.mark.parametrize("severity", ["Extreme", None, 5, "unknownFutureValue"])
def test_a_severity_that_nobody_knows_is_none(severity: Json) -> None:
    assert observed(severity=severity).severity is None


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Redirected"},
        {"redirectIncidentId": "9"},
        {"status": "redirected", "redirectIncidentId": "9"},
    ],
)
def test_a_status_or_a_target_alone_makes_it_merged(changes: dict[str, Json]) -> None:
    live = observed(**changes)

    assert live.is_merged
    assert live.redirect == (Ref("Incident", "9") if "redirectIncidentId" in changes else None)


def test_a_target_that_is_no_id_is_no_ref_and_still_merged() -> None:
    live = observed(redirectIncidentId="../users")

    assert (live.is_merged, live.redirect) == (True, None)


def test_an_alert_knows_its_incident() -> None:
    live = observe(KINDS["Alert"], {"id": "da1", "incidentId": "28282"})

    assert live is not None
    assert (live.parent, live.is_merged) == (Ref("Incident", "28282"), False)


@pytest.mark.parametrize(
    ("incident", "parent"),
    [({"id": "7"}, Ref("Incident", "7")), (None, None), ({}, None), ({"id": "x/y"}, None)],
)
def test_a_task_names_its_incident_in_an_object(incident: Json, parent: Ref | None) -> None:
    live = observe(KINDS["IncidentTask"], {"id": "213213", "incident": incident})

    assert live is not None
    assert live.parent == parent


def test_a_legacy_alert_carries_its_vendor_along() -> None:
    vendor: Json = {"vendor": "Microsoft", "provider": "IPC"}
    kind = KINDS["LegacyAlert"]

    with_vendor = observe(kind, {"id": "a", "vendorInformation": vendor, "feedback": "x"})
    without = observe(kind, {"id": "a", "vendorInformation": None})

    assert with_vendor is not None
    assert without is not None
    assert with_vendor.attachments == {"vendorInformation": vendor}
    assert with_vendor.fields["feedback"] == "x"
    assert without.attachments == {}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_an_answer_of_the_named_properties_alone_is_observed_like_a_whole_one(kind: Kind) -> None:
    """What a lean list selects is all that is looked at: nothing of the rest changes anything."""
    whole: dict[str, Json] = {
        **{name: f"value of {name}" for name in BY_KIND[kind.name].blank},
        "id": kind.id_example,
        "incidentId": "1",
        "incident": {"id": "1"},
        "redirectIncidentId": "2",
        "severity": "high",
        "vendorInformation": {"provider": "MCAS", "vendor": "Microsoft"},
    }
    lean = {name: whole[name] for name in kind.properties}
    assert observe(kind, lean) == observe(kind, whole)
    for name in kind.properties[1:]:
        assert observe(kind, {**lean, name: None}) != observe(kind, lean), name
