"""Reports of several tenants: a heading each, and a table of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.review.escape import markdown, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.tenant_run import TenantRun

MEANINGS: Final[Mapping[int, str]] = {
    0: "done",
    1: "error",
    2: "changes",
    3: "invalid input",
    4: "refused by a guard",
    5: "refused",
    6: "partly applied",
    64: "wrong usage",
    130: "interrupted",
}
"""Of exit codes (CONTRACT 3), as short as a table wants them."""

NO_REPORT: Final = "No report: the messages say why."


def text_heading(tenant: str) -> str:
    return f"== {terminal(tenant)} ==\n"


def markdown_heading(tenant: str) -> str:
    return f"## {markdown(tenant)}\n\n"


def text_table(runs: Sequence[TenantRun]) -> Iterator[str]:
    """Names to the left, figures to the right; a line each."""
    rows = [[terminal(tenant), *others] for tenant, *others in _rows(runs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for tenant, ended, *figures in rows:
        told = [f"{tenant:<{widths[0]}}", f"{ended:<{widths[1]}}"]
        told += [f"{one:>{width}}" for one, width in zip(figures, widths[2:], strict=True)]
        yield f"{'  '.join(told)}\n"


def markdown_table(runs: Sequence[TenantRun]) -> Iterator[str]:
    head, *rows = _rows(runs)
    yield f"| {' | '.join(head)} |\n"
    yield f"| --- | --- |{' ---: |' * (len(head) - 2)}\n"
    for tenant, *others in rows:
        yield f"| {' | '.join((markdown(tenant), *others))} |\n"


def _rows(runs: Sequence[TenantRun]) -> list[list[str]]:
    """Names first. A count that some tenants do not have is empty there."""
    names = list(dict.fromkeys(name for run in runs for name in run.counts))
    head = ["tenant", "ended", *names, "seconds"]
    return [head, *([*_ended(run), *_counts(run, names), f"{run.seconds:.1f}"] for run in runs)]


def _ended(run: TenantRun) -> tuple[str, str]:
    return run.tenant, f"{run.exit_code} {MEANINGS.get(run.exit_code, 'unknown')}"


def _counts(run: TenantRun, names: Sequence[str]) -> Iterator[str]:
    return (f"{run.counts[name]:,}" if name in run.counts else "" for name in names)
