"""A token that lacks claims: what the 401 asks for is asked of the authority, once."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.graph import open_reader, open_writer
from reconciler.graph.challenge import claims
from reconciler.model.live import Known
from reconciler.model.outcome import Accepted, Patch, Postponed, Rejected
from reconciler.model.words import Ref
from reconciler.reading import by_id
from tests.support.graph_script import Told, batch, error, incident

if TYPE_CHECKING:
    from reconciler.graph import Connection
    from tests.support.graph_script import Judge
    from tests.support.scripted_server import ScriptedServer

WANTED = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
ONE = Ref("Incident", "1")


def header(text: str, *, url_safe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    return (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/'
        f'authorize", error="insufficient_claims", claims="{encode(text.encode()).decode()}"'
    )


@pytest.mark.parametrize("url_safe", [False, True])
def test_claims_are_read_in_either_alphabet(url_safe: bool) -> None:
    odd = json.dumps({"x": "ÿ?>" * 5})

    assert claims({"www-authenticate": header(WANTED, url_safe=url_safe)}) == WANTED
    assert claims({"www-authenticate": header(odd, url_safe=url_safe)}) == odd
    assert (
        claims({"www-authenticate": header(WANTED).replace("=", "=").rstrip('="') + '"'}) == WANTED
    )


@pytest.mark.parametrize(
    "found",
    [
        "",
        'Bearer realm="", error="invalid_token"',
        'Bearer claims=""',
        'Bearer claims="x"',
        'Bearer claims="%%%"',
        'Bearer otherclaims="e30="',
        header("[]"),
        header("no JSON"),
        header("[" * 5000),
        'Bearer claims="gICA"',
    ],
)
def test_what_asks_for_no_claims_is_an_ordinary_refusal(found: str) -> None:
    assert claims({"www-authenticate": found}) == ""


def judged(server: ScriptedServer, judge: Judge) -> None:
    server.follow(lambda asked: batch(asked, judge))


class Tokens:
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[bool | str] = []

    def __call__(self, fresh: bool) -> str:
        self.asked.append(fresh)
        return "plain"

    def challenged(self, claims: str) -> str:
        self.asked.append(claims)
        return "challenged"


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def mine(connection: Connection, tokens: Tokens) -> Connection:
    return replace(connection, token=tokens, challenged=tokens.challenged)


def refused() -> Told:
    answer = error("InvalidAuthenticationToken")
    return Told(401, answer, {"WWW-Authenticate": header(WANTED)})


def test_a_read_is_answered_with_the_claims_that_were_asked_for(
    server: ScriptedServer, mine: Connection, tokens: Tokens
) -> None:
    judged(server, lambda url, _part: incident(url) if len(tokens.asked) > 1 else refused())

    seen = open_reader(mine).read(by_id([ONE]))

    assert isinstance(seen[ONE], Known)
    assert tokens.asked == [False, WANTED]
    assert server.asked[-1].headers["authorization"] == "Bearer challenged"


def test_claims_are_asked_for_once(
    server: ScriptedServer, mine: Connection, tokens: Tokens
) -> None:
    judged(server, lambda _url, _part: refused())

    seen = open_reader(mine).read(by_id([ONE]))

    assert "also with a fresh token" in getattr(seen[ONE], "problem", "")
    assert tokens.asked == [False, WANTED]


def test_a_check_and_a_write_ask_for_the_claims_too(
    server: ScriptedServer, mine: Connection, tokens: Tokens
) -> None:
    judged(server, lambda _url, _part: refused())
    reader, writer = open_reader(mine), open_writer(mine)

    reader.check([ONE])
    reader.check([ONE])
    first = writer.write([Patch(ONE, {"status": "resolved"})])[ONE]
    second = writer.write([Patch(ONE, {"status": "resolved"})])[ONE]

    assert tokens.asked == [False, WANTED, False, WANTED]
    assert isinstance(first, Postponed)
    assert isinstance(second, Rejected)
    judged(server, lambda url, _part: incident(url))
    assert isinstance(writer.write([Patch(ONE, {"status": "resolved"})])[ONE], Accepted)
    assert tokens.asked[-1] is False


def test_a_source_that_knows_no_claims_is_asked_for_a_fresh_token(
    server: ScriptedServer, connection: Connection
) -> None:
    judged(server, lambda url, _part: incident(url) if len(server.asked) > 1 else refused())

    seen = open_reader(connection).read(by_id([ONE]))

    assert isinstance(seen[ONE], Known)
    assert server.asked[-1].headers["authorization"] == "Bearer fresh"
