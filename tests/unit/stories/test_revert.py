from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.codec.journal import Header, Run
from reconciler.codec.plan import digest, dump, load
from reconciler.codec.rows import stamp
from reconciler.errors import Refused
from reconciler.model.live import Unreadable
from reconciler.model.outcome import Intent, Outcome
from reconciler.model.plan import FieldChange, GitState, Objection, Plan, PlanTenant
from reconciler.model.words import Place, Ref
from reconciler.settings import Config, Limits, Tenant as TenantSettings
from reconciler.stories import plan as planning, revert
from tests.support.applying import applied
from tests.support.world import NOW, FakeClock, Tenant, alert, incident, legacy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SETTINGS = TenantSettings(
    "demo", "emulator", "desired/demo", kinds=frozenset({"Incident", "Alert"})
)
CONFIG = Config("reconciler.yaml", "/repo", {"demo": SETTINGS}, limits=Limits(batch_size=2))
HEADER = Header(
    "r1",
    "0.1.0",
    PlanTenant("demo", None, "emulator", "emulator"),
    "sha256:0",
    "2026-11-21T11:00:00.000Z",
)
PLACE = Place("desired/demo/a.yaml", 3)
CLOSE = FieldChange("status", "active", "resolved")
INCIDENT = Ref("Incident", "1")


def journal(*refs: Ref, field: FieldChange = CLOSE, is_cut: bool = False) -> Run:
    intents = tuple(Intent(ref, PLACE, (field,)) for ref in refs)
    outcomes = tuple(Outcome(ref, "done", PLACE) for ref in refs)
    return Run(HEADER, intents, () if is_cut else outcomes, is_cut=is_cut)


def closed(*ids: str) -> Tenant:
    world = Tenant()
    for object_id in ids:
        world.add("Incident", incident(object_id, status="resolved"))
    return world


def reverted(
    run: Run,
    world: Tenant,
    *,
    overrides: Mapping[str, int] | None = None,
    tenant: TenantSettings = SETTINGS,
) -> Plan:
    return revert.run(
        run,
        config=CONFIG,
        tenant=tenant,
        overrides=overrides or {},
        open_reader=lambda: world,
        clock=FakeClock(),
    )


def reasons(plan: Plan) -> Sequence[tuple[str, str]]:
    return [(str(change.ref), change.reason) for change in plan.changes]


def test_the_inverse_plan_is_an_ordinary_plan_file() -> None:
    made = reverted(journal(INCIDENT), closed("1"), overrides={"reopenings": 1})
    read = load("".join(dump(made)).encode())
    assert digest(read) == digest(made)
    assert (made.git, made.created_at) == (GitState(), stamp(NOW))
    assert made.summary == replace(made.summary, declared=1, update=1, in_sync=0, skip=0, unknown=0)


def test_reopening_counts_against_its_guard_unless_it_is_allowed_by_name() -> None:
    refs = (INCIDENT, Ref("Incident", "2"))
    run, world = journal(*refs), closed("1", "2")
    assert reverted(run, world).objections == (Objection("reopenings", 0, 2, refs),)
    allowed = reverted(run, world, overrides={"reopenings": 2})
    assert (allowed.objections, allowed.overrides) == ((), {"reopenings": 2})


def test_applying_the_inverse_plan_brings_back_what_was_found_and_then_nothing_is_left() -> None:
    world = closed("1")
    made = reverted(journal(INCIDENT), world, overrides={"reopenings": 1})
    report = applied(world, made)
    assert [outcome.name for outcome in report.outcomes] == ["done"]
    assert world.objects[INCIDENT]["status"] == "active"
    assert reasons(reverted(journal(INCIDENT), world)) == [("Incident 1", "in-sync")]
    assert planning.exit_codes(made) == {0}


def test_a_kind_that_is_off_is_skipped_without_a_request() -> None:
    world = closed("1")
    old = world.add("LegacyAlert", legacy(status="resolved"))
    made = reverted(journal(INCIDENT, old), world, overrides={"reopenings": 1})
    assert reasons(made) == [("Incident 1", "differs"), ("LegacyAlert la1", "disabled")]
    assert world.log == [("read", (INCIDENT,))]
    assert made.summary.requests.read_units == 1


def test_a_run_that_wrote_nothing_asks_for_no_token() -> None:
    def no_reader() -> Tenant:
        raise AssertionError

    made = revert.run(
        journal(),
        config=CONFIG,
        tenant=SETTINGS,
        overrides={},
        open_reader=no_reader,
        clock=FakeClock(),
    )
    assert made.changes == ()
    assert revert.NOTHING_NOTICE in made.notices


def test_a_failed_read_is_unknown_and_fails_the_command() -> None:
    world = closed("1")
    world.unreadable = {INCIDENT: Unreadable("no route")}
    made = reverted(journal(INCIDENT), world)
    assert reasons(made) == [("Incident 1", "unknown")]
    assert planning.exit_codes(made) == {0, 1}


def test_a_journal_whose_objects_are_all_gone_is_doubted() -> None:
    made = reverted(journal(*(Ref("Incident", str(n)) for n in range(3))), Tenant())
    assert any("wrong tenant" in notice for notice in made.notices)


def test_the_notices_say_which_run_it_was_and_what_the_documents_still_want() -> None:
    first, second, *_ = reverted(journal(INCIDENT), closed("1")).notices
    assert first == "This undoes the run that began at 2026-11-21T11:00:00.000Z"
    assert second == revert.DOCUMENTS_NOTICE


def test_a_cut_journal_works_and_says_so() -> None:
    made = reverted(journal(INCIDENT, is_cut=True), closed("1"))
    assert reasons(made) == [("Incident 1", "differs")]
    assert revert.CUT_NOTICE in made.notices
    assert revert.CUT_NOTICE not in reverted(journal(INCIDENT), closed("1")).notices


def test_what_spilled_over_is_named_as_not_undone() -> None:
    world = closed("1")
    world.add("Alert", alert(status="resolved"))
    made = reverted(journal(INCIDENT), world)
    assert any(
        "Incident 1: " in notice and "Alerts" in notice and "not undone" in notice
        for notice in made.notices
    )


def test_a_deprecated_kind_comes_with_its_caveat() -> None:
    world = Tenant()
    old = world.add("LegacyAlert", legacy(status="resolved"))
    settings = replace(SETTINGS, kinds=frozenset({"LegacyAlert"}))
    field = FieldChange("status", "newAlert", "resolved")
    made = reverted(journal(old, field=field), world, tenant=settings)
    assert any("LegacyAlert is deprecated" in notice for notice in made.notices)


@pytest.mark.parametrize(
    "other",
    [
        replace(SETTINGS, name="contoso"),
        replace(SETTINGS, tenant_id="t2"),
        replace(SETTINGS, cloud="global"),
    ],
)
def test_a_journal_of_another_tenant_is_refused_before_anything_is_read(
    other: TenantSettings,
) -> None:
    world = closed("1")
    with pytest.raises(Refused) as refused:
        reverted(journal(INCIDENT), world, tenant=other)
    assert "the journal is of tenant 'demo' (None) of emulator at 'emulator'" in str(refused.value)
    assert refused.value.remedy == "use the configuration that the run used"
    assert world.log == []
