"""A tenant without a socket: the service, called as a function, with a clock that tests move."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.messages import Request
from reconciler.emulator.quota import Quota
from reconciler.emulator.seed import complete
from reconciler.emulator.service import Service
from reconciler.emulator.store import Store
from reconciler.emulator.wires import WIRES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ROOT = "http://127.0.0.1:9"
AUTHORIZED = {"authorization": "Bearer t0ken", "content-type": "application/json"}


@dataclass
class FakeClock:
    moment: datetime = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def pass_seconds(self, seconds: float) -> None:
        self.seconds += seconds
        self.moment += timedelta(seconds=seconds)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str | None

    @property
    def body(self) -> Any:
        return None if self.text is None else json.loads(self.text)

    @property
    def ids(self) -> list[str]:
        return [item["id"] for item in self.body["value"]]

    @property
    def message(self) -> str:
        message: str = self.body["error"]["message"]
        return message


@dataclass
class Tenant:
    store: Store
    service: Service
    clock: FakeClock = field(default_factory=FakeClock)

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """``path`` may be an absolute URL of this tenant (a next link)."""
        sent = AUTHORIZED | {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method, path.removeprefix(ROOT), sent, content, ROOT)
        response = self.service.answer(request)
        return Answer(response.status, response.headers, response.body)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        content = b"" if body is None else json.dumps(body).encode()
        return self.send(method, path, content, headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", headers)

    def incident(self, object_id: str = "1") -> Any:
        return self.get(f"/v1.0/security/incidents/{object_id}").body

    def alert(self, object_id: str) -> Any:
        return self.get(f"/v1.0/security/alerts_v2/{object_id}").body

    def patch(self, path: str, body: object, **headers: str) -> Answer:
        content = json.dumps(body).encode()
        return self.send("PATCH", f"/v1.0/security/{path}", content, headers)

    def filtered(self, text: str, collection: str = "incidents", version: str = "v1.0") -> Answer:
        quoted = text.replace(" ", "%20").replace("+", "%2B")
        return self.get(f"/{version}/security/{collection}?$filter={quoted}")


def open_tenant(
    path: Path,
    *,
    requests_per_minute: int = 0,
    is_pascal: bool = False,
    token: str | None = None,
    **seed: list[dict[str, Any]],
) -> Tenant:
    objects = {
        name: [complete(WIRES[name], item) for item in items] for name, items in seed.items()
    }
    clock = FakeClock()
    store = Store(path, lambda: objects)
    quota = Quota(requests_per_minute, clock)
    return Tenant(store, Service(store, quota, clock, is_pascal=is_pascal, token=token), clock)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Tenant]]:
    """Opens tenants on one store each (or on the same: ``name``), and closes them."""
    opened: list[Tenant] = []

    def opener(name: str = "tenant.db", **settings: Any) -> Tenant:
        opened.append(open_tenant(tmp_path / name, **settings))
        return opened[-1]

    yield opener
    for tenant in opened:
        tenant.store.close()


@pytest.fixture
def tenant(make: Callable[..., Tenant]) -> Tenant:
    """Three incidents (3 is merged into 2), alerts of the first, a task, a legacy alert."""
    return make(
        incidents=[
            {"id": "1", "createdDateTime": "2026-11-01T00:00:00Z", "severity": "high"},
            {
                "id": "2",
                "createdDateTime": "2026-11-02T00:00:00.1234567Z",
                "status": "awaitingAction",
                "assignedTo": "o'neil@contoso.com",
                "classification": "truePositive",
                "determination": "malware",
            },
            {
                "id": "3",
                "createdDateTime": "2026-11-03T00:00:00Z",
                "status": "redirected",
                "redirectIncidentId": "2",
            },
        ],
        alerts_v2=[
            {"id": "a1", "incidentId": "1", "serviceSource": "microsoftSentinel"},
            {"id": "a2", "incidentId": "1", "status": "resolved", "assignedTo": "kai@contoso.com"},
            {"id": "b1", "incidentId": "2"},
        ],
        incidentTasks=[
            {"id": "t1", "incident": {"id": "1"}, "actionType": "isolateDevice"},
            {"id": "t2", "incident": {"id": "2"}, "actionType": "text"},
        ],
        alerts=[
            {
                "id": "l1",
                "vendorInformation": {
                    "provider": "MCAS",
                    "providerVersion": None,
                    "subProvider": None,
                    "vendor": "Microsoft",
                },
            }
        ],
    )
