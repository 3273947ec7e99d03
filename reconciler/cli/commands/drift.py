"""drift: print what moved on the live side since it was applied; never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import first
from reconciler.cli.showing import check_redaction, show_drift
from reconciler.stories.plan import drift_exit_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door

LATER: dict[str, str] = {}
MANY: dict[str, str] = {}
"""For several tenants, with all options."""


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json", "markdown", "github")
    parser.add_redact(options)
    parser.add_selection(options)
    parser.add_base(options)
    options.add_argument(
        "--detailed-exitcode", action="store_true", help="exit 2 if there is drift or conflict"
    )
    options.set_defaults(allow=[])


def run(options: Namespace, door: Door) -> int:
    check_redaction(options.format, is_redacted=options.redact)
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    plan = session.make_plan(config, tenant, options, door)
    show_drift(plan, options.format, door, is_redacted=options.redact)
    return first(drift_exit_codes(plan, detailed=options.detailed_exitcode))
