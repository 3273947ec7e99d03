"""The token goes to one scheme, host and port."""

from __future__ import annotations

import pytest

from reconciler.errors import Failure, NetworkFailure
from reconciler.net.origin import Origin, parse


@pytest.mark.parametrize(
    ("root", "origin"),
    [
        ("https://graph.microsoft.com", Origin("https", "graph.microsoft.com", 443)),
        ("HTTPS://Graph.Microsoft.COM:443/", Origin("https", "graph.microsoft.com", 443)),
        ("https://graph.contoso.com:8443", Origin("https", "graph.contoso.com", 8443)),
        ("http://127.0.0.1:8080", Origin("http", "127.0.0.1", 8080)),
        ("http://127.9.9.9", Origin("http", "127.9.9.9", 80)),
        ("http://[::1]:8080", Origin("http", "::1", 8080)),
        ("http://localhost:1", Origin("http", "localhost", 1)),
    ],
)
def test_an_origin_is_normalised(root: str, origin: Origin) -> None:
    assert parse(root) == origin


@pytest.mark.parametrize(
    "root",
    [
        "http://graph.microsoft.com",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://127.1",
        "ftp://127.0.0.1",
        "//graph.microsoft.com",
    ],
)
def test_a_token_is_sent_in_the_clear_to_loopback_only(root: str) -> None:
    with pytest.raises(Failure, match="expected https"):
        parse(root)


@pytest.mark.parametrize(
    "root",
    [
        "https://user@graph.microsoft.com",
        "https://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com?x=1",
        "https://graph.microsoft.com#x",
        "https://graph.microsoft.com:port",
    ],
)
def test_what_is_more_than_an_origin_is_refused(root: str) -> None:
    with pytest.raises(Failure, match="is no origin"):
        parse(root)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/v1.0/$batch", "https://graph.microsoft.com/v1.0/$batch"),
        ("https://GRAPH.microsoft.com:443/x?$skip=1", "https://graph.microsoft.com/x?$skip=1"),
    ],
)
def test_a_path_and_a_link_to_the_same_origin_are_followed(target: str, url: str) -> None:
    assert str(parse("https://graph.microsoft.com").url(target)) == url


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/v1.0",
        "//evil.example/v1.0",
        "http://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com:444/v1.0",
        "https://graph.microsoft.com.evil.example/",
        "https://graph.microsoft.com@evil.example/",
        "https://evil.example@graph.microsoft.com/",
        "https://graph.microsoft.com\\@evil.example/",
        "https://graph.microsoft.com\t.evil.example/",
        "v1.0/relative",
        "",
    ],
)
def test_a_link_to_anywhere_else_is_refused_and_quoted(target: str) -> None:
    with pytest.raises(NetworkFailure, match="does not lead to https://graph") as caught:
        parse("https://graph.microsoft.com").url(target)
    assert caught.value.detail is not None
    assert caught.value.detail.raw == target


def test_an_ipv6_origin_keeps_its_brackets() -> None:
    origin = parse("http://[::1]:8080")
    assert str(origin) == "http://[::1]:8080"
    assert str(origin.url("/x")) == "http://[::1]:8080/x"
