from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.errors import Refused
from reconciler.model import GitState, Plan, Selection, Summary
from reconciler.settings import Limits, Tenant
from reconciler.stories.admission import check, check_digest
from reconciler.stories.plan import identify, stamp
from tests.support.world import NOW

TENANT = Tenant("contoso", "global", "desired/contoso", tenant_id="t1")
PLAN = Plan(
    tool_version="0",
    created_at=stamp(NOW),
    git=GitState(),
    tenant=identify(TENANT),
    selection=Selection(),
    summary=Summary(),
    changes=(),
)


def test_a_fresh_plan_of_the_configured_tenant_is_admitted() -> None:
    check(PLAN, TENANT, now=NOW + timedelta(hours=23), limits=Limits())


@pytest.mark.parametrize("age", [timedelta(hours=24, seconds=1), timedelta(minutes=-6)])
def test_a_plan_that_is_too_old_or_from_the_future_is_refused(age: timedelta) -> None:
    with pytest.raises(Refused):
        check(PLAN, TENANT, now=NOW + age, limits=Limits())


@pytest.mark.parametrize(
    "other",
    [
        replace(TENANT, tenant_id="t2"),
        replace(TENANT, cloud="usgov"),
        replace(TENANT, graph_url="http://127.0.0.1:1"),
    ],
)
def test_a_plan_for_another_tenant_is_refused(other: Tenant) -> None:
    with pytest.raises(Refused, match="contoso"):
        check(PLAN, other, now=NOW, limits=Limits())


def test_an_emulator_is_the_same_tenant_on_any_port() -> None:
    here = Tenant("demo", "emulator", "d", graph_url="http://127.0.0.1:1")
    assert identify(here) == identify(replace(here, graph_url=None))


def test_an_unexpected_digest_is_refused() -> None:
    check_digest("sha256:1", None)
    check_digest("sha256:1", "sha256:1")
    with pytest.raises(Refused, match="sha256:2"):
        check_digest("sha256:1", "sha256:2")
