"""snapshot: save the live state to a file that 'plan --snapshot' reads; never writes to Graph."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from reconciler.cli import session
from reconciler.cli.again import planning_on
from reconciler.cli.exits import DONE, ERROR
from reconciler.cli.places import check_output
from reconciler.cli.progress import Progress
from reconciler.cli.showing import warn
from reconciler.codec.snapshot import dump
from reconciler.reports import text_import
from reconciler.review.words import number
from reconciler.store.output import write_file
from reconciler.stories import desired, snapshot as story
from reconciler.stories.importing import Hands

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door


def add_options(options: ArgumentParser) -> None:
    options.add_argument("--out", metavar="FILE", required=True, help="readable by its owner only")
    options.add_argument(
        "--all",
        action="store_true",
        help="every object of the kinds that are on, not just the declared ones",
    )


def run(options: Namespace, door: Door) -> int:
    taken, left_out = _taken(options, door)
    write_file(door.cwd / options.out, dump(taken))
    counted = story.counts(taken)
    told = ", ".join(f"{count:,} {name}" for name, count in counted.items() if count)
    objects = number(len(taken.observations), "object")
    door.out((f"{objects}{f' ({told})' if told else ''}\n",))
    door.write(door.stderr, text_import.left_out(left_out))
    door.say(f"saved as {options.out}; to plan on it: {planning_on(options)}")
    return ERROR if counted["unreadable"] else DONE


def _taken(options: Namespace, door: Door) -> story.Taken:
    """Nothing declared and no ``--all``: nothing to read, and no token."""
    from reconciler.graph import open_reader
    from reconciler.graph.catalogue import Catalogue

    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    check_output(options.out, "snapshot", config, door)
    loaded = desired.read(config, tenant)
    warn(loaded.findings, door)
    never, progress = Event(), Progress(door)
    with session.line(config, tenant, door) as way:
        connection = way.connection(tenant.reader, stop=never, abort=never)
        hands = Hands(Catalogue(connection), open_reader(connection), progress.tell)
        try:
            return story.take(
                loaded.declared,
                hands,
                config=config,
                tenant=tenant,
                clock=door.clock,
                everything=options.all,
            )
        finally:
            progress.end()
