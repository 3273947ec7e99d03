"""A change in a few words, for the head of a group: ``active → resolved, falsePositive / notMalicious``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape, TextShape
from reconciler.review import words
from reconciler.review.steps import Move, Paired, Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.words import Foreign
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

_VALUE_LIMIT: Final = 40
_NAMED_PARTS: Final = 3


def brief(kind: str, steps: Sequence[Step]) -> Phrase:
    """Verdicts by their values alone, other fields by name, free text by its name only."""
    pieces: list[str | Foreign] = []
    before = ""
    for step in steps:
        if pieces:
            pieces.append(" / " if _is_verdict(kind, before, step.name) else ", ")
        pieces += _step(kind, step)
        before = step.name
    return tuple(pieces)


def _is_verdict(kind: str, one: str, other: str) -> bool:
    pairs = KINDS[kind].pairs
    return pairs is not None and (one, other) == (pairs.classification, pairs.determination)


def _step(kind: str, step: Step) -> Iterator[str | Foreign]:
    match step:
        case Move():
            yield from _move(kind, step)
            if step.mark:
                yield f" ({step.mark})"
        case Paired():
            yield _value(step.value)
        case Parts():
            yield step.name
            yield from _parts(step)
            if step.mark:
                yield f" ({step.mark})"
        case _:
            assert_never(step)


def _move(kind: str, step: Move) -> Iterator[str | Foreign]:
    shape = KINDS[kind].by_name[step.name].shape
    if isinstance(shape, TextShape):
        yield step.name
        return
    if step.lead or not isinstance(shape, EnumShape):
        yield f"{step.name} {step.lead}"
    if step.lead or step.before is not None:
        yield from (_value(step.before), step.joint)
    yield _value(step.after)


def _parts(step: Parts) -> Iterator[str | Foreign]:
    told = [("+", item) for item in step.added]
    told += [("-", item) for item in step.removed]
    told += [("", key) for key, _, _ in step.changed]
    for sign, item in told[:_NAMED_PARTS]:
        yield from (f" {sign}", _value(item))
    if len(told) > _NAMED_PARTS:
        yield f" and {len(told) - _NAMED_PARTS:,} more"


def _value(item: Foreign | None) -> str | Foreign:
    return words.UNSET if item is None else words.shorten(item, _VALUE_LIMIT)
