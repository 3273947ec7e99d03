"""Whether an object is what a ``$filter`` asked for: Graph may pass over one without a word. Pure.

Of what is read of an object only; what that does not tell, or Graph may compare in another way (case,
an unset member against null), is None: it cannot be told.
"""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.codec.odata import Comparison, Junction, Negation
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape, canonical, is_unset, ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reconciler.codec.odata import Node, Operator
    from reconciler.model.live import Live
    from reconciler.model.words import Json

_OPERATORS: Final[Mapping[Operator, Callable[[int, int], bool]]] = MappingProxyType(
    {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
)


def matches(node: Node, live: Live) -> bool | None:
    match node:
        case Negation(part):
            inner = matches(part, live)
            return None if inner is None else not inner
        case Junction(word, parts):
            told, decisive = {matches(part, live) for part in parts}, word == "or"
            if decisive in told:
                return decisive
            return None if None in told else not decisive
        case Comparison():
            return _holds(node, live)
        case _:
            assert_never(node)


def compared(node: Node, live: Live) -> Iterator[tuple[str, Json]]:
    """The properties that are compared, with what the object holds; None also for what is not told."""
    match node:
        case Negation(part):
            yield from compared(part, live)
        case Junction(_, parts):
            for part in parts:
                yield from compared(part, live)
        case Comparison(path):
            yield path, _facts(live).get(path)
        case _:
            assert_never(node)


def _facts(live: Live) -> Mapping[str, Json]:
    """By Graph's name, what is known of the object; null only where the answer said so."""
    reads = KINDS[live.ref.kind].reads
    others = {
        "id": live.ref.id,
        reads.title: live.title.raw if live.title else None,
        reads.created: live.created,
        reads.revision: live.revision,
        reads.severity: live.severity,
        reads.tenant_id: live.tenant_id,
        "/".join(reads.parent): live.parent.id if live.parent else None,
    }
    fields = {name: value for name, value in live.fields.items() if name not in live.omitted}
    return {name: value for name, value in others.items() if name and value is not None} | fields


def _holds(node: Comparison, live: Live) -> bool | None:
    facts = _facts(live)
    if node.path not in facts:
        return None
    value = facts[node.path]
    if node.type == "time":
        return _in_time(node, value)
    if node.operator not in {"eq", "ne"} or node.type not in {"text", "null"}:
        return None
    is_same = _is_same(node, live, value)
    return None if is_same is None else is_same == (node.operator == "eq")


def _in_time(node: Comparison, value: Json) -> bool | None:
    text = node.value if "T" in node.value else f"{node.value}T00:00:00Z"
    left, right = ticks(value) if isinstance(value, str) else None, ticks(text)
    if left is None or right is None:
        return None
    return _OPERATORS[node.operator](left, right)


def _is_same(node: Comparison, live: Live, value: Json) -> bool | None:
    field = KINDS[live.ref.kind].by_name.get(node.path)
    shape = field.shape if field else None
    if node.type == "null":
        is_null = value is None or (shape is not None and is_unset(shape, value))
        return (value is None or None) if is_null else False
    if not isinstance(value, str):
        return None if isinstance(shape, EnumShape) and is_unset(shape, node.value) else False
    if isinstance(shape, EnumShape):
        return canonical(shape, value) == canonical(shape, node.value)
    if value == node.value:
        return True
    return None if value.casefold() == node.value.casefold() else False
