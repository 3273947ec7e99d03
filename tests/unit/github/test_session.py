from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, IdentityFailure, Interrupted, NetworkFailure
from reconciler.github.hub import Hub
from reconciler.github.session import TRIES
from reconciler.github.threads import PULL
from reconciler.model.words import Foreign
from tests.support import scripted_server as says
from tests.support.loopback_github import BOT, PERSON_TOKEN, GitHub, limited

if TYPE_CHECKING:
    from reconciler.github import Connection
    from tests.support.fake_time import FakeTime

BAD_GATEWAY = says.reply(502, b"<html>")


def test_a_read_that_fails_in_passing_is_made_again_after_growing_pauses(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    server.next_fails("GET", "/pulls/1", BAD_GATEWAY, times=TRIES - 1)

    assert hub.repository.pull(1).head == "a" * 40

    assert time.waits == [0.5, 1.0, 2.0]


def test_after_so_many_tries_the_last_answer_is_the_error(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    server.next_fails("GET", "/pulls/1", BAD_GATEWAY, times=TRIES)

    with pytest.raises(Failure, match="GitHub answered 502 to GET /repos/acme/soc/pulls/1"):
        hub.repository.pull(1)

    assert len(time.waits) == TRIES - 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795168845"}, [45.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, [1.0]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, [60.0]),
        ({}, [60.0]),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_out_as_it_says(
    hub: Hub,
    server: GitHub,
    time: FakeTime,
    headers: dict[str, str],
    waits: list[float],
    status: int,
) -> None:
    server.next_fails("GET", "/pulls/1", limited(status, headers))

    hub.repository.pull(1)

    assert time.waits == waits


def test_a_limit_that_goes_on_without_saying_how_long_gets_longer_pauses(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    server.next_fails("GET", "/pulls/1", limited(403), times=3)

    hub.repository.pull(1)

    assert time.waits == [60.0, 120.0, 240.0]


def test_a_primary_limit_that_ends_in_an_hour_is_not_waited_for(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795172400"}
    server.next_fails("GET", "/pulls/1", limited(403, headers, is_secondary=False))

    with pytest.raises(
        Failure, match=r"it asks to wait 3600 s, longer than this run does \(300 s\)"
    ):
        hub.repository.pull(1)

    assert time.waits == []


def test_a_permission_that_is_missing_is_no_limit_and_not_asked_for_again(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    server.permissions = frozenset({"metadata"})

    with pytest.raises(Failure, match="the token may not do that") as raised:
        hub.repository.pull(1)

    assert raised.value.remedy is not None
    assert "permissions: {pull-requests: read}" in raised.value.remedy
    assert (len(server.requests), time.waits) == (1, [])


def test_a_stop_ends_the_wait(hub: Hub, server: GitHub, time: FakeTime) -> None:
    server.next_fails("GET", "/pulls/1", BAD_GATEWAY)
    time.is_stopped = lambda: bool(time.waits)

    with pytest.raises(Interrupted):
        hub.repository.pull(1)


def test_a_stop_while_an_answer_is_awaited_is_an_interruption(
    hub: Hub, server: GitHub, time: FakeTime
) -> None:
    server.next_fails("GET", "/pulls/1", says.hang)
    time.is_stopped = lambda: bool(server.requests)

    with pytest.raises(Interrupted):
        hub.repository.pull(1)


def test_every_request_names_the_version_and_goes_with_the_token(hub: Hub, server: GitHub) -> None:
    hub.repository.pull(1)

    (asked,) = server.server.asked
    assert asked.headers["accept"] == "application/vnd.github+json"
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert asked.headers["user-agent"].startswith("reconciler/")
    assert server.requests[0].has_token


def test_all_pages_are_read_a_hundred_at_a_time(hub: Hub, server: GitHub) -> None:
    for number in range(201):
        server.write_comment(1, "kai", str(number))

    found = hub.thread(1, PULL).comments()

    assert [one.body for one in found] == [str(number) for number in range(201)]
    assert [one.path.partition("?")[2] for one in server.requests] == [
        "per_page=100",
        "per_page=100&page=2",
        "per_page=100&page=3",
    ]


def test_a_list_without_an_end_is_left(hub: Hub, server: GitHub) -> None:
    link = {"Link": f'<{server.url}/repos/acme/soc/issues/1/comments?page=2>; rel="next"'}
    server.next_fails("GET", "/comments", says.reply(200, [], link), times=2_000)

    with pytest.raises(Failure, match="goes on and on without anything new"):
        hub.thread(1, PULL).comments()
    assert len(server.requests) < 20


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        {"message": "no list"},
        [1],
        [{"id": "1"}],
        [{"id": 1, "user": {"login": 1}, "body": "", "updated_at": ""}],
        [{"id": 1, "user": None, "body": 7, "updated_at": ""}],
        [{"id": 1, "user": None, "body": None}],
    ],
)
def test_an_answer_of_another_form_is_an_error_and_never_nothing(
    hub: Hub, server: GitHub, body: object
) -> None:
    server.next_fails("GET", "/comments", says.reply(200, body))

    with pytest.raises(Failure, match="is not what its API promises"):
        hub.thread(1, PULL).comments()


def test_a_comment_of_an_account_that_is_gone_has_no_author(hub: Hub, server: GitHub) -> None:
    server.write_comment(1, "kai", "x")
    next(iter(server.comments.values()))["user"] = None

    (found,) = hub.thread(1, PULL).comments()

    assert found.author == ""


def test_the_token_of_a_job_writes_as_github_actions(hub: Hub) -> None:
    assert hub.author() == BOT


def test_a_person_is_asked_for_once(connection: Connection, server: GitHub) -> None:
    hub = Hub(replace(connection, token=PERSON_TOKEN))

    assert (hub.author(), hub.is_own("KAI"), hub.is_own("lee")) == ("kai", True, False)

    assert len(server.requests) == 1


def test_who_is_named_is_not_asked_for(connection: Connection, server: GitHub) -> None:
    assert Hub(replace(connection, author="my-app[bot]")).author() == "my-app[bot]"
    assert server.requests == []


@pytest.mark.parametrize("body", [{}, {"login": 7}, {"login": ""}, []])
def test_a_user_without_a_login_is_nobody(hub: Hub, server: GitHub, body: object) -> None:
    server.next_fails("GET", "/user", says.reply(200, body))

    with pytest.raises(Failure, match="a user without a login"):
        hub.author()


def test_a_token_that_is_not_taken_is_an_identity_failure(connection: Connection) -> None:
    with pytest.raises(IdentityFailure, match="does not take the token"):
        Hub(replace(connection, token="ghs_other")).author()


@pytest.mark.parametrize("token", ["", "a b", "a\n"])
def test_a_token_of_odd_signs_is_refused_before_it_is_sent(
    connection: Connection, token: str
) -> None:
    with pytest.raises(IdentityFailure, match="GITHUB_TOKEN is empty or holds"):
        Hub(replace(connection, token=token))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.github.com",
        "http://github.example",
        "https://user@github.example",
        "https://github.example/a b",
        "https://github.example/?a",
        "https://github.example/#a",
        "https://[::1",
        "ftp://127.0.0.1",
    ],
)
def test_an_address_that_is_no_api_is_refused_without_being_quoted(
    connection: Connection, url: str
) -> None:
    with pytest.raises(Failure, match="GITHUB_API_URL is no address") as raised:
        Hub(replace(connection, api_url=url))

    assert not url or url not in str(raised.value)


def test_a_slash_at_the_end_of_the_address_does_not_count(connection: Connection) -> None:
    assert Hub(replace(connection, api_url=f"{connection.api_url}/")).repository.pull(1).number == 1


def test_a_redirect_is_not_followed_and_says_what_may_have_moved(hub: Hub, server: GitHub) -> None:
    server.next_fails("GET", "/pulls/1", says.reply(301, None, {"Location": "/repositories/7"}))

    with pytest.raises(NetworkFailure, match="a redirect") as raised:
        hub.repository.pull(1)

    assert "GITHUB_REPOSITORY" in (raised.value.remedy or "")


@pytest.mark.parametrize(
    "body", [[7], [{"number": 1}], [{"number": "1", "user": None, "body": ""}]]
)
def test_an_issue_of_another_form_is_an_error(hub: Hub, server: GitHub, body: object) -> None:
    server.next_fails("GET", "/issues", says.reply(200, body))

    with pytest.raises(Failure, match="is not what its API promises"):
        list(hub.issues.open())


def test_what_is_wrong_in_single_fields_is_told_too(hub: Hub, server: GitHub) -> None:
    problems = [{"message": "too long"}, {"code": "custom"}, "labels", 7]
    said = {"message": "Validation Failed", "errors": problems}
    server.next_fails("GET", "/pulls/1", says.reply(422, said))

    with pytest.raises(Failure, match="422") as raised:
        hub.repository.pull(1)

    assert raised.value.detail == Foreign("Validation Failed; too long; labels")
