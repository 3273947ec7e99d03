"""emulator: serve the embedded Graph security tenant until interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.cli import session
from reconciler.cli.exits import DONE
from reconciler.cli.interrupts import braking
from reconciler.emulator import Settings, fault_file, start
from reconciler.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from pathlib import Path

    from reconciler.cli.door import Door

ONE_HOUR: Final = 3600.0


def add_options(options: ArgumentParser) -> None:
    options.add_argument("--port", type=int, default=0, help="default: any free port")
    options.add_argument(
        "--store", metavar="FILE", help="default: the tenant's own, in .reconciler/"
    )
    options.add_argument(
        "--seed", metavar="FILE", help="objects as JSON (default: the demo tenant)"
    )
    options.add_argument("--fresh", action="store_true", help="throw the store away first")
    options.add_argument(
        "--requests-per-minute", type=int, default=150, metavar="N", help="default: %(default)s"
    )
    options.add_argument("--latency-ms", type=int, default=0, metavar="N", help="for each request")
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
    faults = fault_file.load(door.cwd / options.faults) if options.faults else None
    settings = Settings(
        store=_store(options, door),
        port=options.port,
        seed=door.cwd / options.seed if options.seed else None,
        fresh=options.fresh,
        requests_per_minute=options.requests_per_minute,
        latency_ms=options.latency_ms,
        enum_case=options.enum_case,
        faults=faults,
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


def _store(options: Namespace, door: Door) -> Path:
    """The store that 'plan' and 'apply' use for the tenant; without a configuration, one here."""
    named: str | None = options.store
    if named:
        return door.cwd / named
    try:
        config = session.load_config(options, door)
    except InvalidInput:
        if options.config or options.tenant:
            raise
        return session.emulator_store(str(door.cwd), "emulator")
    return session.emulator_store(config.root, session.choose_tenant(config, options).name)
