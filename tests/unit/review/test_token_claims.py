"""What a token says of itself is shown, and nothing else of it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from reconciler.model.words import Foreign
from reconciler.review.token_claims import OPAQUE, described

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EXPIRY = int(datetime(2026, 11, 21, 13, 5, tzinfo=UTC).timestamp())


def token(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.signature-canary"


def told(claims: object) -> str:
    return "".join(
        piece.raw if isinstance(piece, Foreign) else piece
        for piece in described(token(claims), NOW)
    )


def test_tenant_application_expiry_and_permissions_are_told() -> None:
    claims = {"tid": "t-1", "appid": "a-1", "exp": EXPIRY, "roles": ["A.Read.All", "B.Read.All"]}
    assert told(claims) == (
        "tenant t-1, application a-1, expires 2026-11-21T13:05:00Z (65 min left), "
        "application permissions A.Read.All B.Read.All"
    )


def test_a_persons_token_tells_its_scopes_and_never_the_person() -> None:
    shown = told({"azp": "a-2", "scp": "User.Read", "upn": "kai-canary", "exp": EXPIRY - 7200})
    assert shown == (
        "application a-2, expires 2026-11-21T11:05:00Z (expired), delegated permissions User.Read"
    )


def test_claims_are_foreign_text_and_cut() -> None:
    pieces = described(token({"tid": "\x1b[2J" + "x" * 500}), NOW)
    (claim,) = [piece for piece in pieces if isinstance(piece, Foreign)]
    assert len(claim.raw) == 201


def test_an_application_without_permissions_says_so() -> None:
    assert told({"roles": []}) == "application permissions none"


@pytest.mark.parametrize(
    "opaque",
    [
        "emulator",
        "a.b",
        "a.!.c",
        "a.AAAA.c",
        "e30.W10.x",
        token({}),
        token({"tid": 7, "exp": "soon"}),
    ],
)
def test_what_cannot_be_read_is_opaque(opaque: str) -> None:
    assert described(opaque, NOW) == (OPAQUE,)


def test_a_time_beyond_all_calendars_is_left_out() -> None:
    assert described(token({"exp": 1e300}), NOW) == (OPAQUE,)
