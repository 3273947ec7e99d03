"""Merged incidents: followed for the report, whole chains of them, never taken for the survivor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.graph import open_reader
from reconciler.model.live import ById, ByList, Cost, Known, Merged
from reconciler.model.words import Ref
from tests.support import scripted_server as says
from tests.support.graph_script import Told, batch, object_id, urls

if TYPE_CHECKING:
    from reconciler.graph import Connection
    from reconciler.ports import GraphReader
    from tests.support.scripted_server import ScriptedServer


class Merges:
    """Incidents, each merged into the one given; those without are plain."""

    def __init__(self, into: dict[str, str | None], status: dict[str, int] | None = None) -> None:
        self._into = into
        self._status = status or {}

    def __call__(self, url: str, _part: object) -> Told:
        name = object_id(url)
        if name in self._status:
            return Told(self._status[name])
        if name not in self._into:
            return Told(200, {"id": name, "status": "active", "displayName": f"Survivor {name}"})
        return Told(
            200, {"id": name, "status": "redirected", "redirectIncidentId": self._into[name]}
        )


def follow(server: ScriptedServer, merges: Merges) -> None:
    server.follow(lambda asked: batch(asked, merges))


def merged(reader: GraphReader, *ids: str) -> dict[str, Merged]:
    found = reader.read([ById("Incident", ids)])
    return {ref.id: item for ref, item in found.items() if isinstance(item, Merged)}


def test_a_merged_incident_is_followed_to_its_survivor(
    server: ScriptedServer, connection: Connection
) -> None:
    follow(server, Merges({"1": "2"}))
    found = merged(open_reader(connection), "1")["1"]
    assert found.live.ref == Ref("Incident", "1")
    assert found.survivor is not None
    assert found.survivor.ref == Ref("Incident", "2")
    assert found.problem is None


def test_chains_are_followed_together_one_batch_a_hop_and_nothing_is_read_twice(
    server: ScriptedServer, connection: Connection
) -> None:
    follow(server, Merges({"1": "3", "2": "3", "3": "4", "5": "6"}))
    reader = open_reader(connection)
    found = merged(reader, "1", "2", "5", "6")
    assert {name: item.survivor and item.survivor.ref.id for name, item in found.items()} == {
        "1": "4",
        "2": "4",
        "5": "6",
    }
    assert [[object_id(url) for url in urls(asked)] for asked in server.asked] == [
        ["1", "2", "5", "6"],
        ["3"],
        ["4"],
    ]
    assert reader.cost == Cost(units=6, round_trips=3)


def test_an_incident_that_a_list_shows_as_merged_is_followed_too(
    server: ScriptedServer, connection: Connection
) -> None:
    shown = {"value": [{"id": "1", "status": "redirected", "redirectIncidentId": "2"}]}
    server.follow(
        lambda asked: (
            says.reply(200, shown) if asked.method == "GET" else batch(asked, Merges({"1": "2"}))
        )
    )
    found = open_reader(connection).read([ByList("Incident", ("1",))])
    item = found[Ref("Incident", "1")]
    assert isinstance(item, Merged)
    assert item.survivor is not None


@pytest.mark.parametrize(
    ("merges", "problem"),
    [
        (Merges({"1": None}), "does not say which incident"),
        (Merges({"1": "../2"}), "does not say which incident"),
        (Merges({"1": "1"}), "which was merged into it"),
        (Merges({"1": "2", "2": "3", "3": "2"}), "Incident 3 was merged into Incident 2, which"),
        (Merges({str(n): str(n + 1) for n in range(1, 30)}), "more than 10 incidents"),
        (Merges({"1": "2"}, {"2": 404}), "Incident 2, .* is not known: it was not found"),
        (Merges({"1": "2", "2": "3"}, {"3": 403}), "Incident 3, .* Graph answered 403"),
    ],
)
def test_a_chain_that_cannot_be_read_to_its_end_says_why(
    server: ScriptedServer, connection: Connection, merges: Merges, problem: str
) -> None:
    follow(server, merges)
    found = merged(open_reader(connection), "1")["1"]
    assert found.survivor is None
    assert found.problem is not None
    assert re.search(problem, found.problem)


def test_a_chain_of_ten_is_followed_to_its_end(
    server: ScriptedServer, connection: Connection
) -> None:
    follow(server, Merges({str(n): str(n + 1) for n in range(1, 11)}))
    found = merged(open_reader(connection), "1")["1"]
    assert found.survivor is not None
    assert found.survivor.ref.id == "11"


def test_a_plain_incident_beside_a_merged_one_stays_known(
    server: ScriptedServer, connection: Connection
) -> None:
    follow(server, Merges({"1": "2"}))
    found = open_reader(connection).read([ById("Incident", ("1", "2"))])
    assert isinstance(found[Ref("Incident", "2")], Known)
    assert len(server.asked) == 1
