"""Commands against the emulator with its documented quota, in a time that skips the waiting.

One clock for the command and the emulator: it runs as clocks do, and whoever waits for quota moves it
forward instead of sleeping. So an hour of pacing takes seconds, and the emulator still counts each
request against its 150 a minute. The command is the real one, its socket too.
"""

from __future__ import annotations

import io
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import httpx

from reconciler import config
from reconciler.cli.door import Beside, Door
from reconciler.cli.interrupts import Brakes
from reconciler.cli.main import main
from reconciler.emulator import Settings
from reconciler.emulator.server import serve
from reconciler.store.folder import read_one
from tests.bench.world import NOW, write_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.server import Server

PER_MINUTE: Final = 130
"""What the product is configured to; the emulator allows Graph's 150."""
INCIDENTS: Final = "/v1.0/security/incidents"
_BATCH: Final = "$batch"
_THROTTLED: Final = 429
_ANALYST_PAUSE_SECONDS: Final = 10.0


class SkippingClock:
    """Implements ports.Clock: the machine's own clock plus what was skipped."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._began + self._skipped

    def skip(self, seconds: float) -> None:
        self.skip_to(self.monotonic() + seconds)

    def skip_to(self, moment: float) -> None:
        """Two who wait at the same time wait together, not one after the other."""
        with self._lock:
            self._skipped += max(0.0, moment - self.monotonic())


class SkippingStop(threading.Event):
    """What the commands wait on."""

    def __init__(self, clock: SkippingClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.skip(timeout or 0.0)
        return self.is_set()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a piece of work cost, as the emulator saw it, and its scaled time."""

    units: int
    round_trips: int
    throttled: int
    seconds: float


class Tenant:
    def __init__(self, server: Server, clock: SkippingClock) -> None:
        self.url = server.url
        self.clock = clock
        self._server = server

    def command(self, folder: Path, *words: str) -> Arrived:
        """One command. RuntimeError if it fails, or counts other units than arrived."""
        told: list[str] = []
        arrived = self.work(lambda: told.append(self.run(folder, *words)))
        claimed = re.search(r'"(?:readUnits|units)":\s*(\d+)', told[0])
        if claimed is None or int(claimed.group(1)) != arrived.units:
            said = claimed.group(1) if claimed else "no"
            raise RuntimeError(f"{words[0]} counts {said} units, {arrived.units} arrived")
        return arrived

    def run(self, folder: Path, *words: str) -> str:
        """What the command prints, as JSON. RuntimeError if it fails."""
        stop = SkippingStop(self.clock)
        chosen = config.parse(read_one(folder / "reconciler.yaml", "it"), root=str(folder))
        beside = Beside(chosen, Brakes(stop, SkippingStop(self.clock)))
        out, err = io.StringIO(), io.StringIO()
        door = Door(io.StringIO(), out, err, {}, folder, self.clock, beside=beside)
        code = main((*words, "--graph-url", self.url, "--format", "json"), door)
        if code:
            said = f"{err.getvalue()[-2000:]}{out.getvalue()[:2000]}"
            raise RuntimeError(f"{' '.join(words)}: exit code {code}\n{said}")
        return out.getvalue()

    def work(self, run: Callable[[], object]) -> Arrived:
        """Whatever it does, counted where it arrives."""
        before, began = len(self._server.history()), self.clock.monotonic()
        run()
        seconds = self.clock.monotonic() - began
        entries = self._server.history()[before:]
        parts = [entry for entry in entries if not entry.asked.target.endswith(_BATCH)]
        return Arrived(
            len(parts),
            sum(entry.asked.envelope is None for entry in entries),
            sum(entry.status == _THROTTLED for entry in entries),
            seconds,
        )

    def rest(self, seconds: float = 3600.0) -> None:
        """So long that nothing of before counts against the quota."""
        self.clock.skip(seconds)

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": "Bearer a-token"}, trust_env=False
        )

    def touch(self, numbers: Sequence[int]) -> None:
        """Somebody else reopens these incidents, within the quota."""
        with self.client() as client:
            for at in range(0, len(numbers), 20):
                parts = [_reopening(number) for number in numbers[at : at + 20]]
                answer = client.post(f"/v1.0/{_BATCH}", json={"requests": parts})
                if any(part["status"] != httpx.codes.OK for part in answer.json()["responses"]):
                    raise RuntimeError(f"the incidents cannot be changed: {answer.text[:500]}")
                self.clock.skip(_ANALYST_PAUSE_SECONDS)


def _reopening(number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "method": "PATCH",
        "url": f"/security/incidents/{number}",
        "headers": {"Content-Type": "application/json"},
        "body": {"status": "active"},
    }


@contextmanager
def tenant(folder: Path, incidents: int, faults: Faults | None = None) -> Iterator[Tenant]:
    """So many incidents, all as the usual documents say."""
    clock = SkippingClock()
    settings = Settings(
        store=folder / "quota.sqlite3",
        seed=write_seed(folder / "quota.json", incidents),
        fresh=True,
        faults=faults,
        keeps_history=True,
    )
    server = serve(settings, clock=clock)
    try:
        yield Tenant(server, clock)
    finally:
        server.close()
