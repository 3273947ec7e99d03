"""What the proxy variables say, and what is said when they lead nowhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, NotSent
from reconciler.net.client import Call, Client
from reconciler.net.proxies import address, proxy_of
from tests.support import scripted_server as says
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from tests.support.scripted_server import ScriptedServer

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


def ask(root: str) -> None:
    time = FakeTime()
    client = Client(root, stop=time, clock=time, deadline_seconds=5.0)
    client.exchange(Call("GET", "/x"), token="canary")


def test_a_proxy_is_named_without_its_password(env: pytest.MonkeyPatch) -> None:
    assert proxy_of("graph.microsoft.com") is None
    env.setenv("HTTPS_PROXY", "http://me:canary@proxy.example:8080")
    assert proxy_of("graph.microsoft.com") == "proxy.example:8080"
    env.setenv("NO_PROXY", "graph.microsoft.com")
    assert proxy_of("graph.microsoft.com") is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("proxy.example:8080", "proxy.example:8080"),
        ("https://proxy.example", "proxy.example"),
        ("http://[", "an address that is none"),
        ("http://", "an address that is none"),
        ("http://proxy:port", "an address that is none"),
    ],
)
def test_an_address_is_shown_as_far_as_it_is_one(url: str, shown: str) -> None:
    assert address(url) == shown


def test_a_proxy_that_is_not_there_is_named(env: pytest.MonkeyPatch) -> None:
    env.setenv("HTTPS_PROXY", "http://me:canary@127.0.0.1:9")

    with pytest.raises(NotSent) as failed:
        ask(GRAPH)

    assert failed.value.message == (
        "no connection to https://graph.microsoft.com:443 through the proxy 127.0.0.1:9"
    )
    assert "HTTPS_PROXY" in str(failed.value.remedy)


def test_a_proxy_that_refuses_is_named(env: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    env.setenv("HTTPS_PROXY", server.root)
    server.tell(says.reply(407))

    with pytest.raises(NotSent, match=r"through the proxy 127\.0\.0\.1:") as failed:
        ask(GRAPH)

    assert failed.value.detail is not None
    assert "407" in failed.value.detail.raw


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "nonsense://canary@proxy"),
        ("ALL_PROXY", "socks5://canary:canary@proxy:1080"),
        ("HTTPS_PROXY", "http://proxy:port"),
    ],
)
def test_a_proxy_that_is_none_is_told_without_what_it_says(
    env: pytest.MonkeyPatch, name: str, value: str
) -> None:
    env.setenv(name, value)

    with pytest.raises(Failure) as failed:
        ask(GRAPH)

    assert failed.value.message == (
        "what the proxy variables (HTTPS_PROXY, ALL_PROXY, NO_PROXY) say cannot be used"
    )
    assert "canary" not in f"{failed.value.remedy}{failed.value.detail}"


def test_loopback_is_never_proxied(env: pytest.MonkeyPatch, server: ScriptedServer) -> None:
    env.setenv("ALL_PROXY", "nonsense://proxy")
    env.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.tell(says.reply(200, {}))

    ask(server.root)

    assert len(server.asked) == 1
