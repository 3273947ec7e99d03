"""plan: print what would be written; never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import first
from reconciler.cli.showing import save_plan, show_plan
from reconciler.stories.plan import exit_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door

LATER = {
    "--approved": "it comes with the review",
    "--snapshot": "it comes with snapshots",
    "--refresh": "it comes with the cache of live state",
}


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json", "markdown")
    parser.add_selection(options)
    parser.add_base(options)
    parser.add_allow(options)
    options.add_argument("--out", metavar="FILE", help="save the plan for 'reconciler apply FILE'")
    options.add_argument(
        "--detailed-exitcode", action="store_true", help="exit 2 if there is something to write"
    )


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    plan = session.make_plan(config, tenant, options, door)
    if options.out:
        save_plan(plan, options.out, door)
    show_plan(plan, options.format, door, door.stdout)
    return first(exit_codes(plan, detailed=options.detailed_exitcode))
