"""What moves, counted for a picture: status and verdict from the one state to the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.codec.tally import MOVED
from reconciler.kinds import KINDS
from reconciler.kinds.enums import SEVERITY
from reconciler.review.steps import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Change, Plan
    from reconciler.model.words import Foreign, Json

State: TypeAlias = "tuple[Foreign | None, ...]"
"""One word, or the two of a verdict; None is unset. Empty: several states put together."""
Moves: TypeAlias = "Mapping[str, tuple[Json, Json]]"
"""By field: from, to."""

UNRATED: Final = "unrated"
BANDS: Final = (*(name for name in reversed(SEVERITY.names) if name != SEVERITY.unset), UNRATED)
"""Severities, the highest first: the parts of a flow."""
MOST: Final = 8
"""Flows of a picture; what is less common is put together as one."""

_STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class Flow:
    """How many objects go from the one state to the other. ``counts``: by band, none of them 0."""

    before: State
    after: State
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Picture:
    """The most common flow first."""

    title: str
    flows: tuple[Flow, ...]

    @property
    def total(self) -> int:
        return sum(flow.total for flow in self.flows)

    @property
    def bands(self) -> tuple[tuple[str, int], ...]:
        """What all flows come to, by band."""
        return _summed(self.flows)


def planned(plan: Plan) -> tuple[Picture, ...]:
    """What applying the plan would move."""
    return _pictures(
        (change.ref.kind, change.severity, _written(change)) for change in plan.changes
    )


def drifted(plan: Plan) -> tuple[Picture, ...]:
    """What moved on the live side: from what was applied to what is there."""
    return _pictures((change.ref.kind, change.severity, _moved(change)) for change in plan.changes)


def applied(report: ApplyReport) -> tuple[Picture, ...]:
    """What was written. A closing report names no severity."""
    return _pictures(
        (one.ref.kind, None, {item.name: (item.before, item.after) for item in one.fields})
        for one in report.outcomes
        if one.name == "done"
    )


def _written(change: Change) -> Moves:
    return {item.name: (item.before, item.after) for item in change.fields}


def _moved(change: Change) -> Moves:
    """A plan does not carry the base of what it writes: there it is what is declared."""
    written = {
        item.name: (item.after, item.before) for item in change.fields if item.cause in MOVED
    }
    return written | {
        item.name: (item.base, item.live) for item in change.kept if item.cause in MOVED
    }


def _pictures(objects: Iterable[tuple[str, str | None, Moves]]) -> tuple[Picture, ...]:
    """Those in which something moves."""
    status: Counter[tuple[State, State, str]] = Counter()
    verdict: Counter[tuple[State, State, str]] = Counter()
    for name, severity, moves in objects:
        kind, band = KINDS[name], severity if severity in BANDS else UNRATED
        for counter, fields in ((status, (_STATUS,)), (verdict, _verdict_fields(kind))):
            for before, after in _states(kind, fields, moves):
                counter[before, after, band] += 1
    drawn = (Picture("Status", _flows(status)), Picture("Verdict", _flows(verdict)))
    return tuple(picture for picture in drawn if picture.flows)


def _verdict_fields(kind: Kind) -> tuple[str, ...]:
    if kind.pairs is not None:
        return (kind.pairs.classification, kind.pairs.determination)
    return (kind.verdict,) if kind.verdict else ()


def _states(kind: Kind, fields: tuple[str, ...], moves: Moves) -> Iterator[tuple[State, State]]:
    """At most one. A half of a verdict that stays unsaid is not known here."""
    found = [(name, *moves[name]) for name in fields if name in moves]
    before = _state(word(kind.name, name, old) for name, old, _ in found)
    after = _state(word(kind.name, name, new) for name, _, new in found)
    if before != after:
        yield before, after


def _state(words: Iterable[Foreign | None]) -> State:
    told = tuple(words)
    return told if any(told) else told[:1]


def _flows(counter: Counter[tuple[State, State, str]]) -> tuple[Flow, ...]:
    grouped: dict[tuple[State, State], Counter[str]] = {}
    for (before, after, band), count in counter.items():
        grouped.setdefault((before, after), Counter())[band] += count
    flows = [Flow(*states, _by_band(counts)) for states, counts in grouped.items()]
    flows.sort(key=lambda flow: (-flow.total, _spelled(flow.before), _spelled(flow.after)))
    if len(flows) <= MOST:
        return tuple(flows)
    return (*flows[: MOST - 1], Flow((), (), _summed(flows[MOST - 1 :])))


def _summed(flows: Iterable[Flow]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for flow in flows:
        counts.update(dict(flow.counts))
    return _by_band(counts)


def _by_band(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((band, counts[band]) for band in BANDS if counts[band])


def _spelled(state: State) -> tuple[str, ...]:
    return tuple(word.raw if word else "" for word in state)
