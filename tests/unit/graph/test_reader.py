"""Reading by id: every ref asked for ends known, missing or unreadable, whatever comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from reconciler.errors import Failure, IdentityFailure, Interrupted, Refused
from reconciler.graph import Connection, open_reader
from reconciler.model.live import ById, Cost, Known, Missing, Unreadable
from reconciler.model.words import Foreign, Ref
from tests.support import scripted_server as says
from tests.support.entra_rig import entra_rig
from tests.support.graph_script import (
    Sometimes,
    Told,
    batch,
    enveloped,
    error,
    incident,
    object_id,
    parts,
    responses,
    urls,
)
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.model.live import Observation
    from tests.support.fake_time import FakeTime
    from tests.support.graph_script import Json, Judge
    from tests.support.scripted_server import ScriptedServer

ONE = Ref("Incident", "1")


def read(connection: Connection, *ids: str) -> Mapping[Ref, Observation]:
    return open_reader(connection).read([ById("Incident", ids)])


def read_one(connection: Connection) -> Observation:
    return read(connection, "1")[ONE]


def judged(server: ScriptedServer, judge: Judge) -> None:
    server.follow(lambda asked: batch(asked, judge))


def problem(observation: Observation) -> str:
    assert isinstance(observation, Unreadable)
    return observation.problem


def test_an_answer_becomes_a_known_object(server: ScriptedServer, connection: Connection) -> None:
    judged(server, incident)
    found = read_one(connection)
    assert isinstance(found, Known)
    assert (found.live.ref, found.live.fields["status"]) == (ONE, "active")


def test_45_ids_cost_45_units_and_3_round_trips(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, incident)
    reader = open_reader(connection)
    ids = tuple(str(number) for number in range(45))
    found = reader.read([ById("Incident", ids)])
    assert [object_id(url) for asked in server.asked for url in urls(asked)] == list(ids)
    assert {asked.path for asked in server.asked} == {"/v1.0/$batch"}
    assert all(isinstance(item, Known) for item in found.values())
    assert len(found) == 45
    assert reader.cost == Cost(units=45, round_trips=3)


def test_an_id_asked_for_twice_is_read_once(server: ScriptedServer, connection: Connection) -> None:
    judged(server, incident)
    assert list(read(connection, "1", "1")) == [ONE]
    assert [len(parts(asked)) for asked in server.asked] == [1]


def test_nothing_asked_is_nothing_sent(server: ScriptedServer, connection: Connection) -> None:
    assert read(connection) == {}
    assert server.connections == 0


def test_each_api_version_has_its_batches_and_kinds_of_one_version_share_them(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, incident)
    reads = [ById("Incident", ("1",)), ById("IncidentTask", ("2",)), ById("Alert", ("3",))]
    open_reader(connection).read(reads)
    assert [(asked.path, urls(asked)) for asked in server.asked] == [
        ("/v1.0/$batch", ["/security/incidents/1", "/security/alerts_v2/3"]),
        ("/beta/$batch", ["/security/incidentTasks/2"]),
    ]


def test_envelope_and_parts_each_prefer_new_members_and_have_an_id_of_their_own(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, incident)
    read(connection, "1", "2")
    (asked,) = server.asked
    heads: list[Mapping[str, str]] = [asked.headers]
    for part in parts(asked):
        assert isinstance(part["headers"], dict)
        heads.append(part["headers"])
        assert (part["method"], "body" in part) == ("GET", False)
    assert {head.get("Prefer") or head["prefer"] for head in heads} == {
        "include-unknown-enum-members"
    }
    assert len({UUID(head["client-request-id"]) for head in heads}) == 3
    assert asked.headers["content-type"] == "application/json"


def test_part_ids_are_never_used_again(server: ScriptedServer, connection: Connection) -> None:
    judged(server, Sometimes(Told(503), 1))
    read(connection, "1", "2")
    ids = [part["id"] for asked in server.asked for part in parts(asked)]
    assert len(set(ids)) == len(ids) == 4


def test_a_404_is_missing(server: ScriptedServer, connection: Connection) -> None:
    judged(server, lambda _url, _part: Told(404, error("ResourceNotFound")))
    assert read_one(connection) == Missing()


def test_a_404_of_the_envelope_is_unreadable_never_missing(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(404, error("NotFound", "no $batch here")))
    assert read_one(connection) == Unreadable(
        "Graph answered 404 to POST /v1.0/$batch (code NotFound)", Foreign("no $batch here")
    )


def test_a_403_names_the_permission_that_is_lacking(
    server: ScriptedServer, connection: Connection
) -> None:
    denied = Told(403, error("Forbidden", "@you"), {"request-id": "1f0c"})
    judged(server, lambda _url, _part: denied)
    assert read_one(connection) == Unreadable(
        "Graph answered 403 to GET /v1.0/security/incidents/1 (code Forbidden, request-id 1f0c):"
        " the identity lacks SecurityIncident.Read.All",
        Foreign("@you"),
    )
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [204, 302, 400, 405, 410, 501])
def test_a_final_refusal_is_unreadable_at_once(
    server: ScriptedServer, connection: Connection, status: int
) -> None:
    judged(server, lambda _url, _part: Told(status))
    assert f"answered {status} to GET" in problem(read_one(connection))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [None, "PGh0bWw+", [], {}, {"id": 1}, {"id": "2"}, {"id": "../x"}, {"id": "01"}],
)
def test_an_answer_without_the_object_asked_for_is_unreadable(
    server: ScriptedServer, connection: Connection, body: object
) -> None:
    judged(server, lambda _url, _part: Told(200, body))
    assert "not with the object asked for" in problem(read_one(connection))


def test_a_partial_answer_counts_if_it_holds_the_object(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, lambda url, _part: Told(206, {"id": "a"} if url.endswith("/a") else {}))
    found = open_reader(connection).read([ById("LegacyAlert", ("a", "b"))])
    assert isinstance(found[Ref("LegacyAlert", "a")], Known)
    assert isinstance(found[Ref("LegacyAlert", "b")], Unreadable)


@pytest.mark.parametrize("status", [408, 423, 424, 429, 500, 502, 503, 504, 509])
def test_only_the_parts_that_failed_for_now_are_sent_again(
    server: ScriptedServer, connection: Connection, time: FakeTime, status: int
) -> None:
    passing = Sometimes(Told(status, "<html>", {"Retry-After": "3"}), 2)
    judged(server, lambda url, part: passing(url, part) if url.endswith("2") else incident(url))
    found = read(connection, "1", "2", "3")
    assert all(isinstance(item, Known) for item in found.values())
    assert [len(parts(asked)) for asked in server.asked] == [3, 1, 1]
    assert time.waits == [3.0, 3.0]


def test_a_part_is_sent_four_times_at_most(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(500))
    assert "after 4 tries" in problem(read_one(connection))
    assert len(server.asked) == 4
    assert time.waits == [1.0, 2.0, 4.0]


def test_a_part_that_failed_waits_while_the_others_are_read(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    passing = Sometimes(Told(503), 1)
    judged(server, lambda url, part: (passing if url[-2:] == "05" else incident)(url, part))
    ids = tuple(str(number) for number in range(1000, 1200))
    found = open_reader(connection).read([ById("Incident", ids)])
    assert all(isinstance(item, Known) for item in found.values())
    assert [len(parts(asked)) for asked in server.asked] == [20] * 10 + [2]
    assert time.waits == [1.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (3, 3.0),
        ("2.128", 2.128),
        ("Fri, 20 Nov 2026 10:00:30 GMT", 30.0),
        (None, 1.0),
        ("soon", 1.0),
    ],
)
def test_every_form_of_retry_after_is_waited_for(
    server: ScriptedServer, connection: Connection, time: FakeTime, value: object, seconds: float
) -> None:
    judged(server, Sometimes(Told(429, None, {"Retry-After": value})))
    assert isinstance(read_one(connection), Known)
    assert time.waits == [seconds]


def test_the_longest_of_several_waits_counts_for_all(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    short, long = (
        Sometimes(Told(429, None, {"retry-after": "2"})),
        Sometimes(Told(429, None, {"retry-after": "9"})),
    )
    judged(server, lambda url, part: (short if url.endswith("1") else long)(url, part))
    read(connection, "1", "2")
    assert time.waits == [9.0]


def test_an_absurd_wait_is_not_waited_for_and_nothing_more_is_sent(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(429, None, {"Retry-After": "86400"}))
    reader = open_reader(replace(connection, batch_size=1))
    found = reader.read([ById("Incident", ("1", "2"))])
    assert "asks to wait 86400 s" in problem(found[ONE])
    assert "not to be called for another 86400 s" in problem(found[Ref("Incident", "2")])
    assert "not to be called" in problem(
        reader.read([ById("Incident", ("3",))])[Ref("Incident", "3")]
    )
    assert (len(server.asked), time.waits) == (1, [])


def test_backoff_is_spread_between_a_half_and_the_whole(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(500))
    read_one(replace(connection, chance=lambda: 0.0))
    assert time.waits == [0.5, 1.0, 2.0]


def test_a_401_gets_one_fresh_token(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, Sometimes(Told(401)))
    found = read(connection, "1", "2")
    assert all(isinstance(item, Known) for item in found.values())
    assert [asked.headers["authorization"] for asked in server.asked] == [
        "Bearer stale",
        "Bearer fresh",
    ]
    assert time.waits == []


def test_a_401_with_a_fresh_token_is_unreadable(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(401, error("InvalidAuthenticationToken")))
    assert "also with a fresh token" in problem(read_one(connection))
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_throttled_envelope_is_sent_again_whole(
    server: ScriptedServer, connection: Connection, time: FakeTime, status: int
) -> None:
    left = [says.reply(status, b"<html>", {"Retry-After": "5"})]
    server.follow(lambda asked: left.pop() if left else batch(asked, incident))
    assert len(read(connection, "1", "2")) == 2
    assert [len(parts(asked)) for asked in server.asked] == [2, 2]
    assert time.waits == [5.0]


def test_an_envelope_with_424_still_speaks_for_its_parts(
    server: ScriptedServer, connection: Connection
) -> None:
    server.follow(lambda asked: says.reply(424, {"responses": responses(asked, incident)}))
    assert isinstance(read_one(connection), Known)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"responses": ',
        b"[" * 100_000,
        b"{}",
        b"[]",
        b"null",
        b'{"responses": "x"}',
        b'{"responses": [null, {"id": 1, "status": 200}, {"id": "1", "status": true}]}',
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_none_is_asked_for_again_then_unreadable(
    server: ScriptedServer, connection: Connection, body: bytes
) -> None:
    server.tell(says.reply(200, body))
    assert "without one answer to GET /v1.0/security/incidents/1" in problem(read_one(connection))
    assert len(server.asked) == 4


def missing(answers: list[Json]) -> list[Json]:
    return answers[1:]


def doubled(answers: list[Json]) -> list[Json]:
    return [*answers, answers[0]]


def foreign(answers: list[Json]) -> list[Json]:
    return [{**answers[0], "id": "999999"}, *answers[1:]]


def mistyped(answers: list[Json]) -> list[Json]:
    return [{**answers[0], "status": "200"}, *answers[1:]]


@pytest.mark.parametrize("spoil", [missing, doubled, foreign, mistyped])
def test_a_part_that_is_missing_or_doubled_is_unreadable_at_once_and_the_others_are_known(
    server: ScriptedServer, connection: Connection, time: FakeTime, spoil: object
) -> None:
    assert callable(spoil)
    server.follow(lambda asked: enveloped(spoil(responses(asked, incident))))
    found = read(connection, "1", "2", "3")
    assert "without one answer to" in problem(found[ONE])
    assert sum(time.waits) == 0.0
    assert isinstance(found[Ref("Incident", "2")], Known)
    assert isinstance(found[Ref("Incident", "3")], Known)


def test_a_read_that_broke_on_the_way_is_repeated(
    server: ScriptedServer, connection: Connection
) -> None:
    left = [says.raw(b"HTTP/1.1 200", hang_up=True), lambda line: line.reset()]
    server.follow(lambda asked: left.pop() if left else batch(asked, incident))
    assert isinstance(read_one(connection), Known)
    assert len(server.asked) == 3


def test_a_server_that_is_not_there_is_unreadable(connection: Connection) -> None:
    with serving() as gone:
        root = gone.root
    found = read_one(replace(connection, root=root))
    assert "no connection to" in problem(found)
    assert "after 4 tries" in problem(found)


def test_a_network_that_is_gone_is_not_asked_for_every_object(connection: Connection) -> None:
    with serving() as gone:
        root = gone.root
    reader = open_reader(replace(connection, root=root))
    many = ById("Incident", tuple(str(number) for number in range(1, 1001)))
    found = reader.read([many, ById("IncidentTask", ("1",))])
    assert {type(item) for item in found.values()} == {Unreadable}
    assert len(found) == 1001
    assert reader.cost.round_trips == 5


def test_a_redirect_is_unreadable_at_once_and_the_token_stays_here(
    server: ScriptedServer, connection: Connection
) -> None:
    with serving() as other:
        server.tell(says.reply(307, None, {"Location": f"{other.root}/v1.0/$batch"}))
        found = read_one(connection)
        assert other.connections == 0
    assert isinstance(found, Unreadable)
    assert "answered 307, a redirect" in found.problem
    assert found.detail == Foreign(f"{other.root}/v1.0/$batch")
    assert len(server.asked) == 1


def test_an_object_of_another_tenant_stops_the_run(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, lambda _url, _part: Told(200, {"id": "1", "tenantId": "0DD0"}))
    with pytest.raises(
        Refused, match=r"Incident 1 belongs to another tenant .* expected abcd"
    ) as at:
        read_one(replace(connection, expected_tenant_id="abcd"))
    assert at.value.detail == Foreign("0DD0")


@pytest.mark.parametrize("tenant_id", ["ABCD", None])
def test_the_tenant_is_compared_without_case_and_only_where_it_stands(
    server: ScriptedServer, connection: Connection, tenant_id: str | None
) -> None:
    judged(server, lambda _url, _part: Told(200, {"id": "1", "tenantId": tenant_id}))
    assert isinstance(read_one(replace(connection, expected_tenant_id="abcd")), Known)


def test_without_a_token_nothing_is_read(server: ScriptedServer, connection: Connection) -> None:
    def no_token(_fresh: bool) -> str:
        raise IdentityFailure("no token")

    with pytest.raises(IdentityFailure):
        read_one(replace(connection, token=no_token))
    assert server.connections == 0


def test_a_stop_ends_the_reading(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    time.is_stopped = lambda: True
    with pytest.raises(Interrupted):
        read_one(connection)
    assert server.connections == 0


def test_a_stop_during_a_pause_ends_the_reading(
    server: ScriptedServer, connection: Connection, time: FakeTime
) -> None:
    judged(server, lambda _url, _part: Told(429))
    time.is_stopped = lambda: bool(time.waits)
    with pytest.raises(Interrupted):
        read_one(connection)
    assert len(server.asked) == 1


def test_an_id_that_may_not_stand_in_a_path_is_never_sent(
    server: ScriptedServer, connection: Connection
) -> None:
    with pytest.raises(ValueError, match="no such ids"):
        read(connection, "../../users/x")
    assert server.connections == 0


def test_a_root_that_is_no_safe_origin_is_refused_when_opened(connection: Connection) -> None:
    with pytest.raises(Failure, match="in the clear"):
        open_reader(replace(connection, root="http://graph.microsoft.com"))


def test_the_waits_are_spread_by_chance_unless_given() -> None:
    chance = Connection.__dataclass_fields__["chance"].default
    assert callable(chance)
    assert 0 <= chance() < 1


def test_a_certificate_that_is_not_trusted_is_not_asked_again(
    connection: Connection, time: FakeTime, tmp_path: Path
) -> None:
    with entra_rig(tmp_path) as rig:
        strange = replace(connection, root=rig.url)
        found = [problem(item) for item in read(strange, *map(str, range(1, 50))).values()]
        (checked,) = open_reader(strange).check([ONE]).values()
        assert isinstance(checked, Unreadable)

    assert len(set(found)) == 1
    assert found[0].startswith(f"the certificate of {rig.url} is not trusted; behind a proxy")
    assert "--ca-bundle FILE" in found[0]
    assert "tries" not in found[0]
    assert problem(checked) == found[0]
    assert (rig.asked, time.waits) == ([], [])


def test_a_network_that_is_gone_says_what_to_check(connection: Connection) -> None:
    found = problem(read_one(replace(connection, root="http://127.0.0.1:9")))

    assert found.startswith("no connection to http://127.0.0.1:9; ")
    assert found.endswith(
        "check the network, graphUrl and the proxy variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY)"
    )


def test_a_token_refused_twice_says_what_its_identity_says(
    server: ScriptedServer, connection: Connection
) -> None:
    server.tell(says.reply(401, error("InvalidAuthenticationToken")))
    mine = replace(connection, refused="the token in RECONCILER_TOKEN is not accepted")

    assert problem(read_one(mine)).endswith("; the token in RECONCILER_TOKEN is not accepted")
