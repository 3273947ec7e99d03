"""Whatever way a server spells the token it was sent, nobody reads it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from reconciler.errors import AnswerLost
from reconciler.model.words import Foreign
from reconciler.net.masking import Masking
from reconciler.net.wire import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

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
        TOKEN.encode().hex(),
        TOKEN.encode().hex().upper(),
        "".join(f"%{one:02X}" for one in TOKEN.encode()),
        "".join(f"%{one:02x}" for one in TOKEN.encode()),
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


JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJncmFwaCIsInRpZCI6IjEyZjk4OGJmIn0.c2lnbmF0dXJlLW9m~x"
OPAQUE = "canary-7f3a91c0d2+/b4e8"


@pytest.mark.parametrize("token", [JWT, OPAQUE], ids=["a JWT", "an opaque one"])
@pytest.mark.parametrize("before", ["", "B", "Be", "Bearer ", "Authorization: Bearer "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("after", ["", "\r", "\r\n", " and more"])
def test_a_token_in_base64_is_masked_wherever_it_stands_in_what_was_encoded(
    token: str, before: str, encode: Callable[[bytes], bytes], after: str
) -> None:
    text = encode(f"{before}{token}{after}".encode()).decode()
    for said in (text, text.rstrip("="), text.replace("/", "\\/"), quote(text, safe="")):
        found = body(masking(token), f'{{"error": "{said}"}}')

        assert "***" in found
        longest = max(len(part) for part in re.split(r"[^0-9A-Za-z+/=%_-]", found))
        assert longest <= len(encode((before or "x").encode())) + len(encode(after.encode())) + 8


@pytest.mark.parametrize("token", [JWT, OPAQUE], ids=["a JWT", "an opaque one"])
@pytest.mark.parametrize(
    ("first", "last"), [(1, 0), (0, 1), (3, 0), (0, 3), (5, 0), (0, 5), (3, 4), (2, 5), (7, 0)]
)
def test_a_token_without_its_first_or_last_characters_is_masked(
    token: str, first: int, last: int
) -> None:
    cut = token[first : len(token) - last]
    made = masking(token)

    assert body(made, f'{{"error": "Bearer {cut}…"}}') == '{"error": "Bearer ***…"}'
    assert body(made, f'{{"error": "{quote(cut, safe="")}"}}') == '{"error": "***"}'
    assert made.text(f"line: {cut}") == "line: ***"
    encoded = base64.b64encode(cut.encode()).decode()
    assert len(body(made, encoded)) <= 3 + 6


def test_what_only_begins_like_a_token_stays() -> None:
    """A nextLink may hold JSON in base64, as a token does."""
    others = f'"$skiptoken={JWT[:30]}x.eyJhdWQiOiJub3QifQ", "{OPAQUE[:9]}", "2026-11-20T10:00:00Z"'

    assert body(masking(JWT, OPAQUE, "emulator"), others) == others
