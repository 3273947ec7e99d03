"""Writing: each patch leaves at most once, and every ending has its name."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import IdentityFailure, Interrupted
from reconciler.graph import open_writer
from reconciler.model.live import Cost
from reconciler.model.outcome import Accepted, Lost, Patch, Postponed, Rejected
from reconciler.model.words import Foreign, Ref
from tests.support import scripted_server as says
from tests.support.graph_script import (
    Sometimes,
    Told,
    batch,
    enveloped,
    error,
    incident,
    parts,
    responses,
)
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.graph import Connection
    from reconciler.model.outcome import Answer
    from tests.support.fake_time import FakeTime
    from tests.support.graph_script import Judge
    from tests.support.scripted_server import ScriptedServer, Telling

ONE, TWO = Ref("Incident", "1"), Ref("Incident", "2")


def patch(ref: Ref) -> Patch:
    return Patch(ref, {"status": "resolved"})


def write(connection: Connection, *refs: Ref) -> Mapping[Ref, Answer]:
    return open_writer(connection).write([patch(ref) for ref in refs or (ONE,)])


def judged(server: ScriptedServer, judge: Judge) -> None:
    server.follow(lambda asked: batch(asked, judge))


def test_a_patch_is_sent_as_it_was_given(server: ScriptedServer, connection: Connection) -> None:
    judged(server, incident)
    writer = open_writer(connection)
    body = MappingProxyType({"customTags": ("a", "b"), "assignedTo": None})
    writer.write([Patch(ONE, body)])
    (asked,) = server.asked
    (part,) = parts(asked)
    assert (asked.method, asked.path) == ("POST", "/v1.0/$batch")
    assert (part["method"], part["url"], part["body"]) == (
        "PATCH",
        "/security/incidents/1",
        {"customTags": ["a", "b"], "assignedTo": None},
    )
    assert isinstance(part["headers"], dict)
    assert part["headers"].pop("client-request-id") != asked.headers["client-request-id"]
    assert part["headers"] == {
        "Prefer": "include-unknown-enum-members",
        "Content-Type": "application/json",
    }
    assert writer.cost == Cost(units=1, round_trips=1)


def test_a_legacy_alert_asks_for_its_new_state(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, incident)
    write(connection, Ref("LegacyAlert", "a"))
    (part,) = parts(server.asked[0])
    assert isinstance(part["headers"], dict)
    assert part["headers"]["Prefer"] == "include-unknown-enum-members, return=representation"


def test_a_task_is_written_in_its_own_version(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, incident)
    write(connection, Ref("IncidentTask", "7"))
    assert server.asked[0].path == "/beta/$batch"


def test_the_object_in_the_answer_is_the_new_state(
    server: ScriptedServer, connection: Connection
) -> None:
    told = {"id": "1", "status": "Resolved"}
    judged(server, lambda _url, _part: Told(200, told, {"Request-Id": "1f0c"}))
    answer = write(connection)[ONE]
    assert isinstance(answer, Accepted)
    assert answer.live is not None
    assert answer.live.fields["status"] == "resolved"
    assert answer.request_id == "1f0c"


@pytest.mark.parametrize(
    "told",
    [Told(204), Told(202), Told(200), Told(200, {"id": "2"}), Told(200, "text"), Told(201, {})],
)
def test_a_success_without_the_object_is_accepted_without_its_state(
    server: ScriptedServer, connection: Connection, told: Told
) -> None:
    judged(server, lambda _url, _part: told)
    assert write(connection)[ONE] == Accepted(None, "envelope")


@pytest.mark.parametrize(
    ("status", "expected"), [(429, Postponed), (423, Lost), (424, Lost), (503, Lost), (504, Lost)]
)
def test_what_was_put_off_is_not_sent_again_and_the_pause_that_graph_asks_for_is_everybody_s(
    server: ScriptedServer,
    connection: Connection,
    time: FakeTime,
    status: int,
    expected: type[Postponed | Lost],
) -> None:
    told = Told(status, None, {"Retry-After": "2.5"})
    judged(server, lambda url, _part: told if url.endswith("1") else incident(url))
    answers = write(connection, ONE, TWO)
    assert answers[ONE] == expected(
        f"Graph answered {status} to PATCH /v1.0/security/incidents/1 (request-id envelope)",
        request_id="envelope",
    )
    assert isinstance(answers[TWO], Accepted)
    assert (len(server.asked), time.waits) == (1, [])
    connection.pacer.spend(1)
    assert time.waits == [2.5]


def test_a_part_that_failed_waits_longer_each_time_and_nobody_else_does(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda url, _part: Told(503) if url.endswith("1") else incident(url))
    writer = open_writer(connection)
    answers = [writer.write([patch(ONE), patch(TWO)])[ONE] for _ in range(3)]
    assert [item.wait_seconds for item in answers if isinstance(item, Lost)] == [1.0, 2.0, 4.0]
    assert (len(server.asked), time.waits) == (3, [])


def test_the_pause_that_the_server_asks_for_is_everybody_s(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, Sometimes(Told(429, None, {"Retry-After": "9"})))
    write(connection)
    connection.pacer.spend(1)
    assert time.waits == [9.0]


def test_a_throttle_without_a_word_how_long_holds_up_all_and_longer_each_time(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, Sometimes(Told(429), 3))
    writer = open_writer(connection)
    answers = [writer.write([patch(ONE)])[ONE] for _ in range(4)]
    assert [item.wait_seconds for item in answers if isinstance(item, Postponed)] == [0.0] * 3
    assert isinstance(answers[3], Accepted)
    assert time.waits == [1.0, 2.0, 4.0]


def test_after_an_absurd_wait_nothing_is_sent(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(429, None, {"Retry-After": "86400"}))
    writer = open_writer(connection)
    first, second = (writer.write([patch(ONE)])[ONE] for _ in range(2))
    assert isinstance(first, Postponed)
    assert isinstance(second, Postponed)
    assert "86400 s" in second.problem
    assert (len(server.asked), time.waits) == (1, [])


@pytest.mark.parametrize("status", [302, 408, 423, 424, 500, 502, 503, 504, 507, 509, 599])
def test_what_may_have_been_applied_is_lost(
    server: ScriptedServer, connection: Connection, status: int
) -> None:
    judged(server, lambda _url, _part: Told(status, "<html>"))
    assert write(connection)[ONE] == Lost(
        f"Graph answered {status} to PATCH /v1.0/security/incidents/1 (request-id envelope)",
        1.0,
        "envelope",
    )
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 409, 410, 412, 413, 422])
def test_a_final_no_says_the_deepest_code(
    server: ScriptedServer, connection: Connection, status: int
) -> None:
    body = error("BadRequest", "no", code="deep", innererror={"code": "", "request-id": "in-1"})
    server.follow(
        lambda asked: says.reply(
            200, {"responses": responses(asked, lambda _url, _part: Told(status, body))}
        )
    )
    assert write(connection)[ONE] == Rejected(status, Foreign("deep"), Foreign("no"), "in-1")


def test_a_401_is_postponed_and_the_next_request_has_a_fresh_token(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, Sometimes(Told(401)))
    writer = open_writer(connection)
    first, second = (writer.write([patch(ONE)])[ONE] for _ in range(2))
    assert isinstance(first, Postponed)
    assert first.wait_seconds == 0.0
    assert isinstance(second, Accepted)
    assert [asked.headers["authorization"] for asked in server.asked] == [
        "Bearer stale",
        "Bearer fresh",
    ]


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        (says.reply(429, None, {"Retry-After": "4"}), Postponed),
        (says.reply(503, b"<html>"), Lost),
        (says.reply(401, error("InvalidAuthenticationToken")), Postponed),
        (says.reply(400, error("BadRequest")), Rejected),
        (says.reply(404), Rejected),
        (says.reply(500), Lost),
        (says.reply(502, b"<html>"), Lost),
        (says.reply(504), Lost),
        (says.reply(307, None, {"Location": "https://evil.example"}), Lost),
        (says.reply(200, b"<html>"), Lost),
        (says.reply(200, {"responses": []}), Lost),
        (says.reply(204), Lost),
        (says.raw(b"HTTP/1.1 200 OK\r\n", hang_up=True), Lost),
        (says.hang, Lost),
        (says.drip, Lost),
    ],
)
def test_the_envelope_speaks_for_all_its_parts(
    server: ScriptedServer, connection: Connection, telling: Telling, expected: type[Answer]
) -> None:
    server.tell(telling)
    answers = write(replace(connection, deadline_seconds=0.2), ONE, TWO)
    assert [type(answers[ref]) for ref in (ONE, TWO)] == [expected, expected]
    assert len(server.asked) == 1


def test_a_part_without_an_answer_is_lost_and_the_others_are_not(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(lambda asked: enveloped(responses(asked, incident)[1:]))
    answers = write(connection, ONE, TWO)
    assert answers[ONE] == Lost(
        "the answer to the batch holds none to PATCH /v1.0/security/incidents/1, or more than one",
        request_id="envelope",
    )
    assert isinstance(answers[TWO], Accepted)


def test_the_answer_of_another_batch_is_nobody_s(
    server: ScriptedServer, connection: Connection
) -> None:
    late = says.reply(200, {"responses": [{"id": "1", "status": 200, "body": {"id": "1"}}]})
    server.tell(late)
    writer = open_writer(connection)
    assert isinstance(writer.write([patch(ONE)])[ONE], Accepted)
    assert isinstance(writer.write([patch(ONE)])[ONE], Lost)


def test_a_server_that_is_not_there_postpones_all(connection: Connection, time: FakeTime) -> None:
    with serving() as gone:
        root = gone.root
    answer = write(replace(connection, root=root))[ONE]
    assert isinstance(answer, Postponed)
    assert "no connection to" in answer.problem
    connection.pacer.spend(1)
    assert time.waits == [1.0]


def test_without_a_token_nothing_is_written(server: ScriptedServer, connection: Connection) -> None:
    def no_token(_fresh: bool) -> str:
        raise IdentityFailure("no token")

    with pytest.raises(IdentityFailure):
        write(replace(connection, token=no_token))
    assert server.connections == 0


def test_a_stop_before_the_write_prevents_it(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    time.is_stopped = lambda: True
    with pytest.raises(Interrupted):
        write(connection)
    assert server.connections == 0


def test_a_stop_during_the_write_leaves_it_lost(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    time.is_stopped = lambda: bool(server.asked)
    server.tell(says.hang)
    assert isinstance(write(connection)[ONE], Lost)


def test_nothing_to_write_is_nothing_sent(server: ScriptedServer, connection: Connection) -> None:
    assert open_writer(connection).write([]) == {}
    assert server.connections == 0


@pytest.mark.parametrize(
    ("refs", "problem"),
    [
        ([ONE, ONE], "two patches of one object"),
        ([ONE, Ref("IncidentTask", "1")], "several API versions"),
        ([Ref("Incident", str(number)) for number in range(21)], "expected at most 20"),
        ([Ref("Incident", "../x")], "no such ids"),
    ],
)
def test_what_no_caller_may_ask_for_is_an_error_of_the_program(
    server: ScriptedServer, connection: Connection, refs: list[Ref], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        write(replace(connection, batch_size=500), *refs)
    assert server.connections == 0


def test_a_body_that_is_no_json_is_an_error_of_the_program(connection: Connection) -> None:
    broken: object = {"status": object()}
    assert isinstance(broken, dict)
    with pytest.raises(TypeError, match="object is no JSON"):
        open_writer(connection).write([Patch(ONE, broken)])


def test_a_401_that_a_fresh_token_does_not_cure_is_a_refusal(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, lambda _url, _part: Told(401, error("InvalidAuthenticationToken")))
    writer = open_writer(connection)
    first, second = (writer.write([patch(ONE)])[ONE] for _ in range(2))
    assert isinstance(first, Postponed)
    assert isinstance(second, Rejected)


def test_a_token_that_was_got_ready_is_the_one_that_is_sent(
    server: ScriptedServer, connection: Connection
) -> None:
    asked: list[bool] = []

    def token(fresh: bool) -> str:
        asked.append(fresh)
        return f"token-{len(asked)}"

    judged(server, lambda url, _part: incident(url))
    writer = open_writer(replace(connection, token=token))
    writer.ready()
    writer.write([patch(ONE)])
    assert asked == [False]
    assert server.asked[0].headers["authorization"] == "Bearer token-1"


def test_a_lost_answer_is_waited_for_before_anything_else_is_sent(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(504, None, {"Retry-After": "30"}))
    write(connection)
    connection.pacer.spend(1)
    assert time.waits == [30.0]
