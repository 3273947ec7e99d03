"""What a user waits for: units of quota, round trips and time, counted where requests arrive."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from reconciler.emulator.faults import Fault, Faults, On
from tests.bench import by_hand
from tests.bench.row import Row
from tests.bench.scaled import INCIDENTS, PER_MINUTE, Arrived, Tenant, tenant
from tests.bench.world import USUAL, ids, write_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.bench.sizes import Sizes

IN_SYNC: Final[Mapping[str, object]] = {"status": "resolved", "determination": "securityTesting"}
"""What the usual documents declare and the tenant holds."""
OTHER: Final = USUAL.replace("securityTesting", "lineOfBusinessApplication")
OTHERWISE: Final[Mapping[str, object]] = {
    "classification": "informationalExpectedActivity",
    "determination": "lineOfBusinessApplication",
}
BROKEN_PAGING: Final = Faults(
    faults=(Fault("refused-link", On(method="GET", path=INCIDENTS), beyond=500),)
)
_PAGE: Final = 50
_BATCH: Final = 20
_OVERHEAD: Final = 1.05


@dataclass(frozen=True, slots=True)
class Point:
    """So many objects, each with a document, nothing to be written."""

    objects: int
    cold: Arrived
    warm: Arrived
    """One in a hundred was changed by somebody else since."""
    by_hand: Arrived


class Bench:
    """Measures point after point; each tenant also serves what the table asks of that size."""

    def __init__(self, folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> None:
        self._folder = folder
        self._sizes = sizes
        self._tell = tell
        self._folders = count(1)

    def run(self) -> tuple[tuple[Point, ...], tuple[Row, ...]]:
        points, rows = [], list[Row]()
        keyset = self._keyset(self._sizes.whole)
        for objects in self._sizes.curve:
            with tenant(self._folder, objects) as graph:
                point = self._point(graph, objects)
                points.append(point)
                if objects == self._sizes.whole:
                    rows += [*_cold(point), keyset, *_warm(point)]
                    rows += [*self._few(graph, objects), *self._writes(graph)]
                    rows += _beside(f"by hand, {objects:,} read", point.by_hand)
                if objects == self._sizes.most:
                    rows += self._sparse(graph, objects)
        return tuple(points), tuple(rows)

    def _point(self, graph: Tenant, objects: int) -> Point:
        self._tell(f"quota: {objects:,} objects")
        numbers = ids(objects)
        folder = self._repository(numbers)
        cold = graph.command(folder, "plan")
        graph.rest()
        hand = self._by_hand(graph, numbers, IN_SYNC)
        graph.rest()
        graph.touch(numbers[::100])
        graph.rest()
        return Point(objects, cold, graph.command(folder, "plan"), hand)

    def _keyset(self, objects: int) -> Row:
        """No list gets further than 500 objects down (API notes 2.2)."""
        self._tell(f"quota: {objects:,} objects, paging broken")
        with tenant(self._folder, objects, BROKEN_PAGING) as graph:
            units = graph.command(self._repository(ids(objects)), "plan").units
        return Row(_work(objects), "quota units, by keyset", units, -(-objects // _PAGE) + 20)

    def _few(self, graph: Tenant, objects: int) -> Iterator[Row]:
        few = self._sizes.few
        graph.rest()
        folder = self._repository(ids(few, every=objects // few))
        cost = graph.command(folder, "plan")
        work = f"cold plan, {few:,} declared of {objects:,}"
        yield Row(work, "quota units", cost.units, few)
        yield Row(work, "round trips", cost.round_trips, 1)

    def _sparse(self, graph: Tenant, objects: int) -> Iterator[Row]:
        some = self._sizes.some
        graph.rest()
        folder = self._repository(ids(some, every=objects // some))
        cost = graph.command(folder, "plan")
        work = f"cold plan, {some:,} declared of {objects:,}"
        yield Row(work, "quota units", cost.units, some)
        yield Row(work, "round trips", cost.round_trips, some // _BATCH + 5)

    def _writes(self, graph: Tenant) -> Iterator[Row]:
        """In two commands, in one, and by hand: the same change of as many others each time.

        Of incidents that came one after another, as those of one wave do.
        """
        some = self._sizes.some
        graph.rest()
        numbers = ids(3 * some)
        folder = self._repository(numbers[:some], OTHER)
        graph.command(folder, "plan", "--out", "plan.json")
        cost = graph.command(folder, "apply", "plan.json")
        work = f"apply of {some:,} changes right after its plan"
        yield Row(work, "quota units", cost.units, 2 * some + 10)
        yield Row(work, "round trips", cost.round_trips, 2 * some // _BATCH + 10)
        yield _time(work, cost)
        yield Row(work, "answers of 429", cost.throttled, 0)
        graph.rest()
        folder = self._repository(numbers[some : 2 * some], OTHER)
        both = graph.work(lambda: graph.run(folder, "apply", "--auto-approve"))
        yield from _beside(f"plan and apply of {some:,} changes in one command", both)
        graph.rest()
        hand = self._by_hand(graph, numbers[2 * some :], OTHERWISE)
        yield from _beside(f"by hand, {some:,} read and written", hand)

    def _by_hand(self, graph: Tenant, numbers: list[int], wanted: Mapping[str, object]) -> Arrived:
        with graph.client() as client:
            return graph.work(lambda: by_hand.reconcile(client, numbers, wanted, graph.clock.skip))

    def _repository(self, numbers: list[int], document: str = USUAL) -> Path:
        """A new one each time: nothing of an earlier plan is in it."""
        folder = self._folder / f"repository-{next(self._folders)}"
        return write_repository(folder, numbers, document, per_minute=PER_MINUTE)


def _work(objects: int) -> str:
    return f"cold plan, {objects:,} declared of {objects:,}"


def _cold(point: Point) -> Iterator[Row]:
    work = _work(point.objects)
    yield Row(work, "quota units", point.cold.units, -(-point.objects // _PAGE) + 5)
    yield Row(work, "round trips", point.cold.round_trips)
    yield _time(work, point.cold)


def _warm(point: Point) -> Iterator[Row]:
    work = f"warm plan, {point.objects:,} declared, 1 % changed by others"
    yield Row(work, "quota units", point.warm.units, 5)
    yield Row(work, "round trips", point.warm.round_trips)
    yield Row(work, "time", point.warm.seconds, unit="s")


def _time(work: str, cost: Arrived) -> Row:
    return Row(work, "time", cost.seconds, _OVERHEAD * cost.units / PER_MINUTE * 60, "s")


def _beside(work: str, cost: Arrived) -> Iterator[Row]:
    """Shown, not judged."""
    yield Row(work, "quota units", cost.units)
    yield Row(work, "round trips", cost.round_trips)
    yield Row(work, "time", cost.seconds, unit="s")
    yield Row(work, "answers of 429", cost.throttled)
