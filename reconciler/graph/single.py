"""One request at a time, each answer as it came: what doctor and its probe ask of Graph.

Objects travel in batches of one, as apply sends them. Reads are repeated while it is worth it, up
to ``TRIES``; a write is sent once, and whoever wants to send it again reads first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.errors import AnswerLost, NotSent
from reconciler.graph.batch import Part
from reconciler.graph.retries import TRIES
from reconciler.graph.session import Session
from reconciler.graph.tenancy import checked
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.diagnosis import Raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.graph import Connection
    from reconciler.graph.said import Said
    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Cost
    from reconciler.model.words import JsonObject, Ref

GLANCE_SECONDS: Final = 30.0
"""How long doctor waits for one answer: a person is watching."""

_UNAUTHORIZED: Final = 401
_DATE: Final = re.compile(r"[A-Z][0-9A-Za-z ,:+-]{1,40}")
_CODE: Final = re.compile(r"[0-9A-Za-z_.-]{0,64}")


class Glances:
    """Implements stories.doctor_graph.Caller: one harmless question each, asked once."""

    def __init__(self, connection: Connection) -> None:
        """Raises Failure if the root is no origin that a token may be sent to."""
        patience = min(connection.deadline_seconds, GLANCE_SECONDS)
        self._connection = replace(connection, deadline_seconds=patience)
        self._session = Session(self._connection)

    def token(self) -> str:
        return self._connection.token(False)

    def first(self, kind_name: str) -> Raw:
        kind = KINDS[kind_name]
        target = f"/{kind.version}{kind.collection}?$top=1"
        said = self._session.get(target)
        if said.status == _UNAUTHORIZED:  # as every command does: once, with a fresh token
            self._session.renew_token(said.claims)
            said = self._session.get(target)
        return _of_tenant(kind, _raw(said, _list(kind)), self._connection.expected_tenant_id)


class Single:
    """Implements stories.probe.subject.Raws. Raises Refused for an object of another tenant."""

    def __init__(self, connection: Connection) -> None:
        """Raises Failure if the root is no origin that a token may be sent to."""
        self._session = Session(connection)
        self._tenant_id = connection.expected_tenant_id

    @property
    def cost(self) -> Cost:
        return self._session.cost

    def read(self, ref: Ref) -> Raw:
        part = Part(ref)
        raw = self._repeated(str(part), lambda: self._part(part))
        self._check(part.kind, raw.body)
        return raw

    def write(self, ref: Ref, body: JsonObject) -> Raw:
        """Sent once. A pause that Graph asks for is kept before the next request."""
        part = Part(ref, body)
        raw, wait = self._once(str(part), lambda: self._part(part), tries=1)
        if raw.is_passing:
            self._session.pause(wait)
        return raw

    def page(self, kind_name: str, query: str) -> Raw:
        """The first page of a kind's list; ``query`` holds no text from outside."""
        kind = KINDS[kind_name]
        target = f"/{kind.version}{kind.collection}?{query}"
        raw = self._repeated(_list(kind), lambda: self._session.get(target))
        return _of_tenant(kind, raw, self._tenant_id)

    def related(self, ref: Ref, name: str, kind_name: str) -> Raw:
        """The objects of another kind that belong to this one: ``/incidents/{id}/alerts``."""
        target = f"{KINDS[ref.kind].versioned_path(ref.id)}/{name}"
        raw = self._repeated(f"GET {target}", lambda: self._session.get(target))
        return _of_tenant(KINDS[kind_name], raw, self._tenant_id)

    def _part(self, part: Part) -> Said | None:
        outer, (answer,) = self._session.batch(part.kind.version, [part])
        return answer if answer is not None or outer.is_ok else outer

    def _repeated(self, request: str, ask: Callable[[], Said | None]) -> Raw:
        last: int | None = None
        for tries in range(1, TRIES):
            raw, wait = self._once(request, ask, tries=tries)
            refused_twice = raw.status == last == _UNAUTHORIZED
            if refused_twice or (raw.status is not None and not raw.is_passing):
                return raw
            last = raw.status
            self._session.pause(wait)
        return self._once(request, ask, tries=TRIES)[0]

    def _once(
        self, request: str, ask: Callable[[], Said | None], *, tries: int
    ) -> tuple[Raw, float]:
        """The answer, and how long to wait before the next request if that is worth it."""
        backoff = self._session.backoff(tries)
        try:
            said = ask()
        except (NotSent, AnswerLost) as problem:
            return Raw(None, told=f"{request}: {problem.message}", detail=problem.detail), backoff
        if said is None:
            return Raw(None, told=f"the answer to the batch holds none to {request}"), backoff
        if said.status == _UNAUTHORIZED:
            self._session.renew_token(said.claims)
            return _raw(said, request), 0.0
        asked = self._session.wait_asked(said)
        return _raw(said, request), backoff if asked is None else asked

    def _check(self, kind: Kind, body: JsonObject) -> None:
        live = observe(kind, body)
        if live is not None:
            checked(live, self._tenant_id)


def _list(kind: Kind) -> str:
    return f"GET /{kind.version}{kind.collection}"


def _raw(said: Said, request: str) -> Raw:
    date = said.headers.get("date", "")
    return Raw(
        status=said.status,
        body=said.object,
        code=said.code.raw if _CODE.fullmatch(said.code.raw) else "",
        told=said.describe(request),
        date=date if _DATE.fullmatch(date) else None,
        request_id=said.request_id,
        detail=said.message if said.message.raw else None,
    )


def _of_tenant(kind: Kind, raw: Raw, tenant_id: str | None) -> Raw:
    """The page itself. Raises Refused if an object on it is another tenant's."""
    items = raw.body.get("value")
    for item in items if isinstance(items, Sequence) and not isinstance(items, str) else ():
        live = observe(kind, item) if isinstance(item, Mapping) else None
        if live is not None:
            checked(live, tenant_id)
    return raw
