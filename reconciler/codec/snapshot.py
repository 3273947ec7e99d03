"""The snapshot file: one line an object, sealed like a plan. It holds titles and names.

Nothing but this tool reads it, so its format is no promise beyond its version.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.codec import nouns, rows, seal, strict
from reconciler.codec.lives import live_row, restored_live
from reconciler.codec.strict import Odd, parse
from reconciler.errors import Refused
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import Live, Observation
    from reconciler.model.words import JsonObject, Ref

FORMAT: Final = "1.0"
REMEDY: Final = "take it again: reconciler snapshot --out FILE"


def dump(snapshot: Snapshot) -> Iterator[str]:
    """The file in pieces; joined, they end with the seal and a newline. Deterministic."""
    return seal.sealed(_unsealed(snapshot))


def load(data: bytes) -> Snapshot:
    """Raises Refused unless every byte is as dump() wrote it."""
    try:
        return _load(data)
    except (ValueError, RecursionError) as problem:
        found = str(problem) if isinstance(problem, Odd) else "it is no JSON that this tool wrote"
        raise Refused(f"the snapshot cannot be used: {found}", remedy=REMEDY) from problem


def _load(data: bytes) -> Snapshot:
    seal.check(data, what="snapshot")
    snapshot = _restored(parse(data.decode("ascii")))
    if snapshot.format_version == FORMAT and "".join(dump(snapshot)).encode("ascii") != data:
        raise Odd("it is not written the way this tool writes it")
    return snapshot


def _unsealed(snapshot: Snapshot) -> Iterator[str]:
    head: JsonObject = {
        "formatVersion": snapshot.format_version,
        "toolVersion": snapshot.tool_version,
        "takenAt": snapshot.taken_at,
        "tenant": rows.tenant_row(snapshot.tenant),
    }
    opening = "{"
    for key, value in head.items():
        yield f'{opening}"{key}":{rows.encode(value)}'
        opening = ",\n"
    yield ',\n"objects":['
    comma = "\n"
    for ref in sorted(snapshot.observations):
        yield f"{comma}{rows.encode(_row(ref, snapshot.observations[ref]))}"
        comma = ",\n"
    yield '\n],\n"seal":"'


def _row(ref: Ref, observation: Observation) -> JsonObject:
    head: JsonObject = {"kind": ref.kind, "id": ref.id}
    match observation:
        case Known(live):
            return {**head, "is": "known", "live": live_row(live)}
        case Missing():
            return {**head, "is": "missing"}
        case Merged(live, survivor, problem):
            left = None if survivor is None else _survivor_row(survivor)
            found = {"live": live_row(live), "survivor": left, "problem": problem}
            return {**head, "is": "merged", **found}
        case Unreadable(problem, detail):
            return {**head, "is": "unreadable", "problem": problem, "detail": rows.raw(detail)}
        case _:
            assert_never(observation)


def _survivor_row(live: Live) -> JsonObject:
    return {"id": live.ref.id, **live_row(live)}


def _restored(document: JsonObject) -> Snapshot:
    version = nouns.format_version(document, "formatVersion", known=FORMAT)
    found: dict[Ref, Observation] = {}
    for row in strict.objects(document, "objects"):
        ref = _ref(row)
        if ref in found:
            raise Odd(f"{ref} stands twice in it")
        found[ref] = _observation(ref, row)
    return Snapshot(
        format_version=version,
        tool_version=strict.text(document, "toolVersion"),
        taken_at=_moment(document),
        tenant=nouns.tenant(strict.mapping(document, "tenant")),
        observations=found,
    )


def _moment(document: JsonObject) -> str:
    """As the tool writes it: it becomes a plan's own time."""
    taken_at = nouns.moment(document, "takenAt")
    if rows.stamp(datetime.fromisoformat(taken_at)) != taken_at:
        raise Odd("'takenAt' is not to the millisecond")
    return taken_at


def _observation(ref: Ref, row: JsonObject) -> Observation:
    match strict.text(row, "is"):
        case "known":
            return Known(restored_live(ref, strict.mapping(row, "live")))
        case "missing":
            return Missing()
        case "merged":
            return _merged(ref, row)
        case "unreadable":
            problem = strict.text(row, "problem")
            return Unreadable(problem, strict.optional_foreign(row, "detail"))
        case other:
            raise Odd(f"'is' is {other!a}; expected 'known', 'missing', 'merged' or 'unreadable'")


def _merged(ref: Ref, row: JsonObject) -> Merged:
    left = strict.optional_mapping(row, "survivor")
    survivor = (
        None if left is None else restored_live(nouns.ref(ref.kind, strict.text(left, "id")), left)
    )
    live = restored_live(ref, strict.mapping(row, "live"))
    return Merged(live, survivor, strict.optional_text(row, "problem"))


def _ref(row: JsonObject) -> Ref:
    return nouns.ref(strict.text(row, "kind"), strict.text(row, "id"))
