"""Every way out of the tool for text that somebody outside chose, each with the judge of its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.reports import (
    github,
    markdown,
    text_apply,
    text_drift,
    text_findings,
    text_plan,
)
from tests.injection import judges
from tests.support.plans import DIGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.injection.worlds import World

TOKEN: Final = "0123456789abcdef"


class Sink(NamedTuple):
    name: str
    render: Callable[[World], str]
    judge: Callable[[str], Iterable[str]]


def _joined(render: Callable[[World], Iterable[str]]) -> Callable[[World], str]:
    return lambda world: "".join(render(world))


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
        _joined(lambda one: github.findings(one.findings, token=TOKEN)),
        judges.job,
    ),
    Sink("plan as a comment", lambda one: markdown.plan(one.plan, DIGEST), judges.markdown),
    Sink("drift as an issue", lambda one: markdown.drift(one.plan), judges.markdown),
    Sink("report as a summary", lambda one: markdown.apply_report(one.report), judges.markdown),
)
