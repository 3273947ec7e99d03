from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.emulator.conftest import Answer, Tenant

INCIDENTS = "/v1.0/security/incidents"


def _pages(tenant: Tenant, path: str) -> list[list[str]]:
    pages: list[list[str]] = []
    url: str | None = path
    while url is not None:
        answer = tenant.get(url)
        pages.append(answer.ids)
        url = answer.body.get("@odata.nextLink")
    return pages


def _many(make: Callable[..., Tenant], number: int) -> Tenant:
    made = [
        {"id": str(index), "createdDateTime": f"2026-11-01T00:00:{index % 7:02d}Z"}
        for index in range(1, number + 1)
    ]
    return make(incidents=made)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("status eq 'active'", ["1"]),
        ("status eq 'ACTIVE'", ["1"]),
        ("status ne 'active'", ["3", "2"]),
        ("not (status eq 'active')", ["3", "2"]),
        ("status eq 'awaitingAction' or severity eq 'high'", ["2", "1"]),
        ("status eq 'active' and severity eq 'low'", []),
        ("assignedTo eq null", ["3", "1"]),
        ("assignedTo ne null", ["2"]),
        ("assignedTo eq 'o''neil@contoso.com'", ["2"]),
        ("assignedTo ne 'nobody'", ["3", "2", "1"]),
        ("createdDateTime ge 2026-11-02T00:00:00.1234567Z", ["3", "2"]),
        ("createdDateTime gt 2026-11-02T00:00:00.1234567Z", ["3"]),
        ("createdDateTime lt 2026-11-02T00:00:00.1234568Z", ["2", "1"]),
        ("createdDateTime le 2026-11-01", ["1"]),
        ("createdDateTime eq 2026-11-01T01:00:00+01:00", ["1"]),
        ("not (lastUpdateDateTime lt 2026-11-03T00:00:00Z)", ["3"]),
        ("classification eq 'truePositive' and determination eq 'malware'", ["2"]),
    ],
)
def test_a_filter_selects(tenant: Tenant, text: str, ids: list[str]) -> None:
    assert tenant.filtered(text).ids == ids


@pytest.mark.parametrize(
    "text",
    [
        "customTags eq 'a'",
        "id eq '1'",
        "displayName eq 'a'",
        "status eq 'closed'",
        "status eq null and",
        "status gt 'active'",
        "assignedTo eq 5",
        "createdDateTime eq '2026-11-01T00:00:00Z'",
        "createdDateTime eq 2026-13-01T00:00:00Z",
        "createdDateTime gt null",
    ],
)
def test_a_filter_beyond_the_page_is_refused(tenant: Tenant, text: str) -> None:
    answer = tenant.filtered(text)
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("collection", "version", "text", "ids"),
    [
        ("alerts_v2", "v1.0", "serviceSource eq 'microsoftSentinel'", ["a1"]),
        ("incidentTasks", "beta", "incidentId eq '1'", ["t1"]),
        ("incidentTasks", "beta", "incident/id eq '2'", ["t2"]),
        ("incidentTasks", "beta", "type eq 'text'", ["t2"]),
        ("alerts", "v1.0", "vendorInformation/provider eq 'MCAS'", ["l1"]),
        ("alerts", "v1.0", "vendorInformation/provider eq 'IPC'", []),
    ],
)
def test_each_collection_filters_by_its_own_properties(
    tenant: Tenant, collection: str, version: str, text: str, ids: list[str]
) -> None:
    assert tenant.filtered(text, collection, version).ids == ids


@pytest.mark.parametrize(
    "query",
    [
        "$search=x",
        "$skip=-1",
        "$skip=x",
        "$top=0",
        "$top=99999999999",
        "$count=yes",
        "$select=nothing",
        "$expand=owner",
        "$orderby=displayName",
        "$orderby=status upwards",
        "$skiptoken=abc",
        "$skiptoken=ä",
        "$top=1&$top=2",
        "$filter=%ff",
    ],
)
def test_a_query_option_that_is_not_known_is_refused(tenant: Tenant, query: str) -> None:
    assert tenant.get(f"{INCIDENTS}?{query}").status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1.0/security/alerts?$skip=500", 200),
        ("/v1.0/security/alerts?$skip=501", 400),
        ("/v1.0/security/alerts?$top=1001", 400),
        ("/v1.0/security/alerts_v2?$top=1001", 200),
        ("/v1.0/security/incidents?$top=51", 200),
        ("/beta/security/incidentTasks?$top=500", 200),
        ("/beta/security/incidentTasks?$top=501", 400),
        ("/beta/security/incidentTasks?$count=true", 400),
        ("/beta/security/incidentTasks?$orderby=lastUpdateDateTime", 200),
        ("/beta/security/incidentTasks?$orderby=createdDateTime", 400),
        ("/v1.0/security/incidents?mine=1", 200),
    ],
)
def test_each_collection_has_its_documented_limits(tenant: Tenant, path: str, status: int) -> None:
    assert tenant.get(path).status == status


def test_the_newest_come_first_and_fifty_incidents_fill_a_page(make: Callable[..., Tenant]) -> None:
    tenant = _many(make, 120)
    pages = _pages(tenant, f"{INCIDENTS}?$top=1000")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert pages[0][:2] == ["97", "90"]
    assert {object_id for page in pages for object_id in page} == {str(n) for n in range(1, 121)}


def test_pages_neither_lose_nor_repeat_objects_that_change_meanwhile(
    make: Callable[..., Tenant],
) -> None:
    tenant = _many(make, 60)
    first = tenant.get(f"{INCIDENTS}?$top=20")
    for object_id in (*first.ids[:5], "1", "2", "3"):
        tenant.patch(f"incidents/{object_id}", {"severity": "high"})
    rest = _pages(tenant, first.body["@odata.nextLink"])
    seen = [*first.ids, *(object_id for page in rest for object_id in page)]
    assert sorted(seen) == sorted(str(n) for n in range(1, 61))


@pytest.mark.parametrize(
    "order", ["severity desc", "assignedTo", "status desc,createdDateTime asc"]
)
def test_pages_follow_any_order_to_its_end(tenant: Tenant, order: str) -> None:
    pages = _pages(tenant, f"{INCIDENTS}?$top=1&$orderby={order.replace(' ', '%20')}")
    whole = tenant.get(f"{INCIDENTS}?$orderby={order.replace(' ', '%20')}").ids
    assert [page[0] for page in pages] == whole
    assert sorted(whole) == ["1", "2", "3"]


def test_ascending_updates_are_listed_oldest_first(tenant: Tenant) -> None:
    tenant.patch("incidents/1", {"severity": "low"})
    answer = tenant.get(f"{INCIDENTS}?$orderby=lastUpdateDateTime%20asc")
    assert answer.ids == ["2", "3", "1"]


def test_skip_counts_once_not_on_every_page(make: Callable[..., Tenant]) -> None:
    pages = _pages(_many(make, 10), f"{INCIDENTS}?$top=3&$skip=4")
    assert [len(page) for page in pages] == [3, 3]


def test_the_count_is_that_of_the_filter_and_not_of_the_page(tenant: Tenant) -> None:
    answer = tenant.get(f"{INCIDENTS}?$count=true&$top=1&$filter=status%20ne%20'active'")
    assert answer.body["@odata.count"] == 2
    assert len(answer.ids) == 1


def test_a_next_link_keeps_the_options_and_cannot_be_bent(tenant: Tenant) -> None:
    link = tenant.get(f"{INCIDENTS}?$top=1&$filter=assignedTo%20eq%20null").body["@odata.nextLink"]
    assert link.startswith("http://127.0.0.1:9/v1.0/security/incidents?")
    assert tenant.get(link).ids == ["1"]
    assert tenant.get(link.replace("eq%20null", "ne%20null")).status == 400
    assert tenant.get(link[:-6] + "AAAAAA").status == 400
    assert tenant.get(link.replace("v1.0", "beta")).status == 400


def test_select_keeps_the_id_and_what_is_named(tenant: Tenant) -> None:
    item = tenant.get(f"{INCIDENTS}/2?$select=status,%20determination").body
    assert set(item) == {"@odata.context", "id", "status", "determination"}
    listed: Any = tenant.get(f"{INCIDENTS}?$select=status").body
    assert listed["@odata.context"].endswith("#security/incidents(status)")
    assert set(tenant.get(f"{INCIDENTS}/2?$select=*").body) > {"summary", "comments"}


def test_expand_brings_the_alerts_of_each_incident(tenant: Tenant) -> None:
    whole = tenant.get(f"{INCIDENTS}?$expand=alerts&$select=id").body["value"]
    assert {item["id"]: {alert["id"] for alert in item["alerts"]} for item in whole} == {
        "1": {"a1", "a2"},
        "2": {"b1"},
        "3": set(),
    }
    assert len(tenant.get(f"{INCIDENTS}/2?$expand=alerts").body["alerts"]) == 1


def test_the_alerts_of_an_incident_are_a_list_of_their_own(tenant: Tenant) -> None:
    answer = tenant.get(f"{INCIDENTS}/1/alerts?$filter=status%20eq%20'resolved'&$count=true")
    assert (answer.ids, answer.body["@odata.count"]) == (["a2"], 1)
    assert tenant.get(f"{INCIDENTS}/9/alerts").status == 404


def _sources(answer: Answer) -> set[str]:
    return {item["serviceSource"] for item in answer.body["value"]}


def test_members_behind_the_sentinel_are_shown_to_who_asks(tenant: Tenant) -> None:
    alerts = "/v1.0/security/alerts_v2"
    asks = {"prefer": "return=minimal, include-unknown-enum-members"}
    assert _sources(tenant.get(alerts)) == {"unknownFutureValue", "unknown"}
    assert _sources(tenant.get(alerts, **asks)) == {"microsoftSentinel", "unknown"}
    assert tenant.incident("2")["status"] == "unknownFutureValue"
    assert tenant.get(f"{INCIDENTS}/2", **asks).body["status"] == "awaitingAction"


def test_only_beta_answers_the_beta_properties(tenant: Tenant) -> None:
    added = {"recommendedActions", "recommendedHuntingQueries"}
    beta = tenant.get("/beta/security/incidents/1").body
    assert added < set(beta)
    assert not added & set(tenant.incident("1"))
    selected = tenant.get("/beta/security/incidents/1?$select=recommendedActions").body
    assert set(selected) == {"@odata.context", "id", "recommendedActions"}


def test_members_are_written_in_pascal_case_on_request(make: Callable[..., Tenant]) -> None:
    tenant = make(
        is_pascal=True,
        incidents=[{"id": "1", "classification": "truePositive", "determination": None}],
    )
    found = tenant.incident("1")
    assert (found["status"], found["classification"], found["determination"]) == (
        "Active",
        "TruePositive",
        None,
    )
