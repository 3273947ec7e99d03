"""A journal in memory, in the very lines that the one on disk holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.codec import journal as codec
from reconciler.codec.journal import Header, Run
from reconciler.errors import JournalFailure
from reconciler.model.plan import PlanTenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.outcome import ApplyReport, Intent, Outcome
    from reconciler.model.words import Ref

AT = "2026-11-21T12:00:00.000Z"
HEADER = Header(
    run_id="4f2a9c1b",
    tool_version="0.1.0",
    tenant=PlanTenant("demo", None, "emulator", "emulator"),
    digest="sha256:0",
    started_at=AT,
)


@dataclass
class MemoryJournal:
    """``room``: how many more steps are taken before the disk is full. ``log``: those it took."""

    room: int = 1_000_000
    log: list[tuple[str, tuple[Ref, ...]]] = field(default_factory=list)
    text: str = field(default_factory=lambda: codec.header_line(HEADER))
    path: str = "memory.jsonl"

    def intend(self, intents: Sequence[Intent]) -> None:
        self._take("intend", tuple(item.ref for item in intents))
        self.text += "".join(codec.intent_line(item, at=AT) for item in intents)

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        self._take("settle", tuple(item.ref for item in outcomes))
        self.text += "".join(codec.outcome_line(item, at=AT) for item in outcomes)

    def close(self, report: ApplyReport) -> None:
        self._take("close", ())
        self.text += codec.end_line(report)

    def run(self) -> Run:
        return codec.load(self.text.encode())

    def _take(self, step: str, refs: tuple[Ref, ...]) -> None:
        if self.room <= 0:
            raise JournalFailure("the disk is full")
        self.room -= 1
        self.log.append((step, refs))
