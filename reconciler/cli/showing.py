"""Choosing the renderer and the stream; each renderer is pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from reconciler.cli import telling
from reconciler.cli.github_job import folder, walled
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.cli.door import Door
    from reconciler.model.edits import Edits
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.model.words import Finding
    from reconciler.reports.text_plan import Then
    from reconciler.settings import Config
    from reconciler.stories.validate import Checked


class Saved(NamedTuple):
    file: str
    digest: str


def show_plan(
    plan: Plan,
    form: str,
    door: Door,
    *,
    is_redacted: bool = False,
    saved: Saved | None = None,
    then: Then | None = None,
) -> None:
    """``saved``: for those who check what they apply. The digest is the whole plan's."""
    from reconciler.codec.plan import digest

    _count(plan, door)
    if form == "json":
        door.out(_json(plan))
        return
    shown = _redacted(plan) if is_redacted else plan
    digest_of_whole = digest(plan) if saved is None else saved.digest
    if form == "github":
        telling.plan(shown, digest_of_whole, door, saved.file if saved else None)
    door.out(_plan(shown, digest_of_whole, form, door, then))


def show_before(plan: Plan, door: Door, *, is_redacted: bool) -> None:
    """Before it is applied: beside the result, and nothing has to be typed for it."""
    from reconciler.codec.plan import digest
    from reconciler.reports import text_plan

    _count(plan, door)
    shown = _redacted(plan) if is_redacted else plan
    colour, width, then = door.colour(door.stderr), door.width(door.stderr), text_plan.Then()
    told = text_plan.plan(shown, digest(plan), colour=colour, width=width, then=then)
    door.write(door.stderr, told)


def _count(plan: Plan, door: Door) -> None:
    summary = plan.summary
    door.counts |= {"update": summary.update, "skip": summary.skip, "unknown": summary.unknown}


def save_plan(plan: Plan, name: str, door: Door, then: Then) -> Saved:
    """To a file from the working directory; says what it is good for. Raises Failure."""
    from reconciler.codec.plan import digest, dump
    from reconciler.store.output import write_file

    saved = Saved(name, digest(plan))
    write_file(door.cwd / name, dump(plan, saved.digest))
    use = f"to write exactly this: {then.command}" if then.command else ""
    if plan.objections:
        use = "guards object to it"
    door.say("; ".join(filter(None, (f"saved as {name}", use))))
    return saved


def show_drift(plan: Plan, form: str, door: Door, *, is_redacted: bool = False) -> None:
    from reconciler.codec.tally import merged_or_gone

    summary = plan.summary
    door.counts |= {
        "drift": summary.drift,
        "conflict": summary.conflict,
        "merged or gone": len(merged_or_gone(plan)),
        "unknown": summary.unknown,
    }
    shown = _redacted(plan) if is_redacted else plan
    if form == "github":
        telling.drift(shown, door)
    door.out(_drift(shown, form, door))


def write_edits(edits: Edits, config: Config) -> None:
    """Raises Failure; then nothing was changed, or it says what was."""
    from reconciler.store import edits as store

    store.write_edits(Path(config.root), edits.files)


def show_edits(
    edits: Edits,
    door: Door,
    *,
    is_written: bool,
    stream: TextIO | None = None,
    was_shown: bool = False,
) -> None:
    """``stream`` None: it is the command's result. ``was_shown``: the diffs are on the terminal."""
    from reconciler.reports import text_edits

    to = stream or door.stdout
    colour, width = door.colour(to), door.width(to)
    pieces = text_edits.edits(
        edits, colour=colour, width=width, is_written=is_written, was_shown=was_shown
    )
    door.write(to, pieces)


def show_report(
    report: ApplyReport, form: str, door: Door, *, exit_code: int, is_redacted: bool = False
) -> None:
    from reconciler.review.redact import redacted_report
    from reconciler.stories.apply import HOLDS

    door.counts["done"] = sum(outcome.name in HOLDS for outcome in report.outcomes)
    shown = redacted_report(report) if is_redacted else report
    if form == "github":
        telling.report(shown, door)
    door.out(_report(shown, form, door, exit_code))


def show_checked(checked: Checked, form: str, door: Door, *, exit_code: int) -> None:
    if form == "github":
        telling.checked(checked, door)
    door.out(_checked(checked, form, door, exit_code))


def warn(findings: Sequence[Finding], door: Door) -> None:
    """What is no error goes beside the result."""
    if findings:
        from reconciler.reports import text_findings

        door.write(door.stderr, text_findings.findings(findings, colour=door.colour(door.stderr)))


def check_redaction(form: str, *, is_redacted: bool) -> None:
    """What a machine reads is whole, a saved plan too. Raises UsageError."""
    if is_redacted and form == "json":
        raise UsageError("--redact is for people; --format json is whole", remedy="leave one out")


def _redacted(plan: Plan) -> Plan:
    from reconciler.review.redact import redacted

    return redacted(plan)


def _json(plan: Plan) -> Iterable[str]:
    from reconciler.codec.plan import dump

    return dump(plan)


def _plan(plan: Plan, digest: str, form: str, door: Door, then: Then | None) -> Iterable[str]:
    from reconciler.reports import text_plan

    width = door.width(door.stdout)
    match form:
        case "markdown":
            from reconciler.reports import markdown

            return (markdown.plan(plan, digest),)
        case "html":
            from reconciler.reports import html

            return html.plan(plan, digest)
        case "github":
            return walled(text_plan.plan(plan, digest, colour=False, width=width, then=then))
        case _:
            colour = door.colour(door.stdout)
            return text_plan.plan(plan, digest, colour=colour, width=width, then=then)


def _drift(plan: Plan, form: str, door: Door) -> Iterable[str]:
    from reconciler.codec import drift
    from reconciler.reports import text_drift

    colour, width = door.colour(door.stdout), door.width(door.stdout)
    match form:
        case "json":
            return drift.dump(plan)
        case "markdown":
            from reconciler.reports import markdown

            return (markdown.drift(plan),)
        case "html":
            from reconciler.reports import html

            return html.drift(plan)
        case "github":
            return walled(text_drift.drift(plan, colour=False, width=width))
        case _:
            return text_drift.drift(plan, colour=colour, width=width)


def _report(report: ApplyReport, form: str, door: Door, exit_code: int) -> Iterable[str]:
    from reconciler.codec import result
    from reconciler.reports import text_apply

    colour, width = door.colour(door.stdout), door.width(door.stdout)
    match form:
        case "json":
            return (result.report(report, exit_code=exit_code),)
        case "markdown":
            from reconciler.reports import markdown

            return (markdown.apply_report(report),)
        case "html":
            from reconciler.reports import html

            return html.apply_report(report)
        case "github":
            return walled(text_apply.apply_report(report, colour=False, width=width))
        case _:
            return text_apply.apply_report(report, colour=colour, width=width)


def _checked(checked: Checked, form: str, door: Door, exit_code: int) -> Iterable[str]:
    from reconciler.reports import text_findings

    told = text_findings.checked(
        checked.findings,
        colour=door.colour(door.stdout) and form == "text",
        files=checked.files,
        objects=checked.objects,
    )
    match form:
        case "json":
            from reconciler.codec import result

            counts = {"files": checked.files, "objects": checked.objects}
            return (result.findings(checked.findings, exit_code=exit_code, **counts),)
        case "sarif":
            from reconciler.reports import sarif

            return (sarif.findings(checked.findings, folder(door)),)
        case "github":
            return walled(told)
        case _:
            return told
