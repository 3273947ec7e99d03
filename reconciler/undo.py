"""Undo: from what a run wrote to the changes that bring back what it found. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.codec.journal import Run
    from reconciler.model import Change, Observation, Ref


def inverse(run: Run, observed: Mapping[Ref, Observation]) -> tuple[Change, ...]:
    """One change per object that the run wrote (or may have written), by ref."""
    raise NotImplementedError
