"""The job's own token: asked of its origin only, and what is said when it does not come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Interrupted
from tests.support import scripted_server as says
from tests.support.entra_rig import GITHUB_TOKEN, Answer, Rig
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from tests.unit.identity.conftest import Bench

URL = "ACTIONS_ID_TOKEN_REQUEST_URL"


@pytest.fixture
def job(bench: Bench, rig: Rig) -> Bench:
    bench.set(**rig.of_github())
    return bench


def test_a_job_that_may_not_have_one_is_told_what_to_add(job: Bench) -> None:
    job.set(ACTIONS_ID_TOKEN_REQUEST_TOKEN=f"{GITHUB_TOKEN}-wrong")

    message, remedy, _ = job.failure("github-oidc")

    assert message == "GitHub answered 401 to the request for the job's token, without one"
    assert "permissions: {id-token: write}" in remedy
    assert "fork" in remedy


@pytest.mark.parametrize("body", [{}, {"value": ""}, {"value": 7}])
def test_an_answer_without_a_token_is_none(job: Bench, rig: Rig, body: dict[str, object]) -> None:
    rig.next_answers.append((200, body, {}))

    assert job.failure("github-oidc")[0].startswith("GitHub answered 200 ")


def test_an_answer_that_is_no_json_is_none(job: Bench) -> None:
    with serving() as server:
        server.tell(says.reply(200, b"<html>"))
        job.set(**{URL: f"{server.root}/x"})

        assert job.failure("github-oidc")[0].startswith("GitHub answered 200 ")

    assert server.asked[0].path == "/x?audience=api%3A%2F%2FAzureADTokenExchange"


def test_a_passing_failure_is_asked_again(job: Bench, rig: Rig) -> None:
    rig.next_answers += [(503, {}, {}), (429, {}, {})]

    assert job.tokens("github-oidc")(False)
    assert job.time.waits == [1.0, 2.0]


def test_a_failure_that_stays_is_told_after_three_tries(job: Bench, rig: Rig) -> None:
    busy: Answer = (502, {}, {})
    rig.next_answers += [busy] * 3

    assert job.failure("github-oidc")[0].startswith("GitHub answered 502 ")
    assert rig.next_answers == []


def test_a_stop_ends_the_pause_between_two_tries(job: Bench, rig: Rig) -> None:
    rig.next_answers.append((503, {}, {}))
    job.time.is_stopped = lambda: bool(job.time.waits)

    with pytest.raises(Interrupted):
        job.tokens("github-oidc")(False)


def test_a_redirect_is_not_followed(job: Bench, rig: Rig) -> None:
    rig.next_answers.append((302, {}, {"Location": "https://localhost:9/"}))

    message, remedy, detail = job.failure("github-oidc")

    assert message.startswith(
        "no token of the job from GitHub: the server answered 302, a redirect"
    )
    assert (remedy, detail) == ("run the job again", "https://localhost:9/")


def test_github_that_cannot_be_reached(job: Bench) -> None:
    job.set(**{URL: "https://localhost:9/x"})

    message, remedy, _ = job.failure("github-oidc")

    assert message == "no token of the job from GitHub: no connection to https://localhost:9"
    assert "proxy variables" in remedy


@pytest.mark.parametrize(
    "url", ["http://pipelines.example.org/x", "https://canary@localhost/x", "x", "https://["]
)
def test_the_request_token_goes_nowhere_unless_encrypted(job: Bench, rig: Rig, url: str) -> None:
    job.set(**{URL: url})

    message, remedy, _ = job.failure("github-oidc")

    assert message.startswith(f"{URL} cannot be asked for a token")
    assert "do not set it yourself" in remedy
    assert rig.asked == []
