"""The tenant as a function from request to response: what is read, what is written, what is said."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reconciler.emulator import batch, listing, query, render, route as routes, writing
from reconciler.emulator.faults import Dice, Faults
from reconciler.emulator.messages import Refusal, Request, Response, Trace, bad_request
from reconciler.emulator.mischief import Cut, befallen
from reconciler.emulator.render import View
from reconciler.emulator.store import compact
from reconciler.emulator.where import Condition, storable
from reconciler.emulator.wires import BY_KIND
from reconciler.emulator.writing import Author

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.faults import Fault
    from reconciler.emulator.quota import Quota
    from reconciler.emulator.route import Route
    from reconciler.emulator.store import Row, Store
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json
    from reconciler.ports import Clock

_JSON = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)


class Service:
    """``dice`` strikes parts here, whole requests before they come here."""

    def __init__(  # noqa: PLR0913 — each argument is one noun
        self,
        store: Store,
        quota: Quota,
        clock: Clock,
        *,
        is_pascal: bool,
        dice: Dice | None = None,
        wait: Callable[[float], object] = time.sleep,
        token: str | None = None,
    ) -> None:
        self._store = store
        self._quota = quota
        self._clock = clock
        self._is_pascal = is_pascal
        self._dice = dice or Dice(Faults())
        self._wait = wait
        self._token = token

    def answer(self, request: Request, fault: Fault | None = None) -> Response:
        """Every request has an answer, if only one that never leaves whole."""
        try:
            return self._answered(request, fault, is_part=False)
        except Cut as cut:
            return Response(0, fault=cut.fault)

    def _part(self, envelope: Request, part: Request) -> Response:
        note = envelope.note.part(part.method, part.target, part.headers)
        fault = self._dice.strike(part.method, part.path, is_part=True)
        status = None
        try:
            response = self._answered(replace(part, note=note), fault, is_part=True)
            status = response.status if response.copies == 1 else None
        finally:
            note.end(status, fault.do if fault else None)
        return response

    def _answered(self, request: Request, fault: Fault | None, *, is_part: bool) -> Response:
        request.note.carries(request.body)
        if fault is None:
            return self._honest(request)
        if fault.do == "delay":
            self._wait(fault.milliseconds / 1000)
        now = self._clock.now()
        return self._traced(
            request,
            lambda it: befallen(
                fault, it, self._honest, earlier=self._store.earlier, now=now, is_part=is_part
            ),
        )

    def _honest(self, request: Request) -> Response:
        return self._traced(request, self._told)

    def _told(self, request: Request) -> Response:
        """A batch costs nothing itself: its parts do."""
        routes.authorize(request, self._token)
        version, path, options = routes.parsed(request.target)
        if path == ("$batch",):
            return self._batch(request, version)
        self._quota.charge()
        return self._dispatch(request, routes.find(request, version, path, options))

    def _traced(self, request: Request, work: Callable[[Request], Response]) -> Response:
        trace = Trace.of(request.headers, self._clock.now())
        try:
            response = work(request)
        except Refusal as refusal:
            response = trace.refused(refusal)
        except sqlite3.OperationalError:
            busy = Refusal(503, "serviceNotAvailable", "The store is busy.", {"Retry-After": "1"})
            response = trace.refused(busy)
        for name, value in trace.headers.items():
            response.headers.setdefault(name, value)
        if response.body is not None:
            response.headers.setdefault("Content-Type", _JSON)
        return response

    def _batch(self, request: Request, version: str) -> Response:
        routes.need_method(request, "POST")
        body = routes.json_body(request)
        return batch.answer(request, version, body, partial(self._part, request))

    def _dispatch(self, request: Request, route: Route) -> Response:
        wire = route.wire
        match route.tail:
            case ():
                routes.need_method(request, "GET")
                return listing.page(self._store, route, self._view(request, route))
            case (name,) if name in wire.bulk and route.version == "beta":
                routes.need_method(request, "POST")
                return self._bulk(request, route)
            case (object_id,):
                return self._item(request, route, routes.checked(wire, object_id))
            case (object_id, "comments") if wire.has_comments:
                routes.need_method(request, "POST")
                return self._comment(request, route, routes.checked(wire, object_id))
            case (object_id, name) if name in wire.actions:
                routes.need_method(request, "POST")
                return self._act(request, route, routes.checked(wire, object_id))
            case (object_id, name) if name in wire.navigation:
                routes.need_method(request, "GET")
                return self._related(request, route, routes.checked(wire, object_id), name)
            case _:
                raise routes.no_resource(route.tail[-1])

    def _item(self, request: Request, route: Route, object_id: str) -> Response:
        if request.method == "PATCH":
            return self._patch(request, route, object_id)
        routes.need_method(request, "GET", "PATCH")
        wire = route.wire
        query.allow(
            route.options, frozenset({"$select", "$expand"} if wire.navigation else {"$select"})
        )
        with self._store.reading():
            row = self._row(wire, object_id)
            request.note.looked()
        view = self._view(request, route, query.select(wire, route.options.get("$select")))
        expand = query.expand(wire, route.options.get("$expand"))
        return self._entity(route, listing.expanded(self._store, wire, row, view, expand))

    def _patch(self, request: Request, route: Route, object_id: str) -> Response:
        """200 with the object; where KINDS says that it has to be asked for, else 204."""
        query.allow(route.options, frozenset())
        wire = route.wire
        body = routes.json_body(request)
        with self._store.writing() as changes:
            writing.patch(self._store, wire, object_id, body, self._author(request))
            request.note.moved(changes)
            row = self._row(wire, object_id)
        if wire.kind.patch_prefer and not all(map(request.prefers, wire.kind.patch_prefer)):
            return Response(204)
        return self._entity(route, self._view(request, route).text(wire, row))

    def _bulk(self, request: Request, route: Route) -> Response:
        """api/alert-updatealerts: all or none."""
        query.allow(route.options, frozenset())
        items = _bulk_items(routes.json_body(request))
        view = self._view(request, route)
        with self._store.writing() as changes:
            for item in items:
                object_id = routes.checked(route.wire, str(item["id"]))
                sent = {name: value for name, value in item.items() if name != "id"}
                writing.patch(self._store, route.wire, object_id, sent, self._author(request))
            request.note.moved(changes)
            rows = [self._row(route.wire, str(item["id"])) for item in items]
        texts = [view.text(route.wire, row) for row in rows]
        return Response(200, render.collection({"@odata.context": route.context}, texts))

    def _comment(self, request: Request, route: Route, object_id: str) -> Response:
        query.allow(route.options, frozenset())
        body = routes.json_body(request)
        with self._store.writing() as changes:
            comments = writing.comment(
                self._store, route.wire, object_id, body, self._author(request)
            )
            request.note.moved(changes)
        context = f"{route.context}('{object_id}')/comments"
        answer: Json = {"@odata.context": context, "value": comments}
        return Response(200, compact(answer))

    def _act(self, request: Request, route: Route, object_id: str) -> Response:
        query.allow(route.options, frozenset())
        if request.body:
            raise bad_request("This action takes no request body.")
        with self._store.writing() as changes:
            writing.act(self._store, route.wire, object_id, self._author(request))
            request.note.moved(changes)
        return Response(204)

    def _related(self, request: Request, route: Route, object_id: str, name: str) -> Response:
        """The list of the related kind, narrowed to this parent."""
        self._row(route.wire, object_id)
        related = BY_KIND[route.wire.navigation[name]]
        context = f"{route.context}('{object_id}')/{name}"
        inner = replace(route, wire=related, tail=(), context=context)
        narrow = Condition("parent = ?", (storable(object_id),))
        return listing.page(self._store, inner, self._view(request, route), narrow)

    def _entity(self, route: Route, text: str) -> Response:
        return Response(200, render.entity(f"{route.context}/$entity", text))

    def _row(self, wire: Wire, object_id: str) -> Row:
        row = self._store.row(wire, object_id)
        if row is None:
            raise writing.not_found(object_id)
        return row

    def _view(self, request: Request, route: Route, select: frozenset[str] | None = None) -> View:
        knows = request.prefers("include-unknown-enum-members")
        return View(route.version, knows, self._is_pascal, select)

    def _author(self, request: Request) -> Author:
        return Author.of(request.headers.get("user-agent", ""), self._clock.now())


def _bulk_items(body: Json) -> list[dict[str, Json]]:
    value = body.get("value") if isinstance(body, dict) else None
    if not isinstance(value, list) or not value:
        raise bad_request("The request body must hold the alerts in value.")
    items = [item for item in value if isinstance(item, dict) and isinstance(item.get("id"), str)]
    if len(items) != len(value):
        raise bad_request("Each alert in value needs an id.")
    return items
