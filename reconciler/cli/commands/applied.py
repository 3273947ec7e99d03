"""applied: bring what was applied last from the remote, or there; nothing is forced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli import session
from reconciler.cli.exits import DONE
from reconciler.git.access import access
from reconciler.git.carrying import Remote
from reconciler.stories import applied as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door

MANY: dict[str, str] = {}
"""For several tenants, with all options."""
STORIES: Final = {"fetch": story.fetch, "push": story.push}


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "direction",
        choices=list(STORIES),
        help="fetch: before planning, in a clone that lacks it; push: after every apply",
    )
    options.add_argument(
        "--remote",
        metavar="NAME",
        default="origin",
        help="of the repository (default: %(default)s); GITHUB_TOKEN opens GITHUB_SERVER_URL's",
    )


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    remote = Remote(Path(config.root), options.remote, access(door.env))
    done = STORIES[options.direction](session.applied_tree(config, tenant), remote)
    door.out((f"{done}\n",))
    return DONE
