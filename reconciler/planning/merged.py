"""Declarations that end in one incident, because Defender merged what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.live import Merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.desired import Declared
    from reconciler.model.live import Observation
    from reconciler.model.words import Ref


def rivals(
    declared: Sequence[Declared], observations: Mapping[Ref, Observation]
) -> Mapping[Ref, tuple[Declared, ...]]:
    """Each declaration that shares its end with others, with those. Nothing is written to any."""
    ends: dict[Ref, list[Declared]] = {}
    for item in declared:
        ends.setdefault(_end(item.ref, observations[item.ref]), []).append(item)
    return {
        item.ref: tuple(other for other in group if other is not item)
        for group in ends.values()
        if len(group) > 1
        for item in group
    }


def _end(ref: Ref, observation: Observation) -> Ref:
    """Itself, unless it was merged and its survivor is known."""
    match observation:
        case Merged(survivor=survivor) if survivor is not None:
            return survivor.ref
        case _:
            return ref
