"""What of a change follows from the rest of it: judged again where a plan comes out of a file. Pure.

Guards count risks, the applied tree takes ``applied``, and the check before a write trusts
``spillOver``. None of them is believed because it stands in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec.rows import canonical
from reconciler.codec.specs import spec as restored, spec_row
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.model.desired import Declared, Elements, Entries, Exactly
from reconciler.model.live import Live
from reconciler.planning.fields import judge
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills
from reconciler.planning.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declaration, Mode, Spec
    from reconciler.model.plan import Change
    from reconciler.model.words import Json, JsonObject, Ref
    from reconciler.planning.fields import Judged

_NULL: Final = Exactly(None)
_OF_BOTH: Final[tuple[Mode, ...]] = ("yield", "once")
"""Modes under which of one list or mapping parts are written and others kept."""


def not_derived(change: Change, declared: Collection[Ref], *, has_base: bool) -> str | None:
    """What does not follow, if anything. ``declared``: every object of the plan."""
    if not _has_its_risks(change):
        return "risks"
    if not _has_its_spills(change, declared):
        return "spillOver"
    return None if _follows_from_itself(change, has_base=has_base) else "applied"


def follows(change: Change, spec: Spec, base: Spec | None) -> bool:
    """Whether ``applied`` is what stands applied where ``spec`` is declared and ``base`` was.

    ``base`` None: there is none.
    """
    return change.applied is None or any(
        _is_judged_so(change, judged) for judged in _judged_again(change, spec, base)
    )


def kept_base(change: Change, *, has_base: bool) -> Spec | None:
    """Return the base of what is kept, as far as the plan tells it. Raises Odd.

    A base of null and none at all look alike; where null was applied, it is in ``applied`` still.
    """
    if not has_base:
        return None
    stays = change.applied or {}
    told = (one for one in change.kept if one.base is not None or stays.get(one.name) == _NULL)
    return _restored(change, {one.name: one.base for one in told})


def _has_its_risks(change: Change) -> bool:
    """One fact is the live object's alone: a true positive may be closed quietly."""
    kind = KINDS[change.ref.kind]
    told = risks(kind, change.fields, Live(change.ref, {}, severity=change.severity))
    if change.risks == told:
        return True
    quiet = tuple("closes" if risk == "closes-high-severity" else risk for risk in told)
    return change.risks == quiet and kind.verdict not in {field.name for field in change.fields}


def _has_its_spills(change: Change, declared: Collection[Ref]) -> bool:
    """Which of the declared alerts are the incident's, only Graph can tell."""
    family = tuple(sorted({ref for one in change.spills for ref in one.declared}))
    kind = KINDS[change.ref.kind]
    return change.spills == spills(kind, change.fields, family) and all(
        ref in declared for ref in family
    )


def _follows_from_itself(change: Change, *, has_base: bool) -> bool:
    """Of a field that is neither written nor kept, only documents can tell."""
    if change.applied is None or not (change.fields or change.kept):
        return True
    try:
        declared = _restored(change, {one.name: one.declared for one in change.kept})
        spec = {**change.applied, **declared}
        return follows(change, spec, kept_base(change, has_base=has_base))
    except Odd:
        return False


def _restored(change: Change, row: JsonObject) -> Spec:
    return restored(change.ref.kind, row) if row else {}


def _judged_again(change: Change, spec: Spec, base: Spec | None) -> Iterator[Judged]:
    """By every mode that may have parted what was written from what was kept."""
    kind = KINDS[change.ref.kind]
    written = {field.name for field in change.fields}
    kept = {one.name for one in change.kept}
    live = Live(change.ref, _live(change, spec))
    declared = Declared(change.ref, change.source, _in_order(kind, spec))
    for mode in _OF_BOTH if written & kept else _OF_BOTH[-1:]:
        modes: dict[str, Mode] = {
            name: "enforce" if name not in kept else mode if name in written else "once"
            for name in spec
        }
        yield judge(kind, declared, live, Terms(base, modes))


def _in_order(kind: Kind, spec: Spec) -> Spec:
    return {name: spec[name] for name in kind.by_name if name in spec}


def _live(change: Change, spec: Spec) -> JsonObject:
    """As the plan saw it; what it says nothing of was as declared."""
    return {
        **{name: _holding(declaration) for name, declaration in spec.items()},
        **{kept.name: kept.live for kept in change.kept},
        **{field.name: field.before for field in change.fields},
    }


def _holding(declaration: Declaration) -> Json:
    match declaration:
        case Exactly(value):
            return value
        case Elements(present):
            return list(present)
        case Entries(values):
            return dict(values)


def _is_judged_so(change: Change, judged: Judged) -> bool:
    halves = _kept_verdict(change)
    return (
        [(one.name, canonical(one.after)) for one in judged.changes]
        == [(one.name, canonical(one.after)) for one in change.fields]
        and [one.name for one in judged.kept] == [one.name for one in change.kept]
        and all(
            one.cause == other.cause or one.name in halves
            for one, other in zip(judged.kept, change.kept, strict=True)
        )
        and _without(judged.applied, halves) == _without(change.applied or {}, halves)
    )


def _kept_verdict(change: Change) -> Collection[str]:
    """A kept verdict stays as its base, of which the plan may tell one half."""
    pairs = KINDS[change.ref.kind].pairs
    halves = {pairs.classification, pairs.determination} if pairs else set()
    return halves if any(kept.name in halves for kept in change.kept) else ()


def _without(spec: Spec, names: Collection[str]) -> str:
    return canonical(spec_row({name: spec[name] for name in spec if name not in names}))
