"""Reading with a memory tells what reading anew would tell, for less."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.model.live import (
    ById,
    ByList,
    Cost,
    Known,
    Listed,
    Merged,
    Missing,
    Unanswered,
    Unreadable,
)
from reconciler.model.words import Foreign, Ref
from reconciler.reading import strategy
from reconciler.stories.since import OVERLAP_SECONDS, TICKS
from reconciler.stories.warm import Hands, WarmReader
from tests.support.ageing_graph import AgeingGraph, Costless, Remembering
from tests.support.fake_time import FakeTime
from tests.support.world import alert, incident, live

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.live import Observation
    from reconciler.ports import Catalogue

IDS = [str(number) for number in range(101, 121)]
TENANT = "12f988bf-16f1-11af-11ab-1d7cd011db47"


@pytest.fixture
def graph() -> AgeingGraph:
    """Twenty incidents, touched one an hour; a list of them is five pages."""
    made = AgeingGraph(FakeTime())
    for one in IDS:
        made.edit(one)
        made.clock.seconds += 3600
    return made


@pytest.fixture
def memory() -> Remembering:
    return Remembering()


def warm(
    graph: AgeingGraph,
    memory: Remembering,
    *,
    catalogue: Catalogue | None = None,
    tenant_id: str | None = None,
    is_refreshing: bool = False,
) -> WarmReader:
    hands = Hands(graph, catalogue or Costless(graph), memory, graph.clock)
    return WarmReader(hands, batch_size=2, tenant_id=tenant_id, is_refreshing=is_refreshing)


def read(reader: WarmReader, ids: Sequence[str] = IDS) -> Mapping[Ref, Observation]:
    return reader.read(strategy([Ref("Incident", one) for one in ids], batch_size=2))


def spent(graph: AgeingGraph, reader: WarmReader, ids: Sequence[str] = IDS) -> int:
    before = graph.cost.units
    assert read(reader, ids) == graph.truth(ids)
    return graph.cost.units - before


def test_a_second_plan_asks_once_for_what_changed_and_says_how_old_its_answers_are(
    graph: AgeingGraph, memory: Remembering
) -> None:
    first, second = warm(graph, memory), warm(graph, memory)
    assert (spent(graph, first), first.notices) == (5, ())
    graph.clock.seconds += 3600
    graph.edit("105", status="resolved")

    assert spent(graph, second) == 1
    assert graph.asked == ["lastUpdateDateTime ge 2026-11-21T04:49:54.9999999Z"]
    (notice,) = second.notices
    assert notice == (
        "Live state: 18 of 20 objects from the cache, confirmed unchanged since "
        "2026-11-21T04:49:54Z; --refresh reads all anew"
    )
    assert memory.kept == ["all", "105"]


def test_nothing_changed_is_one_unit(graph: AgeingGraph, memory: Remembering) -> None:
    for units in (5, 1, 1):
        assert spent(graph, warm(graph, memory)) == units


def test_an_edit_that_lands_while_a_plan_reads_is_seen_by_the_next_one(
    graph: AgeingGraph, memory: Remembering
) -> None:
    def edit(number: int) -> None:
        if number == 2:
            graph.edit("120", status="resolved")

    graph.before_request = edit
    read(warm(graph, memory))
    graph.before_request = lambda _number: None
    graph.edit("101")

    assert read(warm(graph, memory)) == graph.truth(IDS)


def test_an_edit_early_in_a_long_reading_is_not_lost_behind_a_late_one(
    graph: AgeingGraph, memory: Remembering
) -> None:
    def edit(number: int) -> None:
        if number == 2:
            graph.edit("120", status="resolved")
        if number == 5:
            graph.edit("101", status="resolved")

    graph.before_request, graph.request_seconds = edit, OVERLAP_SECONDS / 2
    read(warm(graph, memory))

    graph.before_request = lambda _number: None
    assert read(warm(graph, memory)) == graph.truth(IDS)


def test_an_edit_that_no_list_shows_yet_is_not_lost_behind_one_that_was_read_by_id(
    graph: AgeingGraph, memory: Remembering
) -> None:
    graph.lag_seconds = OVERLAP_SECONDS - 10
    graph.edit("101", status="resolved")
    graph.clock.seconds += OVERLAP_SECONDS - 20
    graph.edit("121")
    read(warm(graph, memory), [*IDS, "121"])
    graph.clock.seconds += OVERLAP_SECONDS

    found = read(warm(graph, memory), [*IDS, "121"])

    assert (found, memory.kept) == (graph.truth([*IDS, "121"]), ["all", "101"])


def test_two_edits_of_one_moment_are_both_seen(graph: AgeingGraph, memory: Remembering) -> None:
    graph.edit("105", status="inProgress")
    read(warm(graph, memory))
    graph.clock.seconds = 20 * 3600
    graph.edit("105", status="resolved")
    graph.clock.seconds += 60
    assert len({at for at, _ in graph.versions["105"][-2:]}) == 1

    assert read(warm(graph, memory)) == graph.truth(IDS)


def test_what_fits_one_batch_is_read_by_id_and_not_kept(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    reader = warm(graph, memory)

    reader.read([ById("Incident", ("101", "102"))])

    assert (graph.asked, reader.notices, memory.kept) == (["101", "102"], (), ["all"])


def test_a_kind_whose_changes_nobody_can_ask_for_is_read_by_whole_list(
    graph: AgeingGraph, memory: Remembering
) -> None:
    reader = warm(graph, memory)

    found = reader.read([ByList("IncidentTask", ("a", "b", "c"))])

    assert (list(found), memory.kept) == ([Ref("IncidentTask", one) for one in "abc"], [])


def test_refreshing_reads_all_anew_and_keeps_it(graph: AgeingGraph, memory: Remembering) -> None:
    read(warm(graph, memory))
    refreshing = warm(graph, memory, is_refreshing=True)

    assert (spent(graph, refreshing), refreshing.notices) == (5, ())
    assert memory.kept == ["all", "all"]


def test_what_is_not_held_is_read_by_id_and_held_from_then_on(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory), IDS[2:])
    graph.asked.clear()

    assert spent(graph, warm(graph, memory)) == 3
    assert graph.asked[1:] == ["101", "102"]
    assert spent(graph, warm(graph, memory)) == 1


def test_what_is_new_and_was_touched_since_costs_nothing_more(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("121")

    assert spent(graph, warm(graph, memory), [*IDS, "121"]) == 1


def test_a_few_of_many_are_read_with_the_cache_of_all(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("119", status="resolved")

    assert spent(graph, warm(graph, memory), IDS[:5]) == 1
    assert spent(graph, warm(graph, memory)) == 1


def test_missing_is_asked_for_again_each_time(graph: AgeingGraph, memory: Remembering) -> None:
    ids = [*IDS, "999"]
    read(warm(graph, memory), ids)

    assert read(warm(graph, memory), ids)[Ref("Incident", "999")] == Missing()
    assert graph.asked.count("999") == 2
    graph.edit("999")
    graph.clock.seconds += 3600
    assert read(warm(graph, memory), ids) == graph.truth(ids)


def test_more_changes_than_reading_anew_takes_are_given_up_after_one_page(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    for one in IDS:
        graph.edit(one, status="resolved")

    assert spent(graph, warm(graph, memory)) == 1 + 5


def test_what_is_known_to_be_as_long_as_reading_anew_is_not_even_asked(
    graph: AgeingGraph, memory: Remembering
) -> None:
    """All was edited at once, so all of it lies within the overlap."""
    many = [str(number) for number in range(1, 160)]
    for one in many:
        graph.edit(one)
    graph.page_size = 50
    assert [spent(graph, warm(graph, memory), many) for _ in range(2)] == [4, 4]
    assert graph.asked == []


def test_for_a_few_objects_a_long_list_of_changes_is_given_up_sooner(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    for one in IDS[8:]:
        graph.edit(one, status="resolved")
    few, all_of_them = warm(graph, memory), warm(graph, memory)

    assert read(few, IDS[:3]) == graph.truth(IDS[:3])
    assert read(all_of_them) == graph.truth(IDS)
    assert (bool(few.notices), bool(all_of_them.notices)) == (False, True)


def test_a_few_that_are_read_anew_do_not_replace_the_many(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    for one in IDS:
        graph.edit(one, status="resolved")

    read(warm(graph, memory), IDS[:5])

    assert memory.kept == ["all"]


def test_after_a_day_all_is_read_anew(graph: AgeingGraph, memory: Remembering) -> None:
    read(warm(graph, memory))
    del graph.versions["110"]
    graph.clock.seconds += timedelta(hours=23).total_seconds()
    stale = read(warm(graph, memory))
    graph.clock.seconds += timedelta(hours=1).total_seconds()

    assert stale[Ref("Incident", "110")] != Missing()
    assert read(warm(graph, memory)) == graph.truth(IDS)


def test_a_clock_that_was_set_back_makes_what_is_held_unusable(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.clock.seconds -= 3600
    graph.ahead_seconds += 3600

    assert spent(graph, warm(graph, memory)) == 5


def test_objects_of_another_tenant_are_not_believed(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    held = memory.held["Incident"]
    stranger = held.lives["110"]._replace(tenant_id="another")
    memory.held["Incident"] = replace(held, lives={**held.lives, "110": stranger})

    assert spent(graph, warm(graph, memory, tenant_id=TENANT)) == 5


def test_what_does_not_say_when_it_changed_is_never_held(
    graph: AgeingGraph, memory: Remembering
) -> None:
    at, one = graph.versions["110"][-1]
    graph.versions["110"] = [(at, one._replace(revision=None))]
    read(warm(graph, memory))
    graph.asked.clear()

    assert spent(graph, warm(graph, memory)) == 2
    assert graph.asked[1:] == ["110"]


def test_what_was_told_in_part_is_never_held(graph: AgeingGraph, memory: Remembering) -> None:
    at, one = graph.versions["110"][-1]
    fields = {name: value for name, value in one.fields.items() if name != "status"}
    graph.versions["110"] = [(at, one._replace(fields=fields))]

    read(warm(graph, memory))

    assert memory.held["Incident"].lives.keys() == set(IDS) - {"110"}


def test_what_is_told_in_part_since_is_held_no_more(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("110")
    at, one = graph.versions["110"].pop()
    fields = {name: value for name, value in one.fields.items() if name != "status"}
    graph.versions["110"].append((at, one._replace(fields=fields)))

    read(warm(graph, memory))

    assert memory.held["Incident"].lives.keys() == set(IDS) - {"110"}
    assert memory.held["Incident"].revisions.keys() == set(IDS) - {"110"}
    assert memory.kept == ["all", "110"]


def test_the_next_list_begins_later_each_time_and_never_earlier(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("105")
    read(warm(graph, memory))
    graph.clock.seconds += 7200
    graph.request_seconds = 60.0
    read(warm(graph, memory))
    read(warm(graph, memory))

    assert [one.partition(" ge ")[2] for one in graph.asked] == [
        "2026-11-21T04:49:54.9999999Z",
        "2026-11-21T05:50:03.9999999Z",
        "2026-11-21T05:50:03.9999999Z",
    ]


def test_an_object_that_is_dated_in_the_future_does_not_carry_the_rest_along(
    graph: AgeingGraph, memory: Remembering
) -> None:
    at, one = graph.versions["110"][-1]
    graph.versions["110"] = [(at, one._replace(revision="2099-01-01T00:00:00Z"))]
    read(warm(graph, memory))
    graph.edit("105", status="resolved")

    assert spent(graph, warm(graph, memory)) == 1


def test_objects_that_were_merged_are_known_and_so_is_what_they_were_merged_into(
    graph: AgeingGraph, memory: Remembering
) -> None:
    graph.edit("3")
    graph.edit("101", status="redirected", redirectIncidentId="102")
    graph.edit("102", status="redirected", redirectIncidentId="3")
    graph.clock.seconds += 3600
    read(warm(graph, memory))
    warm_now = warm(graph, memory)
    units = spent(graph, warm_now)
    assert units == 1
    graph.edit("3", displayName="Renamed")

    merged = read(warm(graph, memory))[Ref("Incident", "101")]

    assert isinstance(merged, Merged)
    assert merged == graph.truth(["101"])[Ref("Incident", "101")]
    assert merged.survivor is not None
    assert merged.survivor.fields["displayName"] == "Renamed"


def test_an_incident_that_is_merged_since_is_followed(
    graph: AgeingGraph, memory: Remembering
) -> None:
    graph.edit("3")
    graph.clock.seconds += 3600
    graph.edit("120")
    read(warm(graph, memory))
    graph.edit("101", status="redirected", redirectIncidentId="3")

    assert spent(graph, warm(graph, memory)) == 2
    assert spent(graph, warm(graph, memory)) == 1


class Script:
    """A catalogue that answers what it is told to."""

    def __init__(self, *pages: Listed | Unreadable) -> None:
        self._pages = pages
        self._taken = 0

    @property
    def cost(self) -> Cost:
        return Cost(self._taken, self._taken)

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        del kind, matching
        for page in self._pages:
            self._taken += 1
            yield page


LATE = live("Incident", incident("120", lastUpdateDateTime="2026-11-21T05:00:00Z"))
OLD = live("Incident", incident("101", lastUpdateDateTime="2026-11-20T10:00:00Z"))
OTHER = live("Incident", incident("500", lastUpdateDateTime="2026-11-21T05:00:00Z"))
UNDATED = live("Incident", incident("101", lastUpdateDateTime=None))


@pytest.mark.parametrize(
    "pages",
    [
        [Unreadable("Graph answered 403 to GET /v1.0/security/incidents")],
        [Listed((LATE,), 3), Unreadable("Graph answered 500")],
        [Listed((LATE, OLD), 2)],
        [Listed((LATE, UNDATED), 2)],
        [Listed((LATE,), 1, odd=(Foreign(""),))],
        [Listed((LATE,), 2)],
        [Listed((OTHER,), 1)],
        [Listed((), 0)],
        [],
    ],
    ids=[
        "refused",
        "broken off",
        "filter ignored",
        "without a time",
        "odd",
        "shorter than it says",
        "without what is known to be in it",
        "empty although something is known to be in it",
        "no page",
    ],
)
def test_a_list_that_does_not_prove_itself_is_no_word_that_nothing_changed(
    pages: list[Listed | Unreadable], graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("105", status="resolved")
    reader = warm(graph, memory, catalogue=Script(*pages))

    assert read(reader) == graph.truth(IDS)
    assert reader.notices == ()
    assert memory.kept == ["all", "all"]
    assert reader.cost.units == graph.cost.units + len(pages)


def test_nothing_at_all_is_no_answer_where_no_held_object_can_tell(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    held = memory.held["Incident"]
    memory.held["Incident"] = replace(held, whole_until=held.whole_until + 3600 * TICKS)

    reader = warm(graph, memory, catalogue=Script(Listed((), 0)))

    assert (read(reader), reader.notices) == (graph.truth(IDS), ())


def test_of_an_object_that_a_list_shows_twice_the_latest_counts(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    newer = live("Incident", incident("120", lastUpdateDateTime="2026-11-21T05:00:00.1Z"))

    found = read(warm(graph, memory, catalogue=Script(Listed((newer,), 1), Listed((LATE,), 1))))

    assert found[Ref("Incident", "120")] == Known(newer)


def test_a_full_page_that_tells_no_count_may_not_be_the_last(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    held = memory.held["Incident"]
    memory.held["Incident"] = replace(held, units=1000)
    many = tuple(
        live("Incident", incident(str(number), lastUpdateDateTime="2026-11-21T05:00:00Z"))
        for number in range(120, 170)
    )

    reader = warm(graph, memory, catalogue=Script(Listed(many, 0)))

    assert (read(reader), reader.notices) == (graph.truth(IDS), ())


def test_where_a_list_lags_behind_what_was_read_by_id_the_later_one_counts(
    graph: AgeingGraph, memory: Remembering
) -> None:
    read(warm(graph, memory))
    graph.edit("105", status="resolved")
    latest = graph.versions["105"][-1][1]
    held = memory.held["Incident"]
    memory.held["Incident"] = replace(
        held,
        lives={**held.lives, "105": latest},
        revisions={**held.revisions, "105": graph.now},
    )
    before = live("Incident", incident("105", lastUpdateDateTime="2026-11-21T05:00:00Z"))

    found = read(warm(graph, memory, catalogue=Script(Listed((LATE, before), 2))))

    assert found[Ref("Incident", "105")] == Known(latest)


def test_alerts_are_held_as_well(memory: Remembering) -> None:
    class Told(AgeingGraph):
        def read(self, reads: object) -> Mapping[Ref, Observation]:
            del reads
            self._pass(5)
            return {
                Ref("Alert", one): Known(live("Alert", alert(one))) for one in ("da1", "da2", "da3")
            }

    graph = Told(FakeTime(7200.0))
    reads = [ByList("Alert", ("da1", "da2", "da3"))]
    warm(graph, memory).read(reads)
    page = Listed(tuple(live("Alert", alert(one)) for one in ("da1", "da2", "da3")), 3)

    reader = warm(graph, memory, catalogue=Script(page))
    reader.read(reads)

    assert memory.kept == ["all", ""]


def test_a_check_before_a_write_is_never_answered_from_the_cache(
    graph: AgeingGraph, memory: Remembering
) -> None:
    reader = warm(graph, memory)
    read(reader)
    graph.edit("105", status="resolved")

    found = reader.check([Ref("Incident", "105")])

    assert found == graph.truth(["105"])
    assert not isinstance(found[Ref("Incident", "105")], Unanswered)
