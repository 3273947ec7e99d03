"""One tenant that misbehaves, and the real apply story, graph client and journal against it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from shutil import rmtree
from typing import TYPE_CHECKING, Final

from reconciler.codec import journal as journals, plan as plans
from reconciler.codec.journal import Header
from reconciler.emulator import Settings
from reconciler.emulator.server import serve
from reconciler.emulator.wires import BY_KIND
from reconciler.graph import Connection, open_reader, open_writer
from reconciler.net.pacing import SlidingMinute
from reconciler.store.journal import open_journal
from reconciler.stories import apply
from tests.faults.checker import Case, Judgement, judge
from tests.faults.worlds import planned
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.codec.journal import Run
    from reconciler.emulator.faults import Faults
    from reconciler.emulator.server import Server
    from reconciler.model.desired import Declared
    from reconciler.model.live import Cost
    from reconciler.model.outcome import Answer, ApplyReport, Patch
    from reconciler.model.plan import Plan
    from reconciler.model.words import JsonObject, Ref
    from reconciler.ports import GraphWriter
    from tests.faults.worlds import World

NO_QUOTA: Final = 1_000_000


@dataclass(frozen=True)
class Applied:
    token: int
    report: ApplyReport
    journal: Run
    violations: tuple[str, ...]
    """Seen while it ran."""


class FiledFirst:
    """Implements ports.GraphWriter: what is sent has to stand in the journal's file by then."""

    def __init__(self, writer: GraphWriter, journal: Path) -> None:
        self._writer = writer
        self._journal = journal
        self.violations: list[str] = []

    @property
    def cost(self) -> Cost:
        return self._writer.cost

    def ready(self) -> None:
        self._writer.ready()

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        run = journals.load(self._journal.read_bytes())
        meant = {one.ref: one for one in run.open}
        for patch in patches:
            names = {field.name for field in meant[patch.ref].fields} if patch.ref in meant else {}
            if not names or names - patch.body.keys():
                self.violations.append(f"{patch.ref}: sent before its intent was on file")
        return self._writer.write(patches)


class Rig:
    """``time``: of the client and the emulator alike; it moves only when somebody waits.

    Every plan and apply has a token of its own; the emulator numbers them as they come.
    """

    def __init__(self, world: World, folder: Path, server: Server, time: FakeTime) -> None:
        self.world = world
        self.server = server
        self.time = time
        self._folder = folder
        self._tokens = count(1)

    def connection(
        self, token: str, *, deadline_seconds: float, batch_size: int, per_minute: int = NO_QUOTA
    ) -> Connection:
        return Connection(
            root=self.server.url,
            token=lambda _fresh: token,
            pacer=SlidingMinute(per_minute, self.time, self.time),
            stop=self.time,
            clock=self.time,
            batch_size=batch_size,
            deadline_seconds=deadline_seconds,
            chance=lambda: 0.5,
        )

    def plan(self, declared: Sequence[Declared]) -> Plan:
        """Over the socket, as somebody who only looks."""
        connection = self.connection(
            f"run-{next(self._tokens)}", deadline_seconds=20, batch_size=20
        )
        return planned(declared, open_reader(connection), self.time)

    def apply(
        self,
        plan: Plan,
        *,
        deadline_seconds: float = 5.0,
        batch_size: int = 20,
        per_minute: int = NO_QUOTA,
        wrap: Callable[[apply.Hands], apply.Hands] = lambda hands: hands,
    ) -> Applied:
        number = next(self._tokens)
        connection = self.connection(
            f"run-{number}",
            deadline_seconds=deadline_seconds,
            batch_size=batch_size,
            per_minute=per_minute,
        )
        digest = plans.digest(plan)
        path = self._folder / f"journal-{number}.jsonl"
        header = Header(f"{number:08d}", "0", plan.tenant, digest, plan.created_at)
        with open_journal(path, header, self.time) as journal:
            writer = FiledFirst(open_writer(connection), path)
            hands = apply.Hands(
                reader=open_reader(connection),
                writer=writer,
                journal=journal,
                pacer=connection.pacer,
                stop=self.time,
                clock=self.time,
            )
            report = apply.run(plan, digest, wrap(hands), batch_size=batch_size)
        return Applied(number, report, journals.load(path.read_bytes()), tuple(writer.violations))

    def objects(self) -> Mapping[Ref, JsonObject]:
        """As the store holds them now."""
        store = self.server.tenant.store
        return {ref: store.find(BY_KIND[ref.kind], ref.id) or {} for ref in self.world.objects}

    def judged(self, plan: Plan, applied: Applied) -> Judgement:
        found = judge(
            Case(
                plan,
                applied.token,
                self.world.objects,
                self.server.history(),
                self.objects(),
                applied.report,
                applied.journal,
            )
        )
        return found + Judgement(list(applied.violations))


@contextmanager
def rigged(
    world: World,
    folder: Path,
    faults: Faults | None = None,
    *,
    requests_per_minute: int = 0,
    latency_ms: int = 0,
) -> Iterator[Rig]:
    """``folder`` is made if need be, and taken away with all that is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    seed = folder / "seed.json"
    world.write_seed(seed)
    settings = Settings(
        store=folder / "store.db",
        seed=seed,
        requests_per_minute=requests_per_minute,
        latency_ms=latency_ms,
        faults=faults,
        keeps_history=True,
    )
    time = FakeTime()
    server = serve(settings, clock=time)
    try:
        yield Rig(world, folder, server, time)
    finally:
        server.close()
        rmtree(folder)  # ten thousand of them would be gigabytes
