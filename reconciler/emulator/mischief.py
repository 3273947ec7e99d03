"""What a fault does to an answer; what it does to the connection is the server's (Response.fault)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.emulator import lists
from reconciler.emulator.messages import Refusal, Response
from reconciler.emulator.render import pascal
from reconciler.emulator.wires import WIRES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from reconciler.emulator.faults import Fault
    from reconciler.emulator.messages import Request
    from reconciler.model.words import Json

    Honest: TypeAlias = Callable[[Request], Response]

ON_THE_CONNECTION: Final = frozenset({"reset", "hang", "half-answer", "wrong-length", "drip"})
_HTML: Final = "<html><body><h1>Bad Gateway</h1></body></html>"
_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "InvalidAuthenticationToken",
        403: "Forbidden",
        404: "ResourceNotFound",
        409: "Conflict",
        412: "PreconditionFailed",
        423: "Locked",
        429: "TooManyRequests",
        500: "InternalServerError",
        502: "BadGateway",
        503: "ServiceUnavailable",
        504: "GatewayTimeout",
    }
)
_ENUMS: Final = frozenset(name for wire in WIRES.values() for name in wire.enum_names)


class Cut(Exception):
    """A fault of a part that ends the whole connection: the parts after it are not even begun."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.do)
        self.fault = fault


def befallen(
    fault: Fault,
    request: Request,
    honest: Honest,
    *,
    earlier: lists.Earlier,
    now: datetime,
    is_part: bool,
) -> Response:
    """The answer to a request that a fault befalls. Raises Cut, and Refusal for an error status."""
    if fault.do == "not-kept":
        return honest(_without(request, fault.fields))
    if fault.do == "passed-over":
        return honest(lists.asking_less(request, fault.options))
    if fault.do == "stale":
        return lists.stale(request, honest(request), earlier)
    if fault.do in ON_THE_CONNECTION:
        return _cut_off(fault, request, honest, is_part=is_part)
    if fault.do in {"status", "html"}:
        if fault.applied:
            honest(request)
        return _page(fault, is_part=is_part) if fault.do == "html" else _refuse(fault, now)
    return _spoilt(fault, honest(request), is_part=is_part)


def _spoilt(fault: Fault, response: Response, *, is_part: bool) -> Response:
    match fault.do:
        case "left-out" | "refused-link" | "lost-link":
            return lists.spoilt(fault, response)
        case "missing-part" | "doubled-part":
            return replace(response, copies=0 if fault.do == "missing-part" else 2)
        case "broken-json":
            return _broken(response, is_part=is_part)
        case "other-object":
            return _changed(response, _as_another)
        case "pascal-case":
            return _changed(response, _in_pascal_case)
        case _:  # delay: the answer is right, it only comes late
            return response


def _cut_off(fault: Fault, request: Request, honest: Honest, *, is_part: bool) -> Response:
    ends_before = fault.do in {"reset", "hang"} and not fault.applied
    response = Response(0) if ends_before else honest(request)
    if is_part:
        raise Cut(fault)
    return replace(response, fault=fault)


def _refuse(fault: Fault, now: datetime) -> Response:
    headers = {}
    if isinstance(fault.retry_after, str):
        headers["Retry-After"] = fault.retry_after
    elif fault.retry_after is not None:
        at = now + timedelta(seconds=fault.retry_after)
        headers["Retry-After"] = format_datetime(at, usegmt=True)
    code = _CODES.get(fault.status, "UnknownError")
    raise Refusal(fault.status, code, "This fault was asked for.", headers)


def _page(fault: Fault, *, is_part: bool) -> Response:
    """Gateways speak HTML; inside a batch it can only be a text."""
    body = json.dumps(_HTML) if is_part else _HTML
    return Response(fault.status, body, {"Content-Type": "text/html"})


def _broken(response: Response, *, is_part: bool) -> Response:
    body = response.body or "{}"
    half = body[: len(body) // 2]
    return replace(response, body=json.dumps(half) if is_part else half)


def _without(request: Request, names: frozenset[str]) -> Request:
    """What is left of a PATCH when these properties are dropped; of nothing, the bare look at it."""
    body: Json = json.loads(request.body) if request.method == "PATCH" else None
    if not isinstance(body, dict):
        return request
    kept = {name: value for name, value in body.items() if names and name not in names}
    if not kept.keys() - {"vendorInformation"}:
        return replace(request, method="GET", body=b"")
    return replace(request, body=json.dumps(kept).encode())


def _changed(response: Response, change: Callable[[dict[str, Json]], Json]) -> Response:
    """Only an answer that holds one object can be changed."""
    body: Json = json.loads(response.body) if response.body else None
    if not isinstance(body, dict) or "id" not in body:
        return response
    return replace(response, body=json.dumps(change(body)))


def _as_another(item: dict[str, Json]) -> Json:
    object_id = str(item["id"])
    return {**item, "id": object_id[:-1] + ("2" if object_id[-1] == "1" else "1")}


def _in_pascal_case(item: dict[str, Json]) -> Json:
    return {name: pascal(value) if name in _ENUMS else value for name, value in item.items()}
