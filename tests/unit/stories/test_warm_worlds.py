"""Worlds in which people edit, merge and create while plans read, and lists and clocks are off.

However that goes: once lists have caught up, a plan with the cache is the plan without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given, settings, strategies as st

from reconciler.model.words import Ref
from reconciler.reading import strategy
from reconciler.stories.warm import Hands, WarmReader
from tests.support.ageing_graph import AgeingGraph, Costless, Remembering
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.live import Observation

IDS: Final = [str(number) for number in range(1, 13)]
DECLARED: Final = IDS[:9]

edits = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(
        [
            {"status": "resolved"},
            {"status": "active", "redirectIncidentId": None},
            {"assignedTo": "kai@contoso.com"},
            {"displayName": "Renamed"},
            {"status": "redirected", "redirectIncidentId": "12"},
            {"status": "redirected", "redirectIncidentId": "5"},
        ]
    ),
)
rounds = st.fixed_dictionaries(
    {
        "wait": st.sampled_from([0.0, 0.5, 30.0, 500.0, 7200.0]),
        "edits": st.lists(edits, max_size=4),
        "during": st.dictionaries(st.integers(1, 9), st.lists(edits, max_size=2), max_size=4),
        "declared": st.integers(3, len(DECLARED)),
    }
)


class World:
    def __init__(self, graph: AgeingGraph) -> None:
        self.graph = graph
        self.memory = Remembering()
        self.during: Mapping[int, Sequence[tuple[str, dict[str, str | None]]]] = {}
        self._first = 0
        self.graph.before_request = self._before
        for one in IDS[:10]:
            self.graph.edit(one)
            self.graph.clock.seconds += 400

    def _before(self, number: int) -> None:
        for object_id, properties in self.during.get(number - self._first, ()):
            self.graph.edit(object_id, **properties)

    def plan(self, declared: Sequence[str]) -> Mapping[Ref, Observation]:
        self._first = self.graph.requests
        hands = Hands(self.graph, Costless(self.graph), self.memory, self.graph.clock)
        reader = WarmReader(hands, batch_size=2, tenant_id=None)
        return reader.read(strategy([Ref("Incident", one) for one in declared], batch_size=2))


@settings(max_examples=400, deadline=None)
@given(
    story=st.lists(rounds, max_size=5),
    lag_seconds=st.sampled_from([0.0, 0.0, 5.0, 500.0]),
    ahead_seconds=st.sampled_from([0.0, 0.0, 200.0, -200.0, 36_000.0, -36_000.0]),
    request_seconds=st.sampled_from([1.0, 400.0]),
)
def test_a_plan_with_the_cache_is_the_plan_without_it(
    story: list[dict[str, object]],
    lag_seconds: float,
    ahead_seconds: float,
    request_seconds: float,
) -> None:
    graph = AgeingGraph(FakeTime(), lag_seconds, ahead_seconds, request_seconds, page_size=3)
    world = World(graph)
    for chapter in story:
        play(world, chapter)
        if not lag_seconds and not world.during:
            assert world.plan(DECLARED) == world.graph.truth(DECLARED)
    world.during = {}
    world.graph.clock.seconds += lag_seconds + 1

    assert world.plan(DECLARED) == world.graph.truth(DECLARED)
    assert world.plan(DECLARED) == world.graph.truth(DECLARED)


def play(world: World, chapter: dict[str, object]) -> None:
    world.graph.clock.seconds += float(str(chapter["wait"]))
    edited, during, declared = chapter["edits"], chapter["during"], chapter["declared"]
    assert isinstance(edited, list)
    assert isinstance(during, dict)
    assert isinstance(declared, int)
    for object_id, properties in edited:
        world.graph.edit(object_id, **properties)
    world.during = during
    world.plan(DECLARED[:declared])
