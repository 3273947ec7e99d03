"""revert: make the inverse plan of a run from its journal; never writes to Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.again import after_revert
from reconciler.cli.exits import first
from reconciler.cli.places import check_output
from reconciler.cli.showing import save_plan, show_plan
from reconciler.codec import journal as codec
from reconciler.errors import Refused
from reconciler.guards import parse_allowed
from reconciler.store.folder import read_journal
from reconciler.stories.plan import exit_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.codec.journal import Run
    from reconciler.settings import Config, Tenant


def add_options(options: ArgumentParser) -> None:
    options.add_argument("journal", metavar="JOURNAL", help="the file that a run's apply wrote")
    options.add_argument(
        "--out", metavar="PLAN", required=True, help="save the plan for 'reconciler apply PLAN'"
    )
    parser.add_allow(options)
    parser.add_format(options, "text", "json", "markdown")


def run(options: Namespace, door: Door) -> int:
    overrides = parse_allowed(options.allow)
    journal = codec.load(read_journal(door.cwd / options.journal))
    config = session.load_config(options, door)
    tenant = _tenant(journal, config, options)
    check_output(options.out, "plan", config, door)
    plan = session.make_inverse(journal, config, tenant, overrides, door)
    then = after_revert(plan, options)
    saved = save_plan(plan, options.out, door, then)
    show_plan(plan, options.format, door, saved=saved, then=then)
    return first(exit_codes(plan))


def _tenant(journal: Run, config: Config, options: Namespace) -> Tenant:
    """The journal's. Raises Refused if that is not configured, or not the one that was asked for."""
    name = journal.header.tenant.name
    if options.tenant not in {None, name}:
        raise Refused(f"the journal is of tenant {name!a}, not {options.tenant!a}")
    if name not in config.tenants:
        raise Refused(
            f"the journal is of tenant {name!a}, which {config.path} does not have",
            remedy="use the configuration that the run used",
        )
    return session.choose_tenant(config, options, name)
