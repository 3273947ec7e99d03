"""What a write does beside storing values: times, authors, recomputed verdicts, spill-over.

Where the pages are silent the emulator decides, and says so here:

- a changed classification without a determination sets the determination to its unset member;
- ``customDetails`` and ``customTags`` are replaced whole;
- a merged (redirected) incident takes no write: 409;
- comments and actions move the last-update time as a PATCH does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reconciler.emulator import strict
from reconciler.emulator.members import RESPONSES
from reconciler.emulator.messages import Refusal, bad_request, quoted
from reconciler.emulator.wires import BY_KIND
from reconciler.kinds.shapes import EnumShape, same, ticks

if TYPE_CHECKING:
    from reconciler.emulator.messages import Object
    from reconciler.emulator.store import Store
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json

_LONGEST_COMMENT = 30_000  # xdr/manage-incidents


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and when. Tokens are opaque and secret: the name is the client's own."""

    name: str
    now: datetime

    @classmethod
    def of(cls, user_agent: str, now: datetime) -> Author:
        found = _PRODUCT.match(user_agent)
        return cls(f"API-App:{found.group() if found else 'unknown'}", now)

    @property
    def stamp(self) -> int:
        return _ticks(self.now)


_PRODUCT = re.compile(r"[0-9A-Za-z._-]{1,64}")


def patch(store: Store, wire: Wire, object_id: str, body: Json, author: Author) -> None:
    """Inside a transaction of the store."""
    item = _writable(store, wire, object_id)
    changed = _with_recomputed(wire, strict.changes(wire, body, item), item)
    _keep(store, wire, item, changed, author)
    for name, spilt in _spills(wire, changed).items():
        _spill(store, BY_KIND[name], object_id, spilt, author)


def comment(store: Store, wire: Wire, object_id: str, body: Json, author: Author) -> list[Json]:
    """Append what is posted; answers all of them (api/security-incident-post-comments)."""
    posted = body if wire.takes_comment_lists and isinstance(body, list) else [body]
    texts = [_comment_text(one) for one in posted]
    if not texts:
        raise bad_request("The list holds no comment.")
    item = _writable(store, wire, object_id)
    before = item["comments"] if isinstance(item["comments"], list) else []
    signed = {"createdByDisplayName": author.name, "createdDateTime": written(author.stamp)}
    comments: list[Json] = [*before, *({"comment": text, **signed} for text in texts)]
    _keep(store, wire, item, {"comments": comments}, author)
    return comments


def act(store: Store, wire: Wire, object_id: str, author: Author) -> None:
    """A response action starts; nothing in the emulator ever finishes it."""
    item = _writable(store, wire, object_id)
    if item["actionType"] not in RESPONSES:
        raise bad_request(f"Action type {quoted(str(item['actionType']))} cannot be executed.")
    _keep(store, wire, item, {"actionStatus": "inProgress"}, author)


def _writable(store: Store, wire: Wire, object_id: str) -> Object:
    item = store.find(wire, object_id)
    if item is None:
        raise not_found(object_id)
    status = item.get("status")
    if wire.kind.reads.redirect_status is not None and status == wire.kind.reads.redirect_status:
        raise Refusal(409, "Conflict", f"{quoted(object_id)} was merged into another object.")
    return item


def not_found(object_id: str) -> Refusal:
    return Refusal(404, "ResourceNotFound", f"No object with the id {quoted(object_id)}.")


def _with_recomputed(wire: Wire, changed: Object, item: Object) -> Object:
    pairs = wire.kind.pairs
    if pairs is None or pairs.classification not in changed or pairs.determination in changed:
        return changed
    verdict = wire.kind.by_name[pairs.classification].shape
    if same(verdict, changed[pairs.classification], item[pairs.classification]):
        return changed
    reason = wire.kind.by_name[pairs.determination].shape
    unset = reason.unset if isinstance(reason, EnumShape) else None
    return {**changed, pairs.determination: unset}


def _spills(wire: Wire, changed: Object) -> dict[str, Object]:
    """By kind: what this write does to the objects that belong to the written one."""
    found: dict[str, Object] = {}
    for rule in wire.kind.spills:
        if rule.field in changed and rule.applies(changed[rule.field]):
            found.setdefault(rule.to_kind, {})[rule.to_field] = changed[rule.field]
    return found


def _spill(store: Store, wire: Wire, parent: str, changed: Object, author: Author) -> None:
    for child in store.children(wire, parent):
        moved = {name: value for name, value in changed.items() if child.get(name) != value}
        if moved:
            _keep(store, wire, child, moved, author)


def _keep(store: Store, wire: Wire, item: Object, changed: Object, author: Author) -> None:
    reads = wire.kind.reads
    stamp = max(author.stamp, (ticks(str(item[reads.revision])) or 0) + 1)
    result: Object = {**item, **changed, reads.revision: written(stamp)}
    if reads.moved_by is not None:
        result[reads.moved_by] = author.name
    if wire.closed_at is not None and changed.get("status", item["status"]) != item["status"]:
        is_closed = result["status"] in wire.kind.closing
        result[wire.closed_at] = written(stamp) if is_closed else None
    store.replace(wire, item, result)


def _comment_text(body: Json) -> str:
    if not isinstance(body, Mapping) or set(body) - {"@odata.type", "comment"}:
        raise bad_request("A comment is an object with @odata.type and comment.")
    text = body.get("comment")
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_COMMENT:
        raise bad_request(f"A comment is a string of 1 to {_LONGEST_COMMENT} characters.")
    if body.get("@odata.type", _COMMENT_TYPE) not in (_COMMENT_TYPE, f"#{_COMMENT_TYPE}"):
        raise bad_request(f"The @odata.type of a comment is {_COMMENT_TYPE}.")
    return text


_COMMENT_TYPE = "microsoft.graph.security.alertComment"


def written(stamp: int) -> str:
    """100 ns since year 1 as Graph writes times: up to seven digits, trailing zeros dropped."""
    seconds, fraction = divmod(stamp, 10_000_000)
    whole = (_YEAR_ONE + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:07d}".rstrip("0")
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"


_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


def _ticks(moment: datetime) -> int:
    since = moment - _YEAR_ONE
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10
