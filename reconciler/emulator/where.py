"""Filter tree and page position → SQL conditions over a kind's columns.

OData has no third truth value for comparisons: ``x ne 'a'`` holds for an x that is null, and null is
neither less nor greater than anything. SQL's ``IS`` and a coalesce say that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.codec.odata import Junction, Negation
from reconciler.emulator.messages import bad_request, quoted
from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.codec.odata import Comparison, Node
    from reconciler.emulator.wire import Column, Wire

Value: TypeAlias = "str | int | None"


@dataclass(frozen=True, slots=True)
class Condition:
    sql: str = "1"
    values: tuple[Value, ...] = ()

    def also(self, other: Condition) -> Condition:
        return Condition(f"({self.sql}) AND ({other.sql})", self.values + other.values)


def condition(wire: Wire, node: Node) -> Condition:
    match node:
        case Negation(part):
            inner = condition(wire, part)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case Junction(word, parts):
            inner_parts = [condition(wire, part) for part in parts]
            sql = f" {word.upper()} ".join(f"({part.sql})" for part in inner_parts)
            return Condition(sql, tuple(value for part in inner_parts for value in part.values))
        case _:
            return _comparison(wire, node)


def column(wire: Wire, name: str, *, use: str) -> Column:
    found = wire.columns.get(name)
    if found is None:
        known = ", ".join(sorted(wire.columns))
        raise bad_request(f"Property {quoted(name)} does not support {use}. These do: {known}.")
    return found


def name_of(place: Column) -> str:
    """The SQL name; column paths are constants of the table of wires."""
    return f'"{place.path}"'


_SQL: Final = {"eq": "IS", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def _comparison(wire: Wire, node: Comparison) -> Condition:
    place = column(wire, node.path, use="$filter")
    ordered = node.operator not in ("eq", "ne")
    if ordered and (place.type != "time" or node.type == "null"):
        raise bad_request(f"Operator '{node.operator}' is not supported for {node.path} here.")
    value = None if node.type == "null" else _value(place, node)
    sql = f"{name_of(place)} {_SQL[node.operator]} ?"
    return Condition(f"coalesce({sql}, 0)" if ordered else sql, (value,))


def _value(place: Column, node: Comparison) -> Value:
    if place.type == "time":
        return _instant(node)
    if node.type != "text":
        raise bad_request(f"{node.path} is compared with a quoted string or null.")
    if place.type == "text":
        return storable(node.value)
    member = place.members.get(node.value.casefold())
    if member is None:
        raise bad_request(f"{quoted(node.value)} is not a member of the enumeration {node.path}.")
    return member


def _instant(node: Comparison) -> int:
    text = node.value if "T" in node.value else f"{node.value}T00:00:00Z"
    instant = ticks(text) if node.type == "time" else None
    if instant is None:
        raise bad_request(f"{node.path} is compared with a date and time that is not quoted.")
    return instant


def storable(text: str) -> str:
    """SQLite takes Unicode only; JSON can carry lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def after(keys: Sequence[tuple[str, bool]], values: Sequence[Value]) -> Condition:
    """Rows behind this one in an order of (SQL expression that is never null, descending).

    The bound on the first key comes first and apart: it lets the index find the place.
    """
    bound = f"{keys[0][0]} {'<=' if keys[0][1] else '>='} ?"
    chains: list[str] = []
    chained: list[Value] = []
    for index, (sql, descending) in enumerate(keys):
        equal = [f"{name} = ?" for name, _ in keys[:index]]
        chains.append(" AND ".join([*equal, f"{sql} {'<' if descending else '>'} ?"]))
        chained.extend(values[: index + 1])
    text = f"{bound} AND ({' OR '.join(f'({chain})' for chain in chains)})"
    return Condition(text, (values[0], *chained))
