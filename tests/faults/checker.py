"""The judge of a run, Jepsen's way: by what the server saw, what was reported and what stands now.

invoke: a PATCH that arrived · ok: it changed the store · fail: it did not · info: nobody was told.
What this says does not lean on the code that it judges: it replays the emulator's history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reconciler.emulator.wires import WIRES
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import TimeShape, same
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.codec.journal import Run
    from reconciler.emulator.history import Entry, Moved
    from reconciler.kinds.kind import Kind
    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import Change, FieldChange, Plan
    from reconciler.model.words import Json, JsonObject

HONEST: Final = frozenset({None, "delay", "drip", "pascal-case", "not-kept"})
"""Faults that leave the answer to a GET right."""
UNWRITTEN: Final = frozenset({"failed", "notTried", "conflict", "alreadyDone"})


@dataclass(frozen=True)
class Case:
    """One apply of a plan. ``token``: the number under which the history knows it."""

    plan: Plan
    token: int
    initial: Mapping[Ref, JsonObject]
    history: Sequence[Entry]
    final: Mapping[Ref, JsonObject]
    report: ApplyReport | None = None
    """None: it was killed."""
    journal: Run | None = None


@dataclass(frozen=True)
class Event:
    """One change of one object."""

    place: int
    ref: Ref
    entry: Entry = field(compare=False)
    moved: Moved = field(compare=False)


@dataclass
class Judgement:
    violations: list[str] = field(default_factory=list)
    writes: int = 0
    """PATCHes that changed something."""
    overwritten: frozenset[Event] = frozenset()
    """Edits of others that arrived between a check and its write, and were lost: the window."""

    def __add__(self, other: Judgement) -> Judgement:
        return Judgement(
            self.violations + other.violations,
            self.writes + other.writes,
            self.overwritten | other.overwritten,
        )


@dataclass(frozen=True)
class Sent:
    """One PATCH of the run. ``check``: its last look at the object before; None: there was none."""

    entry: Entry
    ref: Ref
    body: JsonObject
    check: Entry | None
    is_resent_unseen: bool


class Timeline:
    """The store at every place of the history."""

    def __init__(self, initial: Mapping[Ref, JsonObject], history: Sequence[Entry]) -> None:
        self._initial = initial
        self.events: dict[Ref, list[Event]] = {}
        changes = [(entry.effect, entry) for entry in history if entry.effect and entry.changes]
        for place, entry in sorted(changes, key=lambda one: one[0]):
            for moved in entry.changes:
                ref = Ref(WIRES[moved.collection].kind.name, moved.id)
                self.events.setdefault(ref, []).append(Event(place, ref, entry, moved))

    def value(self, ref: Ref, name: str, place: float) -> Json:
        """Right after ``place``."""
        found = self._initial[ref].get(name)
        for event in self.events.get(ref, ()):
            if event.place <= place and name in event.moved.after:
                found = event.moved.after[name]
        return found

    def differences(self, final: Mapping[Ref, JsonObject]) -> Iterator[str]:
        """Where the store is not what the history says: then the history is wrong."""
        for ref, item in final.items():
            for name in item:
                if self.value(ref, name, float("inf")) != item[name]:
                    yield f"{ref}.{name}: the history does not lead to what stands"


def judge(case: Case) -> Judgement:
    return _Judge(case).judgement()


class _Judge:
    def __init__(self, case: Case) -> None:
        self._case = case
        self._timeline = Timeline(case.initial, case.history)
        self._planned = {one.ref: one for one in case.plan.changes if one.action == "update"}
        self._whole = {entry.number: entry for entry in case.history}
        self._own = [entry for entry in case.history if entry.asked.token == case.token]
        self._sent = list(self._patches())

    def judgement(self) -> Judgement:
        found = Judgement()
        found.violations += self._timeline.differences(self._case.final)
        found.violations += self._other_writes()
        for sent in self._sent:
            change = self._planned.get(sent.ref)
            if change is None:
                found.violations.append(f"{sent.ref}: written, and no update was planned")
                continue
            found.violations += self._unplanned(sent, change)
            found.violations += self._unchecked(sent, change)
            found.writes += bool(sent.entry.changes)
            found.overwritten |= self._overwritten(sent)
        found.violations += self._doubled()
        if self._case.report is not None:
            found.violations += self._misreported(self._case.report)
        if self._case.journal is not None:
            found.violations += self._misfiled(self._case.journal)
        return found

    # --- what was sent ----------------------------------------------------------------------------

    def _patches(self) -> Iterator[Sent]:
        checks: dict[Ref, Entry] = {}
        unseen: set[Ref] = set()
        for entry in self._own:
            ref = ref_of(entry)
            if ref is None:
                continue
            if entry.asked.method == "GET" and self._is_seen(entry):
                checks[ref] = entry
                unseen.discard(ref)
            elif entry.asked.method == "PATCH":
                body = entry.body if isinstance(entry.body, Mapping) else {}
                yield Sent(entry, ref, body, checks.get(ref), ref in unseen)
                unseen.add(ref)

    def _is_seen(self, entry: Entry) -> bool:
        """The client got this object as it was."""
        envelope = self._whole.get(entry.asked.envelope or entry.number, entry)
        return (
            entry.status == 200
            and entry.effect is not None
            and envelope.status == 200
            and {entry.fault, envelope.fault} <= HONEST
        )

    def _other_writes(self) -> Iterator[str]:
        for entry in self._own:
            is_batch = entry.asked.target.endswith("/$batch")
            if entry.asked.method not in {"GET", "PATCH"} and not is_batch:
                yield f"{entry.asked.method} {entry.asked.target}: never planned"

    def _unplanned(self, sent: Sent, change: Change) -> Iterator[str]:
        kind = KINDS[sent.ref.kind]
        planned = {one.name: one.after for one in change.fields}
        request = change.request.body if change.request else {}
        expected = {**planned, **{name: request.get(name) for name in kind.attachments}}
        for name, value in sent.body.items():
            if name not in expected or value != expected[name]:
                yield f"{sent.ref}.{name}: sent {value!r}, which was not planned"
        if not sent.body.keys() & planned.keys():
            yield f"{sent.ref}: a PATCH without one planned field"
        for event in self._events_of(sent.entry):
            yield from self._unforeseen(sent, kind, event)

    def _unforeseen(self, sent: Sent, kind: Kind, event: Event) -> Iterator[str]:
        """Effects beside what was sent, but for those that are documented."""
        names = {name for name in event.moved.after if name in KINDS[event.ref.kind].by_name}
        if event.ref == sent.ref:
            allowed = set(sent.body)
            if kind.pairs is not None and kind.pairs.classification in allowed:
                allowed.add(kind.pairs.determination)
        else:
            allowed = {
                rule.to_field
                for rule in kind.spills
                if rule.to_kind == event.ref.kind
                and rule.field in sent.body
                and rule.applies(sent.body[rule.field])
                and self._parent_ref(event.ref) == sent.ref
            }
        for name in names - allowed:
            yield f"{event.ref}.{name}: changed by the PATCH of {sent.ref}, and not foreseen"

    # --- what was known when it was sent ----------------------------------------------------------

    def _unchecked(self, sent: Sent, change: Change) -> Iterator[str]:
        if sent.check is None or sent.check.effect is None:
            yield f"{sent.ref}: written unseen"
            return
        if sent.is_resent_unseen:
            yield f"{sent.ref}: sent again without a fresh look"
        place = sent.check.effect
        for one in change.fields:
            now = self._timeline.value(sent.ref, one.name, place)
            if not any(
                _is_same(sent.ref, one.name, now, value) for value in self._known(change, one)
            ):
                yield f"{sent.ref}.{one.name}: was {now!r} when checked, and written over"
        if self._was_closed_late(sent, change, place):
            yield f"{sent.ref}: closed although its revision had moved when checked"

    def _known(self, change: Change, one: FieldChange) -> Iterator[Json]:
        """Values that the plan knows of: before, after, or given by its own change of the incident."""
        yield from (one.before, one.after)
        parent = self._parent(change.ref)
        for rule in KINDS[parent.ref.kind].spills if parent else ():
            for its in parent.fields if parent else ():
                is_this = (rule.field, rule.to_kind, rule.to_field) == (
                    its.name,
                    change.ref.kind,
                    one.name,
                )
                if is_this and rule.applies(its.after):
                    yield its.after

    def _parent(self, ref: Ref) -> Change | None:
        parent = self._parent_ref(ref)
        return self._planned.get(parent) if parent else None

    def _parent_ref(self, ref: Ref) -> Ref | None:
        path = KINDS[ref.kind].reads.parent
        value: Json = self._case.initial[ref] if path else None
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return Ref("Incident", value) if isinstance(value, str) else None

    def _was_closed_late(self, sent: Sent, change: Change, place: int) -> bool:
        """A closing change also needs the planned revision, but below an incident of this plan."""
        kind = KINDS[sent.ref.kind]
        status = next((one for one in change.fields if one.name == "status"), None)
        if status is None or status.after not in kind.closing or status.before in kind.closing:
            return False
        now = self._timeline.value(sent.ref, kind.reads.revision, place)
        return self._parent(sent.ref) is None and not same(TimeShape(), now, change.revision)

    def _overwritten(self, sent: Sent) -> frozenset[Event]:
        """Edits of others between the check and the write, to what the write then changed."""
        if sent.check is None or sent.check.effect is None or sent.entry.effect is None:
            return frozenset()
        changed = {
            name for event in self._events_of(sent.entry) for name in event.moved.after
        } & sent.body.keys()
        return frozenset(
            event
            for event in self._timeline.events.get(sent.ref, ())
            if sent.check.effect < event.place < sent.entry.effect
            and event.entry.asked.token != self._case.token
            and changed & event.moved.after.keys()
        )

    def _doubled(self) -> Iterator[str]:
        """One planned value takes effect once, unless somebody else took it away again."""
        for ref, events in self._timeline.events.items():
            for name in KINDS[ref.kind].by_name:
                touching = [event for event in events if name in event.moved.after]
                for earlier, later in pairwise(touching):
                    if self._is_direct(earlier) and self._is_direct(later):
                        yield f"{ref}.{name}: written twice"

    def _events_of(self, entry: Entry) -> Iterator[Event]:
        for events in self._timeline.events.values():
            yield from (event for event in events if event.entry is entry)

    def _is_direct(self, event: Event) -> bool:
        own = event.entry.asked.token == self._case.token
        return own and ref_of(event.entry) == event.ref

    # --- what was reported ------------------------------------------------------------------------

    def _misreported(self, report: ApplyReport) -> Iterator[str]:
        told = Counter(outcome.ref for outcome in report.outcomes)
        if told != Counter(self._planned.keys()):
            yield "the report does not name every planned update once"
        written = {
            event.ref
            for events in self._timeline.events.values()
            for event in events
            if self._is_direct(event)
            and event.moved.after.keys() & KINDS[event.ref.kind].by_name.keys()
        }
        for outcome in report.outcomes:
            if outcome.name in UNWRITTEN and outcome.ref in written:
                yield f"{outcome.ref}: reported {outcome.name}, and this run wrote it"
            if outcome.name in {"done", "alreadyDone"}:
                yield from self._lost(outcome)
            if outcome.name == "notKept":
                yield from self._kept(outcome)

    def _lost(self, outcome: Outcome) -> Iterator[str]:
        """Held when the run last saw or wrote it, and stands, but for what others moved since.

        What they moved between the last look and the write is in the window, and not held to be lost.
        """
        ref, place = outcome.ref, self._last_place(outcome.ref, "GET", "PATCH")
        looked = self._last_place(ref, "GET")
        for one in self._planned[ref].fields:
            if self._is_moved_by_others(ref, one.name, looked):
                continue
            for value in (
                self._timeline.value(ref, one.name, place),
                self._case.final[ref].get(one.name),
            ):
                if not _is_same(ref, one.name, value, one.after):
                    yield f"{ref}.{one.name}: reported {outcome.name}, and it is {value!r}"

    def _is_moved_by_others(self, ref: Ref, name: str, since: int) -> bool:
        return any(
            event.place > since and name in event.moved.after and not self._is_direct(event)
            for event in self._timeline.events.get(ref, ())
        )

    def _kept(self, outcome: Outcome) -> Iterator[str]:
        ref, place = outcome.ref, self._last_place(outcome.ref, "GET", "PATCH")
        planned = {one.name: one.after for one in self._planned[ref].fields}
        for one in outcome.fields:
            if _is_same(
                ref, one.name, self._timeline.value(ref, one.name, place), planned[one.name]
            ):
                yield f"{ref}.{one.name}: reported as not kept, and it stood"

    def _last_place(self, ref: Ref, *methods: str) -> int:
        return max(
            (
                entry.effect
                for entry in self._own
                if entry.effect and ref_of(entry) == ref and entry.asked.method in methods
            ),
            default=0,
        )

    # --- what was written down --------------------------------------------------------------------

    def _misfiled(self, journal: Run) -> Iterator[str]:
        """Nothing was sent without an intent of its own; what ended is on file as it was reported."""
        meant: dict[Ref, list[JsonObject]] = {}
        for intent in journal.intents:
            body = {one.name: one.after for one in intent.fields}
            meant.setdefault(intent.ref, []).append(body)
        for sent in self._sent:
            kind = KINDS[sent.ref.kind]
            body = {name: sent.body[name] for name in sent.body if name in kind.by_name}
            if body not in meant.get(sent.ref, ()):
                yield f"{sent.ref}: sent without an intent in the journal"
        times = Counter(sent.ref for sent in self._sent)
        for ref, count in times.items():
            if count > len(meant.get(ref, ())):
                yield f"{ref}: sent {count} times, with fewer intents in the journal"
        report = self._case.report
        if report is None or not report.is_on_file:
            return
        if journal.is_cut:
            yield "the run has ended, and its journal has no end"
        reported = [(one.ref, one.name) for one in report.outcomes]
        if sorted(reported) != sorted((one.ref, one.name) for one in journal.outcomes):
            yield "the journal's outcomes are not those of the report"


def ref_of(entry: Entry) -> Ref | None:
    """The one object that a request is about; None: a list, a batch, something else."""
    parts = entry.asked.target.partition("?")[0].strip("/").split("/")
    if len(parts) != 4 or parts[1] != "security" or parts[2] not in WIRES:
        return None
    return Ref(WIRES[parts[2]].kind.name, parts[3])


def _is_same(ref: Ref, name: str, left: Json, right: Json) -> bool:
    return same(KINDS[ref.kind].by_name[name].shape, left, right)
