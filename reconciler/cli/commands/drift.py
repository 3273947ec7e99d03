"""drift: print what moved on the live side since it was applied; never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.cli import hub, parser, session
from reconciler.cli.exits import first
from reconciler.cli.showing import check_redaction, show_drift
from reconciler.errors import UsageError
from reconciler.stories import drift_issue
from reconciler.stories.audience import check_audience
from reconciler.stories.plan import drift_exit_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from reconciler.cli.door import Door
    from reconciler.github.hub import Hub
    from reconciler.stories.drift_issue import Ended

MANY: dict[str, str] = {}
"""For several tenants, with all options."""
_SAID: Final[Mapping[Ended, str]] = {
    "opened": "opened",
    "updated": "updated in place",
    "unchanged": "left as it is: it says the same",
    "closed": "closed, for nothing has moved any more",
    "none": "nothing has moved",
    "left": "nothing done, for what was read cannot tell whether anything moved",
}
_NO_BASE: Final = (
    "error: without a base drift cannot tell what changed on the live side; apply once, fetch what "
    "was applied ('reconciler applied fetch'), or name a commit (--base REF)"
)


def add_options(options: ArgumentParser) -> None:
    parser.add_format(options, "text", "json", "markdown", "html", "github")
    parser.add_redact(options)
    parser.add_selection(options)
    parser.add_base(options)
    parser.add_refresh(options)
    options.add_argument(
        "--issue",
        action="store_true",
        help="keep one GitHub issue a tenant: there while something has moved, closed when nothing"
        " has; in a public repository with --redact only",
    )
    hub.add_author(options)
    options.add_argument(
        "--detailed-exitcode", action="store_true", help="exit 2 if there is drift or conflict"
    )
    options.set_defaults(allow=[])


def run(options: Namespace, door: Door) -> int:
    check_redaction(options.format, is_redacted=options.redact)
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    github = _hub(options, door) if options.issue else None
    plan = session.make_plan(config, tenant, options, door, is_report=True)
    show_drift(plan, options.format, door, is_redacted=options.redact)
    if github is not None:
        ended, number = drift_issue.run(github, plan, is_redacted=options.redact)
        named = f"issue {number} of {github.name}" if number else f"no issue of {github.name}"
        door.say(f"{named}: {_SAID[ended]}")
    if plan.git.base is None:
        door.say(_NO_BASE)
    return first(drift_exit_codes(plan, detailed=options.detailed_exitcode))


def _hub(options: Namespace, door: Door) -> Hub:
    """Raises UsageError for a part of the tenant, Refused for readers it is not meant for."""
    if options.select or options.exclude:
        raise UsageError(
            "--issue is of the whole tenant: what is not looked at may have moved",
            remedy="leave out --select and --exclude",
        )
    found = hub.open_hub(options, door)
    check_audience(found, is_redacted=options.redact)
    return found
