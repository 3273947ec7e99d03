"""What a request means: may it, which collection of which version, which object; and the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reconciler.emulator import query
from reconciler.emulator.messages import Refusal, bad_request, parse_json, quoted
from reconciler.emulator.wires import WIRES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.messages import Request
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json

VERSIONS = ("v1.0", "beta")


@dataclass(frozen=True, slots=True)
class Route:
    """``tail``: what follows the collection, at most an id and a name."""

    wire: Wire
    version: str
    tail: tuple[str, ...]
    root: str
    context: str
    """``@odata.context`` of the collection."""
    scope: str
    """Version and path, as a page token is bound to it."""
    options: Mapping[str, str]


def authorize(request: Request, expected: str | None) -> None:
    """``expected``: the only token to take; None: any."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_none = scheme.lower() != "bearer" or not token.strip()
    if is_none or token.strip() != (expected or token.strip()):
        raise Refusal(
            401,
            "InvalidAuthenticationToken",
            f"Access token {'is empty' if is_none else 'validation failure'}.",
            {"WWW-Authenticate": 'Bearer realm=""'},
        )


def parsed(target: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """API version, path segments behind it, query options."""
    path, _, search = target.partition("?")
    segments = [unquote(part, errors="replace") for part in path.strip("/").split("/")]
    if segments[0] not in VERSIONS:
        raise bad_request(f"Invalid version: {quoted(segments[0])}.")
    return segments[0], tuple(segments[1:]), query.options(search)


def find(
    request: Request, version: str, path: tuple[str, ...], options: Mapping[str, str]
) -> Route:
    known = len(path) > 1 and path[0] == "security"
    wire = WIRES.get(path[1]) if known else None
    if wire is None or version not in wire.versions or len(path) > 4:  # noqa: PLR2004 - security, collection, id, name
        if request.method != "GET":
            raise _no_method()
        raise no_resource(path[-1] if path else "")
    context = f"{request.root}/{version}/$metadata#security/{wire.segment}"
    scope = request.target.partition("?")[0]
    return Route(wire, version, path[2:], request.root, context, scope, options)


def checked(wire: Wire, object_id: str) -> str:
    """``{alert_id}`` is no id and answered with 400; an id that could be one, with 404."""
    if not wire.kind.accepts(object_id):
        raise bad_request(f"{quoted(object_id)} is no id of this collection.")
    return object_id


def no_resource(name: str) -> Refusal:
    return Refusal(404, "ResourceNotFound", f"Resource not found for the segment {quoted(name)}.")


def _no_method() -> Refusal:
    return Refusal(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )


def need_method(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        refusal = _no_method()
        refusal.headers["Allow"] = ", ".join(allowed)
        raise refusal


def json_body(request: Request) -> Json:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "UnsupportedMediaType", "The Content-Type has to be application/json.")
    return parse_json(request.body)
