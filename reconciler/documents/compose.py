"""A live object → the text of a document that declares part of it and shows the rest as comments.

What stands behind a ``#`` is live and not managed; taking the sign away declares it. What cannot be
declared like that stands behind ``##``, so that it stays a comment. Titles and tags
are text that an attacker may have chosen: each stands quoted in one line, with whatever hides or
breaks a line written as an escape, in values and comments alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.contract.document import API_VERSION
from reconciler.documents.quoting import quoted
from reconciler.documents.said import Sayable, sayable
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import TagsShape
from reconciler.review.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Spec
    from reconciler.model.live import Live
    from reconciler.model.words import Ref

HEADING: Final = (
    "what stands behind '#' is live and not managed; behind '##' it is for readers only"
)
LONGEST_COMMENT: Final = 200
"""Signs of a live value that a comment shows."""
LONGEST_NAME: Final = 200
"""Signs of an id in a file's name; file systems take 255 bytes."""


@dataclass(frozen=True, slots=True)
class Composed:
    """``spec`` is what the text declares; if it is empty, there is nothing to declare.

    ``left_out``: what was to be declared and cannot be, by field, with the reason.
    """

    ref: Ref
    text: str
    spec: Spec
    left_out: tuple[str, ...] = ()


def compose(
    live: Live, *, fields: Collection[str] | None = None, schema: str | None = None
) -> Composed:
    """``fields``: what to declare; None: verdict and tags, where they are set.

    ``schema``: where the schema lies, relative to the document; None: no modeline.
    """
    kind = KINDS[live.ref.kind]
    said = _verdict_checked(kind, {item.name: sayable(item, live) for item in kind.fields})
    wanted = usual(kind) if fields is None else fields
    spec = {
        name: found.declaration
        for name, found in said.items()
        if name in wanted
        and found.declaration is not None
        and not (fields is None and found.is_unset)
    }
    left_out = tuple(
        f"{name}: {why}" for name, found in said.items() if name in wanted for why in found.lost
    )
    lines = (*_head(kind, live, schema), *_spec(kind, said, spec))
    return Composed(live.ref, "\n".join(lines) + "\n", spec, left_out)


def usual(kind: Kind) -> frozenset[str]:
    """What is declared unless something else is asked for: the verdict, and the tags."""
    verdict = {kind.verdict} if kind.verdict else set()
    pair = {kind.pairs.classification, kind.pairs.determination} if kind.pairs else set()
    tags = {item.name for item in kind.fields if isinstance(item.shape, TagsShape)}
    return frozenset(verdict | pair | tags)


def file_name(ref: Ref) -> str:
    """Below the folder of documents: ids are allow-listed, so none of them is a path."""
    folder, name = KINDS[ref.kind].folder, ref.id
    if len(name) > LONGEST_NAME:
        from hashlib import sha256

        name = f"{name[:LONGEST_NAME]}-{sha256(name.encode()).hexdigest()[:16]}"
    return f"{folder}/{name}.yaml" if folder else f"{name}.yaml"


def _verdict_checked(kind: Kind, said: Mapping[str, Sayable]) -> Mapping[str, Sayable]:
    """A determination is declared only with the classification that it fits."""
    pairs = kind.pairs
    if pairs is None:
        return said
    first, second = said[pairs.classification], said[pairs.determination]
    if second.declaration is None or _fits(pairs.allowed, first, second):
        return said
    why = f"{second.text} does not fit {pairs.classification} {first.text or 'as it is'}"
    lost = (
        Sayable(None, is_unset=True)
        if second.is_unset
        else replace(second, declaration=None, lost=(why,))
    )
    return {**said, pairs.determination: lost}


def _fits(allowed: Mapping[str, tuple[str, ...]], first: Sayable, second: Sayable) -> bool:
    if first.declaration is None:
        return False
    if first.is_unset or second.is_unset:
        return first.is_unset and second.is_unset
    return second.text in allowed.get(first.text, ())


def _head(kind: Kind, live: Live, schema: str | None) -> Iterator[str]:
    if schema is not None:
        yield f"# yaml-language-server: $schema={schema}"
    yield f"# {HEADING}"
    yield f"apiVersion: {API_VERSION}"
    yield f"kind: {kind.name}"
    yield "metadata:"
    yield f"  id: {quoted(live.ref.id)}"
    for name, text in _facts(kind, live).items():
        if text is not None and name not in kind.by_name:
            yield _note(_shown(name, quoted(text)))


def _facts(kind: Kind, live: Live) -> Mapping[str, str | None]:
    """What tells people which object this is, and no document declares."""
    reads = kind.reads
    return {
        reads.title: live.title.raw if live.title else None,
        reads.severity or "severity": live.severity,
        reads.created: live.created,
        "incident": live.parent.id if live.parent else None,
    }


def _spec(kind: Kind, said: Mapping[str, Sayable], spec: Spec) -> Iterator[str]:
    """A line behind a single ``#`` is valid without it, on its own."""
    yield "spec:"
    for name, found in said.items():
        shown = _shown(name, found.text)
        if name in spec:
            yield f"  {name}: {found.text}"
        elif kind.pairs and name == kind.pairs.determination and found.declaration is not None:
            first = kind.pairs.classification
            yield _comment(shown) if first in spec else _note(f"{shown}  # needs {first}")
        elif found.declaration is not None or (found.is_unset and found.text):
            is_whole = len(found.text) <= LONGEST_COMMENT
            yield _comment(shown) if is_whole else _note(shown)
        elif found.text:
            yield _note(f"{shown} (cannot be declared)")
        for why in found.lost:
            yield _note(f"left out: {name}: {why}")


def _comment(text: str) -> str:
    """The wall: whatever is in it, it is one line that starts with ``#``."""
    return f"  # {terminal(text)}"


def _note(text: str) -> str:
    """A comment that stays one when its ``#`` is taken away."""
    return f"  ## {terminal(text)}"


def _shown(name: str, text: str) -> str:
    """Where the value was cut the key is none: nobody declares the half by taking the ``#`` away."""
    if len(text) <= LONGEST_COMMENT:
        return f"{name}: {text}"
    return f"{name} ({len(text):,} characters): {text[:LONGEST_COMMENT]}…"
