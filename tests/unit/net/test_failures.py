from __future__ import annotations

import httpx
import pytest

from reconciler.errors import AnswerLost, NetworkFailure, NotSent
from reconciler.net.failures import translated
from reconciler.net.origin import parse

ORIGIN = parse("https://graph.microsoft.com")


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError],
)
def test_what_failed_before_a_connection_stood_was_surely_not_sent(
    error: type[httpx.TransportError],
) -> None:
    failure = translated(error("hostile words"), ORIGIN)
    assert type(failure) is NotSent
    assert failure.detail is not None
    assert failure.detail.raw == "hostile words"
    assert "hostile" not in failure.message


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError,
        httpx.WriteError,
        httpx.CloseError,
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
        httpx.DecodingError,
    ],
)
def test_of_everything_later_nobody_can_tell(error: type[httpx.RequestError]) -> None:
    failure: NetworkFailure = translated(error("hostile words"), ORIGIN)
    assert type(failure) is AnswerLost
    assert "hostile" not in failure.message
