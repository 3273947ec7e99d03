"""Import as a terminal shows it: what was written is the result, the rest is said beside it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from reconciler.model.imported import WhySkipped
from reconciler.review.escape import terminal
from reconciler.review.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.imported import Failed, Imported
    from reconciler.model.words import Foreign

REASONS: Final[Mapping[WhySkipped, str]] = {
    "declared": "declared already",
    "exists": "a file is there already (--overwrite replaces it)",
    "redirected": "merged into another incident",
    "no-match": "not what --filter asks for, although Graph listed them",
    "nothing-to-declare": "nothing to declare: no verdict and no tags (--fields names other fields)",
    "inexpressible": "no document can say what they hold",
    "not-found": "Graph knows no such object, or hides it",
}
NAMED: Final = 20
"""How many are named of each sort before the rest is counted; --format json names all."""
LONGEST: Final = 80
"""What is shown of an id that is none."""


def report(result: Imported) -> Iterator[str]:
    """For stdout: the paths, then the counts."""
    yield from (f"{terminal(item.path)}\n" for item in result.written)
    more = " (--limit; there may be more)" if result.is_cut else ""
    yield f"{number(len(result.written), 'document')} written{more}\n"
    counted = Counter(item.reason for item in result.skipped)
    for reason in get_args(WhySkipped):
        if counted[reason]:
            yield f"{number(counted[reason], 'object')} skipped: {REASONS[reason]}\n"
    yield from (f"{item.kind}: nothing written, it was not read whole\n" for item in result.failed)


def remarks(result: Imported) -> Iterator[str]:
    """For stderr: what a person may have to look after, by name."""
    for reason in get_args(WhySkipped):
        named = [
            f"{item.ref}: {REASONS[reason].partition(' (')[0].partition(':')[0]}"
            f"{f' ({item.detail})' if item.detail else ''}"
            for item in result.skipped
            if item.reason == reason and (item.detail or reason == "not-found")
        ]
        yield from _some(named)
    left = [f"{item.path}: left out: {why}" for item in result.written for why in item.left_out]
    yield from _some(left)
    yield from left_out(result.odd)
    yield from (f"{terminal(notice)}\n" for notice in result.notices)
    for item in result.failed:
        yield from _failure(item)


def left_out(odd: Sequence[Foreign]) -> Iterator[str]:
    """Entries of lists, by what they say of their id."""
    if odd:
        told = [terminal(one.raw[:LONGEST]) if one.raw else "without an id" for one in odd[:NAMED]]
        more = f" and {len(odd) - NAMED:,} more" if len(odd) > NAMED else ""
        entries = number(len(odd), "entry", "entries")
        yield f"{entries} of the lists left out, not of Graph's form: {', '.join(told)}{more}\n"


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{terminal(line)}\n" for line in lines[:NAMED])
    more = len(lines) - NAMED
    if more > 0:
        yield f"and {more:,} more of these (--format json names all)\n"


def _failure(item: Failed) -> Iterator[str]:
    yield f"{terminal(item.why.problem)}\n"
    if item.why.detail is not None:
        yield f"  answered: {terminal(item.why.detail)}\n"
    parts = (
        f": import them again, a part at a time (--kind {item.kind} --filter"
        " 'createdDateTime ge 2026-11-01') if the list is long"
    )
    yield f"  no {item.kind} was written{parts if item.why.less_may_help else ''}\n"
