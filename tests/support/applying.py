"""Plans over a tenant in memory, and applying them: what tests of the apply story share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import GitState, Selection
from reconciler.settings import Config, Limits, Tenant as TenantSettings
from reconciler.stories import apply, plan as planning
from tests.support.memory_journal import MemoryJournal
from tests.support.world import FakeClock, FreePacer, Tenant, declare, incident

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model.desired import Declared
    from reconciler.model.live import Observation, Read
    from reconciler.model.outcome import Answer, ApplyReport, Patch
    from reconciler.model.plan import Plan
    from reconciler.model.words import Ref

KINDS_ON = frozenset({"Incident", "Alert", "LegacyAlert", "IncidentTask"})
SETTINGS = TenantSettings("demo", "emulator", "desired/demo", kinds=KINDS_ON)
CONFIG = Config("reconciler.yaml", "/repo", {"demo": SETTINGS}, limits=Limits(batch_size=2))


def plan(world: Tenant, *declared: Declared) -> Plan:
    return planning.run(
        declared,
        config=CONFIG,
        tenant=SETTINGS,
        selection=Selection(),
        git=GitState(),
        open_reader=lambda: world,
        clock=FakeClock(),
    )


def applied(
    world: Tenant,
    made: Plan,
    *,
    writer: Tenant | None = None,
    clock: FakeClock | None = None,
    pacer: FreePacer | None = None,
    journal: MemoryJournal | None = None,
) -> ApplyReport:
    world.log.clear()
    clock = clock or FakeClock()
    hands = apply.Hands(
        world, writer or world, journal or MemoryJournal(), pacer or FreePacer(), clock, clock
    )
    return apply.run(made, "sha256:0", hands, batch_size=2)


def names(report: ApplyReport) -> dict[str, str]:
    return {str(outcome.ref): outcome.name for outcome in report.outcomes}


def closing(*ids: str) -> tuple[Tenant, Plan]:
    world = Tenant()
    for object_id in ids:
        world.add("Incident", incident(object_id))
    return world, plan(world, *(declare("Incident", one, status="resolved") for one in ids))


class Failing(Tenant):
    """A tenant whose nth read or write raises."""

    def __init__(
        self, world: Tenant, error: ReconcilerError, *, read: int = 0, write: int = 0
    ) -> None:
        super().__init__(objects=world.objects, answers_bare=world.answers_bare)
        self.error, self.reads_left, self.writes_left = error, read, write

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        self.reads_left -= 1
        if self.reads_left == 0:
            raise self.error
        return super().read(reads)

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        self.writes_left -= 1
        if self.writes_left == 0:
            raise self.error
        return super().write(patches)
