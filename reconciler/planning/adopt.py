"""Live values as a document would say them: what ``adopt`` writes back. Pure.

Without ``everything`` only what people own is taken over: what moved on the live side, and what a
mode keeps. A declaration that is merely not applied yet stays as its author wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from reconciler.kinds import KINDS
from reconciler.kinds.sendable import as_sent, why_not
from reconciler.kinds.shapes import DetailsShape, PhrasesShape, TagsShape, key, takes_lines
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.planning.fields import judge
from reconciler.planning.ownership import is_written
from reconciler.planning.parts import (
    Ground,
    entries,
    in_parts,
    is_no_entry,
    live_tags,
    name_of,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.kinds.kind import Field, Kind, Pairs
    from reconciler.model.desired import Declaration, Declared, Spec
    from reconciler.model.live import Live
    from reconciler.model.words import Json
    from reconciler.planning.ownership import Situation
    from reconciler.planning.parts import Part
    from reconciler.planning.terms import Terms

NOTHING_LEFT: Final = "nothing would be left to declare: delete the document"
NO_PAIR: Final = "no document may declare this pair of classification and determination"
OTHER_HALF: Final = "the other half of its verdict stays"
NO_TAG: Final = "live holds something that is no tag"
NOT_KNOWN: Final = "Graph's answer does not tell it"


class Fault(Protocol):
    """Why no document may hold this text (``holds …``), if so: what the loader would say of it."""

    def __call__(self, text: str, *, in_lines: bool = False) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Adoption:
    """``spec`` with live values where people own them; ``left``: by field, what stays, and why.

    Of tags and keys the others are taken over all the same.
    """

    spec: Spec
    left: Mapping[str, str]


def adopt(
    declared: Declared,
    live: Live,
    terms: Terms,
    *,
    everything: bool,
    pairs: Literal["error", "warn"],
    fault: Fault,
) -> Adoption:
    """``pairs``: whether a verdict outside the table may stand in a document."""
    kind = KINDS[declared.ref.kind]
    adopting = _Adopting(kind, declared.spec, live, terms, fault, everything=everything)
    judged = judge(kind, declared, live, terms)
    people = {one.name for one in judged.kept}
    for change in judged.changes:
        is_peoples = change.cause in {"drift", "conflict"}
        if is_peoples or (everything and change.cause != "paired"):
            people.add(change.name)
    for name in judged.not_known:
        adopting.left[name] = NOT_KNOWN
    for name in (name for name in declared.spec if name in people):
        adopting.take(name)
    adopting.settle_verdict(is_checked=pairs == "error")
    return adopting.result()


class _Adopting:
    def __init__(
        self, kind: Kind, spec: Spec, live: Live, terms: Terms, fault: Fault, *, everything: bool
    ) -> None:
        self._kind = kind
        self._declared = spec
        self._live = live.fields
        self._terms = terms
        self._fault = fault
        self._everything = everything
        self._spec: dict[str, Declaration] = dict(spec)
        self.left: dict[str, str] = {}

    def result(self) -> Adoption:
        if not self._spec:
            return Adoption(self._declared, dict.fromkeys(self._declared, NOTHING_LEFT))
        return Adoption(self._spec, self.left)

    def take(self, name: str) -> None:
        item, live = self._kind.by_name[name], self._live[name]
        match self._declared[name]:
            case Entries() as declaration:
                self._take_entries(name, declaration, live if isinstance(live, Mapping) else {})
            case declaration if isinstance(item.shape, TagsShape | PhrasesShape):
                self._take_tags(name, in_parts(item, declaration), live_tags(live) or ())
            case _:
                self._take_value(item, live)

    def settle_verdict(self, *, is_checked: bool) -> None:
        """Both halves of a declared verdict are taken over, or both stay as they were declared.

        ``is_checked``: one that the table does not have stays as well.
        """
        pairs = self._kind.pairs
        halves = (pairs.classification, pairs.determination) if pairs else ()
        taken = [name for name in halves if self._spec.get(name) is not self._declared.get(name)]
        if pairs is None or not taken:
            return
        why = self._why_verdict_stays(pairs, is_checked=is_checked)
        if why:
            self._spec |= {name: self._declared[name] for name in taken}
            self.left |= dict.fromkeys(taken, why)
        elif self._key(pairs.determination) is None and self._key(pairs.classification) is not None:
            self._put(pairs.determination, None)

    def _why_verdict_stays(self, pairs: Pairs, *, is_checked: bool) -> str | None:
        if self.left.keys() & {pairs.classification, pairs.determination}:
            return OTHER_HALF
        verdict, why = self._key(pairs.classification), self._key(pairs.determination)
        if not is_checked or why is None or why in pairs.allowed.get(str(verdict), ()):
            return None
        return NO_PAIR

    def _key(self, name: str) -> object:
        """None also for a half that is not declared."""
        declaration = self._spec.get(name)
        value = declaration.value if isinstance(declaration, Exactly) else None
        return key(self._kind.by_name[name].shape, value)

    def _take_value(self, item: Field, live: Json) -> None:
        value = as_sent(item, live)
        if isinstance(item.shape, DetailsShape) and isinstance(value, Mapping):
            self._take_every_entry(item.name, value)
            return
        value = _tidy(value, in_lines=takes_lines(item.shape))
        why = why_not(item, value) or self._why_not_text(item, value)
        if why is None:
            self._spec[item.name] = Exactly(value)
        else:
            self.left[item.name] = why

    def _why_not_text(self, item: Field, value: Json) -> str | None:
        if not isinstance(value, str):
            return None
        fault = self._fault(value, in_lines=takes_lines(item.shape))
        return f"live {fault}, which no document may hold" if fault else None

    def _take_tags(self, name: str, declaration: Declaration, live: Sequence[Json]) -> None:
        taken = [
            part
            for part in tags(declaration, self._ground(name), live)
            if self._takes(name, part.situation)
        ]
        faults = {part.key: why for part in taken for why in self._why_no_tag(part)}
        if faults:
            self.left[name] = "; ".join(faults.values())
        taken = [part for part in taken if part.key not in faults]
        if not taken:
            return
        going = {part.key for part in taken}
        match declaration:
            case Elements(present, absent):
                stays = Elements(_without(present, going), _without(absent, going))
                self._put(name, stays if stays.present or stays.absent else None)
            case _:
                coming = [str(part.key) for part in taken if part.wanted is False]
                self._put(name, Exactly([*_without(_listed(declaration), going), *coming]))

    def _why_no_tag(self, part: Part) -> Iterator[str]:
        """Of a tag that would join a list; one that only leaves the document is fit."""
        if part.key is None:
            yield NO_TAG
            return
        fault = self._fault(part.key) if part.key else "is blank"
        if fault:
            yield f"the tag {part.key!a} {fault}"

    def _take_entries(self, name: str, declaration: Entries, live: Mapping[str, Json]) -> None:
        values = dict(declaration.values)
        for part in entries(declaration, self._ground(name), live):
            if self._takes(name, part.situation):
                self._take_entry(name, part, live.get(str(part.key)), values)
        self._put(name, Entries(values) if values else None)

    def _take_entry(self, name: str, part: Part, now: Json, values: dict[str, str]) -> None:
        if is_no_entry(now) or _is_blank(now):
            values.pop(str(part.key))
        else:
            values.update(self._fit(name, {str(part.key): now}))

    def _take_every_entry(self, name: str, live: Mapping[str, Json]) -> None:
        """For where none was declared."""
        values = dict(self._fit(name, live))
        if values:
            self._spec[name] = Entries(values)

    def _fit(self, name: str, live: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
        """Keys that a document may hold with what they hold; the others are left with the reason."""
        for entry, value in live.items():
            why = self._why_no_entry(entry, value)
            if why is None:
                yield entry, str(value)
            else:
                self._leave(name, f"the key {entry!a} {why}")

    def _why_no_entry(self, name: str, value: Json) -> str | None:
        if not isinstance(value, str):
            return "holds no text"
        if "@" in name:
            return "is OData's own"
        if _is_blank(name) or _is_blank(value):
            return "is blank"
        return self._fault(name) or self._fault(value)

    def _leave(self, name: str, why: str) -> None:
        self.left[name] = f"{self.left[name]}; {why}" if name in self.left else why

    def _put(self, name: str, declaration: Declaration | None) -> None:
        if declaration is None:
            self._spec.pop(name, None)
        elif isinstance(declaration, Elements) and self._has_phrases(name):
            self._spec[name] = Exactly(list(declaration.present))
        else:
            self._spec[name] = declaration

    def _has_phrases(self, name: str) -> bool:
        return isinstance(self._kind.by_name[name].shape, PhrasesShape)

    def _ground(self, name: str) -> Ground:
        base = self._terms.base
        before = (base or {}).get(name)
        return Ground(before and in_parts(self._kind.by_name[name], before), base is not None)

    def _takes(self, name: str, situation: Situation) -> bool:
        is_peoples = situation in {"drift", "conflict"}
        return self._everything or is_peoples or not is_written(situation, self._terms.mode(name))


def _tidy(value: Json, *, in_lines: bool) -> Json:
    """As a document says it: nothing but blanks is nothing, and blanks at a line's end are none."""
    if not isinstance(value, str):
        return value
    if _is_blank(value):
        return None
    return value.replace("\r\n", "\n") if in_lines else value.rstrip()


def _is_blank(value: Json) -> bool:
    return isinstance(value, str) and not value.strip()


def _listed(declaration: Declaration) -> tuple[str, ...]:
    value = declaration.value if isinstance(declaration, Exactly) else ()
    return tuple(name_of(tag) or "" for tag in value) if isinstance(value, list | tuple) else ()


def _without(tags: Sequence[str], going: set[str | None]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if tag not in going)
