"""validate: check documents and configuration, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import parser, session
from reconciler.cli.exits import DONE, INVALID
from reconciler.cli.showing import show_checked
from reconciler.stories import validate as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.settings import Config
    from reconciler.stories.validate import Checked

MANY = {"paths": "PATH finds its tenant by its folder: name paths or tenants"}
"""For several tenants without these."""


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "paths", metavar="PATH", nargs="*", help="files or folders (default: every tenant's)"
    )
    parser.add_format(options, "text", "json", "github", "sarif")
    options.add_argument("--strict", action="store_true", help="warnings fail too (3)")


def run(options: Namespace, door: Door) -> int:
    checked = _check(session.load_config(options, door), options, door)
    fails = checked.has_errors or (options.strict and checked.findings)
    code = INVALID if fails else DONE
    show_checked(checked, options.format, door, exit_code=code)
    return code


def _check(config: Config, options: Namespace, door: Door) -> Checked:
    if options.paths:
        return story.paths(config, [door.cwd / path for path in options.paths])
    if options.tenant:
        return story.tenants(config, [session.choose_tenant(config, options)])
    return story.tenants(config, list(config.tenants.values()))
