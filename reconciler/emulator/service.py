"""The tenant as a function from request to response: who may ask, what is meant, what is answered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reconciler.emulator import batch, query, render, where, writing
from reconciler.emulator.messages import (
    Refusal,
    Request,
    Response,
    Trace,
    bad_request,
    parse_json,
    quoted,
)
from reconciler.emulator.render import View
from reconciler.emulator.store import compact
from reconciler.emulator.where import Condition, storable
from reconciler.emulator.wires import BY_KIND, WIRES
from reconciler.emulator.writing import Author

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.query import Listed
    from reconciler.emulator.quota import Quota
    from reconciler.emulator.store import Row, Store
    from reconciler.emulator.where import Value
    from reconciler.emulator.wires import Wire
    from reconciler.model import Json
    from reconciler.ports import Clock

VERSIONS = ("v1.0", "beta")
_JSON = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


@dataclass(frozen=True, slots=True)
class _Route:
    """``tail``: what follows the collection, at most an id and a name."""

    wire: Wire
    version: str
    tail: tuple[str, ...]
    context: str
    """``@odata.context`` of the collection."""
    scope: str
    """Version and path, as a page token is bound to it."""
    options: Mapping[str, str]


class Service:
    def __init__(self, store: Store, quota: Quota, clock: Clock, *, is_pascal: bool) -> None:
        self._store = store
        self._quota = quota
        self._clock = clock
        self._is_pascal = is_pascal

    def answer(self, request: Request) -> Response:
        """Every request has an answer. A batch costs nothing itself: its parts do."""
        trace = Trace.of(request.headers, self._clock.now())
        try:
            _authorize(request)
            version, path, options = _parsed(request.target)
            if path == ("$batch",):
                response = self._batch(request, version)
            else:
                self._quota.charge()
                response = self._dispatch(request, _route(request, version, path, options))
        except Refusal as refusal:
            response = trace.refused(refusal)
        except sqlite3.OperationalError:
            busy = Refusal(503, "serviceNotAvailable", "The store is busy.", {"Retry-After": "1"})
            response = trace.refused(busy)
        response.headers.update(trace.headers)
        if response.body is not None:
            response.headers.setdefault("Content-Type", _JSON)
        return response

    def _batch(self, request: Request, version: str) -> Response:
        _need_method(request, "POST")
        return batch.answer(request, version, _json_body(request), self.answer)

    def _dispatch(self, request: Request, route: _Route) -> Response:
        wire = route.wire
        match route.tail:
            case ():
                _need_method(request, "GET")
                return self._list(request, route, Condition())
            case (name,) if name in wire.bulk and route.version == "beta":
                _need_method(request, "POST")
                return self._bulk(request, route)
            case (object_id,):
                return self._item(request, route, _checked(wire, object_id))
            case (object_id, "comments") if wire.has_comments:
                _need_method(request, "POST")
                return self._comment(request, route, _checked(wire, object_id))
            case (object_id, name) if name in wire.actions:
                _need_method(request, "POST")
                return self._act(request, route, _checked(wire, object_id))
            case (object_id, name) if name in wire.navigation:
                _need_method(request, "GET")
                return self._related(request, route, _checked(wire, object_id), name)
            case _:
                raise _no_resource(route.tail[-1])

    def _item(self, request: Request, route: _Route, object_id: str) -> Response:
        if request.method == "PATCH":
            return self._patch(request, route, object_id)
        _need_method(request, "GET", "PATCH")
        wire = route.wire
        query.allow(
            route.options, frozenset({"$select", "$expand"} if wire.navigation else {"$select"})
        )
        row = self._row(wire, object_id)
        view = self._view(request, route, query.select(wire, route.options.get("$select")))
        expand = query.expand(wire, route.options.get("$expand"))
        return self._entity(route, self._expanded(wire, row, view, expand))

    def _patch(self, request: Request, route: _Route, object_id: str) -> Response:
        """200 with the object; where KINDS says that it has to be asked for, else 204."""
        query.allow(route.options, frozenset())
        wire = route.wire
        body = _json_body(request)
        with self._store.writing():
            writing.patch(self._store, wire, object_id, body, self._author(request))
            row = self._row(wire, object_id)
        if wire.kind.patch_prefer and not all(map(request.prefers, wire.kind.patch_prefer)):
            return Response(204)
        return self._entity(route, self._view(request, route, None).text(wire, row))

    def _bulk(self, request: Request, route: _Route) -> Response:
        """api/alert-updatealerts: all or none."""
        query.allow(route.options, frozenset())
        items = _bulk_items(_json_body(request))
        view = self._view(request, route, None)
        with self._store.writing():
            for item in items:
                object_id = _checked(route.wire, str(item["id"]))
                sent = {name: value for name, value in item.items() if name != "id"}
                writing.patch(self._store, route.wire, object_id, sent, self._author(request))
            rows = [self._row(route.wire, str(item["id"])) for item in items]
        texts = [view.text(route.wire, row) for row in rows]
        return Response(200, render.collection({"@odata.context": route.context}, texts))

    def _comment(self, request: Request, route: _Route, object_id: str) -> Response:
        query.allow(route.options, frozenset())
        body = _json_body(request)
        with self._store.writing():
            comments = writing.comment(
                self._store, route.wire, object_id, body, self._author(request)
            )
        context = f"{route.context}('{object_id}')/comments"
        answer: Json = {"@odata.context": context, "value": comments}
        return Response(200, compact(answer))

    def _act(self, request: Request, route: _Route, object_id: str) -> Response:
        query.allow(route.options, frozenset())
        if request.body:
            raise bad_request("This action takes no request body.")
        with self._store.writing():
            writing.act(self._store, route.wire, object_id, self._author(request))
        return Response(204)

    def _related(self, request: Request, route: _Route, object_id: str, name: str) -> Response:
        """The list of the related kind, narrowed to this parent."""
        self._row(route.wire, object_id)
        related = BY_KIND[route.wire.navigation[name]]
        context = f"{route.context}('{object_id}')/{name}"
        narrowed = replace(route, wire=related, tail=(), context=context)
        return self._list(request, narrowed, Condition("parent = ?", (storable(object_id),)))

    def _list(self, request: Request, route: _Route, narrow: Condition) -> Response:
        wire = route.wire
        asked = query.listed(wire, route.options, secret=self._store.secret, scope=route.scope)
        condition = narrow.also(asked.condition)
        view = self._view(request, route, asked.select)
        annotations: dict[str, Json] = {"@odata.context": _listed_context(route, asked)}
        if wire.list_type is not None:
            annotations["@odata.type"] = wire.list_type
        if asked.is_counted:
            annotations["@odata.count"] = self._store.count(wire, condition)
        rows = self._page(wire, condition, asked)
        if len(rows) > asked.top:
            annotations["@odata.nextLink"] = self._next(
                request, route, asked, rows[asked.top - 1][1]
            )
        texts = [self._expanded(wire, row, view, asked.expand) for row, _ in rows[: asked.top]]
        return Response(200, render.collection(annotations, texts))

    def _page(
        self, wire: Wire, condition: Condition, asked: Listed
    ) -> list[tuple[Row, tuple[Value, ...]]]:
        """One row more than the page holds tells whether there is a next one."""
        if asked.position is not None:
            condition = condition.also(where.after(asked.order, asked.position))
        return self._store.page(wire, condition, asked.order, skip=asked.skip, limit=asked.top + 1)

    def _next(self, request: Request, route: _Route, asked: Listed, key: tuple[Value, ...]) -> str:
        token = query.next_token(self._store.secret, asked.seal, key)
        carried = f"{asked.carried}&" if asked.carried else ""
        return f"{request.root}{route.scope}?{carried}{query.SKIP_TOKEN}={token}"

    def _expanded(self, wire: Wire, row: Row, view: View, names: tuple[str, ...]) -> str:
        text = view.text(wire, row)
        for name in names:
            related = BY_KIND[wire.navigation[name]]
            whole = replace(view, select=None)
            rows = self._store.child_rows(related, row.id)
            text = render.with_related(text, name, [whole.text(related, item) for item in rows])
        return text

    def _entity(self, route: _Route, text: str) -> Response:
        return Response(200, render.entity(f"{route.context}/$entity", text))

    def _row(self, wire: Wire, object_id: str) -> Row:
        row = self._store.row(wire, object_id)
        if row is None:
            raise writing.not_found(object_id)
        return row

    def _view(self, request: Request, route: _Route, select: frozenset[str] | None) -> View:
        knows = request.prefers("include-unknown-enum-members")
        return View(route.version, knows, self._is_pascal, select)

    def _author(self, request: Request) -> Author:
        return Author.of(request.headers.get("user-agent", ""), self._clock.now())


def _authorize(request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(
            401,
            "InvalidAuthenticationToken",
            "Access token is empty.",
            {"WWW-Authenticate": 'Bearer realm=""'},
        )


def _parsed(target: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """API version, path segments behind it, query options."""
    path, _, search = target.partition("?")
    segments = [unquote(part, errors="replace") for part in path.strip("/").split("/")]
    if segments[0] not in VERSIONS:
        raise bad_request(f"Invalid version: {quoted(segments[0])}.")
    return segments[0], tuple(segments[1:]), query.options(search)


def _route(
    request: Request, version: str, path: tuple[str, ...], options: Mapping[str, str]
) -> _Route:
    known = len(path) > 1 and path[0] == "security"
    wire = WIRES.get(path[1]) if known else None
    if wire is None or version not in wire.versions or len(path) > 4:  # noqa: PLR2004 - security, collection, id, name
        if request.method != "GET":
            raise _no_method()
        raise _no_resource(path[-1] if path else "")
    context = f"{request.root}/{version}/$metadata#security/{wire.segment}"
    scope = request.target.partition("?")[0]
    return _Route(wire, version, path[2:], context, scope, options)


def _listed_context(route: _Route, asked: Listed) -> str:
    inside = [*sorted(asked.select or ()), *(f"{name}()" for name in asked.expand)]
    return f"{route.context}({','.join(inside)})" if inside else route.context


def _checked(wire: Wire, object_id: str) -> str:
    """``{alert_id}`` is no id and answered with 400; an id that could be one, with 404."""
    if not wire.kind.accepts(object_id):
        raise bad_request(f"{quoted(object_id)} is no id of this collection.")
    return object_id


def _no_resource(name: str) -> Refusal:
    return Refusal(404, "ResourceNotFound", f"Resource not found for the segment {quoted(name)}.")


def _no_method() -> Refusal:
    return Refusal(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )


def _need_method(request: Request, *allowed: str) -> None:
    if request.method not in allowed:
        refusal = _no_method()
        refusal.headers["Allow"] = ", ".join(allowed)
        raise refusal


def _json_body(request: Request) -> Json:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refusal(415, "UnsupportedMediaType", "The Content-Type has to be application/json.")
    return parse_json(request.body)


def _bulk_items(body: Json) -> list[dict[str, Json]]:
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list) or not value:
        raise bad_request("The request body must hold the alerts in value.")
    items = [item for item in value if isinstance(item, dict) and isinstance(item.get("id"), str)]
    if len(items) != len(value):
        raise bad_request("Each alert in value needs an id.")
    return items
