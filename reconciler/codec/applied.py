"""One object in the applied tree (contract 5): ``Incident/2972395.json``, one canonical JSON each.

Equal declarations have equal bytes, so git tells what differs without reading. Raises Odd.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec import nouns, rows, specs, strict
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS

if TYPE_CHECKING:
    from reconciler.model.desired import Spec
    from reconciler.model.words import JsonObject, Ref

FORMAT: Final = "1.0"
"""A reader refuses an unknown major; minor versions add keys, which are passed over."""

_SUFFIX: Final = ".json"


def path(ref: Ref) -> str:
    """The allow-lists hold no ``/`` and nothing that git or this format would have to quote."""
    return f"{ref.kind}/{ref.id}{_SUFFIX}"


def is_folder(name: str) -> bool:
    return name in KINDS


def ref(name: str) -> Ref:
    """Of the path of an entry."""
    kind, _, file = name.partition("/")
    if not file.endswith(_SUFFIX):
        raise Odd("it is no object's file; expected <Kind>/<id>.json")
    return nouns.ref(kind, file.removesuffix(_SUFFIX))


def dump(ref: Ref, spec: Spec) -> bytes:
    row: JsonObject = {
        "formatVersion": FORMAT,
        "kind": ref.kind,
        "id": ref.id,
        "spec": specs.spec_row(spec),
    }
    return f"{rows.canonical(row)}\n".encode("ascii")


def load(ref: Ref, content: bytes) -> Spec:
    """``ref``: of the path it lies at; what it says of itself has to be the same."""
    try:
        row = strict.parse(content.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise Odd("it is no JSON object") from problem
    nouns.format_version(row, "formatVersion", known=FORMAT)
    if (strict.text(row, "kind"), strict.text(row, "id")) != ref:
        raise Odd("it is of another object than its path says")
    return specs.spec(ref.kind, strict.mapping(row, "spec"))
