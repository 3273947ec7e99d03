"""The plan file (CONTRACT 4): one line a change, digest for people, seal for bytes.

Neither is a signature. The digest names the decision, so that a person can compare two plans; the
seal tells a file that was cut or edited from one that was not.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reconciler.codec import lines, rows, seal, strict
from reconciler.codec.invariants import check
from reconciler.codec.pieces import head, listing, opening
from reconciler.codec.restore import FORMAT, Stored, restore
from reconciler.codec.strict import Odd, parse
from reconciler.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.plan import Change, Plan
    from reconciler.model.words import JsonObject

_OURS: Final = f'{{"formatVersion":"{FORMAT}",\n'.encode("ascii")
_OPENS: Final = b',\n"changes":[\n'
_CLOSES: Final = b'\n],\n"released":['

REMEDY: Final = "make the plan again: reconciler plan --out FILE"


def digest(plan: Plan) -> str:
    """``sha256:…`` over the decision alone: the same on another commit or day."""
    hasher = _Digest()
    for change in plan.changes:
        hasher.add(change)
    return hasher.close(plan)


def dump(plan: Plan, known: str | None = None) -> Iterator[str]:
    """The file in pieces; joined, they end with the seal and a newline. Deterministic.

    ``known``: the plan's digest, where somebody has asked for it already.
    """
    return seal.sealed(_unsealed(plan, known or digest(plan)))


def load(data: bytes) -> Plan:
    """Raises Refused unless every byte is as dump() wrote it (seal, digest, derived requests)."""
    try:
        return _load(data)
    except (ValueError, RecursionError) as problem:
        found = str(problem) if isinstance(problem, Odd) else "it is no JSON that this tool wrote"
        raise Refused(f"the plan cannot be used: {found}", remedy=REMEDY) from problem


def _load(data: bytes) -> Plan:
    seal.check(data, what="plan")
    stored = restore(*_parted(data))
    check(stored.plan)
    _check_text(stored, data)
    return stored.plan


def _parted(data: bytes) -> tuple[JsonObject, Iterable[JsonObject]]:
    """The document, and the rows of its changes.

    Row by row if it is laid out as ours, which is proven afterwards: as one tree, a plan takes
    several times the memory of its text.
    """
    start, end = data.find(_OPENS), data.rfind(_CLOSES)
    if start < 0 or end < start or not data.startswith(_OURS):
        document = parse(data.decode("ascii"))
        return document, strict.objects(document, "changes")
    rest = data[: start + len(_OPENS) - 1] + data[end + 1 :]
    return parse(rest.decode("ascii")), _rows(data, start + len(_OPENS), end)


def _rows(data: bytes, start: int, end: int) -> Iterator[JsonObject]:
    while start < end:
        after = data.find(b"\n", start, end)
        after = end if after < 0 else after
        yield strict.parse_row(data[start:after].removesuffix(b",").decode("ascii"), "changes")
        start = after + 1


def _is_text_of(plan: Plan, data: bytes) -> bool:
    """Piece by piece: the text is not held twice."""
    place = 0
    for piece in dump(plan):
        if not data.startswith(piece.encode("ascii"), place):
            return False
        place += len(piece)
    return place == len(data)


def _check_text(stored: Stored, data: bytes) -> None:
    """A plan of this very format is written again and compared: there is one text for one plan."""
    is_ours = stored.plan.format_version == FORMAT
    if is_ours and _is_text_of(stored.plan, data):
        return
    if digest(stored.plan) != stored.digest:
        raise Odd("its digest does not match what it says will be done")
    if is_ours:
        raise Odd("it is not written the way this tool writes it")


def _unsealed(plan: Plan, digest: str) -> Iterator[str]:
    yield from opening(head(plan))
    yield from listing("changes", map(lines.Lines().line, plan.changes))
    yield ',\n"released":' + rows.encode(_released(plan))
    yield ',\n"reviewed":' + rows.encode(rows.reviewed_row(plan.reviewed))
    yield ',\n"objections":' + rows.encode(_objections(plan))
    yield ',\n"notices":' + rows.encode(plan.notices)
    yield f',\n"digest":"{digest}",\n"seal":"'


def _released(plan: Plan) -> list[JsonObject]:
    return [rows.ref_row(ref) for ref in plan.released]


def _objections(plan: Plan) -> list[JsonObject]:
    return [rows.objection_row(objection) for objection in plan.objections]


class _Digest:
    """SHA-256 of canonical JSON with sorted keys, fed change by change: ``changes`` sorts first."""

    def __init__(self) -> None:
        self._hasher = sha256(b'{"changes":[')
        self._decisions = lines.Decisions()
        self._comma = ""

    def add(self, change: Change) -> None:
        self._hasher.update(f"{self._comma}{self._decisions.text(change)}".encode("ascii"))
        self._comma = ","

    def close(self, plan: Plan) -> str:
        rest: JsonObject = {
            "formatVersion": plan.format_version,
            "objections": _objections(plan),
            "overrides": plan.overrides,
            "released": _released(plan),
            "tenant": rows.tenant_row(plan.tenant),
        }
        self._hasher.update(f"],{rows.canonical(rest)[1:]}".encode("ascii"))
        return f"sha256:{self._hasher.hexdigest()}"
