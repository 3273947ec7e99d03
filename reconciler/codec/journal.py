"""The journal (contract 6.4): JSON Lines, append-only, versioned, readable by people.

One line each: ``run`` (first), ``intent``, ``outcome``, ``end`` (last, if the run got that far).
Tokens never reach it; titles stay out. ASCII, so that no terminal acts on what is quoted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, get_args

from reconciler.codec import nouns, rows, strict
from reconciler.codec.result import summary_row
from reconciler.codec.strict import Odd
from reconciler.errors import Failure
from reconciler.kinds import KINDS
from reconciler.model.outcome import Intent, Outcome, OutcomeName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import FieldChange, PlanTenant
    from reconciler.model.words import Json, JsonObject, Ref

FORMAT: Final = "1.0"
"""A reader refuses an unknown major; minor versions add keys and lines, which are passed over."""

_NAMES: Final[Mapping[str, OutcomeName]] = {name: name for name in get_args(OutcomeName)}


@dataclass(frozen=True, slots=True)
class Header:
    """Which run this is the journal of."""

    run_id: str
    tool_version: str
    tenant: PlanTenant
    digest: str
    started_at: str


@dataclass(frozen=True, slots=True)
class Run:
    """A journal as it was read. ``is_cut``: it has no end, or its last line is not whole."""

    header: Header
    intents: tuple[Intent, ...]
    outcomes: tuple[Outcome, ...]
    is_cut: bool

    @property
    def open(self) -> tuple[Intent, ...]:
        """The last intents of objects whose outcome is not on file, or is unsettled."""
        settled = {item.ref for item in self.outcomes if item.name != "unsettled"}
        last = {intent.ref: intent for intent in self.intents}
        return tuple(intent for ref, intent in last.items() if ref not in settled)


def header_line(header: Header) -> str:
    return _line(
        {
            "type": "run",
            "format": FORMAT,
            "runId": header.run_id,
            "toolVersion": header.tool_version,
            "tenant": rows.tenant_row(header.tenant),
            "digest": header.digest,
            "startedAt": header.started_at,
        }
    )


def intent_line(intent: Intent, *, at: str) -> str:
    return _line(
        {
            "type": "intent",
            "at": at,
            "kind": intent.ref.kind,
            "id": intent.ref.id,
            "source": rows.source_row(intent.source),
            "fields": rows.field_rows(intent.fields),
        }
    )


def outcome_line(outcome: Outcome, *, at: str) -> str:
    return _line(
        {
            "type": "outcome",
            "at": at,
            "kind": outcome.ref.kind,
            "id": outcome.ref.id,
            "outcome": outcome.name,
            "source": rows.source_row(outcome.source),
            "fields": rows.field_rows(outcome.fields),
            "problem": outcome.problem,
            "detail": rows.raw(outcome.detail),
            "requestIds": outcome.request_ids,
        }
    )


def end_line(report: ApplyReport) -> str:
    return _line(
        {
            "type": "end",
            "at": report.finished_at,
            "summary": summary_row(report),
            "interrupted": report.interrupted,
        }
    )


def load(data: bytes) -> Run:
    """Raises Failure for what is no journal, or a newer one. A cut last line is dropped."""
    *lines, rest = data.split(b"\n")
    reading = _Reading(is_cut=bool(rest))
    for number, line in enumerate(lines, 1):
        try:
            reading.take(strict.parse(line.decode("ascii")))
        except (ValueError, RecursionError) as problem:
            found = str(problem) if isinstance(problem, Odd) else "it is no JSON of this tool"
            raise _unusable(f"line {number}: {found}") from problem
    return reading.run()


def not_kept(run: Run) -> dict[Ref, dict[str, Json]]:
    """Values that were sent and did not stick, by object and field."""
    return {
        outcome.ref: {item.name: item.before for item in outcome.fields}
        for outcome in run.outcomes
        if outcome.name == "notKept"
    }


@dataclass(slots=True)
class _Reading:
    """What the lines so far have said."""

    is_cut: bool
    header: Header | None = None
    format: str = FORMAT
    is_ended: bool = False
    intents: list[Intent] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def take(self, row: JsonObject) -> None:
        """Raises Odd for a line that cannot stand here."""
        sort = strict.text(row, "type")
        if (sort == "run") is not (self.header is None):
            raise Odd("a journal has one 'run', and it is the first line")
        if self.is_ended:
            raise Odd("there is more after the 'end'")
        match sort:
            case "run":
                self.format = nouns.format_version(row, "format", known=FORMAT)
                self.header = _header(row)
            case "intent":
                self.intents.append(_intent(row))
            case "outcome":
                self.outcomes.append(_outcome(row))
            case "end":
                self.is_ended = True
            case _ if self.format == FORMAT:
                raise Odd(f"{sort!a} is no line of a journal")

    def run(self) -> Run:
        if self.header is None:
            raise _unusable("it holds no run")
        is_cut = self.is_cut or not self.is_ended
        return Run(self.header, tuple(self.intents), tuple(self.outcomes), is_cut)


def _unusable(found: str) -> Failure:
    return Failure(
        f"the journal cannot be used: {found}",
        remedy="name a file that 'reconciler apply' wrote, as it was written",
    )


def _line(row: JsonObject) -> str:
    return f"{rows.encode(row)}\n"


def _header(row: JsonObject) -> Header:
    return Header(
        run_id=strict.text(row, "runId"),
        tool_version=strict.text(row, "toolVersion"),
        tenant=nouns.tenant(strict.mapping(row, "tenant")),
        digest=strict.text(row, "digest"),
        started_at=nouns.moment(row, "startedAt"),
    )


def _intent(row: JsonObject) -> Intent:
    ref = nouns.ref(strict.text(row, "kind"), strict.text(row, "id"))
    return Intent(ref, nouns.source(strict.mapping(row, "source")), _fields(ref, row))


def _outcome(row: JsonObject) -> Outcome:
    ref = nouns.ref(strict.text(row, "kind"), strict.text(row, "id"))
    return Outcome(
        ref=ref,
        name=strict.word(row, "outcome", _NAMES),
        source=nouns.source(strict.mapping(row, "source")),
        fields=_fields(ref, row),
        problem=strict.optional_text(row, "problem"),
        detail=strict.optional_foreign(row, "detail"),
        request_ids=strict.texts(row, "requestIds"),
    )


def _fields(ref: Ref, row: JsonObject) -> tuple[FieldChange, ...]:
    found: Sequence[FieldChange] = [
        nouns.field_change(item) for item in strict.objects(row, "fields")
    ]
    strange = [item.name for item in found if item.name not in KINDS[ref.kind].by_name]
    if strange:
        raise Odd(f"{ref}: {strange[0]!a} is no field that can be written")
    return tuple(found)
