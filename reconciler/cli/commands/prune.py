"""prune: remove documents that have done their work; nothing is changed remotely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.cli import parser, session
from reconciler.cli.exits import first
from reconciler.cli.showing import show_edits, write_edits
from reconciler.errors import UsageError
from reconciler.selection import choose
from reconciler.stories import prune

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door

MOST_DAYS: Final = 36_500


def add_options(options: ArgumentParser) -> None:
    options.add_argument("--check", action="store_true", help="list them, and change nothing")
    options.add_argument(
        "--older-than",
        metavar="DAYS",
        help="also documents whose object is as declared and closed for so long (reads live state)",
    )
    parser.add_selection(options)
    options.add_argument(
        "--detailed-exitcode", action="store_true", help="exit 2 if there is something to remove"
    )


def run(options: Namespace, door: Door) -> int:
    days = _days(options.older_than)
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    declared = choose(session.read_documents(config, tenant, door), session.selection(options))
    with session.line(config, tenant, door) as way:
        edits = prune.run(
            declared,
            config=config,
            tenant=tenant,
            now=door.clock.now(),
            older_than_days=days,
            open_reader=way.open_reader,
        )
    if not options.check:
        write_edits(edits, config)
    show_edits(edits, door, is_written=not options.check)
    codes = {0}
    if edits.unknown or edits.doubt:
        codes.add(1)
    if options.detailed_exitcode and edits.files:
        codes.add(2)
    return first(codes)


def _days(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_DAYS):
        raise UsageError(
            f"--older-than is {text!a}; expected a whole number of days", remedy="--older-than 30"
        )
    return int(text)
