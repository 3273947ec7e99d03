"""The door: words in, exit code out."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TextIO

from reconciler import __version__
from reconciler.cli import exits, parser, streams
from reconciler.cli.ending import ended
from reconciler.errors import Failure, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.cli.door import Door

FEW_COLLECTIONS: Final = (1_000_000, 50, 100)
"""A run makes tens of thousands of objects and keeps them: looking for garbage cost a tenth of it."""


def entry() -> None:
    """The ``reconciler`` command."""
    stdin, stdout, stderr = streams.opened()
    words = sys.argv[1:]
    quick = _quick(words)
    if quick is not None:
        why = streams.failure_of_writing(stdout, (quick,))
        if why is not None:
            streams.failure_of_writing(stderr, (streams.UNPRINTED, why, "\n"))
        sys.exit(exits.DONE if why is None else exits.ERROR)
    gc.set_threshold(*FEW_COLLECTIONS)
    sys.exit(main(words, _door(stdin, stdout, stderr)))


def main(words: Sequence[str], door: Door) -> int:
    """Run one command and return its exit code (contract 3)."""
    code = ended(lambda: _run(words, door), door, as_json=_wants("json", words))
    if not _wants("github", words):
        return code
    from reconciler.cli.github_job import finish

    return ended(lambda: finish(code, door), door, as_json=False)


def _quick(words: Sequence[str]) -> str | None:
    """Answers that need nothing of the house: start-up counts in editors and hooks."""
    match list(words):
        case ["--version"]:
            return f"reconciler {__version__}\n"
        case ["--help"] | ["-h"] | ["help"]:
            return parser.overview()
        case _:
            return None


def _door(stdin: TextIO, stdout: TextIO, stderr: TextIO) -> Door:
    from pathlib import Path

    from reconciler.cli.door import Door, SystemClock

    try:
        cwd = Path.cwd()
    except OSError:  # deleted, or closed to us: a command says so
        cwd = Path(os.environ.get("PWD", os.curdir))
    return Door(stdin, stdout, stderr, os.environ, cwd, SystemClock())


def _run(words: Sequence[str], door: Door) -> int:
    common, rest = parser.common().parse_known_args(words)
    quick = _quick(rest)
    if quick is not None:
        door.out((quick,))
        return exits.DONE
    if not rest:
        raise UsageError("no command given", remedy="see 'reconciler --help'")
    if rest[0].startswith("-"):
        parser.common().refuse(rest)
    if rest[0] == "help":
        rest = [*rest[1:2], "--help"]
    name, arguments = rest[0], rest[1:]
    parser.check_command(name)
    if not door.cwd.is_dir():
        raise Failure(
            f"the working directory {os.fspath(door.cwd)!a} does not exist any more",
            remedy="change to a directory that exists",
        )
    module = import_module(f"reconciler.cli.commands.{name}")
    options = parser.Parser(f"reconciler {name}", parser.COMMANDS[name])
    module.add_options(options)
    parser.add_common(options, takes_many=hasattr(module, "MANY"))
    chosen = options.parse_whole(arguments, common)
    _start_logging(chosen.log_level, door)
    if chosen.all_tenants or len(chosen.tenants) > 1:
        from reconciler.cli import many

        return many.run(name, module, chosen, door)
    chosen.tenant = next(iter(chosen.tenants), None)
    code: int = module.run(chosen, door)
    return code


def _start_logging(level: str, door: Door) -> None:
    """Only when asked for more than warnings: the import costs more than a whole ``--help``."""
    if level != "warning":
        from reconciler.cli.logs import start

        start(level, door.stderr)


def _wants(form: str, words: Sequence[str]) -> bool:
    """Read from the bare words: a usage error has no parsed options."""
    return f"--format={form}" in words or ("--format", form) in pairwise(words)
