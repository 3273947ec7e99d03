"""Every way out of the tool for text that somebody outside chose, each with the judge of its reader."""

from __future__ import annotations

import io
import logging
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.cli import logs
from reconciler.codec import drift as drifts, journal, plan as plans, result, snapshot as snapshots
from reconciler.documents.compose import compose
from reconciler.documents.edit import Revise, edit
from reconciler.errors import Failure
from reconciler.kinds import KINDS
from reconciler.model.outcome import Intent
from reconciler.reports import (
    comment,
    github,
    html,
    markdown,
    markdown_findings,
    sarif,
    text_apply,
    text_drift,
    text_findings,
    text_plan,
)
from reconciler.review import remarks
from reconciler.review.redact import redacted
from tests.injection import html_judge, judges
from tests.support.plans import DIGEST, calm_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.review.remarks import Remark
    from tests.injection.worlds import World

AT: Final = "2026-11-20T10:20:00.000Z"
STYLES: Final = tuple(
    f"apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{{{id: '{{id}}'}}}}\nspec:\n"
    f"  displayName: {name}\n  description: {text}\n  customTags: {tags}\n"
    for name, text, tags in (
        ("old", "|\n    old\n    text", "[old]"),
        ("'old'", ">-\n    old", "{{present: [old]}}"),
        ('"old"', "'old'", "\n    - 'old'\n    - old"),
    )
)
"""Documents whose words look like this; what takes their place has the same look where it can."""
TOKEN: Final = "0123456789abcdef"
OUTPUTS: Final = frozenset(github.report_outputs(calm_report()))


class Sink(NamedTuple):
    name: str
    render: Callable[[World], str]
    judge: Callable[[str], Iterable[str]]


def _joined(render: Callable[[World], Iterable[str]]) -> Callable[[World], str]:
    return lambda world: "".join(render(world))


def _in_job(
    text: Callable[[World], Iterable[str]], said: Callable[[World], Iterable[Remark]]
) -> Callable[[World], str]:
    return _joined(lambda one: (*github.wall(text(one), token=TOKEN), *github.annotated(said(one))))


def _error(one: World) -> Iterable[str]:
    """Whose message, remedy and answer hold what somebody else chose."""
    for problem in _failures(one):
        yield from text_findings.error(problem, colour=True, width=80)


def _failures(one: World) -> Iterable[Failure]:
    for outcome in one.report.outcomes:
        said = outcome.problem or ""
        yield Failure(said, remedy=said, detail=outcome.detail)


def _findings(one: World) -> str:
    return result.findings(one.findings, exit_code=3, files=1, objects=1)


def _journal(one: World) -> Iterable[str]:
    yield journal.header_line(journal.Header("r1", "0.1.0", one.report.tenant, DIGEST, AT))
    for outcome in one.report.outcomes:
        yield journal.intent_line(Intent(outcome.ref, outcome.source, outcome.fields), at=AT)
        yield journal.outcome_line(outcome, at=AT)
    yield journal.end_line(one.report)


def _imported(one: World) -> Iterable[str]:
    for live in one.lives:
        yield compose(live).text
        yield compose(live, fields=KINDS[live.ref.kind].by_name).text


def _edited(one: World) -> Iterable[str]:
    """What stands in the document is of its author; what comes in is live."""
    for live in one.lives:
        composed = compose(live, fields=KINDS[live.ref.kind].by_name)
        for style in STYLES:
            content = style.format(id=live.ref.id).encode()
            edited = edit(content, [Revise(live.ref, composed.spec)]).content
            yield "" if edited is None else edited.decode()


def _log(one: World) -> Iterable[str]:
    """One record for each, as it comes out of the handler that writes to stderr."""
    stream = io.StringIO()
    logs.start("info", stream)
    for outcome in one.report.outcomes:
        logging.getLogger("reconciler.graph").warning("answered: %s", outcome.problem)
    yield stream.getvalue()


def _comment(one: World) -> str:
    return comment.comment([comment.Shown(one.plan, DIGEST)] * 2, is_redacted=False)


def _redacted(one: World) -> str:
    return markdown.plan(redacted(one.plan), DIGEST, budget_bytes=2_000_000)


SINKS: Final = (
    Sink(
        "plan on a terminal",
        _joined(lambda one: text_plan.plan(one.plan, DIGEST, colour=True, width=80)),
        judges.terminal,
    ),
    Sink(
        "plan in a log, narrow",
        _joined(lambda one: text_plan.plan(one.plan, DIGEST, colour=False, width=40)),
        judges.terminal,
    ),
    Sink(
        "drift on a terminal",
        _joined(lambda one: text_drift.drift(one.plan, colour=True, width=80)),
        judges.terminal,
    ),
    Sink(
        "report on a terminal",
        _joined(lambda one: text_apply.apply_report(one.report, colour=True, width=80)),
        judges.terminal,
    ),
    Sink(
        "findings on a terminal",
        _joined(lambda one: text_findings.findings(one.findings, colour=True)),
        judges.terminal,
    ),
    Sink(
        "findings in a job",
        _in_job(
            lambda one: text_findings.findings(one.findings, colour=False),
            lambda one: remarks.of_findings(one.findings),
        ),
        judges.job,
    ),
    Sink(
        "plan in a job",
        _in_job(
            lambda one: text_plan.plan(one.plan, DIGEST, colour=False, width=100),
            lambda one: remarks.of_plan(one.plan),
        ),
        judges.job,
    ),
    Sink(
        "drift in a job",
        _in_job(
            lambda one: text_drift.drift(one.plan, colour=False, width=100),
            lambda one: remarks.of_drift(one.plan),
        ),
        judges.job,
    ),
    Sink(
        "report in a job",
        _in_job(
            lambda one: text_apply.apply_report(one.report, colour=False, width=100),
            lambda one: remarks.of_report(one.report),
        ),
        judges.job,
    ),
    Sink(
        "outputs of a job",
        _joined(lambda one: github.outputs(github.report_outputs(one.report), delimiter=TOKEN)),
        partial(judges.environment, names=OUTPUTS),
    ),
    Sink(
        "findings as a summary",
        lambda one: markdown_findings.findings(one.findings, "Checked", budget_bytes=60_000),
        judges.markdown,
    ),
    Sink("findings as SARIF", lambda one: sarif.findings(one.findings), judges.sarif),
    Sink("plan as JSON", lambda one: "".join(plans.dump(one.plan)), judges.data),
    Sink("drift as JSON", lambda one: "".join(drifts.dump(one.plan)), judges.data),
    Sink("report as JSON", lambda one: result.report(one.report, exit_code=6), judges.data),
    Sink("findings as JSON", _findings, judges.data),
    Sink("an error as JSON", _joined(lambda one: map(result.error, _failures(one))), judges.data),
    Sink("journal", _joined(_journal), judges.data),
    Sink("snapshot", lambda one: "".join(snapshots.dump(one.snapshot)), judges.data),
    Sink("imported documents", _joined(_imported), judges.document),
    Sink("edited documents", _joined(_edited), judges.document),
    Sink("log", _joined(_log), judges.terminal),
    Sink("an error on a terminal", _joined(_error), judges.terminal),
    Sink("plan as a comment", lambda one: markdown.plan(one.plan, DIGEST), judges.markdown),
    Sink(
        "plan as a summary, all of it",
        lambda one: markdown.plan(one.plan, DIGEST, budget_bytes=2_000_000),
        judges.markdown,
    ),
    Sink("plans of two tenants as one comment", _comment, judges.markdown),
    Sink("plan as a comment, redacted", _redacted, judges.markdown),
    Sink("drift as an issue", lambda one: markdown.drift(one.plan), judges.markdown),
    Sink("report as a summary", lambda one: markdown.apply_report(one.report), judges.markdown),
    Sink("plan as a page", _joined(lambda one: html.plan(one.plan, DIGEST)), html_judge.html),
    Sink("drift as a page", _joined(lambda one: html.drift(one.plan)), html_judge.html),
    Sink("report as a page", _joined(lambda one: html.apply_report(one.report)), html_judge.html),
)
