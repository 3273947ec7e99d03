"""A page of a collection, with its count and the link to the next one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import query, render
from reconciler.emulator.messages import Response
from reconciler.emulator.where import Condition, after
from reconciler.emulator.wires import BY_KIND

if TYPE_CHECKING:
    from reconciler.emulator.query import Listed
    from reconciler.emulator.render import View
    from reconciler.emulator.route import Route
    from reconciler.emulator.store import Row, Store
    from reconciler.emulator.where import Value
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json

EVERYTHING = Condition()


def page(store: Store, route: Route, view: View, narrow: Condition = EVERYTHING) -> Response:
    """``narrow``: what the path says beside the filter (the incident whose alerts are listed)."""
    wire = route.wire
    asked = query.listed(wire, route.options, secret=store.secret, scope=route.scope)
    condition = narrow.also(asked.condition)
    annotations: dict[str, Json] = {"@odata.context": _context(route, asked)}
    if wire.list_type is not None:
        annotations["@odata.type"] = wire.list_type
    if asked.is_counted:
        annotations["@odata.count"] = store.count(wire, condition)
    rows = _rows(store, wire, condition, asked)
    if len(rows) > asked.top:
        annotations["@odata.nextLink"] = _next(store, route, asked, rows[asked.top - 1][1])
    shown = replace(view, select=asked.select)
    texts = [expanded(store, wire, row, shown, asked.expand) for row, _ in rows[: asked.top]]
    return Response(200, render.collection(annotations, texts), offset=asked.offset)


def expanded(store: Store, wire: Wire, row: Row, view: View, names: tuple[str, ...]) -> str:
    """The object as text, with its related objects where they were asked for."""
    text = view.text(wire, row)
    for name in names:
        related = BY_KIND[wire.navigation[name]]
        whole = replace(view, select=None)
        rows = store.child_rows(related, row.id)
        text = render.with_related(text, name, [whole.text(related, item) for item in rows])
    return text


def _rows(
    store: Store, wire: Wire, condition: Condition, asked: Listed
) -> list[tuple[Row, tuple[Value, ...]]]:
    """One row more than the page holds tells whether there is a next one."""
    if asked.position is not None:
        condition = condition.also(after(asked.order, asked.position))
    return store.page(wire, condition, asked.order, skip=asked.skip, limit=asked.top + 1)


def _next(store: Store, route: Route, asked: Listed, key: tuple[Value, ...]) -> str:
    offset = asked.offset + asked.top
    token = query.next_token(store.secret, asked.seal, key, offset=offset)
    carried = f"{asked.carried}&" if asked.carried else ""
    return f"{route.root}{route.scope}?{carried}{query.SKIP_TOKEN}={token}"


def _context(route: Route, asked: Listed) -> str:
    inside = [*sorted(asked.select or ()), *(f"{name}()" for name in asked.expand)]
    return f"{route.context}({','.join(inside)})" if inside else route.context
