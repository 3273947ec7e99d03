"""How a list can fall short of what was asked without being an error (API notes 2.1, 2.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from reconciler.emulator.messages import Refusal
from reconciler.emulator.wires import WIRES

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.faults import Fault
    from reconciler.emulator.messages import Object, Request, Response
    from reconciler.model.words import Json

    Earlier: TypeAlias = Callable[[str, str], Object | None]
    """From a collection and an id to the object before its last write."""


def asking_less(request: Request, names: frozenset[str]) -> Request:
    """The request as a service reads it that knows nothing of these options."""
    path, mark, query = request.target.partition("?")
    kept = [pair for pair in query.split("&") if unquote(pair.partition("=")[0]) not in names]
    return replace(request, target=f"{path}{mark}{'&'.join(kept)}")


def spoilt(fault: Fault, response: Response) -> Response:
    """``left-out``, and pages that end before the list does. Raises Refusal for the 400."""
    if fault.do == "left-out":
        return _without(response, fault.fields)
    if response.offset is None:
        return response
    if fault.do == "refused-link":
        return _no_page(response, response.offset, fault.beyond)
    return _no_link(response, response.offset, fault.beyond)


def stale(request: Request, response: Response, earlier: Earlier) -> Response:
    """Each object as it was before its last write, where there was one (API notes 6.5)."""
    segment = next((name for name in request.path.split("/") if name in WIRES), "")
    body = _object(response)
    items = body.get("value")
    if isinstance(items, list):
        body["value"] = [_aged(item, segment, earlier) for item in items if isinstance(item, dict)]
    elif "id" in body:
        body = _aged(body, segment, earlier)
    return replace(response, body=json.dumps(body)) if body else response


def _aged(item: Object, segment: str, earlier: Earlier) -> Object:
    before = earlier(segment, str(item.get("id"))) or {}
    return {name: before.get(name, value) for name, value in item.items()}


def _no_page(response: Response, offset: int, most: int) -> Response:
    """A link that the service itself refuses, in the words it was seen to use (API notes 6.1)."""
    if offset > most:
        raise Refusal(400, "", f"$skip={offset} cannot exceed {most}.")
    return response


def _no_link(response: Response, offset: int, most: int) -> Response:
    body = _object(response)
    items = body.get("value")
    if isinstance(items, list) and offset + len(items) > most:
        body.pop("@odata.nextLink", None)
    return replace(response, body=json.dumps(body))


def _without(response: Response, names: frozenset[str]) -> Response:
    """One object, or each of a list."""
    body = _object(response)
    items = body.get("value")
    if isinstance(items, list):
        body["value"] = [_less(item, names) for item in items if isinstance(item, dict)]
    elif "id" in body:
        body = _less(body, names)
    return replace(response, body=json.dumps(body)) if body else response


def _less(item: Object, names: frozenset[str]) -> Object:
    return {name: value for name, value in item.items() if name not in names}


def _object(response: Response) -> Object:
    body: Json = json.loads(response.body) if response.body else None
    return body if isinstance(body, dict) else {}
