from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.codec.rows import stamp
from reconciler.errors import Objected, Refused
from reconciler.model.plan import (
    Change,
    FieldChange,
    GitState,
    Objection,
    Plan,
    Risk,
    Selection,
    Spill,
    Summary,
)
from reconciler.model.words import Place, Ref
from reconciler.settings import Config, Limits, Tenant
from reconciler.stories.admission import check, check_digest, check_guards
from reconciler.stories.plan import identify
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


DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("age", [timedelta(minutes=-5), timedelta(), DAY])
def test_a_plan_of_the_configured_tenant_is_admitted_as_long_as_it_is_fresh(age: timedelta) -> None:
    check(PLAN, TENANT, now=NOW + age, limits=Limits())


@pytest.mark.parametrize(
    ("age", "message", "remedy"),
    [
        (
            DAY + SECOND,
            "the plan was made 1 day, 0:00:01 ago; 'limits.maxPlanAge' allows 1 day, 0:00:00",
            "make the plan again",
        ),
        (
            timedelta(minutes=-5) - SECOND,
            "the plan was made 0:05:01 in the future by this machine's clock",
            "set the clock, or make the plan again",
        ),
    ],
)
def test_a_plan_that_is_too_old_or_from_the_future_is_refused(
    age: timedelta, message: str, remedy: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(PLAN, TENANT, now=NOW + age, limits=Limits())

    assert (refused.value.message, refused.value.remedy) == (message, remedy)


@pytest.mark.parametrize(
    "other",
    [
        replace(TENANT, tenant_id="t2"),
        replace(TENANT, cloud="usgov"),
        replace(TENANT, graph_url="http://127.0.0.1:1"),
    ],
)
def test_a_plan_for_another_tenant_is_refused(other: Tenant) -> None:
    with pytest.raises(Refused) as refused:
        check(PLAN, other, now=NOW, limits=Limits())

    assert refused.value.message.startswith(
        "the plan is for tenant contoso (t1) of global at https://graph.microsoft.com; "
        f"the configuration says tenant contoso ({other.tenant_id}) of {other.cloud} at "
    )
    assert refused.value.remedy == "make the plan again"


def test_an_emulator_is_the_same_tenant_on_any_port() -> None:
    here = Tenant("demo", "emulator", "d", graph_url="http://127.0.0.1:1")
    assert identify(here) == identify(replace(here, graph_url=None))


def test_an_unexpected_digest_is_refused() -> None:
    check_digest("sha256:1", None)
    check_digest("sha256:1", "sha256:1")
    with pytest.raises(Refused) as refused:
        check_digest("sha256:1", "sha256:2")

    assert (refused.value.message, refused.value.remedy) == (
        "the plan's digest is sha256:1, --expect-digest says sha256:2",
        "look at this plan, and expect its digest if it is the right one",
    )


def config(**guards: int) -> Config:
    return Config("reconciler.yaml", "/repo", {"contoso": TENANT}, guards=guards)


def closing(count: int) -> Plan:
    """Guards as they are by default had nothing against it when it was made."""
    changes = tuple(
        Change(Ref("Incident", str(number)), "update", "differs", Place("a"), risks=("closes",))
        for number in range(count)
    )
    return replace(PLAN, changes=changes)


def refusal(plan: Plan, settings: Config, tenant: Tenant = TENANT) -> tuple[str, str | None]:
    with pytest.raises(Objected) as objected:
        check_guards(plan, settings, tenant)
    assert objected.value.exit_code == 4
    return objected.value.message, objected.value.remedy


def test_a_plan_within_every_limit_is_admitted() -> None:
    check_guards(PLAN, config(), TENANT)
    check_guards(closing(50), config(), TENANT)


def test_guards_are_judged_again_by_the_configuration_in_force() -> None:
    assert refusal(closing(3), config(maxClosures=2, maxUpdates=1)) == (
        (
            "guards object to this plan, and nothing was written: "
            "updates: 3 of at most 1 (objects to update); "
            "closures: 3 of at most 2 (objects to close)"
        ),
        "if this is meant, make the plan again with: --allow updates=3 --allow closures=3",
    )
    strict = replace(TENANT, guards={"maxClosures": 0})
    assert "closures: 3 of at most 0" in refusal(closing(3), config(maxClosures=9), strict)[0]


def test_an_objection_in_the_plan_counts_although_the_configuration_was_relaxed_since() -> None:
    stored = Objection("closures", 1, 3, tuple(change.ref for change in closing(3).changes))
    plan = replace(closing(3), objections=(stored,))

    message, remedy = refusal(plan, config())

    assert "closures: 3 of at most 1" in message
    assert remedy is not None
    assert remedy.endswith("make the plan again with: --allow closures=3")


def test_an_objection_that_still_stands_is_told_once() -> None:
    stored = Objection("closures", 1, 3, tuple(change.ref for change in closing(3).changes))
    plan = replace(closing(3), objections=(stored,))

    message, _ = refusal(plan, config(maxClosures=2))

    assert message.count("closures: 3") == 1


def test_what_a_plan_allows_is_admitted_and_no_more() -> None:
    settings = config(maxClosures=0, maxUpdates=0)
    allowed = {"closures": 3, "updates": 3}

    check_guards(replace(closing(3), overrides=allowed), settings, TENANT)
    message, remedy = refusal(replace(closing(4), overrides=allowed), settings)
    assert "updates: 4 of at most 3" in message
    assert remedy is not None
    assert remedy.endswith("--allow closures=4 --allow updates=4")


def test_an_empty_desired_folder_is_refused_too() -> None:
    plan = replace(PLAN, objections=(Objection("empty", 0, 1, ()),))

    message, remedy = refusal(plan, config())

    assert message.endswith("empty: the desired folder declares nothing")
    assert remedy is not None
    assert remedy.endswith("make the plan again with: --allow empty=1")


def update(**values: object) -> Change:
    change = Change(
        Ref("Incident", "1"),
        "update",
        "differs",
        Place("a.yaml", 3),
        severity="high",
        risks=("closes-high-severity",),
        fields=(FieldChange("status", "active", "resolved"),),
        spills=(Spill("status", "resolved"),),
    )
    return change._replace(**values)  # type: ignore[arg-type]


def test_a_plan_of_a_kind_that_was_switched_off_since_is_refused() -> None:
    plan = replace(PLAN, changes=(update(),))
    with pytest.raises(Refused, match="switched off"):
        check(plan, TENANT, now=NOW, limits=Limits())


@pytest.mark.parametrize("risks", [(), ("reopens",), ("closes-high-severity", "closes")])
def test_risks_that_do_not_follow_from_the_fields_are_refused(risks: tuple[Risk, ...]) -> None:
    on = replace(TENANT, kinds=frozenset({"Incident"}))
    plan = replace(PLAN, changes=(update(risks=risks),))
    with pytest.raises(Refused, match="'risks' of Incident 1 does not follow"):
        check(plan, on, now=NOW, limits=Limits())
    for fitting in (("closes-high-severity",), ("closes",)):
        check(replace(PLAN, changes=(update(risks=fitting),)), on, now=NOW, limits=Limits())
