"""Cases that only a fault in the apply story would tell apart (tests/mutation)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.codec.rows import stamp
from reconciler.model.live import Cost
from reconciler.model.outcome import ApplyReport
from reconciler.model.plan import FieldChange, Request, Summary
from reconciler.model.words import Ref
from reconciler.stories import apply
from tests.support.applying import applied, closing, names, plan
from tests.support.world import NOW, FakeClock, Tenant, alert, declare, incident

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcome import Answer, Patch


def test_the_closing_report_is_whole() -> None:
    world, made = closing("1")
    world.spent = Cost()
    clock = FakeClock(ticks=50.0)

    class Slow(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            clock.ticks += 0.25
            return world.write(patches)

    report = applied(world, made, writer=Slow(), clock=clock)
    assert replace(report, outcomes=(), journal=None) == ApplyReport(
        tenant=made.tenant,
        digest="sha256:0",
        started_at="2026-11-21T12:00:50.000Z",
        finished_at="2026-11-21T12:00:50.250Z",
        outcomes=(),
        cost=Cost(2, 2),
        window_seconds=0.25,
    )


def test_a_plan_without_updates_has_a_report_of_its_own() -> None:
    _, made = closing("1")
    empty = replace(made, changes=(), summary=Summary(unknown=2))
    assert apply.nothing(empty, "sha256:1", NOW) == ApplyReport(
        made.tenant, "sha256:1", stamp(NOW), stamp(NOW), outcomes=(), unknown=2
    )


def test_an_alert_is_written_although_its_incidents_write_spilled_onto_it() -> None:
    """Only an inverse plan holds such a pair: declared, the two would contradict each other."""
    world = Tenant()
    world.add("Incident", incident("1"))
    world.add("Alert", alert("da1", status="inProgress"))
    made = plan(
        world,
        declare("Incident", "1", status="resolved"),
        declare("Alert", "da1", classification="truePositive"),
    )
    reopened = FieldChange("status", "inProgress", "new")
    changes = tuple(
        change
        if change.ref.kind == "Incident"
        else change._replace(
            fields=(reopened,),
            request=Request("PATCH", "/v1.0/security/alerts_v2/da1", {"status": "new"}),
        )
        for change in made.changes
    )
    report = applied(world, replace(made, changes=changes))
    assert names(report) == {"Incident 1": "done", "Alert da1": "done"}
    assert world.objects[Ref("Alert", "da1")]["status"] == "new"
