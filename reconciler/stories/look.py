"""Look: the live side of declared objects, read once. What needs no request gets none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.live import Cost
from reconciler.planning import make
from reconciler.reading import strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from reconciler.model.desired import Declared
    from reconciler.model.live import Observation
    from reconciler.model.words import Ref
    from reconciler.planning.make import Desk
    from reconciler.ports import GraphReader
    from reconciler.settings import Config, Tenant


@dataclass(frozen=True, slots=True)
class Looked:
    """``observed`` has a key for each declaration on the desk that is active."""

    desk: Desk
    observed: Mapping[Ref, Observation]
    cost: Cost


def look(
    declared: Sequence[Declared],
    *,
    config: Config,
    tenant: Tenant,
    today: date,
    open_reader: Callable[[], GraphReader],
) -> Looked:
    """``open_reader`` is called only if there is something to read: no documents, no token."""
    desk = make.part(declared, kinds=tenant.kinds, today=today.isoformat())
    if not desk.active:
        return Looked(desk, {}, Cost())
    reader = open_reader()
    reads = strategy((item.ref for item in desk.active), batch_size=config.limits.batch_size)
    observed = reader.read(reads)
    return Looked(desk, observed, reader.cost)
