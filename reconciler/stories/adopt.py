"""adopt: live → documents. Reads only; the edits it returns are written by whoever asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.documents.characters import visible
from reconciler.documents.edit import Revise, repoint
from reconciler.documents.said import hidden
from reconciler.errors import InvalidInput, Refused
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import key
from reconciler.model.desired import Exactly
from reconciler.model.edits import Edits, FileEdit, Told
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.words import Finding, Place
from reconciler.planning import make
from reconciler.planning.adopt import adopt
from reconciler.planning.merged import rivals
from reconciler.planning.terms import terms
from reconciler.stories.editing import content, edited
from reconciler.stories.look import look

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from datetime import date

    from reconciler.documents.edit import Edit
    from reconciler.model.base import Base
    from reconciler.model.desired import Declaration, Declared, Spec
    from reconciler.model.live import Live, Observation
    from reconciler.model.plan import Change
    from reconciler.model.words import Foreign, Ref
    from reconciler.ports import GraphReader
    from reconciler.settings import Config, Tenant
    from reconciler.stories.look import Looked


def _named(declared: Sequence[Declared], ids: Sequence[str], tenant: Tenant) -> Sequence[Declared]:
    """Those with these ids. Raises InvalidInput for an id that no document declares."""
    found = {item.ref.id for item in declared}
    missing = [one for one in ids if one not in found]
    if missing:
        place = Place(tenant.desired)
        raise InvalidInput(
            tuple(Finding(place, f"no document declares {visible(one)}") for one in missing)
        )
    return [item for item in declared if item.ref.id in ids]


def run(  # noqa: PLR0913 — each argument is one noun
    declared: Sequence[Declared],
    *,
    config: Config,
    tenant: Tenant,
    base: Base,
    today: date,
    open_reader: Callable[[], GraphReader],
    ids: Sequence[str] = (),
) -> Edits:
    """``ids``: only these objects, and each of their values that differs; none: what people own.

    Without a base nobody can tell who changed a value: then it is each value as well, if that was
    asked for by ids or ``--base none``. Raises Refused if not, InvalidInput for an id that no
    document declares.
    """
    if base.commit is None and not (ids or base.is_waived):
        raise Refused(
            "without a base every declaration that was never applied would become what live state "
            f"holds now; nothing was written. {base.notice or 'There is no base'}",
            remedy="name the objects to take over (reconciler adopt ID), or take over every value "
            "that differs: reconciler adopt --base none; --check shows the edits first",
        )
    chosen = _named(declared, ids, tenant) if ids else declared
    looked = look(chosen, config=config, tenant=tenant, today=today, open_reader=open_reader)
    places = {item.ref: item.source for item in declared}

    def adopted(looked: Looked) -> _Adopt:
        story = _Adopt(config, tenant, base, places, everything=bool(ids) or base.commit is None)
        merging = rivals(looked.desk.active, looked.observed)
        for item in looked.desk.active:
            story.take(item, looked.observed[item.ref], merging.get(item.ref, ()))
        return story

    story = adopted(looked)
    confirmed = looked.confirmed(story.revised())
    if confirmed is not looked:
        looked, story = confirmed, adopted(confirmed)
    if ids:
        story.release(looked.desk.released)
    return replace(story.result(), doubt=make.unfound(looked.observed))


class _Adopt:
    def __init__(
        self,
        config: Config,
        tenant: Tenant,
        base: Base,
        places: Mapping[Ref, Place],
        *,
        everything: bool,
    ) -> None:
        self._config = config
        self._tenant = tenant
        self._base = base
        self._places = places
        self._everything = everything
        self._wanted: list[tuple[Declared, Edit, str]] = []
        self._spellings: dict[Hashable, Declaration] = {}
        """Of values that mean the same, how the first member of a set has it."""
        self._left: list[Told] = []
        self._unknown: list[Told] = []
        self._proposed: list[FileEdit] = []

    def take(
        self, item: Declared, observation: Observation, rivals: Sequence[Declared] = ()
    ) -> None:
        match observation:
            case Known(live):
                self._known(item, live)
            case Merged(survivor=survivor):
                self._merged(item, survivor, rivals)
            case Missing():
                self._leave(item, "Graph has no such object (404)")
            case Unreadable(problem, detail):
                self._unknown.append(Told(item.ref, item.source, problem, detail))

    def release(self, released: Sequence[Change]) -> None:
        """What was asked for by id and is not looked at says why."""
        for change in released:
            self._left.append(Told(change.ref, change.source, change.problem or change.reason))

    def revised(self) -> Iterator[Ref]:
        """Whose documents get another value."""
        return (item.ref for item, _, _ in self._wanted)

    def result(self) -> Edits:
        made = edited(self._wanted, self._config, self._tenant)
        left = sorted((*self._left, *made.left), key=lambda told: told.ref)
        notices = (self._base.notice,) if self._base.notice else ()
        return replace(
            made,
            left=tuple(left),
            proposed=tuple(self._proposed),
            unknown=tuple(self._unknown),
            notices=notices,
        )

    def _known(self, item: Declared, live: Live) -> None:
        outer = (self._tenant.management, self._config.management)
        adoption = adopt(
            item,
            live,
            terms(item, self._base, outer),
            everything=self._everything,
            pairs=self._config.pairs,
            fault=hidden,
        )
        names = _differing(item, adoption.spec)
        for name, why in adoption.left.items():
            told = "is taken over in part" if name in names else "stays"
            self._leave(item, f"{name} {told}: {why}")
        if names:
            told = f"{', '.join(names)} as live"
            spec = self._as_others(item, adoption.spec)
            self._wanted.append((item, Revise(item.ref, spec), told))

    def _as_others(self, item: Declared, spec: Spec) -> Spec:
        """A set is not split for members that hold one value in two spellings."""
        if item.name is None:
            return spec
        by_name = KINDS[item.ref.kind].by_name
        found = dict(spec)
        for name, declaration in spec.items():
            if isinstance(declaration, Exactly):
                meaning = key(by_name[name].shape, declaration.value)
                same = (item.source.path, item.name, name, meaning)
                found[name] = self._spellings.setdefault(same, declaration)
        return found

    def _merged(self, item: Declared, survivor: Live | None, rivals: Sequence[Declared]) -> None:
        """Whether the declaration is meant for the survivor as well is a person's to say."""
        if survivor is None:
            self._leave(item, "it was merged, and what into cannot be told")
            return
        into, place = f"it was merged into {survivor.ref}", self._places.get(survivor.ref)
        others = ", ".join(str(one.ref) for one in rivals)
        if place is not None:
            told = f"{into}, which {place.path}:{place.line} declares: delete this document"
        elif rivals:
            told = f"{into}, and so was {others}: keep one of these documents"
        else:
            told = f"{into}; following it there is proposed, not written"
            self._propose(item, survivor.ref.id)
        self._leave(item, told, survivor.title)

    def _leave(self, item: Declared, told: str, detail: Foreign | None = None) -> None:
        self._left.append(Told(item.ref, item.source, told, detail))

    def _propose(self, item: Declared, new_id: str) -> None:
        path = item.source.path
        before = content(self._config, self._tenant, path)
        if before is not None:
            made = repoint(before, item.ref, new_id)
            if made.content != before:
                self._proposed.append(FileEdit(path, before, made.content))


def _differing(item: Declared, spec: Mapping[str, object]) -> Sequence[str]:
    return [name for name in item.spec if spec.get(name) != item.spec[name]]
