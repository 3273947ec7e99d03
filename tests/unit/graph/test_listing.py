"""Reading by list: when it stops, what it costs, and that nothing unseen is taken for absent."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Refused
from reconciler.graph import listing, open_reader
from reconciler.graph.session import Session
from reconciler.kinds import KINDS
from reconciler.model.live import ByList, Cost, Known, Missing, Unreadable
from reconciler.model.words import Ref
from tests.support import scripted_server as says
from tests.support.graph_script import Told, batch, error, incident, urls
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.graph import Connection
    from reconciler.model.live import Observation
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import Asked, ScriptedServer, Telling

LEAN = KINDS["Incident"].properties
FIRST = f"/v1.0/security/incidents?$top=50&$count=true&$select={','.join(LEAN)}"


def whole(object_id: str, **properties: object) -> dict[str, object]:
    """As a service answers that honours ``$select``: what is unset stands there as null."""
    return {**dict.fromkeys(LEAN), "id": object_id, **properties}


class Pages:
    """A list in pages of ``size``; whatever is read by id is there, too."""

    def __init__(self, server: ScriptedServer, ids: Iterable[int], size: int = 50) -> None:
        self._server = server
        self._ids = list(ids)
        self._size = size
        self.count: object = len(self._ids)

    def __call__(self, asked: Asked) -> Telling:
        if asked.method == "POST":
            return batch(asked, incident)
        return says.reply(200, self.page(asked), {"request-id": "page"})

    def page(self, asked: Asked) -> dict[str, object]:
        start = int(asked.path.partition("$skiptoken=")[2] or 0)
        ids = self._ids[start : start + self._size]
        page: dict[str, object] = {"value": [whole(str(number)) for number in ids]}
        if self.count is not None and not start:
            page["@odata.count"] = self.count
        if start + self._size < len(self._ids):
            page["@odata.nextLink"] = self.link(start + self._size)
        return page

    def link(self, start: int) -> str:
        return f"{self._server.root}/v1.0/security/incidents?$skiptoken={start}"


def read(
    connection: Connection, ids: Iterable[int], kind: str = "Incident"
) -> tuple[Mapping[Ref, Observation], Cost]:
    reader = open_reader(connection)
    found = reader.read([ByList(kind, tuple(str(number) for number in ids))])
    assert all(isinstance(item, Known) for item in found.values())
    return found, reader.cost


def pages(server: ScriptedServer) -> int:
    return sum(asked.method == "GET" for asked in server.asked)


def by_id(server: ScriptedServer) -> list[str]:
    return [url for asked in server.asked if asked.method == "POST" for url in urls(asked)]


def test_a_list_of_three_pages_costs_three_units_and_three_round_trips(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(150)))
    found, cost = read(connection, range(150))
    assert len(found) == 150
    assert cost == Cost(units=3, round_trips=3)


def test_a_page_asks_for_documented_parameters_only_and_prefers_new_members(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(60)))
    read(connection, [0, 58, 59])
    assert [asked.path for asked in server.asked] == [
        FIRST,
        "/v1.0/security/incidents?$skiptoken=50",
    ]
    assert {asked.headers["prefer"] for asked in server.asked} == {"include-unknown-enum-members"}
    assert len({asked.headers["client-request-id"] for asked in server.asked}) == 2


def test_a_count_is_asked_for_only_where_it_is_documented(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(5)))
    read(connection, range(5), kind="IncidentTask")
    assert [asked.path for asked in server.asked] == ["/beta/security/incidentTasks?$top=500"]


def test_listing_stops_when_all_were_seen(server: ScriptedServer, connection: Connection) -> None:
    server.follow(Pages(server, range(500)))
    _, cost = read(connection, range(60, 80))
    assert cost == Cost(units=2, round_trips=2)


def test_objects_that_nobody_asked_for_are_left_out(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(50)))
    found, _ = read(connection, [7])
    assert list(found) == [Ref("Incident", "7")]


def test_a_list_known_to_be_longer_than_ids_would_cost_is_left_after_one_page(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(500)))
    _, cost = read(connection, [1, 498, 499])
    assert (pages(server), by_id(server)) == (
        1,
        ["/security/incidents/498", "/security/incidents/499"],
    )
    assert cost == Cost(units=3, round_trips=2)


def test_a_list_that_is_shorter_than_ids_would_cost_is_read_to_its_end(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(500)))
    _, cost = read(connection, range(480, 500))
    assert cost == Cost(units=10, round_trips=10)


def test_a_server_that_gives_smaller_pages_is_found_out(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(Pages(server, range(500), size=20))
    read(connection, range(480, 500))
    assert pages(server) == 1


@pytest.mark.parametrize("count", [None, 0, -5, "500"])
def test_without_a_count_a_list_gets_a_page_for_ten_ids(
    server: ScriptedServer, connection: Connection, count: object
) -> None:
    script = Pages(server, range(500))
    script.count = count
    server.follow(script)
    read(connection, range(460, 500))
    assert pages(server) == 4
    assert len(by_id(server)) == 40


def test_a_count_that_is_too_small_ends_the_list_early_and_nothing_is_lost(
    server: ScriptedServer, connection: Connection
) -> None:
    script = Pages(server, range(500))
    script.count = 1
    server.follow(script)
    read(connection, range(460, 500))
    assert (pages(server), len(by_id(server))) == (1, 40)


def test_what_the_list_does_not_show_is_read_by_id_before_it_is_missing(
    server: ScriptedServer, connection: Connection
) -> None:
    script = Pages(server, range(3))
    gone = Told(404)
    server.follow(
        lambda asked: (
            batch(asked, lambda _url, _part: gone) if asked.method == "POST" else script(asked)
        )
    )
    found = open_reader(connection).read([ByList("Incident", ("1", "9"))])
    assert isinstance(found[Ref("Incident", "1")], Known)
    assert found[Ref("Incident", "9")] == Missing()


def test_a_link_that_was_followed_before_ends_the_list(
    server: ScriptedServer, connection: Connection
) -> None:
    script = Pages(server, range(500))
    page = {"value": [whole("1")], "@odata.nextLink": script.link(50)}
    server.follow(lambda asked: says.reply(200, page) if asked.method == "GET" else script(asked))
    read(connection, range(1, 31))
    assert (pages(server), len(by_id(server))) == (2, 29)


def test_empty_pages_without_end_are_left_once_they_cost_what_ids_do(
    server: ScriptedServer, connection: Connection
) -> None:
    numbers = iter(range(1, 1_000))
    script = Pages(server, range(500))

    def nothing(asked: Asked) -> Telling:
        if asked.method == "POST":
            return script(asked)
        return says.reply(
            200, {"value": [], "@odata.count": 500, "@odata.nextLink": script.link(next(numbers))}
        )

    server.follow(nothing)
    read(connection, range(30))
    assert (pages(server), len(by_id(server))) == (30, 30)


def test_a_link_to_another_origin_is_not_followed(
    server: ScriptedServer, connection: Connection
) -> None:
    with serving() as other:
        page = {"value": [], "@odata.nextLink": f"{other.root}/v1.0/security/incidents"}
        script = Pages(server, [])
        server.follow(
            lambda asked: says.reply(200, page) if asked.method == "GET" else script(asked)
        )
        read(connection, range(20))
        assert other.connections == 0
    assert (pages(server), len(by_id(server))) == (1, 20)


@pytest.mark.parametrize(
    "page",
    [
        says.reply(200, b"<html>"),
        says.reply(200, {"value": "x"}),
        says.reply(200, {}),
        says.reply(204),
        says.reply(403, error("Forbidden")),
        says.reply(302, None, {"Location": "https://evil.example"}),
        says.reply(429, None, {"Retry-After": "9999"}),
    ],
)
def test_a_page_that_is_none_ends_the_list(
    server: ScriptedServer, connection: Connection, page: Telling
) -> None:
    script = Pages(server, [])
    server.follow(lambda asked: page if asked.method == "GET" else script(asked))
    found = open_reader(connection).read([ByList("Incident", ("1",))])
    assert isinstance(found[Ref("Incident", "1")], Known | Unreadable)
    assert pages(server) == 1


def test_odd_items_of_a_page_are_passed_over(
    server: ScriptedServer, connection: Connection
) -> None:
    page = {"value": [None, 7, {"id": "../x"}, {}, {"id": "1"}], "@odata.nextLink": 5}
    server.tell(says.reply(200, page))
    read(connection, [1], kind="IncidentTask")


def test_a_partial_list_is_good_for_what_it_holds(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(206, {"value": [{"id": "1"}]}))
    _, cost = read(connection, [1], kind="LegacyAlert")
    assert cost == Cost(units=1, round_trips=1)


@pytest.mark.parametrize(
    "trouble",
    [says.reply(503, b"<html>"), says.reply(401), says.raw(b"HTTP/1.1 2", hang_up=True)],
    ids=["503", "401", "half an answer"],
)
def test_a_page_that_fails_for_now_is_asked_for_again(
    server: ScriptedServer, connection: Connection, trouble: Telling
) -> None:
    script, left = Pages(server, range(150)), [trouble, trouble]
    script.count = None

    def sometimes(asked: Asked) -> Telling:
        fails = left and (asked.path == FIRST) == (len(left) == 2)
        return left.pop() if fails else script(asked)

    server.follow(sometimes)
    found, cost = read(replace(connection, token=lambda _fresh: "t"), range(150))
    assert len(found) == 150
    assert by_id(server) == []
    assert cost.units == pages(server) == 5


def test_several_pages_are_under_way_at_the_same_time_in_a_lane_each(
    server: ScriptedServer, connection: Connection
) -> None:
    """Each is answered only once all have come: one after the other would take for ever."""
    gate = Barrier(3)

    def together(_asked: Asked) -> Telling:
        gate.wait(10.0)
        return says.reply(200, {"value": []})

    server.follow(together)
    targets = [f"/v1.0/security/incidents?$top={number}" for number in (1, 2, 3)]
    session = Session(connection)
    told = listing.pages(session, KINDS["Incident"], targets)
    assert [type(told[target]) for target in targets] == [listing.Page] * 3
    assert server.connections == 3
    assert session.cost == Cost(units=3, round_trips=3)


def test_a_lane_that_fails_is_asked_again_and_the_others_keep_their_answers(
    server: ScriptedServer, connection: Connection
) -> None:
    left = [says.raw(b"HTTP/1.1 2", hang_up=True)]

    def sometimes(asked: Asked) -> Telling:
        fails = left and asked.path.endswith("=2")
        return left.pop() if fails else says.reply(200, {"value": [], "@odata.count": 7})

    server.follow(sometimes)
    targets = [f"/v1.0/security/incidents?$top={number}" for number in (1, 2, 3)]
    told = listing.pages(Session(connection), KINDS["Incident"], targets)
    assert {page.count for page in told.values() if isinstance(page, listing.Page)} == {7}
    assert sorted(asked.path[-1] for asked in server.asked) == ["1", "2", "2", "3"]


def test_a_page_that_always_fails_is_asked_for_four_times(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    script = Pages(server, [])
    server.follow(lambda asked: says.reply(500) if asked.method == "GET" else script(asked))
    read(connection, [1])
    assert (pages(server), time.waits) == (4, [1.0, 2.0, 4.0, 8.0])


def test_a_listed_object_of_another_tenant_stops_the_run(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(200, {"value": [whole("1", tenantId="other")]}))
    with pytest.raises(Refused, match="another tenant"):
        read(replace(connection, expected_tenant_id="mine"), [1])
