"""Undo: from what a run wrote to the changes that bring back what it found. Pure.

What a run found is a declaration like any other: the planner compares it with live, derives the
request and names the risks. What is judged here is which of it may go back at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.sendable import as_sent, why_not
from reconciler.kinds.shapes import PhrasesShape, key, same
from reconciler.model.desired import Declared, Exactly
from reconciler.model.live import Known
from reconciler.model.plan import Change, Kept
from reconciler.planning.change import Context, observed as planned
from reconciler.planning.spill import children
from reconciler.precondition import spilled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.codec.journal import Run
    from reconciler.kinds.kind import Field, Kind
    from reconciler.model.live import Live, Observation
    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import FieldChange
    from reconciler.model.words import Json, JsonObject, Ref
    from reconciler.precondition import Spilled

MAY_HOLD: Final[frozenset[OutcomeName]] = frozenset({"done", "alreadyDone", "notKept", "unsettled"})
"""Outcomes after which Graph may hold what was sent. So may an object without an outcome.

``alreadyDone`` behind an intent: a write that was said to be postponed had taken effect.
"""

MOVED: Final = "it does not hold what that run wrote"
SPILLED: Final = "what it held before that run's write of its incident set it is on no file"
ADDED: Final = "comments are only added: no document of Graph says that one can be taken away"
OTHER_HALF: Final = "the other half of its verdict stays"
MISFIT: Final = "it would not fit the other half of its verdict, which that run did not write"


@dataclass(frozen=True, slots=True)
class _Fates:
    """By field: what it is to hold again, or why it is left. At rest already: in neither."""

    back: dict[str, Json]
    left: dict[str, str]


def declarations(run: Run) -> tuple[Declared, ...]:
    """What the run found, as documents would say it: one per object it may have written, by ref."""
    return tuple(
        _declared(change, {field.name: field.before for field in change.fields})
        for change in _written(run).values()
    )


def inverse(run: Run, observed: Mapping[Ref, Observation]) -> tuple[Change, ...]:
    """One change per object that the run wrote (or may have written) and that was looked at, by ref.

    A field goes back only if it still holds what the run sent; what is left is named.
    """
    sent = _sent(run)
    written = {
        ref: _as_it_stands(change, observed.get(ref), sent) for ref, change in _written(run).items()
    }
    family = children(observed)
    return tuple(
        _inverse(change, observed[ref], family=family, written=written)
        for ref, change in written.items()
        if ref in observed
    )


def beyond_undo(run: Run) -> tuple[str, ...]:
    """What Graph did to other objects because of the run's writes: one sentence an incident."""
    told: list[str] = []
    for change in _written(run).values():
        reached = [
            (rule.to_kind, rule.to_field, rule.applies(field.after))
            for rule in KINDS[change.ref.kind].spills
            for field in change.fields
            if rule.field == field.name and rule.may_apply(field.after)
        ]
        if reached:
            names = " and ".join(dict.fromkeys(name for _, name, _ in reached))
            did = "also set" if all(known for _, _, known in reached) else "may also have set"
            told.append(
                f"{change.ref}: with that write Graph {did} {names} of its {reached[0][0]}s; "
                "what they held before is on no file, so that is not undone"
            )
    return tuple(told)


def _written(run: Run) -> Mapping[Ref, Change]:
    """The run's writes by ref: ``before`` of the first, ``after`` of the last of each field."""
    ended: dict[Ref, set[OutcomeName]] = {}
    for outcome in run.outcomes:
        ended.setdefault(outcome.ref, set()).add(outcome.name)
    found: dict[Ref, Change] = {}
    for intent in run.intents:
        names = ended.get(intent.ref)
        if names is None or names & MAY_HOLD:
            earlier = found.get(intent.ref)
            fields = _joined(earlier.fields if earlier else (), intent.fields)
            found[intent.ref] = Change(
                intent.ref, "update", "differs", intent.source, fields=fields
            )
    return {ref: found[ref] for ref in sorted(found)}


def _sent(run: Run) -> Mapping[tuple[Ref, str], list[Json]]:
    """By object and field: every value that the run meant to send."""
    found: dict[tuple[Ref, str], list[Json]] = {}
    for intent in run.intents:
        for field in intent.fields:
            found.setdefault((intent.ref, field.name), []).append(field.after)
    return found


def _as_it_stands(
    change: Change, observation: Observation | None, sent: Mapping[tuple[Ref, str], list[Json]]
) -> Change:
    """A run that wrote a field twice (a probe) may have ended before the second: the first counts."""
    if not isinstance(observation, Known):
        return change
    kind, live = KINDS[change.ref.kind], observation.live
    fields = [
        replace(field, after=value)
        if field.name in live.fields
        and (value := live.fields[field.name]) != field.after
        and any(
            same(kind.by_name[field.name].shape, value, one) for one in sent[change.ref, field.name]
        )
        else field
        for field in change.fields
    ]
    return change._replace(fields=tuple(fields))


def _joined(
    earlier: tuple[FieldChange, ...], later: tuple[FieldChange, ...]
) -> tuple[FieldChange, ...]:
    by_name = {field.name: field for field in earlier}
    for field in later:
        first = by_name.get(field.name, field)
        by_name[field.name] = replace(first, after=field.after)
    return tuple(by_name.values())


def _declared(change: Change, spec: Mapping[str, Json]) -> Declared:
    return Declared(
        change.ref, change.source, {name: Exactly(value) for name, value in spec.items()}
    )


def _inverse(
    change: Change,
    observation: Observation,
    *,
    family: Mapping[Ref, tuple[Ref, ...]],
    written: Mapping[Ref, Change],
) -> Change:
    if not isinstance(observation, Known):
        return planned(_declared(change, {}), observation, Context(family))
    kind, live = KINDS[change.ref.kind], observation.live
    fates = _verdict_as_one(kind, change, live, _fates(kind, change, live, written))
    made = planned(_declared(change, fates.back), observation, Context(family))
    made = made._replace(applied=None)  # no document declares what an undo writes
    if not fates.left or made.reason == "unknown":
        return made
    names = [field.name for field in change.fields if field.name in fates.left]
    told = ", ".join(f"{name} ({fates.left[name]})" for name in names)
    by_name = {field.name: field for field in change.fields}
    kept = tuple(_kept(by_name[name], live) for name in kind.by_name if name in fates.left)
    made = made._replace(problem=f"not undone: {told}", kept=kept)
    if made.action == "update":
        return made
    return made._replace(action="skip", reason="conflict")


def _kept(field: FieldChange, live: Live) -> Kept:
    """The run applied ``after``; what it found, and undoing declares, is not written."""
    now = live.fields.get(field.name)
    return Kept(field.name, field.after, field.before, now, "conflict")


def _fates(kind: Kind, change: Change, live: Live, written: Mapping[Ref, Change]) -> _Fates:
    back: dict[str, Json] = {}
    left: dict[str, str] = {}
    reached = spilled(kind, live, written)
    for field in change.fields:
        item = kind.by_name[field.name]
        found = as_sent(item, field.before)
        if field.name not in live.fields:
            back[field.name] = found  # the planner says that the answer does not tell it
        elif same(item.shape, live.fields[field.name], found):
            continue
        elif why := _why_left(item, field, live, reached):
            left[field.name] = why
        else:
            back[field.name] = found
    return _Fates(back, left)


def _why_left(item: Field, field: FieldChange, live: Live, reached: Spilled) -> str | None:
    if isinstance(item.shape, PhrasesShape):
        return ADDED
    if not same(item.shape, live.fields[field.name], field.after):
        return MOVED
    # Of null no page says that it spills: it goes back, as what the run found.
    known = [value for value in reached.get(field.name, ()) if value is not None]
    if any(same(item.shape, field.before, value) for value in known):
        return SPILLED
    return why_not(item, as_sent(item, field.before))


def _verdict_as_one(kind: Kind, change: Change, live: Live, fates: _Fates) -> _Fates:
    """Both halves go back or none; one that rests goes along, so that the pair is sent whole."""
    if kind.pairs is None:
        return fates
    halves = (kind.pairs.classification, kind.pairs.determination)
    own = {
        field.name: as_sent(kind.by_name[field.name], field.before)
        for field in change.fields
        if field.name in halves
    }
    going = own.keys() & fates.back.keys()
    if not going:
        return fates
    why = _why_verdict_stays(kind, own, live, fates)
    if why is None:
        return _Fates({**fates.back, **own}, fates.left)
    back = {name: value for name, value in fates.back.items() if name not in going}
    return _Fates(back, {**fates.left, **dict.fromkeys(going, why)})


def _why_verdict_stays(
    kind: Kind, own: Mapping[str, Json], live: Live, fates: _Fates
) -> str | None:
    if own.keys() & fates.left.keys():
        return OTHER_HALF
    if any(why_not(kind.by_name[name], value) for name, value in own.items()):
        return OTHER_HALF
    return None if len(own) > 1 or _fits(kind, {**live.fields, **own}) else MISFIT


def _fits(kind: Kind, fields: JsonObject) -> bool:
    """Half a verdict goes back to an other half that fits: one that came since is not overruled."""
    pairs = kind.pairs
    if pairs is None or pairs.determination not in fields:
        return False
    verdict, why = (
        key(kind.by_name[name].shape, fields.get(name))
        for name in (pairs.classification, pairs.determination)
    )
    return why is None or why in pairs.allowed.get(str(verdict), ())
