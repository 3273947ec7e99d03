"""emulator: serve the embedded Graph security tenant until interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.cli import session
from reconciler.cli.exits import DONE
from reconciler.cli.interrupts import braking
from reconciler.cli.parser import number
from reconciler.cli.places import check_output, emulator_store
from reconciler.emulator import Settings, fault_file, start
from reconciler.errors import InvalidInput, Refused
from reconciler.store.folder import check_file

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

    from reconciler.cli.door import Door
    from reconciler.settings import Config

ONE_HOUR: Final = 3600.0
MOST_REQUESTS: Final = 1_000_000
MOST_LATENCY_MS: Final = 600_000


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "--port", type=number(0, 65_535), default=0, metavar="N", help="default: any free port"
    )
    options.add_argument(
        "--store", metavar="FILE", help="default: the tenant's own, in .reconciler/"
    )
    options.add_argument(
        "--seed", metavar="FILE", help="objects as JSON (default: the demo tenant)"
    )
    options.add_argument("--fresh", action="store_true", help="throw the store away first")
    options.add_argument(
        "--requests-per-minute",
        type=number(0, MOST_REQUESTS),
        default=150,
        metavar="N",
        help="0: no limit; default: %(default)s",
    )
    options.add_argument(
        "--latency-ms",
        type=number(0, MOST_LATENCY_MS),
        default=0,
        metavar="N",
        help="for each request",
    )
    options.add_argument(
        "--enum-case", choices=("camel", "pascal"), default="camel", help="how answers spell enums"
    )
    options.add_argument(
        "--faults", metavar="FILE", help="what goes wrong on purpose, as JSON (docs/emulator.md)"
    )
    options.add_argument(
        "--history", metavar="FILE", help="write down every request and what it did, JSON Lines"
    )


def run(options: Namespace, door: Door) -> int:
    for named, what in ((options.faults, "faults file"), (options.seed, "seed")):
        if named:
            check_file(door.cwd / named, what)
    faults = fault_file.load(door.cwd / options.faults) if options.faults else None
    config = _config(options, door)
    if options.history:
        check_output(options.history, "history", config, door)
    store = _store(options, config, door)
    if options.seed and not options.fresh and store.exists():
        raise Refused(
            f"{options.seed!a} would be ignored: the store {str(store)!a} has its objects already",
            remedy="add --fresh to throw them away first, or name another --store",
        )
    settings = Settings(
        store=store,
        port=options.port,
        seed=door.cwd / options.seed if options.seed else None,
        fresh=options.fresh,
        requests_per_minute=options.requests_per_minute,
        latency_ms=options.latency_ms,
        enum_case=options.enum_case,
        faults=faults,
        token=door.env.get("RECONCILER_TOKEN") or None,
        history=door.cwd / options.history if options.history else None,
    )
    with braking(lambda _: None) as brakes:
        running = start(settings)
        try:
            door.out((f"{running.url}\n",))
            if faults is not None:
                door.say(f"faults of {options.faults}, seed {faults.seed}")
            door.say(f"serving {settings.store}; Ctrl-C stops")
            while not brakes.stop.wait(ONE_HOUR):
                pass
        finally:
            running.close()
    return DONE


def _config(options: Namespace, door: Door) -> Config | None:
    """None: there is none that can be used, and it takes none."""
    try:
        return session.load_config(options, door)
    except InvalidInput:
        if not options.store and (options.config or options.tenant):
            raise
        return None


def _store(options: Namespace, config: Config | None, door: Door) -> Path:
    """The store that 'plan' and 'apply' use for the tenant; without a configuration, one here."""
    named: str | None = options.store
    if named:
        check_output(named, "store", config, door)
        return door.cwd / named
    if config is None:
        return emulator_store(str(door.cwd), "emulator")
    return emulator_store(config.root, session.choose_tenant(config, options).name)
