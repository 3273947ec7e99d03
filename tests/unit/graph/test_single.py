"""One request at a time: what is asked, what is asked again, and what an answer becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import NetworkFailure, NotSent, Refused
from reconciler.graph.single import GLANCE_SECONDS, Glances, Single
from reconciler.model.words import Ref
from tests.support.graph_script import Told, batch, enveloped, error, parts
from tests.support.scripted_server import raw, reply

if TYPE_CHECKING:
    from reconciler.graph import Connection
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import Asked, ScriptedServer, Telling

REF = Ref("Incident", "1")
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
PAGE = {"value": [{"id": "1", "tenantId": "t-1"}]}


def test_a_glance_asks_for_one_object_of_a_list(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(reply(200, PAGE, {"Date": DATE, "request-id": "r-1"}))
    found = Glances(connection).first("IncidentTask")

    assert [(asked.method, asked.path) for asked in server.asked] == [
        ("GET", "/beta/security/incidentTasks?$top=1")
    ]
    assert (found.status, found.date, found.request_id) == (200, DATE, "r-1")
    assert found.body == PAGE


def test_a_glance_is_not_repeated_but_for_a_fresh_token(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    server.tell(reply(401), reply(429, error("TooManyRequests", "slow down")))
    glances = Glances(connection)
    found = glances.first("Incident")

    assert [asked.headers["authorization"] for asked in server.asked] == [
        "Bearer stale",
        "Bearer fresh",
    ]
    assert (found.status, found.code, found.is_passing) == (429, "TooManyRequests", True)
    assert found.detail is not None
    assert (found.detail.raw, time.waits, glances.token()) == ("slow down", [], "stale")


def test_a_glance_is_patient_for_half_a_minute(connection: Connection) -> None:
    patient = Glances(replace(connection, deadline_seconds=100))
    assert patient._connection.deadline_seconds == GLANCE_SECONDS


def test_a_glance_at_a_dead_network_raises(connection: Connection) -> None:
    dead = Glances(replace(connection, root="http://127.0.0.1:9"))
    with pytest.raises(NotSent):
        dead.first("Incident")


def test_an_object_of_another_tenant_stops_every_sort_of_read(
    server: ScriptedServer, connection: Connection
) -> None:
    mine = replace(connection, expected_tenant_id="t-2")
    server.tell(reply(200, PAGE))
    with pytest.raises(Refused):
        Glances(mine).first("Incident")
    with pytest.raises(Refused):
        Single(mine).page("Incident", "$top=50")
    with pytest.raises(Refused):
        Single(mine).related(REF, "alerts", "Incident")
    server.follow(lambda asked: batch(asked, lambda _url, _part: Told(200, PAGE["value"][0])))
    with pytest.raises(Refused):
        Single(mine).read(REF)


def test_an_object_travels_in_a_batch_of_one_and_comes_back_as_it_was_said(
    server: ScriptedServer, connection: Connection
) -> None:
    answer = {"id": "1", "status": "Active", "strange": [1]}
    server.follow(lambda asked: batch(asked, lambda _url, _part: Told(200, answer)))
    single = Single(connection)
    read = single.read(REF)
    written = single.write(REF, {"status": "InProgress"})

    assert (read.body, read.is_ok, written.body) == (answer, True, answer)
    (part,) = parts(server.asked[1])
    assert (part["method"], part["body"]) == ("PATCH", {"status": "InProgress"})
    assert (single.cost.units, single.cost.round_trips) == (2, 2)


def test_a_read_is_repeated_and_a_write_is_not(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    server.follow(
        lambda asked: batch(asked, lambda _url, _part: Told(429, None, {"Retry-After": "7"}))
    )
    single = Single(connection)
    assert (single.read(REF).status, len(server.asked)) == (429, 4)
    assert time.waits == [7.0, 7.0, 7.0]

    assert (single.write(REF, {}).is_passing, len(server.asked)) == (True, 5)
    server.tell(reply(200, PAGE))
    single.page("Incident", "$top=50")
    assert time.waits == [7.0, 7.0, 7.0, 7.0]


def test_a_token_that_is_refused_is_renewed_for_the_next_try(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(
        lambda asked: batch(
            asked,
            lambda _url, _part: Told(401 if "stale" in asked.headers["authorization"] else 200),
        )
    )
    assert Single(connection).read(REF).status == 200


def test_a_fresh_token_that_is_refused_too_ends_it(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(lambda asked: batch(asked, lambda _url, _part: Told(401)))
    assert (Single(connection).read(REF).status, len(server.asked)) == (401, 2)


def test_what_got_lost_has_no_status(server: ScriptedServer, connection: Connection) -> None:
    server.tell(raw(b"", hang_up=True))
    lost = Single(connection).write(REF, {})
    assert (lost.status, lost.is_ok, lost.is_refusal, lost.is_passing) == (
        None,
        False,
        False,
        False,
    )
    assert lost.told.startswith("PATCH /v1.0/security/incidents/1: the connection to")
    assert (Single(connection).read(REF).status, len(server.asked)) == (None, 5)


def test_a_batch_without_the_answer_has_no_status_either(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(lambda _asked: enveloped([]))
    assert Single(connection).write(REF, {}).told == (
        "the answer to the batch holds none to PATCH /v1.0/security/incidents/1"
    )


def test_an_envelope_that_failed_speaks_for_its_part(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(reply(403, error("Forbidden")))
    found = Single(connection).read(REF)
    assert (found.status, found.code, found.is_refusal) == (403, "Forbidden", True)


def test_a_related_list_is_asked_for_below_its_object(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(reply(200, {"value": ["odd", {"id": "../x"}]}))
    found = Single(connection).related(REF, "alerts", "Alert")
    assert (server.asked[0].path, found.is_ok) == ("/v1.0/security/incidents/1/alerts", True)


def test_a_code_or_date_that_is_not_fit_to_print_is_left_out(
    server: ScriptedServer, connection: Connection
) -> None:
    def tell(_asked: Asked) -> Telling:
        return reply(400, error("\x1b[2J"), {"Date": "::error::"})

    server.follow(tell)
    found = Glances(connection).first("Incident")
    assert (found.code, found.date) == ("", None)


def test_a_redirect_is_not_asked_again(server: ScriptedServer, connection: Connection) -> None:
    server.tell(reply(302, None, {"Location": "https://elsewhere.example"}))
    with pytest.raises(NetworkFailure):
        Single(connection).read(REF)
    assert len(server.asked) == 1
