"""How a command ends: every error as text or as JSON, never a traceback; then its exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from reconciler.cli import exits, parser
from reconciler.cli.streams import UNPRINTED
from reconciler.errors import Interrupted, ReconcilerError, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.cli.door import Door


def ended(run: Callable[[], int], door: Door, *, as_json: bool) -> int:
    """Of ``run``, whatever it raises. ``as_json``: on stdout, as one document."""
    code = _code(run, door, as_json=as_json)
    if door.unwritten is None:
        return code
    door.say(f"{UNPRINTED}{door.unwritten}")
    return exits.first({code, exits.ERROR})


def _code(run: Callable[[], int], door: Door, *, as_json: bool) -> int:
    try:
        return run()
    except ReconcilerError as problem:
        _report(problem, door, as_json=as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        _report(Interrupted("interrupted"), door, as_json=as_json)
        return exits.INTERRUPTED
    except parser.HelpShown as shown:
        door.out((shown.text,))
        return exits.DONE
    except Exception as surprise:  # noqa: BLE001 — the last door: no traceback reaches a user
        _report(unexpected(surprise), door, as_json=as_json)
        return exits.ERROR


def _report(problem: ReconcilerError, door: Door, *, as_json: bool) -> None:
    door.told.problem = problem
    if as_json:
        from reconciler.codec.result import error

        door.out((error(problem),))
        return
    from reconciler.reports import text_findings

    is_screen, colour = door.stderr.isatty(), door.colour(door.stderr)
    width = door.width(door.stderr) if is_screen else sys.maxsize  # a log is searched by line
    door.write(door.stderr, text_findings.error(problem, colour=colour, width=width))
