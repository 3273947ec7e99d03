"""Choosing the renderer and the stream; each renderer is pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.cli.door import Door
    from reconciler.model.edits import Edits
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.model.words import Finding
    from reconciler.settings import Config


def show_plan(plan: Plan, form: str, door: Door, stream: TextIO) -> None:
    summary = plan.summary
    door.counts |= {"update": summary.update, "skip": summary.skip, "unknown": summary.unknown}
    door.write(stream, _plan(plan, form, door, stream))


def save_plan(plan: Plan, name: str, door: Door) -> None:
    """To a file from the working directory; says what it is good for. Raises Failure."""
    from reconciler.codec.plan import dump
    from reconciler.store.output import write_file

    write_file(door.cwd / name, dump(plan))
    use = (
        "guards object to it"
        if plan.objections
        else f"to write exactly this: reconciler apply {name}"
    )
    door.say(f"saved as {name}; {use}")


def show_drift(plan: Plan, form: str, door: Door) -> None:
    from reconciler.codec.tally import merged_or_gone

    summary = plan.summary
    door.counts |= {
        "drift": summary.drift,
        "conflict": summary.conflict,
        "merged or gone": len(merged_or_gone(plan)),
        "unknown": summary.unknown,
    }
    door.out(_drift(plan, form, door))


def write_edits(edits: Edits, config: Config) -> None:
    """Raises Failure; then nothing was changed, or it says what was."""
    from reconciler.store import edits as store

    store.write_edits(Path(config.root), edits.files)


def show_edits(edits: Edits, door: Door, *, is_written: bool) -> None:
    from reconciler.reports import text_edits

    colour, width = door.colour(door.stdout), door.width(door.stdout)
    door.out(text_edits.edits(edits, colour=colour, width=width, is_written=is_written))


def show_report(report: ApplyReport, form: str, door: Door, *, exit_code: int) -> None:
    from reconciler.stories.apply import HOLDS

    door.counts["done"] = sum(outcome.name in HOLDS for outcome in report.outcomes)
    door.out(_report(report, form, door, exit_code))


def warn(findings: Sequence[Finding], door: Door) -> None:
    """What is no error goes beside the result."""
    if findings:
        from reconciler.reports import text_findings

        door.write(door.stderr, text_findings.findings(findings, colour=door.colour(door.stderr)))


def _plan(plan: Plan, form: str, door: Door, stream: TextIO) -> Iterable[str]:
    from reconciler.codec.plan import digest, dump
    from reconciler.reports import markdown, text_plan

    match form:
        case "json":
            return dump(plan)
        case "markdown":
            return (markdown.plan(plan, digest(plan)),)
        case "html":
            from reconciler.reports import html

            return html.plan(plan, digest(plan))
        case _:
            colour, width = door.colour(stream), door.width(stream)
            return text_plan.plan(plan, digest(plan), colour=colour, width=width)


def _drift(plan: Plan, form: str, door: Door) -> Iterable[str]:
    from reconciler.codec import drift
    from reconciler.reports import markdown, text_drift

    match form:
        case "json":
            return drift.dump(plan)
        case "markdown":
            return (markdown.drift(plan),)
        case "html":
            from reconciler.reports import html

            return html.drift(plan)
        case _:
            colour, width = door.colour(door.stdout), door.width(door.stdout)
            return text_drift.drift(plan, colour=colour, width=width)


def _report(report: ApplyReport, form: str, door: Door, exit_code: int) -> Iterable[str]:
    from reconciler.codec import result
    from reconciler.reports import markdown, text_apply

    match form:
        case "json":
            return (result.report(report, exit_code=exit_code),)
        case "markdown":
            return (markdown.apply_report(report),)
        case "html":
            from reconciler.reports import html

            return html.apply_report(report)
        case _:
            colour, width = door.colour(door.stdout), door.width(door.stdout)
            return text_apply.apply_report(report, colour=colour, width=width)
