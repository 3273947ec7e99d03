"""Query options of one request, checked against what its collection documents."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode

from reconciler.codec import odata
from reconciler.codec.strict import Odd
from reconciler.emulator import where
from reconciler.emulator.messages import bad_request, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.where import Condition, Value
    from reconciler.emulator.wire import Wire

SKIP_TOKEN: Final = "$skiptoken"  # noqa: S105 - the name of a query option


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list request asks for. ``order``: SQL expression that is never null, descending."""

    seal: str
    """The path and options that a page token is bound to."""
    condition: Condition
    order: tuple[tuple[str, bool], ...]
    top: int
    skip: int
    is_counted: bool
    select: frozenset[str] | None
    expand: tuple[str, ...]
    position: tuple[Value, ...] | None
    """The key of the last row of the page before; None for the first page."""
    offset: int
    """How many objects come before this page."""
    carried: str
    """The options that the next page has to repeat, encoded."""


def options(query: str) -> dict[str, str]:
    """Raises 400 for an option given twice and for text that is not UTF-8."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=64)
    except ValueError as problem:
        raise bad_request("The query string is malformed.") from problem
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise bad_request(f"Query option {quoted(name)} was specified more than once.")
        found[name] = value
    return found


def allow(given: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Options without a dollar are the client's own and mean nothing here."""
    for name in given:
        if name.startswith("$") and name not in allowed:
            raise bad_request(f"The query option {quoted(name)} is not supported here.")


def listed(wire: Wire, given: Mapping[str, str], *, secret: bytes, scope: str) -> Listed:
    """``scope``: the path listed, version included."""
    allow(given, wire.options | {SKIP_TOKEN})
    filtered = given.get("$filter")
    carried = {name: value for name, value in given.items() if name not in (SKIP_TOKEN, "$skip")}
    seal = f"{scope}?{urlencode(sorted(carried.items()))}"
    token = given.get(SKIP_TOKEN)
    skip = 0 if token else _skip(wire, given.get("$skip"))
    offset, position = (skip, None) if token is None else _opened(secret, seal, token)
    return Listed(
        seal=seal,
        condition=_condition(wire, filtered) if filtered else where.Condition(),
        order=_order(wire, given.get("$orderby")),
        top=_top(wire, given.get("$top")),
        skip=skip,
        is_counted=_flag(given.get("$count")),
        select=select(wire, given.get("$select")),
        expand=expand(wire, given.get("$expand")),
        position=position,
        offset=offset,
        carried=urlencode(carried, quote_via=quote, safe="$'(),:/"),
    )


def _condition(wire: Wire, text: str) -> Condition:
    try:
        return where.condition(wire, odata.parse(text))
    except Odd as problem:
        raise bad_request(str(problem)) from problem


def next_token(secret: bytes, seal: str, key: tuple[Value, ...], *, offset: int) -> str:
    """Opaque to the client, and good for this list with these options alone."""
    data = json.dumps([offset, *key]).encode()
    return base64.urlsafe_b64encode(_mac(secret, seal, data) + data).decode().rstrip("=")


def select(wire: Wire, text: str | None) -> frozenset[str] | None:
    if not text:
        return None
    names = frozenset(name.strip() for name in text.split(","))
    for name in sorted(names - wire.blank.keys() - wire.beta_blank.keys() - {"*"}):
        raise bad_request(f"Could not find a property named {quoted(name)} to select.")
    return None if "*" in names else names


def expand(wire: Wire, text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text else ()
    for name in names:
        if name not in wire.navigation:
            raise bad_request(f"Could not find a navigation property named {quoted(name)}.")
    return names


def _order(wire: Wire, text: str | None) -> tuple[tuple[str, bool], ...]:
    """Newest first by default. The id ends each order, in the direction of the key before it."""
    keys: list[tuple[str, bool]] = []
    for item in text.split(",") if text else ():
        name, _, direction = item.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise bad_request(f"{quoted(item)} is no order: a property, then asc or desc.")
        keys.append((_sort_key(wire, name), direction.strip() == "desc"))
    keys = keys or [("created", True)]
    return (*keys, ("id", keys[-1][1]))


def _sort_key(wire: Wire, name: str) -> str:
    if wire.sortable is not None and name not in wire.sortable:
        raise bad_request(f"Property {quoted(name)} does not support $orderby.")
    place = where.column(wire, name, use="$orderby")
    lowest = "0" if place.type == "time" else "''"
    return f"coalesce({where.name_of(place)}, {lowest})"


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - fits an int32
        raise bad_request(f"Invalid value {quoted(text)} for the query option {name}.")
    return int(text)


def _top(wire: Wire, text: str | None) -> int:
    if text is None:
        return wire.paging.default
    top = _number("$top", text)
    if top < 1 or (top > wire.paging.largest and not wire.paging.clamps):
        raise bad_request(f"$top={top} is not between 1 and {wire.paging.largest}.")
    return min(top, wire.paging.largest)


def _skip(wire: Wire, text: str | None) -> int:
    skip = 0 if text is None else _number("$skip", text)
    largest = wire.paging.largest_skip
    if largest is not None and skip > largest:
        raise bad_request(f"$skip={skip} cannot exceed {largest}.")
    return skip


def _flag(text: str | None) -> bool:
    if text not in (None, "true", "false"):
        raise bad_request(f"Invalid value {quoted(text or '')} for the query option $count.")
    return text == "true"


_MAC_BYTES: Final = 16


def _mac(secret: bytes, seal: str, data: bytes) -> bytes:
    return hmac.digest(secret, seal.encode() + b"\0" + data, "sha256")[:_MAC_BYTES]


def _opened(secret: bytes, seal: str, token: str) -> tuple[int, tuple[Value, ...]]:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        raw = b""
    mac, data = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, seal, data)):
        raise bad_request("The $skiptoken is not one of this list.")
    offset, *key = json.loads(data)
    return offset, tuple(key)
