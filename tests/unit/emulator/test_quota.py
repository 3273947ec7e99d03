from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.messages import Refusal
from reconciler.emulator.quota import Quota

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.emulator.conftest import FakeClock, Tenant


def _charge(quota: Quota) -> int:
    """0 if there was room, else the seconds to wait."""
    try:
        quota.charge()
    except Refusal as refused:
        return int(refused.headers["Retry-After"])
    return 0


@pytest.fixture
def clock(make: Callable[..., Tenant]) -> FakeClock:
    return make().clock


def test_the_window_slides(clock: FakeClock) -> None:
    quota = Quota(2, clock)
    assert _charge(quota) == 0
    clock.pass_seconds(30)
    assert _charge(quota) == 0
    clock.pass_seconds(30)
    assert _charge(quota) == 0
    assert _charge(quota) > 0


def test_waiting_as_long_as_told_is_enough(clock: FakeClock) -> None:
    quota = Quota(3, clock)
    for _ in range(3):
        assert _charge(quota) == 0
        clock.pass_seconds(7.3)
    wait = _charge(quota)
    assert wait == 46  # 38.1 seconds for the first to leave, 45.4 with the refused one counted
    clock.pass_seconds(wait)
    assert _charge(quota) == 0


def test_requests_sent_while_throttled_keep_counting(clock: FakeClock) -> None:
    quota = Quota(1, clock)
    assert _charge(quota) == 0
    clock.pass_seconds(59)
    assert _charge(quota) == 60
    clock.pass_seconds(59.5)
    assert _charge(quota) == 60
    clock.pass_seconds(60)
    assert _charge(quota) == 0


def test_no_limit_is_no_limit(clock: FakeClock) -> None:
    quota = Quota(0, clock)
    assert [_charge(quota) for _ in range(1000)] == [0] * 1000


def test_a_throttled_request_says_so_as_published(make: Callable[..., Tenant]) -> None:
    tenant = make(requests_per_minute=1, incidents=[{"id": "1"}])
    assert tenant.get("/v1.0/security/incidents/1").status == 200
    answer = tenant.get("/v1.0/security/incidents/1")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    assert answer.message == "Please retry again later."
    assert answer.body["error"]["innerError"]["message"] == "Please retry after"


def test_who_is_not_let_in_uses_no_quota(make: Callable[..., Tenant]) -> None:
    tenant = make(requests_per_minute=1, incidents=[{"id": "1"}])
    assert tenant.get("/v1.0/security/incidents/1", authorization="").status == 401
    assert tenant.get("/v1.0/security/incidents/1").status == 200
