"""import: live objects → documents. What is read whole is written; nothing is pinned unasked.

A kind that could not be read whole is not written at all: half a tenant looks like a whole one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

from reconciler.codec.odata import parse
from reconciler.codec.strict import Odd
from reconciler.documents import load
from reconciler.documents.characters import visible
from reconciler.documents.compose import Composed, compose, file_name
from reconciler.errors import Failure
from reconciler.kinds import KINDS
from reconciler.model.imported import Failed, Imported, Skipped, Written
from reconciler.model.live import ById, Known, Merged, Missing, Unreadable
from reconciler.model.words import Ref, SourceFile
from reconciler.planning.matching import compared, matches
from reconciler.review.words import number
from reconciler.store.below import is_there, write_below
from reconciler.stories import desired
from reconciler.stories.look import read_by_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reconciler.codec.odata import Node
    from reconciler.documents import Rules
    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.words import Foreign, Place
    from reconciler.ports import Catalogue, GraphReader
    from reconciler.settings import Config, Tenant

MISREAD: Final = "its document would not read back as it was meant"
NO_SURVIVOR: Final = "into which one cannot be told"

Found: TypeAlias = "dict[Ref, Composed | Skipped]"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported. ``kinds``: in the order in which they are looked through."""

    kinds: tuple[str, ...]
    ids: tuple[str, ...] = ()
    """Not empty: these objects, each of the first of the kinds that has it, and no list."""
    matching: str | None = None
    """Graph's ``$filter``."""
    limit: int | None = None
    """At most so many documents, of all kinds together."""
    fields: tuple[str, ...] | None = None
    """What to declare; None: verdict and tags, where they are set."""
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents go: ``below`` the folder ``top``, on a way that no link may be part of."""

    top: Path
    below: str
    """POSIX path; empty: ``top`` itself."""
    shown: str
    """The folder as messages name it."""
    schema: Callable[[str], str | None]
    """From a document's name below the folder to its schema, as the modeline says it."""

    def path(self, name: str) -> str:
        return str(PurePosixPath(self.shown, name))

    def is_there(self, name: str) -> bool:
        return is_there(self.top, str(PurePosixPath(self.below, name)))

    def write(self, name: str, text: str, *, overwrite: bool) -> bool:
        inner = str(PurePosixPath(self.below, name))
        return write_below(self.top, inner, text, overwrite=overwrite)


@dataclass(frozen=True, slots=True)
class Hands:
    catalogue: Catalogue
    reader: GraphReader
    tell: Callable[[str, int, int], None]
    """Progress: the kind, how many objects were seen, how many there are (0: nobody knows)."""


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the tenant's documents declare already: by object the place, by path the objects."""

    places: Mapping[Ref, Place] = field(default_factory=dict)
    by_path: Mapping[str, frozenset[Ref]] = field(default_factory=dict)


def run(wish: Wish, target: Target, hands: Hands, *, config: Config, tenant: Tenant) -> Imported:
    """Raises InvalidInput if documents have errors (nobody knows what they declare), Failure."""
    work = _Work(wish, target, hands, _declared(config, tenant), config.limits.batch_size)
    rules = desired.rules(config, tenant)
    for name in wish.kinds:
        if work.is_cut:
            break
        found = work.gather(KINDS[name])
        if isinstance(found, Unreadable):
            work.failed.append(Failed(name, found))
        else:
            work.settle(_checked(found, rules))
    return work.result()


def _declared(config: Config, tenant: Tenant) -> Declarations:
    """A folder that is not there yet declares nothing: import makes it."""
    if not Path(config.root, tenant.desired).exists():
        return Declarations()
    loaded = desired.read(config, tenant)
    by_path: dict[str, set[Ref]] = {}
    for item in loaded.declared:
        by_path.setdefault(item.source.path, set()).add(item.ref)
    return Declarations(
        {item.ref: item.source for item in loaded.declared},
        {path: frozenset(refs) for path, refs in by_path.items()},
    )


def _checked(found: Found, rules: Rules) -> Found:
    """The last look: what does not read back as it was meant is not written."""
    composed = [item for item in found.values() if isinstance(item, Composed)]
    loaded = load((SourceFile(str(item.ref), item.text.encode()) for item in composed), rules)
    errors = {
        finding.place.path: finding.message
        for finding in reversed(loaded.findings)
        if finding.level == "error"
    }
    specs = {item.ref: item.spec for item in loaded.declared}
    bad = {
        item.ref: Skipped(item.ref, "inexpressible", errors.get(str(item.ref), MISREAD))
        for item in composed
        if str(item.ref) in errors or specs.get(item.ref) != item.spec
    }
    return {**found, **bad}


class _Work:
    """One import: what was found so far, and what became of it."""

    def __init__(
        self, wish: Wish, target: Target, hands: Hands, declared: Declarations, batch_size: int
    ) -> None:
        self._wish = wish
        self._target = target
        self._hands = hands
        self._declared = declared
        self._batch_size = batch_size
        self._filter, self._doubt = _parsed(wish.matching)
        self._unchecked: Counter[str] = Counter()
        self._unseen = list(dict.fromkeys(wish.ids))
        self._written: list[Written] = []
        self._skipped: list[Skipped] = []
        self._odd: list[Foreign] = []
        self._coming = 0
        """Documents of the kind at hand, not written yet."""
        self.failed: list[Failed] = []
        self.is_cut = False

    def gather(self, kind: Kind) -> Found | Unreadable:
        return self._by_id(kind) if self._wish.ids else self._by_list(kind)

    def _by_list(self, kind: Kind) -> Found | Unreadable:
        """A list may show an object twice while it moves: the latest showing counts."""
        found: Found = {}
        merged: dict[Ref, Ref | None] = {}
        odd: list[Foreign] = []
        seen = self._coming = 0
        for page in self._hands.catalogue.pages(kind.name, matching=self._wish.matching):
            if isinstance(page, Unreadable):
                return page
            odd.extend(page.odd)
            seen += len(page.lives)
            self._hands.tell(kind.name, seen, page.total)
            for live in page.lives:
                if live.is_merged:
                    merged[live.ref] = live.redirect
                elif self._take(live, found):
                    break
            if self.is_cut:
                break
        confirmed = self._confirmed(found)
        if isinstance(confirmed, Unreadable):
            return confirmed
        self._odd.extend(odd)
        return {**confirmed, **{ref: _redirected(ref, _survivor(ref, merged)) for ref in merged}}

    def _confirmed(self, found: Found) -> Found | Unreadable:
        """A list may lag: what replaces a document is read by id before."""
        replaced = [
            ref
            for ref, item in found.items()
            if self._wish.overwrite
            and isinstance(item, Composed)
            and self._target.is_there(file_name(ref))
        ]
        seen = read_by_id(replaced, self._hands.reader, batch_size=self._batch_size)
        read: Found = {}
        for ref, answer in seen.items():
            if isinstance(answer, Unreadable):
                return replace(answer, problem=f"{ref}: {answer.problem}")
            if isinstance(answer, Missing):
                read[ref] = Skipped(ref, "not-found")
            else:
                read[ref] = self._observed(ref, answer)
        return {**found, **read}

    def _take(self, live: Live, found: Found) -> bool:
        """Whether that was the last one that there is room for."""
        before, after = found.get(live.ref), self._sorted(live)
        found[live.ref] = after
        self._coming += isinstance(after, Composed) - isinstance(before, Composed)
        limit = self._wish.limit
        self.is_cut = limit is not None and len(self._written) + self._coming >= limit
        return self.is_cut

    def _by_id(self, kind: Kind) -> Found | Unreadable:
        """Each object by its id; what this kind does not have is looked for in the next one."""
        ids = tuple(one for one in self._unseen if kind.accepts(one))
        answers = self._hands.reader.read([ById(kind.name, ids)]) if ids else {}
        found: Found = {}
        for ref, answer in answers.items():
            if isinstance(answer, Unreadable):
                return replace(answer, problem=f"{ref}: {answer.problem}")
            if not isinstance(answer, Missing):
                self._unseen.remove(ref.id)
                found[ref] = self._observed(ref, answer)
        return found

    def _observed(self, ref: Ref, answer: Known | Merged) -> Composed | Skipped:
        match answer:
            case Known(live):
                return self._sorted(live)
            case Merged(survivor=survivor):
                return _redirected(ref, survivor.ref if survivor else None)
            case _:
                assert_never(answer)

    def _sorted(self, live: Live) -> Composed | Skipped:
        ref, name = live.ref, file_name(live.ref)
        path = self._target.path(name)
        beside = self._declared.by_path.get(path, frozenset()) - {ref}
        place = self._declared.places.get(ref)
        is_own = self._wish.overwrite and not beside
        if place is not None and not (is_own and place.path == path):
            return Skipped(ref, "declared", f"{place.path}:{place.line}")
        if self._target.is_there(name) and not is_own:
            return Skipped(ref, "exists", path)
        if self._filter is not None and self._is_no_match(live, self._filter):
            return Skipped(ref, "no-match", _compared(self._filter, live))
        item = compose(live, fields=self._wish.fields, schema=self._target.schema(name))
        if not item.spec:
            return Skipped(ref, "nothing-to-declare", "; ".join(item.left_out) or None)
        return item

    def _is_no_match(self, live: Live, node: Node) -> bool:
        """Graph may pass over a filter; what cannot be told is believed, and counted."""
        told = matches(node, live)
        self._unchecked[live.ref.kind] += told is None
        return told is False

    def _notices(self) -> Iterator[str]:
        if self._doubt:
            yield f"Graph's answer was not held against --filter, which this tool cannot read: {self._doubt}"
        for kind, count in self._unchecked.items():
            if count:
                yield f"{kind}: nobody could tell of {number(count, 'object')} whether --filter matches"

    def settle(self, found: Found) -> None:
        """Written, in the order in which they were found."""
        for item in found.values():
            if isinstance(item, Skipped):
                self._skipped.append(item)
            else:
                self._write(item)

    def _write(self, item: Composed) -> None:
        name = file_name(item.ref)
        path = self._target.path(name)
        try:
            is_new = self._target.write(name, item.text, overwrite=self._wish.overwrite)
        except Failure as problem:
            before = number(len(self._written), "document")
            message = f"{problem.message}; written before: {before}"
            raise Failure(message, remedy=problem.remedy) from problem
        if is_new:
            self._written.append(Written(item.ref, path, item.left_out))
        else:
            self._skipped.append(Skipped(item.ref, "exists", path))

    def result(self) -> Imported:
        unseen = [_first_ref(self._wish.kinds, one) for one in self._unseen]
        failed = {item.kind for item in self.failed}
        missing = (Skipped(ref, "not-found") for ref in unseen if ref.kind not in failed)
        return Imported(
            written=tuple(self._written),
            skipped=(*self._skipped, *missing),
            failed=tuple(self.failed),
            cost=self._hands.catalogue.cost + self._hands.reader.cost,
            is_cut=self.is_cut,
            odd=tuple(self._odd),
            notices=tuple(self._notices()),
        )


def _parsed(matching: str | None) -> tuple[Node | None, str]:
    """And why there is nothing to hold Graph's answer against."""
    try:
        return (None if matching is None else parse(matching)), ""
    except Odd as problem:
        return None, str(problem)


def _compared(node: Node, live: Live) -> str:
    told = {
        name: f"{name} is {'null' if value is None else visible(str(value))}"
        for name, value in compared(node, live)
    }
    return ", ".join(told.values())


def _first_ref(kinds: Iterable[str], object_id: str) -> Ref:
    return next(Ref(kind, object_id) for kind in kinds if KINDS[kind].accepts(object_id))


def _redirected(ref: Ref, survivor: Ref | None) -> Skipped:
    return Skipped(ref, "redirected", f"into {survivor}" if survivor else NO_SURVIVOR)


def _survivor(ref: Ref, merged: Mapping[Ref, Ref | None]) -> Ref | None:
    """As far as the list tells; None where it leads nowhere or in a circle."""
    passed = {ref}
    target = merged[ref]
    while target is not None and target in merged:
        if target in passed:
            return None
        passed.add(target)
        target = merged[target]
    return target
