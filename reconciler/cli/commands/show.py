"""show: render a saved plan; reads no tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser
from reconciler.cli.again import after_saving
from reconciler.cli.exits import DONE
from reconciler.cli.showing import Saved, check_redaction, show_plan
from reconciler.codec.plan import digest, load
from reconciler.errors import Refused
from reconciler.reports.text_plan import Then
from reconciler.settings import Limits
from reconciler.store.folder import read_plan
from reconciler.stories.admission import check_age, check_derived

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.model.plan import Plan


def add_options(options: ArgumentParser) -> None:
    options.add_argument("plan", metavar="PLAN", help="a file that 'plan --out' wrote")
    parser.add_format(options, "text", "json", "markdown", "html", "github")
    parser.add_redact(options)


def run(options: Namespace, door: Door) -> int:
    check_redaction(options.format, is_redacted=options.redact)
    door.told.root = door.cwd  # where it was planned nobody can tell from here
    plan = load(read_plan(door.cwd / options.plan))
    check_derived(plan)
    saved = Saved(options.plan, digest(plan))
    show_plan(
        plan,
        options.format,
        door,
        is_redacted=options.redact,
        saved=saved,
        then=_then(plan, options, door),
    )
    return DONE


def _then(plan: Plan, options: Namespace, door: Door) -> Then:
    """A configuration may allow more than a day; no word of the file tells."""
    try:
        check_age(plan, now=door.clock.now(), limits=Limits())
    except Refused as problem:
        return Then(f"It may be too old: {problem.message}; {problem.remedy}.")
    return after_saving(plan, options, options.plan)
