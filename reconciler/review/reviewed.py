"""How a plan compares with one that was reviewed before, in words: what is new comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign
from reconciler.review import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.plan import Change, Plan
    from reconciler.review.words import Phrase

NAMED: Final = 10
"""How many updates that are new are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Comparison:
    is_covered: bool
    heading: Phrase
    """With the digest of the plan that was reviewed; that of this plan stands at the end."""
    new: tuple[Phrase, ...]
    """Updates, riskiest first, then guards; a line each."""


def comparison(plan: Plan, updates: Sequence[Change]) -> Comparison | None:
    """``updates``: in the order of review. None: nobody compared."""
    reviewed = plan.reviewed
    if reviewed is None:
        return None
    digest = Foreign(reviewed.digest)
    if reviewed.is_covered:
        said: Phrase = ("All of it is covered by the reviewed plan ", digest)
        return Comparison(is_covered=True, heading=said, new=())
    told = [
        words.number(len(reviewed.new), "update") if reviewed.new else "",
        f"{words.number(len(reviewed.allowed), 'guard')} lifted" if reviewed.allowed else "",
    ]
    said = (
        f"New beyond the reviewed plan: {' and '.join(filter(None, told))}; that plan is ",
        digest,
    )
    new = {one.ref: one.fields for one in reviewed.new}
    ordered = [change.ref for change in updates if change.ref in new]
    updated = [(Foreign(str(ref)), ": ", Foreign(", ".join(new[ref]))) for ref in ordered[:NAMED]]
    return Comparison(
        is_covered=False,
        heading=said,
        new=(*updated, *_rest(len(ordered)), *_lifted(reviewed.allowed)),
    )


def _rest(count: int) -> Iterator[Phrase]:
    if count > NAMED:
        yield (f"and {count - NAMED:,} more",)


def _lifted(guards: Iterable[str]) -> Iterator[Phrase]:
    named = [Foreign(guard) for guard in guards]
    if named:
        yield ("lifted: ", *words.listed(named, len(named)))
