"""Which requests to send for a set of refs: pure, by cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model import Read, Ref


def strategy(refs: Iterable[Ref], *, batch_size: int) -> tuple[Read, ...]:
    """One read per kind: by id, or by list where that can be cheaper."""
    raise NotImplementedError
