"""Plans of several tenants as one comment of a pull request: one size for all, counts of each always.

Pure. The hidden marker that stands before it is not part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure
from reconciler.reports import markdown
from reconciler.review import words
from reconciler.review.escape import markdown as code
from reconciler.review.steady import steady

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from reconciler.model.plan import Plan

BUDGET_BYTES: Final = 60_000
"""For the whole comment, marker and all: GitHub takes 65,536 characters."""
REDACTED: Final = (
    "Titles, people, free text and what the server said are left out here (`--redact`)."
)
NO_PLAN: Final = "There is no plan of the latest commit"
_NOTE_BYTES: Final = 200
_MARK: Final = "<!-- reconciler:tenant "
_END: Final = "\n<!-- reconciler:end -->\n"
"""Around the report of each tenant, where several stand together. No foreign text can hold them."""
_HEADING: Final = re.compile(r"^### Plans for [0-9,]+ tenants?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan as readers may see it, with the digest of the whole one."""

    plan: Plan
    digest: str


def comment(
    items: Sequence[Shown], *, is_redacted: bool, foot: str = "", budget_bytes: int = BUDGET_BYTES
) -> str:
    """Reports in the given order; one that does not fit is left out and says so.

    ``foot``: Markdown of ours, where the whole plans are. Raises Failure where not even the counts
    of all tenants fit.
    """
    head = _table(items) if len(items) > 1 else ""
    marks = [_mark(item.plan.tenant.name) for item in items] if len(items) > 1 else [""]
    end = _END if len(items) > 1 else ""
    lines = "".join(f"\n{line}\n" for line in (REDACTED if is_redacted else "", foot) if line)
    room = budget_bytes - _size("".join((head, lines, end, *marks))) - len(items) * _NOTE_BYTES
    if room < 0:
        raise Failure(
            f"the counts of {len(items):,} tenants do not fit into one comment",
            remedy="split the tenants over several pull requests",
        )
    parts = (f"{mark}{text}" for mark, text in zip(marks, _reports(items, room), strict=True))
    return "".join((head, "\n".join(parts), end, lines))


def without(text: str, names: Collection[str]) -> str | None:
    """A comment of several plans without those of these tenants; None: it is none, or nothing is left.

    ``text``: as ``comment`` made it, with whatever stands before.
    """
    before, *sections = text.split(_MARK)
    if not sections or _END not in sections[-1]:
        return None
    sections[-1], _, foot = sections[-1].partition(_END)
    left = [one for one in sections if one.partition(" -->")[0] not in names]
    if not left:
        return None
    rows = tuple(f"| {code(name)} | " for name in names)
    head = "".join(
        _HEADING.sub(f"### Plans for {words.number(len(left), 'tenant')}", line)
        for line in before.splitlines(keepends=True)
        if not line.startswith(rows)
    )
    return "".join((head, *(f"{_MARK}{one}" for one in left), _END, foot))


def outdated(commit: str) -> str:
    """In place of plans: they are of an earlier commit."""
    return (
        f"### {NO_PLAN}\n\n**None could be made of {code(commit[:12])}; the checks of this pull"
        " request say why.** What stood here was of an earlier commit and does not count.\n"
    )


def fingerprint(items: Sequence[Shown], *, is_redacted: bool) -> str:
    """SHA-256 of what a reader is shown, but for what changes from run to run: commit, time, cost."""
    timeless = [replace(item, plan=steady(item.plan)) for item in items]
    return sha256(comment(timeless, is_redacted=is_redacted).encode()).hexdigest()


def _mark(name: str) -> str:
    return f"{_MARK}{name} -->\n"


def _table(items: Sequence[Shown]) -> str:
    rows = "".join(
        f"| {code(item.plan.tenant.name)} | {_counts(item.plan)} | {code(item.digest)} |\n"
        for item in items
    )
    tenants = words.number(len(items), "tenant")
    return f"### Plans for {tenants}\n\n| Tenant | Plan | Digest |\n| --- | --- | --- |\n{rows}\n"


def _counts(plan: Plan) -> str:
    counts = words.counts(plan.summary)
    if not plan.objections:
        return counts
    return f"{counts} (**refused: {words.number(len(plan.objections), 'guard')}**)"


def _reports(items: Sequence[Shown], room: int) -> list[str]:
    whole = [markdown.plan(item.plan, item.digest, budget_bytes=room) for item in items]
    shares = _shares([_size(text) for text in whole], room)
    return [
        text if _size(text) <= share else _cut(item, share)
        for item, text, share in zip(items, whole, shares, strict=True)
    ]


def _shares(needs: Sequence[int], room: int) -> list[int]:
    """What each may take: who needs less than an even share leaves the rest to the others."""
    shares = [0] * len(needs)
    for rank, index in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        shares[index] = min(needs[index], room // (len(needs) - rank))
        room -= shares[index]
    return shares


def _cut(item: Shown, share: int) -> str:
    """Head and foot of a report are never cut, so it may be larger than it was asked to be."""
    text = markdown.plan(item.plan, item.digest, budget_bytes=share)
    if _size(text) <= share:
        return text
    return f"\nThe plan of {code(item.plan.tenant.name)} is left out for size.\n"


def _size(text: str) -> int:
    return len(text.encode())
