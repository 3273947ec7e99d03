"""The probe over a Graph in memory: one closed incident, its two alerts, and all that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.model.words import Json, Ref
from reconciler.settings import Tenant
from reconciler.stories.probe.bench import Hands
from reconciler.stories.probe.story import Probed, run
from reconciler.stories.probe.subject import look
from tests.support.memory_journal import MemoryJournal
from tests.support.raws import FakeRaws, Stopping
from tests.support.world import FakeClock, FreePacer, alert, incident

if TYPE_CHECKING:
    from reconciler.model.diagnosis import Answered

INCIDENT = Ref("Incident", "1")
SETTINGS = Tenant("contoso", "global", "desired/contoso", tenant_id="tenant-guid-canary")


def objects(**properties: Json) -> dict[Ref, dict[str, Json]]:
    """One closed incident with two closed alerts, each with an owner of its own."""
    whole = {"description": "text", "resolvingComment": None, "summary": None}
    closed = {"status": "resolved", "customTags": ["vip"], "assignedTo": "kai@contoso.com"}
    return {
        INCIDENT: incident("1", **{"tenantId": "t", **closed, **whole, **properties}),
        Ref("Alert", "da1"): alert("da1", status="resolved", assignedTo="mona@contoso.com"),
        Ref("Alert", "da2"): alert("da2", status="resolved", classification="truePositive"),
    }


@dataclass
class World:
    raws: FakeRaws
    clock: FakeClock = field(default_factory=FakeClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    patience: tuple[float, ...] = (1.0, 2.0)

    def __post_init__(self) -> None:
        self.stop = Stopping(self.clock)
        self.abort = Stopping(self.clock)

    @property
    def hands(self) -> Hands:
        return Hands(
            self.raws,
            self.journal,
            FreePacer(),
            self.clock,
            self.stop,
            self.abort,
            patience=self.patience,
        )

    def probe(self) -> Probed:
        return run(look(self.raws, "1"), SETTINGS, self.hands)


def by_name(probed: Probed) -> dict[str, Answered]:
    return {answer.question.name: answer for answer in probed.report.answers}
