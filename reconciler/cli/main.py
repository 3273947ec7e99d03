"""The door: words in, exit code out. Every error ends here, as text or as JSON, never a traceback."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reconciler import __version__
from reconciler.cli import exits, parser
from reconciler.errors import Failure, Interrupted, ReconcilerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.cli.door import Door

FEW_COLLECTIONS: Final = (1_000_000, 50, 100)
"""A run makes tens of thousands of objects and keeps them: looking for garbage cost a tenth of it."""


def entry() -> None:
    """The ``reconciler`` command."""
    words = sys.argv[1:]
    quick = _quick(words)
    if quick is not None:
        sys.stdout.write(quick)
        sys.exit(exits.DONE)
    gc.set_threshold(*FEW_COLLECTIONS)
    sys.exit(main(words, _door()))


def main(words: Sequence[str], door: Door) -> int:
    """Run one command and return its exit code (contract 3)."""
    try:
        code = _run(words, door)
        if door.unwritten is None:
            return code
        door.say(f"the result could not be printed: {door.unwritten}")
        return exits.first({code, exits.ERROR})
    except ReconcilerError as problem:
        _report(problem, words, door)
        return problem.exit_code
    except KeyboardInterrupt:
        _report(Interrupted("interrupted"), words, door)
        return exits.INTERRUPTED
    except parser.HelpShown as shown:
        door.out((shown.text,))
        return exits.DONE
    except Exception as surprise:  # noqa: BLE001 — the last door: no traceback reaches a user
        _report(_unexpected(surprise), words, door)
        return exits.ERROR


def _unexpected(surprise: Exception) -> Failure:
    """A fault of ours: where it happened is enough for a report, its text may hold anything."""
    from traceback import extract_tb

    frames = extract_tb(surprise.__traceback__)
    where = f"{frames[-1].name}, line {frames[-1].lineno}" if frames else "unknown"
    message = f"unexpected {type(surprise).__name__} in {where}"
    return Failure(message, remedy="this is a defect of reconciler: please report it")


def _quick(words: Sequence[str]) -> str | None:
    """Answers that need nothing of the house: start-up counts in editors and hooks."""
    match list(words):
        case ["--version"]:
            return f"reconciler {__version__}\n"
        case ["--help"] | ["-h"] | ["help"]:
            return parser.overview()
        case _:
            return None


def _door() -> Door:
    from pathlib import Path

    from reconciler.cli.door import Door, SystemClock

    return Door(sys.stdin, sys.stdout, sys.stderr, os.environ, Path.cwd(), SystemClock())


def _run(words: Sequence[str], door: Door) -> int:
    common, rest = parser.common().parse_known_args(words)
    quick = _quick(rest)
    if quick is not None:
        door.out((quick,))
        return exits.DONE
    if not rest:
        raise UsageError("no command given", remedy="see 'reconciler --help'")
    name, arguments = rest[0], rest[1:]
    parser.check_command(name)
    module = import_module(f"reconciler.cli.commands.{name}")
    parser.refuse_later(arguments, module.LATER, name)
    options = parser.Parser(f"reconciler {name}", parser.COMMANDS[name])
    module.add_options(options)
    parser.add_common(options)
    chosen = options.parse_args(arguments, namespace=common)
    _start_logging(chosen.log_level, door)
    code: int = module.run(chosen, door)
    return code


def _start_logging(level: str, door: Door) -> None:
    """Only when asked for more than warnings: the import costs more than a whole ``--help``."""
    if level != "warning":
        from reconciler.cli.logs import start

        start(level, door.stderr)


def _report(problem: ReconcilerError, words: Sequence[str], door: Door) -> None:
    """JSON on stdout if that is the format asked for, else text on stderr."""
    if _wants_json(words):
        from reconciler.codec.result import error

        door.out((error(problem),))
        return
    from reconciler.reports import text_findings

    colour, width = door.colour(door.stderr), door.width(door.stderr)
    door.write(door.stderr, text_findings.error(problem, colour=colour, width=width))


def _wants_json(words: Sequence[str]) -> bool:
    """Read from the bare words: a usage error has no parsed options."""
    return "--format=json" in words or ("--format", "json") in pairwise(words)
