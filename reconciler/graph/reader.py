"""Reading, total: every ref asked for ends known, missing, merged or unreadable."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.delay_queue import DelayQueue
from reconciler.errors import AnswerLost, NetworkFailure, NotSent
from reconciler.graph.batch import Part
from reconciler.graph.listing import pages
from reconciler.graph.redirects import followed
from reconciler.graph.retries import (
    TRIES,
    Again,
    Retries,
    asked_claims,
    broken,
    ended,
    refusal,
    whole,
)
from reconciler.graph.session import Session
from reconciler.graph.sweep import Sweep
from reconciler.graph.tenancy import checked
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import ByList, Cost, Known, Merged, Missing, Unanswered, Unreadable
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.graph import Connection
    from reconciler.graph.said import Said
    from reconciler.model.live import Live, Observation, Read

logger = logging.getLogger(__name__)

_OK: Final = 200
_PARTIAL: Final = 206  # a legacy alert of which one provider did not answer (API notes 4.4)
_NOT_FOUND: Final = 404
_FORM: Final = ", each property of the type that Graph gives it"


class Reader:
    """Implements ports.GraphReader; it has no way to write."""

    def __init__(self, connection: Connection) -> None:
        self._session = Session(connection)
        self._tenant_id = connection.expected_tenant_id
        self._failed_checks = 0
        """Checks in a row that failed as a whole, or that Graph throttled."""
        self._unchecked: Counter[Ref] = Counter()
        """How many checks of an object in a row were not answered."""
        self._fruitless = 0
        """Rounds of something new in a row, over all reads, in which nothing was answered."""
        self._choices: list[str] = []

    @property
    def cost(self) -> Cost:
        return self._session.cost + Cost(reading=tuple(self._choices))

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        """Total. Raises Refused for another tenant's object, Interrupted, IdentityFailure."""
        wanted = dict.fromkeys(Ref(read.kind, item) for read in reads for item in read.ids)
        seen: dict[Ref, Observation] = {}
        for read in reads:
            if isinstance(read, ByList):
                seen.update(self._by_list(read))
            elif read.choice:
                self._choose(read.choice)
        seen.update(self._by_id(ref for ref in wanted if ref not in seen))
        return followed({ref: seen[ref] for ref in wanted}, self._by_id)

    def _by_list(self, read: ByList) -> dict[Ref, Observation]:
        """What a list shows of it, and the two objects that say where in the list to look."""
        kind, sweep = KINDS[read.kind], Sweep(read, lanes=self._session.lanes)
        seen: dict[Ref, Observation] = {}
        while True:
            if sweep.needs:
                seen = self._by_id(Ref(read.kind, item) for item in sweep.needs)
                sweep.learn(
                    {ref.id: item.live for ref, item in seen.items() if isinstance(item, Known)}
                )
            if not (targets := sweep.asks()):
                break
            sweep.take(pages(self._session, kind, targets))
        for live in sweep.found.values():
            seen[live.ref] = Known(checked(live, self._tenant_id))
        self._choose(f"{read.choice or read.kind}, {sweep.words}")
        return seen

    def _choose(self, words: str) -> None:
        logger.info("%s", words)
        self._choices.append(words)

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        """One round and no more: see ports.GraphReader. A pause that Graph asks for is kept later."""
        told: dict[Ref, Observation | Again] = {}
        for version, group in _by_version(refs).items():
            told.update(self._round(version, group))
        postponed = {
            ref: item for ref, item in told.items() if isinstance(item, Again) and not item.is_final
        }
        for ref in refs:
            self._unchecked[ref] = self._unchecked[ref] + 1 if ref in postponed else 0
        held_up = [item for item in postponed.values() if item.holds_up_others]
        self._failed_checks = self._failed_checks + 1 if held_up else 0
        backoff = self._session.backoff(self._failed_checks)
        asked = (backoff if it.wait_seconds is None else it.wait_seconds for it in held_up)
        self._session.pause(max(asked, default=0.0))
        if any(item.needs_token for item in postponed.values()):
            self._session.renew_token(asked_claims(postponed.values()))
        return {ref: self._unfollowed(ref, item) for ref, item in told.items()}

    def _unfollowed(self, ref: Ref, item: Observation | Again) -> Observation | Unanswered:
        match item:
            case Again(is_final=True):
                return ended(item)
            case Again(problem, holds_up_others=True):
                return Unanswered(problem.problem, holds_up_others=True)
            case Again(problem, wait):
                own = self._session.backoff(self._unchecked[ref]) if wait is None else wait
                return Unanswered(problem.problem, own)
            case Known(live) if live.is_merged:
                return Merged(live, None)
            case _:
                return item

    def _by_id(self, refs: Iterable[Ref]) -> dict[Ref, Observation]:
        found: dict[Ref, Observation] = {}
        for version, group in _by_version(refs).items():
            found.update(self._drain(version, group))
        return found

    def _drain(self, version: str, refs: Iterable[Ref]) -> dict[Ref, Observation]:
        """Batch after batch; what is to be asked again waits by itself, and the others go on.

        Rounds of something new in a row without one answer end it: a network that is gone is not asked once for
        each of ten thousand objects. What is left is as unreadable as the last one asked for.
        """
        found: dict[Ref, Observation] = {}
        queue = DelayQueue(refs)
        retries = Retries[Ref](self._session)
        while queue:
            asked, wait = queue.take(self._session.batch_size, self._session.now())
            self._session.pause(wait)
            is_new = not all(map(retries.has_failed, asked))
            told = self._round(version, asked)
            postponed = {ref: item for ref, item in told.items() if isinstance(item, Again)}
            found.update((ref, item) for ref, item in told.items() if not isinstance(item, Again))
            if not _is_fruitless(told):
                self._fruitless = 0
            elif is_new:
                self._fruitless += 1
                postponed = {
                    ref: replace(it, holds_up_others=True) for ref, it in postponed.items()
                }
            if any(item.is_final for item in postponed.values()):
                final = ended(next(iter(postponed.values())))
                return found | dict.fromkeys((*postponed, *queue), final)
            again, over = retries.sort(postponed)
            if self._fruitless >= TRIES:
                last = next(iter(postponed.values()))
                why = f"given up after {TRIES} tries in a row without an answer"
                return found | dict.fromkeys((*postponed, *queue), ended(last, why))
            now = self._session.now()
            for ref, seconds in again.items():
                queue.add(ref, now + seconds)
            found.update(over)
        return found

    def _round(self, version: str, refs: Sequence[Ref]) -> dict[Ref, Observation | Again]:
        parts = [Part(ref) for ref in refs]
        try:
            outer, answers = self._session.batch(version, parts)
        except (NotSent, AnswerLost) as error:
            return dict.fromkeys(refs, broken(error))
        except NetworkFailure as error:
            return dict.fromkeys(refs, Unreadable(error.message, detail=error.detail))
        return {
            part.ref: self._judged(part, outer, answer)
            for part, answer in zip(parts, answers, strict=True)
        }

    def _judged(self, part: Part, outer: Said, answer: Said | None) -> Observation | Again:
        if answer is not None:
            return self._observed(part, answer)
        request = f"POST /{part.kind.version}/$batch"
        if outer.is_ok:
            odd = Unreadable(f"{outer.describe(request)}, without one answer to {part}")
            return Again(odd, wait_seconds=0.0)  # a pause mends nothing here
        return whole(refusal(self._session, outer, request, part.kind.read_permission))

    def _observed(self, part: Part, answer: Said) -> Observation | Again:
        if answer.status == _NOT_FOUND:
            return Missing()
        if answer.status not in {_OK, _PARTIAL}:
            return refusal(self._session, answer, str(part), part.kind.read_permission)
        live = observe(KINDS[part.ref.kind], answer.object)
        if live is None or live.ref != part.ref:
            return Unreadable(
                f"{answer.describe(str(part))}, but not with the object asked for{_FORM}"
            )
        checked(live, self._tenant_id)
        return Known(_without_omitted(live) if answer.status == _PARTIAL else live)


def _is_fruitless(told: Mapping[Ref, Observation | Again]) -> bool:
    """Nobody answered anything; being told how long to wait is an answer."""
    return all(isinstance(item, Again) and item.wait_seconds is None for item in told.values())


def _without_omitted(live: Live) -> Live:
    """A partial answer leaves out what it does not know, null or not."""
    known = {name: value for name, value in live.fields.items() if name not in live.omitted}
    return live._replace(fields=known, omitted=frozenset())


def _by_version(refs: Iterable[Ref]) -> dict[str, list[Ref]]:
    """A batch speaks one version of the API; kinds may share it."""
    groups: dict[str, list[Ref]] = {}
    for ref in refs:
        groups.setdefault(KINDS[ref.kind].version, []).append(ref)
    return groups
