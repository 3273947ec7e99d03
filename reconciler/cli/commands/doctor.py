"""doctor: is everything there that plan and apply need; with --probe, what Graph itself does."""

from __future__ import annotations

import platform
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli import parser, session
from reconciler.cli.interrupts import end_of_reading
from reconciler.errors import Interrupted, InvalidInput, ReconcilerError, UsageError
from reconciler.stories import doctor as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from reconciler.cli.door import Door
    from reconciler.model.diagnosis import Diagnosis
    from reconciler.settings import Config, Identity, Tenant
    from reconciler.stories.doctor_graph import Caller

MANY = {"probe": "--probe is for one tenant's incident"}
"""For several tenants without these."""


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "--probe",
        metavar="ID",
        help="find out on this test incident what Graph does where no page tells: writes to it as "
        "apply would, asks first, puts everything back, prints a report to send in",
    )
    options.add_argument("--auto-approve", action="store_true", help="with --probe: do not ask")
    parser.add_format(options, "text", "json")


def run(options: Namespace, door: Door) -> int:
    if options.auto_approve and options.probe is None:
        raise UsageError(
            "--auto-approve is for --probe: nothing else that doctor does needs approval",
            remedy="leave it out",
        )
    if options.probe is not None:
        from reconciler.cli import probing

        config = session.load_config(options, door)
        return probing.run(config, session.choose_tenant(config, options), options, door)
    diagnosis = _diagnosed(options, door)
    if end_of_reading(door.beside).is_set():
        raise Interrupted("stopped before everything was looked at")
    _show(diagnosis, options.format, door)
    return diagnosis.exit_code


def _diagnosed(options: Namespace, door: Door) -> Diagnosis:
    try:
        config = session.load_config(options, door)
    except InvalidInput as problem:
        return story.unconfigured(problem, _machine())
    tenant = session.choose_tenant(config, options)
    with ExitStack() as held:
        return story.run(config, tenant, _hands(config, tenant, door, held))


def _hands(config: Config, tenant: Tenant, door: Door, held: ExitStack) -> story.Hands:
    from reconciler.store.journal import journal_folder
    from reconciler.store.trial import try_journal

    state = Path(config.root, session.STATE_FOLDER)
    folder = journal_folder(state, tenant.name)
    way = _way(config, tenant, door, held)
    tree = session.applied_tree(config, tenant) if isinstance(way, ReconcilerError) else way.tree
    return story.Hands(
        open_caller=_callers(way),
        try_journal=lambda: try_journal(folder, below=state.parent),
        try_lock=lambda: _try_lock(state, tenant, door),
        try_applied=tree.check,
        clock=door.clock,
        machine=_machine(),
    )


def _try_lock(state: Path, tenant: Tenant, door: Door) -> str:
    from reconciler.cli.places import lock_place
    from reconciler.store.trial import try_lock

    name, place = lock_place(tenant, door)
    return try_lock(state, name, home=place)


def _way(
    config: Config, tenant: Tenant, door: Door, held: ExitStack
) -> session.Line | ReconcilerError:
    try:
        return held.enter_context(session.line(config, tenant, door))
    except ReconcilerError as problem:
        return problem


def _callers(way: session.Line | ReconcilerError) -> Callable[[Identity], Caller]:
    """A tenant that cannot be had at all is a finding of each identity."""
    from reconciler.graph.single import Glances

    def opened(identity: Identity) -> Caller:
        if isinstance(way, ReconcilerError):
            raise way
        end = end_of_reading(way.door.beside)
        return Glances(way.connection(identity, stop=end, abort=end))

    return opened


def _machine() -> story.Machine:
    from reconciler.documents.reading import has_libyaml

    return story.Machine(__version__, platform.python_version(), has_libyaml())


def _show(diagnosis: Diagnosis, form: str, door: Door) -> None:
    from reconciler.codec import doctor as codec
    from reconciler.reports import text_doctor

    if form == "json":
        door.out((codec.diagnosis(diagnosis),))
        return
    colour, width = door.colour(door.stdout), door.width(door.stdout)
    door.out(text_doctor.diagnosis(diagnosis, colour=colour, width=width))
