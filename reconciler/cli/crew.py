"""Tenants side by side: a thread each, a few at a time, and their results in order.

Daemon threads, neither joined nor waited for at exit: one that hangs holds up nobody's Ctrl-C.
"""

from __future__ import annotations

import io
from argparse import Namespace
from collections import deque
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, NoReturn

from reconciler.cli import exits
from reconciler.cli.door import Beside, Door
from reconciler.cli.ending import ended
from reconciler.cli.github_job import Told
from reconciler.cli.held import Held, Named
from reconciler.cli.logs import TENANT_THREAD
from reconciler.errors import Interrupted
from reconciler.model.tenant_run import TenantRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

AT_ONCE: Final = 8
STEP_SECONDS: Final = 0.1
"""How often the main thread looks at the brakes."""
GRACE_SECONDS: Final = 5.0
"""What those have that are to stop at once, to close their journal and to report."""


@dataclass(slots=True)
class _Job:
    """One tenant's command."""

    tenant: str
    door: Door
    stdout: Held
    stderr: Named
    exit_code: int = exits.ERROR
    seconds: float = 0.0


class Crew:
    def __init__(
        self,
        work: Callable[[Namespace, Door], int],
        options: Namespace,
        door: Door,
        beside: Beside,
        *,
        as_json: bool,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        """``work``: the command; it is given ``options`` with ``tenant`` set, and its own door."""
        self._work = work
        self._options = options
        self._door = door
        self._beside = beside
        self._as_json = as_json
        self._telling = Lock()
        self._brought: Queue[_Job] = Queue()  # no SimpleQueue, see net/lane.py
        self._under_way: dict[str, _Job] = {}
        self._ended: dict[str, _Job] = {}
        self._grace_seconds = grace_seconds

    def results(self, tenants: Sequence[str]) -> Iterator[tuple[TenantRun, str]]:
        """How each ended, and its stdout: in the order given, as soon as it can be told."""
        waiting = deque(tenants)
        for tenant in tenants:
            while tenant not in self._ended:
                self._fill(waiting)
                self._take()
            job = self._ended.pop(tenant)
            run = TenantRun(tenant, job.exit_code, job.seconds, job.door.counts)
            yield run, job.stdout.getvalue()

    def _fill(self, waiting: deque[str]) -> None:
        """Nobody new begins after a stop."""
        while waiting and len(self._under_way) < AT_ONCE:
            job = self._job(waiting.popleft())
            if self._beside.brakes.stop.is_set():
                self._leave(job, "stopped before its turn; nothing was read or written")
                continue
            self._under_way[job.tenant] = job
            name = f"{TENANT_THREAD}{job.tenant}"
            Thread(target=self._do, args=(job,), name=name, daemon=True).start()

    def _do(self, job: _Job) -> None:
        """On the tenant's own thread."""
        clock = self._door.clock
        began = clock.monotonic()
        options = Namespace(**{**vars(self._options), "tenant": job.tenant})
        try:
            job.exit_code = ended(
                lambda: self._work(options, job.door), job.door, as_json=self._as_json
            )
            job.stderr.finish()
        finally:
            job.seconds = clock.monotonic() - began
            self._brought.put(job)  # come what may: the main thread waits for it

    def _take(self) -> None:
        """The next one that has ended, if it ends soon."""
        if not self._under_way:
            return
        try:
            job = self._brought.get(timeout=STEP_SECONDS)
        except Empty:
            if self._beside.brakes.abort.is_set():
                self._lose_patience()
            return
        del self._under_way[job.tenant]
        self._ended[job.tenant] = job

    def _lose_patience(self) -> None:
        """Whoever is given up on brings nothing any more: nobody new begins, so nobody takes it."""
        self._grace_seconds -= STEP_SECONDS
        if self._grace_seconds > 0:
            return
        for job in self._under_way.values():
            job.stderr.mute()
            self._leave(self._job(job.tenant), "given up on; its journal has what it wrote, if any")
        self._under_way.clear()

    def _leave(self, job: _Job, why: str) -> None:
        def interrupted() -> NoReturn:
            raise Interrupted(why, remedy="run it again: what is done is found done")

        job.exit_code = ended(interrupted, job.door, as_json=self._as_json)
        job.stderr.finish()
        self._ended[job.tenant] = job

    def _job(self, tenant: str) -> _Job:
        """Nobody can be asked: there is nothing on its stdin."""
        door = self._door
        stdout = Held(is_terminal=door.stdout.isatty())
        stderr = Named(tenant, self._tell)
        return _Job(
            tenant,
            Door(
                stdin=io.StringIO(),
                stdout=stdout,
                stderr=stderr,
                env=door.env,
                cwd=door.cwd,
                clock=door.clock,
                beside=self._beside,
                told=self._beside.told.setdefault(tenant, Told()),
            ),
            stdout,
            stderr,
        )

    def _tell(self, text: str) -> None:
        with self._telling:
            self._door.write(self._door.stderr, (text,))
