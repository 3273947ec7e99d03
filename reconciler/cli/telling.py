"""What a GitHub job is told of each result: remarks, outputs, and a report for the step's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.github_job import summary_bytes

if TYPE_CHECKING:
    from reconciler.cli.door import Door
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.stories.validate import Checked


def plan(plan: Plan, digest: str, door: Door, file: str | None) -> None:
    from reconciler.reports import github, markdown
    from reconciler.review import remarks
    from reconciler.store.runner_files import sha256

    door.told.remarks += remarks.of_plan(plan)
    saved = {"sha256": sha256(door.cwd / file) if file else ""}
    door.told.outputs |= {**github.plan_outputs(plan, digest), **saved}
    room = summary_bytes(door)
    if room:
        door.told.summary += markdown.plan(plan, digest, budget_bytes=room)


def drift(plan: Plan, door: Door) -> None:
    from reconciler.reports import github, markdown
    from reconciler.review import remarks

    door.told.remarks += remarks.of_drift(plan)
    door.told.outputs |= github.drift_outputs(plan)
    room = summary_bytes(door)
    if room:
        door.told.summary += markdown.drift(plan, budget_bytes=room)


def report(report: ApplyReport, door: Door) -> None:
    from reconciler.reports import github, markdown
    from reconciler.review import remarks

    door.told.remarks += remarks.of_report(report)
    door.told.outputs |= github.report_outputs(report)
    room = summary_bytes(door)
    if room:
        door.told.summary += markdown.apply_report(report, budget_bytes=room)


def checked(checked: Checked, door: Door) -> None:
    from reconciler.reports import github, markdown_findings
    from reconciler.review import remarks

    door.told.remarks += remarks.of_findings(checked.findings)
    door.told.outputs |= github.checked_outputs(checked.findings, checked.files, checked.objects)
    room = summary_bytes(door)
    if room:
        heading = "Checked documents"
        told = markdown_findings.findings(checked.findings, heading, budget_bytes=room)
        door.told.summary += told
