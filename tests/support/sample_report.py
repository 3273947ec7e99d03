"""A closing report with an outcome that went well and one that did not."""

from __future__ import annotations

from reconciler.model.live import Cost
from reconciler.model.outcome import ApplyReport, Outcome
from reconciler.model.plan import FieldChange, PlanTenant
from reconciler.model.words import Foreign, Place, Ref


def sample_report() -> ApplyReport:
    return ApplyReport(
        tenant=PlanTenant("demo", None, "emulator", "emulator"),
        digest="sha256:" + "0" * 64,
        started_at="2026-11-21T10:00:00.000Z",
        finished_at="2026-11-21T10:00:01.000Z",
        outcomes=(
            Outcome(
                ref=Ref("Incident", "1"),
                name="done",
                source=Place("a.yaml", 3, 1),
                title=Foreign("A title"),
                fields=(FieldChange("status", "active", "resolved"),),
                request_ids=("r-1",),
            ),
            Outcome(
                ref=Ref("Alert", "da1"),
                name="conflict",
                source=Place("b.yaml"),
                problem="it moved since the plan",
                detail=Foreign("gone"),
            ),
        ),
        unknown=2,
        cost=Cost(4, 2),
        journal="j.jsonl",
        window_seconds=0.25,
        notices=("the reader writes",),
        applied="2" * 40,
    )
