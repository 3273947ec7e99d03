from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.emulator.conftest import Answer, Tenant

JSON = {"Content-Type": "application/json"}


def _get(part_id: str, url: str = "/security/incidents/1", **more: Any) -> dict[str, Any]:
    return {"id": part_id, "method": "GET", "url": url, **more}


def _batch(tenant: Tenant, *parts: Any, version: str = "v1.0") -> Answer:
    return tenant.call("POST", f"/{version}/$batch", {"requests": list(parts)})


def _statuses(answer: Answer) -> dict[str, int]:
    return {part["id"]: part["status"] for part in answer.body["responses"]}


def _part(answer: Answer, part_id: str) -> Any:
    return next(part for part in answer.body["responses"] if part["id"] == part_id)


def test_parts_are_answered_as_single_requests_are(tenant: Tenant) -> None:
    answer = _batch(
        tenant,
        _get("a"),
        _get("b", "security/incidents/99"),
        {
            "id": "c",
            "method": "patch",
            "url": "/security/incidents/1",
            "headers": {"content-TYPE": "application/json"},
            "body": {"summary": "x"},
        },
        _get("d", "/security/incidents?$top=1&$filter=status eq 'active'"),
    )
    assert answer.status == 200
    assert _statuses(answer) == {"a": 200, "b": 404, "c": 200, "d": 200}
    assert _part(answer, "a")["body"]["id"] == "1"
    assert _part(answer, "a")["headers"]["Content-Type"].startswith("application/json")
    assert _part(answer, "c")["body"]["summary"] == "x"
    assert [item["id"] for item in _part(answer, "d")["body"]["value"]] == ["1"]


def test_the_order_of_answers_is_not_that_of_requests_yet_always_the_same(tenant: Tenant) -> None:
    parts = [_get(str(n)) for n in range(20)]
    orders = [[part["id"] for part in _batch(tenant, *parts).body["responses"]] for _ in range(2)]
    assert orders[0] == orders[1] != [part["id"] for part in parts]
    assert sorted(orders[0]) == sorted(part["id"] for part in parts)


def test_a_part_without_an_answer_body_has_none(tenant: Tenant) -> None:
    action = "/security/incidentTasks/t1/executeResponseAction"
    answer = _batch(tenant, {"id": "1", "method": "POST", "url": action}, version="beta")
    part = _part(answer, "1")
    assert part["status"] == 204
    assert "body" not in part


def test_a_part_has_its_own_prefer_and_client_request_id(tenant: Tenant) -> None:
    headers = {"Prefer": "include-unknown-enum-members", "client-request-id": "mine"}
    answer = tenant.call(
        "POST",
        "/v1.0/$batch",
        {
            "requests": [
                _get("asks", "/security/incidents/2", headers=headers),
                _get("not", "/security/incidents/2"),
            ]
        },
        prefer="include-unknown-enum-members",
    )
    assert _part(answer, "asks")["body"]["status"] == "awaitingAction"
    assert _part(answer, "asks")["headers"]["client-request-id"] == "mine"
    assert _part(answer, "not")["body"]["status"] == "unknownFutureValue"


@pytest.mark.parametrize(
    "requests",
    [
        None,
        {},
        [],
        [_get(str(n)) for n in range(21)],
        [_get("a"), _get("A")],
        [_get("")],
        [{"method": "GET", "url": "/x"}],
        [{"id": 1, "method": "GET", "url": "/x"}],
        [{"id": "1", "url": "/x"}],
        [{"id": "1", "method": "GET"}],
        ["GET"],
        [_get("1", headers=["x"])],
        [_get("1", dependsOn="2")],
        [_get("1", dependsOn=["2"])],
        [_get("1", dependsOn=["1"])],
        [_get("1", dependsOn=["2"]), _get("2", dependsOn=["1"])],
    ],
)
def test_a_malformed_batch_is_refused_whole(tenant: Tenant, requests: object) -> None:
    answer = tenant.call("POST", "/v1.0/$batch", {"requests": requests})
    assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest")


def test_a_batch_that_is_no_object_is_refused(tenant: Tenant) -> None:
    assert tenant.call("POST", "/v1.0/$batch", []).status == 400


@pytest.mark.parametrize(
    ("part", "status"),
    [
        (_get("1", "https://graph.microsoft.com/v1.0/security/incidents"), 400),
        (_get("1", "..."), 400),
        (_get("1", "/$batch"), 400),
        ({"id": "1", "method": "POST", "url": "$BATCH?x=1", "headers": JSON, "body": {}}, 400),
        (
            {
                "id": "1",
                "method": "PATCH",
                "url": "/security/incidents/1",
                "body": {"summary": "x"},
            },
            400,
        ),
        (_get("1", "/me/memberOf"), 404),
        (_get("1", "users?$select=id&$filter=city eq null"), 404),
        ({"id": "1", "method": "DELETE", "url": "/groups/1"}, 405),
    ],
)
def test_a_part_is_refused_alone(tenant: Tenant, part: dict[str, Any], status: int) -> None:
    answer = _batch(tenant, part, _get("good"))
    assert _statuses(answer) == {"1": status, "good": 200}
    assert _part(answer, "1")["body"]["error"]["message"]


def test_a_failed_part_fails_those_that_depend_on_it(tenant: Tenant) -> None:
    answer = _batch(
        tenant,
        _get("last", dependsOn=["Second"]),
        _get("second", dependsOn=["first"]),
        _get("first", "/security/incidents/99"),
        _get("free"),
    )
    assert _statuses(answer) == {"first": 404, "second": 424, "last": 424, "free": 200}


def test_predecessors_run_first(tenant: Tenant) -> None:
    patch = {
        "id": "w",
        "method": "PATCH",
        "url": "/security/incidents/1",
        "headers": JSON,
        "body": {"summary": "x"},
    }
    answer = _batch(tenant, _get("r", dependsOn=["w"]), patch)
    assert _part(answer, "r")["body"]["summary"] == "x"


def test_parts_count_against_the_quota_and_the_envelope_does_not(
    make: Callable[..., Tenant],
) -> None:
    tenant = make(requests_per_minute=3, incidents=[{"id": "1"}])
    answer = _batch(tenant, *(_get(str(n)) for n in range(5)))
    assert answer.status == 200
    assert _statuses(answer) == {"0": 200, "1": 200, "2": 200, "3": 429, "4": 429}
    assert _part(answer, "4")["headers"]["Retry-After"] == "60"
    assert _part(answer, "4")["body"]["error"]["code"] == "TooManyRequests"
    assert _batch(tenant, _get("1")).status == 200


def test_each_version_has_its_own_batch(tenant: Tenant) -> None:
    url = "/security/incidentTasks/t1"
    assert _statuses(_batch(tenant, _get("1", url))) == {"1": 404}
    assert _statuses(_batch(tenant, _get("1", url), version="beta")) == {"1": 200}


def test_next_links_of_parts_work_outside_the_batch(tenant: Tenant) -> None:
    part = _part(_batch(tenant, _get("1", "security/incidents?$top=2")), "1")
    assert tenant.get(part["body"]["@odata.nextLink"]).ids == ["1"]


def test_an_odd_id_comes_back_as_it_was(tenant: Tenant) -> None:
    odd = 'a"\\\n\ud800'
    answer = _batch(tenant, _get(odd))
    assert json.loads(answer.text or "")["responses"][0]["id"] == odd
