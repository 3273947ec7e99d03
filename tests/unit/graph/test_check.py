"""The check right before a write: one request, whatever comes back, and no waiting in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.graph import Connection, open_reader
from reconciler.model.live import Known, Merged, Missing, Unanswered, Unreadable
from reconciler.model.words import Ref
from tests.support.graph_script import Told, batch, error, incident

if TYPE_CHECKING:
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import ScriptedServer

REFS = [Ref("Incident", number) for number in ("1", "2", "3", "4", "5")]


def test_each_object_is_judged_by_one_answer_and_none_is_asked_for_again(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    told = {
        "2": Told(429, None, {"Retry-After": "9"}),
        "3": Told(404, error("NotFound")),
        "4": Told(403, error("Forbidden")),
        "5": Told(200, {"id": "5", "status": "redirected", "redirectIncidentId": "1"}),
    }
    server.follow(lambda asked: batch(asked, lambda url, _part: told.get(url[-1]) or incident(url)))
    found = open_reader(connection).check(REFS)
    assert [type(found[ref]) for ref in REFS] == [Known, Unanswered, Missing, Unreadable, Merged]
    assert (len(server.asked), time.waits) == (1, [])
    connection.pacer.spend(1)
    assert time.waits == [9.0]


def test_a_token_that_is_no_good_is_renewed_for_the_next_check(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(lambda asked: batch(asked, lambda _url, _part: Told(401)))
    reader = open_reader(connection)
    assert isinstance(reader.check(REFS[:1])[REFS[0]], Unanswered)
    reader.check(REFS[:1])
    tokens = [asked.headers["authorization"] for asked in server.asked]
    assert tokens[0] != tokens[1]


def test_a_partial_answer_leaves_what_it_does_not_hold_unknown(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(
        lambda asked: batch(asked, lambda _url, _part: Told(206, {"id": "1", "status": "newAlert"}))
    )
    ref = Ref("LegacyAlert", "1")
    found = open_reader(connection).check([ref])[ref]
    assert isinstance(found, Known)
    assert dict(found.live.fields) == {"status": "newAlert"}
