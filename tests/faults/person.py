"""Somebody else at the same tenant: an analyst, in a portal that knows nothing of this tool."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import Json


def ask(
    url: str, method: str, path: str, token: str, body: Mapping[str, Json] | None = None
) -> int:
    """One request on a connection of its own; the status of its answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body)
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def introduce(url: str, token: str) -> None:
    """The emulator numbers tokens in the order in which it first sees them."""
    ask(url, "GET", "/v1.0/security/incidents?$top=1", token)
