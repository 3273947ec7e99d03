from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from tests.unit.emulator.conftest import Tenant

VENDOR = {"provider": "MCAS", "vendor": "Microsoft"}


def test_a_patch_answers_the_whole_incident_as_it_now_is(tenant: Tenant) -> None:
    before = tenant.incident("1")
    answer = tenant.patch(
        "incidents/1",
        {"status": "InProgress", "customTags": ["a", "b"], "summary": "x"},
        user_agent="my-tool/2.0 (linux)",
    )
    assert answer.status == 200
    assert answer.body == {
        **before,
        "status": "inProgress",
        "customTags": ["a", "b"],
        "summary": "x",
        "lastUpdateDateTime": "2026-11-20T10:00:00.123456Z",
        "lastModifiedBy": "API-App:my-tool",
    }
    assert tenant.incident("1") == answer.body


def test_the_token_is_never_repeated_in_an_object(tenant: Tenant) -> None:
    assert tenant.patch("incidents/1", {"summary": "x"}).body["lastModifiedBy"] == "API-App:unknown"


def test_update_times_grow_even_if_the_clock_stands_still(tenant: Tenant) -> None:
    stamps = [
        ticks(tenant.patch("incidents/1", {"summary": str(n)}).body["lastUpdateDateTime"])
        for n in range(3)
    ]
    assert stamps == [stamps[0], (stamps[0] or 0) + 1, (stamps[0] or 0) + 2]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("incidents/1", {}),
        ("incidents/1", []),
        ("incidents/1", {"@odata.type": "#microsoft.graph.security.incident"}),
        ("incidents/1", {"Tags": ["a"]}),
        ("incidents/1", {"id": "2"}),
        ("incidents/1", {"alerts": []}),
        ("incidents/1", {"recommendedActions": "x"}),
        ("incidents/1", {"lastUpdateDateTime": "2026-01-01T00:00:00Z"}),
        ("incidents/1", {"status": "closed"}),
        ("incidents/1", {"status": "redirected"}),
        ("incidents/1", {"status": "awaitingAction"}),
        ("incidents/1", {"status": "unknownFutureValue"}),
        ("incidents/1", {"status": None}),
        ("incidents/1", {"status": 1}),
        ("incidents/1", {"severity": None}),
        ("incidents/1", {"determination": "compromisedUser"}),
        ("incidents/1", {"determination": "apt"}),
        ("incidents/1", {"customTags": None}),
        ("incidents/1", {"customTags": "a"}),
        ("incidents/1", {"customTags": ["a", None]}),
        ("incidents/1", {"assignedTo": 5}),
        ("incidents/1", {"displayName": ["x"]}),
        ("alerts_v2/a1", {"severity": "high"}),
        ("alerts_v2/a1", {"customTags": ["a"]}),
        ("alerts_v2/a1", {"status": "unknown"}),
        ("alerts_v2/a1", {"customDetails": {"a": 1}}),
        ("alerts_v2/a1", {"customDetails": "a"}),
        ("alerts/l1", {"status": "resolved"}),
        ("alerts/l1", {"vendorInformation": VENDOR}),
        ("alerts/l1", {"status": "resolved", "vendorInformation": {"provider": "MCAS"}}),
        ("alerts/l1", {"status": "resolved", "vendorInformation": {**VENDOR, "provider": "IPC"}}),
        ("alerts/l1", {"status": "resolved", "vendorInformation": {**VENDOR, "subProvider": "x"}}),
        ("alerts/l1", {"status": "resolved", "vendorInformation": {**VENDOR, "other": None}}),
        ("alerts/l1", {"status": "dismissed", "vendorInformation": VENDOR}),
        ("alerts/l1", {"comments": ["Closed in my tool"], "vendorInformation": VENDOR}),
        ("alerts/l1", {"closedDateTime": "yesterday", "vendorInformation": VENDOR}),
    ],
)
def test_a_patch_beyond_the_documentation_is_refused_and_changes_nothing(
    tenant: Tenant, path: str, body: object
) -> None:
    before = tenant.get(f"/v1.0/security/{path}").body
    answer = tenant.patch(path, body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")
    assert tenant.get(f"/v1.0/security/{path}").body == before


def test_null_is_taken_where_the_property_can_be_null(tenant: Tenant) -> None:
    body: dict[str, Any] = {
        "assignedTo": None,
        "classification": None,
        "determination": None,
        "displayName": None,
        "@odata.type": "#microsoft.graph.security.incident",
    }
    found = tenant.patch("incidents/1", body).body
    assert [found[name] for name in list(body)[:4]] == [None] * 4


def test_custom_details_are_replaced_whole(tenant: Tenant) -> None:
    tenant.patch("alerts_v2/a1", {"customDetails": {"a": "1", "b": "2"}})
    found = tenant.patch("alerts_v2/a1", {"customDetails": {"c": "3"}}).body
    assert found["customDetails"] == {"c": "3"}


def test_a_new_classification_alone_unsets_the_determination(tenant: Tenant) -> None:
    same = tenant.patch(
        "alerts_v2/b1", {"classification": "truePositive", "determination": "malware"}
    )
    assert same.body["determination"] == "malware"
    kept = tenant.patch("alerts_v2/b1", {"classification": "TruePositive"})
    assert kept.body["determination"] == "malware"
    moved = tenant.patch("alerts_v2/b1", {"classification": "falsePositive"})
    assert moved.body["determination"] == "unknown"


def test_resolving_an_alert_sets_its_resolved_time_and_reopening_clears_it(tenant: Tenant) -> None:
    resolved = tenant.patch("alerts_v2/a1", {"status": "resolved"}).body
    assert resolved["resolvedDateTime"] == resolved["lastUpdateDateTime"]
    again = tenant.patch("alerts_v2/a1", {"status": "resolved"}).body
    assert again["resolvedDateTime"] == resolved["resolvedDateTime"]
    assert tenant.patch("alerts_v2/a1", {"status": "new"}).body["resolvedDateTime"] is None


def test_resolving_an_incident_resolves_its_open_alerts_alone(tenant: Tenant) -> None:
    before = {name: tenant.alert(name) for name in ("a1", "a2", "b1")}
    tenant.patch("incidents/1", {"status": "resolved"})
    after = {name: tenant.alert(name) for name in ("a1", "a2", "b1")}
    moved = after["a1"]["lastUpdateDateTime"]
    assert after["a1"] == {
        **before["a1"],
        "status": "resolved",
        "resolvedDateTime": moved,
        "lastUpdateDateTime": moved,
    }
    assert moved > before["a1"]["lastUpdateDateTime"]
    assert (after["a2"], after["b1"]) == (before["a2"], before["b1"])


def test_assigning_an_incident_assigns_its_alerts_and_unassigning_does_not(tenant: Tenant) -> None:
    tenant.patch("incidents/1", {"assignedTo": "mona@contoso.com"})
    owners = [tenant.alert(name)["assignedTo"] for name in ("a1", "a2", "b1")]
    assert owners == ["mona@contoso.com", "mona@contoso.com", None]
    tenant.patch("incidents/1", {"assignedTo": None})
    assert tenant.alert("a1")["assignedTo"] == "mona@contoso.com"


def test_other_changes_of_an_incident_leave_its_alerts_alone(tenant: Tenant) -> None:
    before = tenant.alert("a1")
    tenant.patch("incidents/1", {"status": "inProgress", "classification": "truePositive"})
    assert tenant.alert("a1") == before


def test_both_spills_move_an_alert_once(tenant: Tenant) -> None:
    tenant.patch("incidents/1", {"status": "resolved", "assignedTo": "mona@contoso.com"})
    found = tenant.alert("a1")
    assert (found["status"], found["assignedTo"]) == ("resolved", "mona@contoso.com")
    assert found["lastUpdateDateTime"] == "2026-11-20T10:00:00.123456Z"


def test_a_merged_incident_takes_no_write(tenant: Tenant) -> None:
    assert tenant.patch("incidents/3", {"status": "active"}).status == 409
    assert tenant.incident("3")["redirectIncidentId"] == "2"


def test_a_task_takes_its_status_alone(tenant: Tenant) -> None:
    task = "/beta/security/incidentTasks/t1"
    done = tenant.call("PATCH", task, {"status": "completed"}, user_agent="tool")
    assert (done.status, done.body["status"]) == (200, "completed")
    assert done.body["lastModifiedByDisplayName"] == "API-App:tool"
    assert tenant.call("PATCH", task, {"description": "x"}).status == 400


def test_a_legacy_alert_answers_nothing_unless_asked(tenant: Tenant) -> None:
    body = {
        "status": "resolved",
        "feedback": "TruePositive",
        "closedDateTime": "2026-11-20T10:00:00Z",
        "comments": ["Closed in IPC"],
        "tags": ["a"],
        "vendorInformation": {**VENDOR, "subProvider": None},
    }
    silent = tenant.patch("alerts/l1", body)
    assert (silent.status, silent.text) == (204, None)
    asked = tenant.patch("alerts/l1", body, prefer="return=representation")
    assert asked.status == 200
    assert (asked.body["feedback"], asked.body["tags"]) == ("truePositive", ["a"])


@pytest.mark.parametrize(
    ("path", "name"), [("incidents/1", "incidents('1')"), ("alerts_v2/a1", "alerts_v2('a1')")]
)
def test_a_comment_is_appended_and_all_are_answered(tenant: Tenant, path: str, name: str) -> None:
    comment = {"@odata.type": "microsoft.graph.security.alertComment", "comment": "first"}
    tenant.call("POST", f"/v1.0/security/{path}/comments", comment, user_agent="tool/1")
    answer = tenant.call("POST", f"/beta/security/{path}/comments", {"comment": "second"})
    assert answer.status == 200
    assert answer.body["@odata.context"].endswith(f"#security/{name}/comments")
    assert answer.body["value"] == [
        {
            "comment": text,
            "createdByDisplayName": author,
            "createdDateTime": "2026-11-20T10:00:00.123456Z",
        }
        for text, author in (("first", "API-App:tool"), ("second", "API-App:unknown"))
    ]


def test_an_alert_takes_the_list_of_comments_that_the_metadata_has(tenant: Tenant) -> None:
    posted = [{"comment": "first"}, {"comment": "second"}]
    answer = tenant.call("POST", "/v1.0/security/alerts_v2/a1/comments", posted)
    assert (answer.status, [one["comment"] for one in answer.body["value"]]) == (
        200,
        ["first", "second"],
    )
    for body in ([], [{"comment": ""}], [posted]):
        assert tenant.call("POST", "/v1.0/security/alerts_v2/a1/comments", body).status == 400


@pytest.mark.parametrize(
    "body",
    [
        [{"comment": "x"}],
        {},
        {"comment": ""},
        {"comment": "x" * 30_001},
        {"comment": "x", "createdDateTime": "2026-01-01T00:00:00Z"},
        {"comment": "x", "@odata.type": "microsoft.graph.comment"},
    ],
)
def test_a_comment_that_is_none_is_refused(tenant: Tenant, body: object) -> None:
    assert tenant.call("POST", "/v1.0/security/incidents/1/comments", body).status == 400


def test_a_response_action_starts_and_a_text_task_has_none(tenant: Tenant) -> None:
    base = "/beta/security/incidentTasks"
    started = tenant.call("POST", f"{base}/t1/executeResponseAction")
    assert (started.status, started.text) == (204, None)
    assert tenant.get(f"{base}/t1").body["actionStatus"] == "inProgress"
    qualified = "microsoft.graph.security.executeResponseAction"
    assert tenant.call("POST", f"{base}/t2/{qualified}").status == 400
    assert tenant.call("POST", f"{base}/t1/{qualified}", {}).status == 400
    assert tenant.call("POST", f"{base}/t9/{qualified}").status == 404


def test_legacy_alerts_are_updated_together_or_not_at_all(tenant: Tenant) -> None:
    update = "/beta/security/alerts/updateAlerts"
    good = {"id": "l1", "status": "inProgress", "vendorInformation": VENDOR}
    bad = {"id": "l1", "status": "resolved"}
    assert tenant.call("POST", update, {"value": [good, bad]}).status == 400
    assert tenant.get("/v1.0/security/alerts/l1").body["status"] == "newAlert"
    answer = tenant.call("POST", update, {"value": [good]})
    assert (answer.status, answer.body["value"][0]["status"]) == (200, "inProgress")


@pytest.mark.parametrize("body", [{}, [], {"value": []}, {"value": [1]}, {"value": [{"id": 5}]}])
def test_an_update_of_alerts_needs_alerts_with_ids(tenant: Tenant, body: object) -> None:
    assert tenant.call("POST", "/beta/security/alerts/updateAlerts", body).status == 400


def test_update_alerts_is_no_operation_of_v1(tenant: Tenant) -> None:
    assert tenant.call("POST", "/v1.0/security/alerts/updateAlerts", {"value": []}).status == 405
