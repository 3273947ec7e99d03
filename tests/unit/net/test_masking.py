"""Whatever way a server spells the token it was sent, nobody reads it."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from reconciler.errors import AnswerLost
from reconciler.model.words import Foreign
from reconciler.net.masking import Masking
from reconciler.net.wire import Reply

TOKEN = 'canary+tok/en="1"\\~x'


def masking(*tokens: str) -> Masking:
    made = Masking()
    for token in tokens:
        made.note(token)
    return made


def body(made: Masking, text: str) -> str:
    return made.reply(Reply(200, {}, text.encode())).body.decode()


@pytest.mark.parametrize(
    "spelling",
    [
        TOKEN,
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN)[1:-1].replace("/", "\\/").replace("+", "\\u002b").replace("~", "\\u007E"),
        "".join(
            f"\\u{ord(sign):04x}" if sign.isalpha() else sign for sign in json.dumps(TOKEN)[1:-1]
        ),
        quote(TOKEN, safe=""),
        quote(TOKEN, safe="")
        .replace("%2B", "%2b")
        .replace("%2F", "%2f")
        .replace("%3D", "%3d")
        .replace("%5C", "%5c"),
    ],
)
def test_every_spelling_of_a_token_is_masked(spelling: str) -> None:
    found = body(masking("an-earlier-one", TOKEN), f'<"Bearer {spelling}", an-earlier-one>')

    assert found == '<"Bearer ***", ***>'


def test_what_is_not_the_token_stays_as_it_is() -> None:
    text = '{"a": "\\u00e9 \\/ \\\\u0063anary \\u0022 \\u005c canar"}'

    assert body(masking("canary-token"), text) == text
    assert json.loads(body(masking("canary-token"), text[:-2] + ' \\u0063anary-token"}')) == {
        "a": 'é / \\u0063anary " \\ canar ***'
    }


def test_a_word_that_serves_as_a_token_is_masked_only_as_one() -> None:
    assert body(masking("emulator"), "Bearer emulator, the emulator") == "***, the emulator"


def test_headers_and_what_a_failure_quotes_are_masked() -> None:
    made = masking("canary-token")
    reply = made.reply(Reply(302, {"x-canary-token": "a", "location": "/?t=canary-token"}, b""))
    assert reply.headers == {"x-***": "a", "location": "/?t=***"}

    quoting = made.failure(AnswerLost("lost", detail=Foreign("illegal line: canary-token")))
    assert quoting.detail == Foreign("illegal line: ***")
    assert made.failure(AnswerLost("lost")).detail is None
