"""A plan, a closing report and findings that hold hostile text wherever somebody outside chooses it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from reconciler.codec.tally import tally
from reconciler.guards import Released, objections
from reconciler.model.live import Cost, Known, Live, Unreadable
from reconciler.model.outcome import ApplyReport, Outcome
from reconciler.model.plan import (
    Change,
    FieldChange,
    GitState,
    Kept,
    New,
    Plan,
    PlanTenant,
    Reviewed,
    Selection,
    Spill,
    Survivor,
)
from reconciler.model.snapshot import Snapshot
from reconciler.model.words import Finding, Foreign, Place, Ref
from tests.support.plans import ALLOWED, BASE, DIGEST, STRICT, update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import Observation
    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import Reason, Risk

TEXTS_A_WORLD: Final = 500
"""So many strings stand in one world, each in several places."""
_RISKS: Final[tuple[Risk, ...]] = ("closes-high-severity", "removes-tags", "unassigns")
_SKIPS: Final[tuple[Reason, ...]] = (
    *("not-found", "redirected", "expired", "disabled", "contradicts-incident", "unknown"),
)
_OUTCOMES: Final[tuple[OutcomeName, ...]] = (
    *("failed", "unsettled", "conflict", "notKept", "notTried", "done", "alreadyDone"),
)


@dataclass(frozen=True, slots=True)
class World:
    plan: Plan
    report: ApplyReport
    findings: tuple[Finding, ...]
    lives: tuple[Live, ...]
    snapshot: Snapshot
    count: int
    """How many hostile strings it holds."""


def world(texts: Iterator[str]) -> World:
    held = list(islice(texts, TEXTS_A_WORLD))
    words = _Words(held)
    changes = tuple(sorted(_changes(words), key=lambda change: change.ref))
    return World(
        plan=_plan(changes, words),
        report=_report(words),
        findings=tuple(_findings(words)),
        lives=tuple(_lives(words)),
        snapshot=_snapshot(words),
        count=len(held),
    )


class _Words:
    """Round and round, so that each string comes to each kind of place in some world."""

    def __init__(self, held: list[str]) -> None:
        self._held = held
        self._next = 0

    def __call__(self) -> str:
        self._next += 1
        return self._held[self._next % len(self._held)]

    def foreign(self) -> Foreign:
        return Foreign(self())

    def place(self) -> Place:
        return Place(f"desired/{self()}.yaml", 2, 3)


def _plan(changes: tuple[Change, ...], words: _Words) -> Plan:
    released = (Ref("Incident", "9000001"),)
    first = next(change for change in changes if change.action == "update")
    new = New(first.ref, tuple(field.name for field in first.fields))
    return Plan(
        tool_version="0.1.0",
        created_at="2026-11-20T10:15:00Z",
        git=GitState("4b825dc642cb6eb9a060e54bf8d69288fbee4904", dirty=True, base=BASE),
        tenant=PlanTenant("contoso", words(), "global", "https://graph.microsoft.com"),
        selection=Selection((f"owner={words()}",), (f"path={words()}",)),
        summary=tally(changes),
        changes=changes,
        overrides=ALLOWED,
        released=released,
        reviewed=Reviewed(DIGEST, (new,), ("closures",)),
        objections=objections(changes, STRICT, ALLOWED, released=Released(released, 4)),
        notices=tuple(words() for _ in range(12)),
    )


def _changes(words: _Words) -> Iterator[Change]:
    for number in range(40):
        yield _noted(_update(words, str(100 + number)), words)
        yield _noted(_alert(words, f"da{number}"), words)
    for number, reason in enumerate(_SKIPS * 4):
        skip = Change(Ref("Incident", str(500 + number)), "skip", reason, words.place())
        survivor = Survivor("77", words.foreign(), "high") if reason == "redirected" else None
        yield _noted(skip, words)._replace(survivor=survivor, problem=words())
    for number in range(10):
        kept = (
            Kept("assignedTo", words(), words(), words(), "drift"),
            Kept("customTags", [words()], [words()], [words(), words()], "drift"),
        )
        left = Change(Ref("Incident", str(700 + number)), "noop", "drift-kept", words.place())
        yield _noted(left, words)._replace(kept=kept)


def _update(words: _Words, object_id: str) -> Change:
    return update(
        Ref("Incident", object_id),
        FieldChange("status", "active", "resolved"),
        FieldChange("assignedTo", words(), words(), "drift"),
        FieldChange("customTags", [words(), "x"], ["x", words(), words()]),
        FieldChange("displayName", words(), words()),
        FieldChange("resolvingComment", None, words()),
        FieldChange("summary", words(), words(), "conflict"),
        risks=_RISKS,
        spills=(Spill("status", "resolved", (Ref("Alert", "da0"),)), Spill("assignedTo", words())),
    )


def _alert(words: _Words, object_id: str) -> Change:
    details = {words(): words(), "kept": words()}
    return update(
        Ref("Alert", object_id),
        FieldChange("assignedTo", None, words()),
        FieldChange("customDetails", details, {"kept": words(), words(): words()}),
        kept=(Kept("status", "new", words(), words(), "drift"),),
    )


def _noted(change: Change, words: _Words) -> Change:
    return change._replace(
        source=words.place(),
        title=words.foreign(),
        severity="high",
        created="2026-11-01T00:00:00Z",
        moved_by=words.foreign(),
        moved_at=words(),
        owner=words(),
        ticket=words(),
        name=words(),
        expires="2026-12-31",
        problem=words(),
        detail=words.foreign(),
    )


def _report(words: _Words) -> ApplyReport:
    return ApplyReport(
        tenant=PlanTenant("contoso", words(), "global", "https://graph.microsoft.com"),
        digest=DIGEST,
        started_at="2026-11-20T10:20:00Z",
        finished_at="2026-11-20T10:20:07Z",
        outcomes=tuple(_outcome(words, number) for number in range(40)),
        unknown=1,
        interrupted=True,
        cost=Cost(19, 4),
        journal=f".reconciler/{words()}.jsonl",
        window_seconds=0.2,
        notices=tuple(words() for _ in range(3)),
        unrecorded=words(),
    )


def _outcome(words: _Words, number: int) -> Outcome:
    return Outcome(
        Ref("Incident", str(100 + number)),
        _OUTCOMES[number % len(_OUTCOMES)],
        words.place(),
        title=words.foreign(),
        fields=(
            FieldChange("assignedTo", words(), words()),
            FieldChange("customTags", [words()], [words()]),
        ),
        problem=words(),
        detail=words.foreign(),
        request_ids=(words(), words()),
    )


def _lives(words: _Words) -> Iterator[Live]:
    for number in range(40):
        fields = {
            "status": "active",
            "assignedTo": words(),
            "customTags": [words(), words()],
            "displayName": words(),
            "description": f"{words()}\n{words()}",
            "resolvingComment": words(),
        }
        yield Live(Ref("Incident", str(100 + number)), fields, words.foreign(), "high")


def _snapshot(words: _Words) -> Snapshot:
    found: dict[Ref, Observation] = {live.ref: Known(live) for live in _lives(words)}
    found[Ref("Incident", "7")] = Unreadable(words(), words.foreign())
    tenant = PlanTenant("contoso", words(), "global", "https://graph.microsoft.com")
    return Snapshot("0.1.0", "2026-11-20T10:20:00.000Z", tenant, found)


def _findings(words: _Words) -> Iterator[Finding]:
    for number in range(40):
        yield Finding(words.place(), words(), "warning" if number % 3 else "error")
