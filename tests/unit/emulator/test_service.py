from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.emulator.conftest import Tenant


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic abc", "t0ken"])
def test_without_a_bearer_token_nobody_gets_in(tenant: Tenant, header: str) -> None:
    answer = tenant.get("/v1.0/security/incidents", authorization=header)
    assert (answer.status, answer.body["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_tenant_that_was_given_a_token_takes_no_other(make: Callable[..., Tenant]) -> None:
    tenant = make(token="its-own", incidents=[{"id": "1"}])
    part = {"requests": [{"id": "1", "method": "GET", "url": "/security/incidents/1"}]}
    for token, status in (("its-own", 200), ("its-own1", 401), ("its-ow", 401), ("t0ken", 401)):
        header = f"Bearer {token}"
        assert tenant.get("/v1.0/security/incidents", authorization=header).status == status
        batch = tenant.call("POST", "/v1.0/$batch", part, authorization=header)
        assert batch.status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 400),
        ("GET", "/v2.0/security/incidents", 400),
        ("GET", "/v1.0", 404),
        ("GET", "/v1.0/security", 404),
        ("GET", "/v1.0/security/secureScores", 404),
        ("GET", "/v1.0/me/messages", 404),
        ("DELETE", "/v1.0/groups/1", 405),
        ("GET", "/v1.0/security/incidentTasks", 404),
        ("GET", "/v1.0/security/incidentTasks/t1", 404),
        ("PATCH", "/v1.0/security/incidentTasks/t1", 405),
        ("GET", "/beta/security/incidentTasks/t1", 200),
        ("GET", "/beta/security/alerts/l1", 200),
        ("GET", "/beta/security/alerts_v2/a1", 200),
        ("GET", "/v1.0/security/incidents/", 200),
        ("GET", "/v1.0/security/incidents/99", 404),
        ("PATCH", "/v1.0/security/incidents/99", 404),
        ("GET", "/v1.0/security/incidents/%7Bid%7D", 400),
        ("GET", "/v1.0/security/incidents/..%2F..%2Fusers", 400),
        ("GET", "/v1.0/security/incidents/%FF", 400),
        ("GET", "/v1.0/security/incidents/1/comments/1", 404),
        ("GET", "/v1.0/security/incidents/1/owner", 404),
        ("POST", "/v1.0/security/incidents/1/a/b/c", 405),
        ("POST", "/v1.0/security/alerts/l1/comments", 404),
        ("POST", "/v1.0/security/incidents", 405),
        ("DELETE", "/v1.0/security/incidents/1", 405),
        ("POST", "/v1.0/security/incidents/1", 405),
        ("GET", "/v1.0/security/incidents/1/comments", 405),
        ("POST", "/v1.0/security/incidents/1/alerts", 405),
        ("GET", "/v1.0/$batch", 405),
        ("GET", "/v1.0/security/alerts/l1?$expand=alerts", 400),
        ("PATCH", "/v1.0/security/incidents/1?$select=id", 400),
    ],
)
def test_a_path_and_a_method_lead_to_a_status(
    tenant: Tenant, method: str, path: str, status: int
) -> None:
    body = {"summary": "x"} if method in ("PATCH", "POST") else None
    answer = tenant.call(method, path, body)
    assert answer.status == status
    if status >= 400:
        assert set(answer.body["error"]) == {"code", "message", "innerError"}


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"summary": NaN}', "application/json", 400),
        (b'{"summary": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"summary": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"summary": "x"}', "text/plain", 415),
        (b'{"summary": "x"}', "", 415),
        (b'{"summary": "x"}', "Application/JSON; charset=utf-8", 200),
    ],
)
def test_only_json_is_read(tenant: Tenant, raw: bytes, kind: str, status: int) -> None:
    path = "/v1.0/security/incidents/1"
    assert tenant.send("PATCH", path, raw, {"content-type": kind}).status == status


def test_strange_text_survives_the_way_through(tenant: Tenant) -> None:
    text = 'null\x00 lone\ud800 bidi\u202e "quote" \\ \U0001f525'
    answer = tenant.call(
        "PATCH",
        "/v1.0/security/incidents/1",
        {"displayName": text, "assignedTo": text, "customTags": [text]},
    )
    assert (answer.body["displayName"], answer.body["customTags"]) == (text, [text])
    assert tenant.incident("1")["assignedTo"] == text


def test_an_answer_carries_its_ids_and_the_clients(tenant: Tenant) -> None:
    sent = "6f0d9f4a-3f0d-4a53-8e92-1d7f6f5c0a11"
    answer = tenant.get("/v1.0/security/incidents/99", client_request_id=sent)
    inner = answer.body["error"]["innerError"]
    assert answer.headers["client-request-id"] == sent == inner["client-request-id"]
    assert answer.headers["request-id"] == inner["request-id"] != sent
    assert inner["date"] == "2026-11-20T10:00:00"


def test_a_client_request_id_that_is_none_is_not_echoed(tenant: Tenant) -> None:
    answer = tenant.get("/v1.0/security/incidents/1", client_request_id="a\r\n b: c")
    assert answer.headers["client-request-id"] == answer.headers["request-id"]


def test_what_a_message_repeats_is_short_and_printable(tenant: Tenant) -> None:
    answer = tenant.patch("incidents/1", {"\x1b[31m" + "x" * 500: 1})
    assert answer.message.isprintable()
    assert len(answer.message) < 200


def test_a_store_that_stays_locked_is_a_503(tenant: Tenant, tmp_path: Path) -> None:
    tenant.store._db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "tenant.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        answer = tenant.patch("incidents/1", {"summary": "x"})
    finally:
        other.close()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
