"""The probe's journal: so that 'revert' can undo a probe that was killed.

``revert`` puts back what holds the last value that a journal says was sent. So where Graph made
something else of a write, or refused it, one more pair of lines says what stands now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import same
from reconciler.model.outcome import Intent, Outcome
from reconciler.model.plan import FieldChange
from reconciler.model.words import Place
from reconciler.stories.probe.back import with_other_half

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from reconciler.model.diagnosis import Raw
    from reconciler.model.live import Live
    from reconciler.model.outcome import OutcomeName
    from reconciler.model.words import Json, JsonObject, Ref
    from reconciler.ports import Journal

PLACE: Final = Place("doctor --probe")
SURELY_NOT: Final = frozenset({401, 429})


class Record:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._said: dict[Ref, dict[str, Json]] = {}
        """By object and field: what the journal says was sent last."""
        self._foreseen: set[Ref] = set()
        self.outcomes: list[Outcome] = []

    def intend(self, before: Live, body: JsonObject, reached: Sequence[Live] = ()) -> None:
        """``reached``: alerts that Graph is thought to give the same values.

        What they held goes on file as well: nowhere else it would be. Raises JournalFailure.
        """
        self._journal.intend([_intent(live, body) for live in (before, *reached)])
        self._said.setdefault(before.ref, {}).update(body)
        self._foreseen |= {live.ref for live in reached}

    def settle(self, before: Live, after: Live, body: JsonObject, answer: Raw) -> None:
        """Raises JournalFailure."""
        problem = None if answer.is_ok else answer.told
        request_ids = (answer.request_id,) if answer.request_id else ()
        self._end(_outcome(before, _name(answer), body, problem, request_ids))
        stands = self._otherwise(before, after, body)
        if stands:
            self.intend(before, stands)
            self._end(_outcome(before, "done", stands))

    def finish(self, reached: Collection[Ref]) -> None:
        """What became of the alerts that were foreseen. Raises JournalFailure."""
        for ref in sorted(self._foreseen):
            is_done = ref in reached
            why = None if is_done else "Graph did not set it"
            self._end(Outcome(ref, "done" if is_done else "failed", PLACE, problem=why))

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._journal.settle([outcome])

    def _otherwise(self, before: Live, after: Live, body: JsonObject) -> JsonObject:
        """What stands now where the journal says something else."""
        kind, said = KINDS[after.ref.kind], {**before.fields, **self._said[after.ref]}
        return {
            name: after.fields[name]
            for name in sorted(with_other_half(kind, body) & after.fields.keys())
            if not same(kind.by_name[name].shape, said.get(name), after.fields[name])
        }


def _intent(live: Live, body: JsonObject) -> Intent:
    return Intent(live.ref, PLACE, _changes(live, body))


def _outcome(
    before: Live,
    name: OutcomeName,
    body: JsonObject,
    problem: str | None = None,
    request_ids: tuple[str, ...] = (),
) -> Outcome:
    fields = _changes(before, body)
    return Outcome(before.ref, name, PLACE, fields=fields, problem=problem, request_ids=request_ids)


def _changes(live: Live, body: JsonObject) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, live.fields.get(name), value) for name, value in body.items())


def _name(answer: Raw) -> OutcomeName:
    if answer.is_ok:
        return "done"
    return "failed" if answer.is_refusal or answer.status in SURELY_NOT else "unsettled"
