"""A command as the step of a GitHub job: what it tells the runner beside its exit code.

Commands and their endings only collect; ``finish`` tells it all, once, whatever became of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli import exits
from reconciler.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.cli.door import Door
    from reconciler.errors import ReconcilerError
    from reconciler.reports.github import Outputs
    from reconciler.review.remarks import Remark

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
OUTPUT: Final = "GITHUB_OUTPUT"
WORKSPACE: Final = "GITHUB_WORKSPACE"
SUMMARY_BYTES: Final = 1_000_000
"""GitHub refuses a summary above 1,024 KiB of a step."""


@dataclass(slots=True)
class Told:
    """What there is to tell; ``problem``: the error that ended the command."""

    remarks: list[Remark] = field(default_factory=list)
    summary: str = ""
    outputs: dict[str, str | int] = field(default_factory=dict)
    problem: ReconcilerError | None = None
    root: Path | None = None
    """The folder that places in files are relative to."""


def summary_bytes(door: Door) -> int:
    """The room for a report in the step's summary; 0 where nobody asked for one."""
    from reconciler.store.runner_files import size

    named = door.env.get(SUMMARY)
    if not named:
        return 0
    room = max(0, SUMMARY_BYTES - size(Path(named)))
    return room if door.beside is None else room // door.beside.shares


def folder(door: Door) -> str:
    """From the repository's root to the folder of the configuration, with a slash at its end.

    Empty where they are the same, or nobody says which repository was checked out.
    """
    workspace, root = door.env.get(WORKSPACE), door.told.root
    if not workspace or root is None:
        return ""
    here = root.resolve()
    there = _checkout(here, Path(workspace).resolve())
    if here == there or not here.is_relative_to(there):
        return ""
    return f"{here.relative_to(there).as_posix()}/"


def _checkout(here: Path, workspace: Path) -> Path:
    """Where its repository begins: a job may check out several, each in a folder of its own."""
    below = (folder for folder in (here, *here.parents) if folder.is_relative_to(workspace))
    return next((folder for folder in below if (folder / ".git").exists()), workspace)


def walled(text: Iterable[str]) -> Iterator[str]:
    from secrets import token_hex

    from reconciler.reports.github import wall

    return wall(text, token=token_hex(16))


def finish(code: int, door: Door) -> int:
    """Annotations to stdout, then the files that the runner named. Answers the exit code.

    It is an error if the outputs cannot be written: a later job would act on nothing.
    """
    from reconciler.reports.github import annotated

    told = door.told
    _add_problem(told, summary_bytes(door))
    door.out(annotated(told.remarks, folder(door)))
    if door.unwritten is not None:
        code = exits.first({code, exits.ERROR})
    _write_summary(told.summary, door)
    try:
        _write_outputs({**told.outputs, **ending(code)}, door)
    except Failure as problem:
        door.out(annotated(_of_error(problem)))
        door.say(f"error: {problem.message}")
        return exits.first({code, exits.ERROR})
    return code


def ending(code: int) -> Outputs:
    from reconciler.reports.tenant_runs import MEANINGS

    return {"exit-code": code, "exit-reason": MEANINGS.get(code, "unknown")}


def gather(found: Sequence[tuple[str, int, Told]], door: Door) -> Outputs:
    """Remarks of all tenants go to ``door``; outputs by tenant, with how each ended."""
    from reconciler.reports.github import of_tenants

    for _, _, told in found:
        _add_problem(told, summary_bytes(door) // len(found))
        door.told.remarks += told.remarks
    return of_tenants([(name, {**told.outputs, **ending(code)}) for name, code, told in found])


def _add_problem(told: Told, room: int) -> None:
    problem, told.problem = told.problem, None
    if problem is None:
        return
    from reconciler.reports import markdown_findings

    told.remarks += _of_error(problem)
    if room:
        told.summary += markdown_findings.error(problem, budget_bytes=room)


def _of_error(problem: ReconcilerError) -> Iterator[Remark]:
    from reconciler.review.remarks import of_error

    return of_error(problem)


def _write_summary(text: str, door: Door) -> None:
    """What a reader misses there stands in the log: no reason to fail."""
    from reconciler.store.runner_files import append

    named = door.env.get(SUMMARY)
    if not (named and text):
        return
    try:
        append(Path(named), text)
    except Failure as problem:
        door.say(f"the step summary was not written: {problem.message}")


def _write_outputs(values: Outputs, door: Door) -> None:
    from reconciler.reports.github import outputs
    from reconciler.store.runner_files import append

    named = door.env.get(OUTPUT)
    if named:
        append(Path(named), "".join(outputs(values, delimiter=_delimiter(values))))


def _delimiter(values: Outputs) -> str:
    from secrets import token_hex

    while True:
        found = f"reconciler-{token_hex(16)}"
        if not any(found in str(value) for value in values.values()):
            return found
