"""All that stands behind the socket, made from the settings and closed together."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from reconciler.emulator import seed
from reconciler.emulator.faults import Dice, Faults
from reconciler.emulator.history import History
from reconciler.emulator.quota import Quota
from reconciler.emulator.service import Service
from reconciler.emulator.store import Store, discard
from reconciler.errors import Failure

if TYPE_CHECKING:
    from reconciler.emulator import Settings
    from reconciler.ports import Clock


@dataclass(frozen=True, slots=True)
class Tenant:
    store: Store
    service: Service
    dice: Dice
    history: History
    clock: Clock
    stopped: Event = field(default_factory=Event)

    def close(self) -> None:
        self.history.close()
        self.store.close()


def open_tenant(settings: Settings, clock: Clock) -> Tenant:
    """Raises InvalidInput for a seed file that is not one, Failure for files that cannot be used."""
    if settings.fresh:
        discard(settings.store)
    source = settings.seed
    store = Store(settings.store, lambda: seed.built_in() if source is None else seed.load(source))
    try:
        history = History(clock, keeps=settings.keeps_history, path=settings.history)
    except Failure:
        store.close()
        raise
    dice, stopped = Dice(settings.faults or Faults()), Event()
    service = Service(
        store,
        Quota(settings.requests_per_minute, clock),
        clock,
        is_pascal=settings.enum_case == "pascal",
        dice=dice,
        wait=stopped.wait,
        token=settings.token,
    )
    return Tenant(store, service, dice, history, clock, stopped)
