"""What the reports say, in one place: the same words in every format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.model.outcome import ApplyReport, OutcomeName
    from reconciler.model.plan import Estimate, Reason, Risk, Summary
    from reconciler.model.words import Finding, Json

Phrase: TypeAlias = tuple["str | Foreign", ...]
"""A sentence in pieces: ``str`` is ours and holds no sign that any sink acts on; a sink escapes the
``Foreign`` ones."""

UNSET: Final = "(unset)"
_CAPITAL: Final = re.compile(r"([A-Z])")

RISKS: Final[Mapping[Risk, str]] = MappingProxyType(
    {
        "closes-high-severity": "closes a high-severity object, and not as a true positive",
        "reverses-true-positive": "takes back a true positive verdict",
        "closes": "closes the object",
        "lowers-severity": "lowers the severity",
        "reopens": "opens a closed object again",
        "ends-awaiting-action": "ends 'awaitingAction', which only Defender Experts can set again",
        "unassigns": "takes the object from its owner",
        "removes-tags": "removes tags",
        "removes-details": "removes custom details",
        "recomputes-determination": (
            "classification without determination: Graph may recompute the determination"
        ),
    }
)
"""Riskiest first: this is the order of review."""

REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        "differs": "live state differs from the document",
        "in-sync": "live state matches the document",
        "drift-kept": "somebody changed it since it was applied, so it is left to people",
        "not-found": "Graph has no such object, or this identity may not see it",
        "redirected": "it was merged into another incident",
        "expired": "the declaration has expired: it is released, nothing is reversed",
        "disabled": "its kind is switched off in reconciler.yaml",
        "conflict": (
            "the document and somebody both changed it: 'reconciler adopt' takes what they set,"
            " 'management: enforce' writes what is declared"
        ),
        "contradicts-incident": "it contradicts what is declared for its incident",
        "unknown": "it could not be read: neither present nor absent",
    }
)

LEFT: Final = "left alone"
OVERWRITES: Final = "overwrites what a person set"
LEFT_TO_PEOPLE: Final = "left to people"
OVERWRITTEN: Final = "the next apply overwrites it: enforce"
WRITTEN_OVER: Final = "what the next apply writes over it: enforce"
ALARMING: Final = frozenset({OVERWRITES, OVERWRITTEN, WRITTEN_OVER})
"""Of the marks a field's step can carry, those that a reader must not miss."""

ADOPT: Final = "what they set stays; 'reconciler adopt' takes it into the documents"

OUTCOMES: Final[Mapping[OutcomeName, str]] = MappingProxyType(
    {
        "failed": "failed",
        "unsettled": "unsettled",
        "conflict": "conflict",
        "notKept": "not kept",
        "notTried": "not tried",
        "done": "done",
        "alreadyDone": "already done",
    }
)
"""What needs a person first: this is the order of the closing report."""

OUTCOME_MEANINGS: Final[Mapping[OutcomeName, str]] = MappingProxyType(
    {
        "failed": "Graph refused the write; nothing was changed",
        "unsettled": "sent, and no read could tell whether it took effect: look at it",
        "conflict": "it moved since the plan, so it was left alone",
        "notKept": "Graph took the write and did not keep every value",
        "notTried": "not sent",
        "done": "",
        "alreadyDone": "every field already held its planned value",
    }
)


def number(count: int, one: str, many: str | None = None) -> str:
    """``1 object``, ``2,000 objects``."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def objects(kind: str, count: int) -> str:
    """``12 incidents``, ``1 legacy alert``."""
    return number(count, _CAPITAL.sub(r" \1", kind).lower().strip())


def plural(kind: str) -> str:
    """``legacy alerts``."""
    return _CAPITAL.sub(r" \1", kind).lower().strip() + "s"


def counts(summary: Summary) -> str:
    """``14 declared: 9 to update, 2 in sync, 2 skipped, 1 unknown``; zeros are left out.

    What moved on the live side comes last, in fields: ``; 3 fields drifted, 1 in conflict``.
    """
    parts = (
        (summary.in_sync, "in sync"),
        (summary.drift_kept, "left as people changed them"),
        (summary.skip, "skipped"),
        (summary.unknown, "unknown"),
    )
    told = [
        f"{summary.update:,} to update",
        *(f"{count:,} {name}" for count, name in parts if count),
    ]
    return f"{summary.declared:,} declared: {', '.join(told)}{_moved(summary)}"


def _moved(summary: Summary) -> str:
    fields = number(summary.drift, "field")
    if summary.drift:
        return f"; {fields} drifted" + (
            f", {summary.conflict:,} in conflict" if summary.conflict else ""
        )
    return f"; {number(summary.conflict, 'field')} in conflict" if summary.conflict else ""


def outcome_counts(report: ApplyReport) -> str:
    """``5 updates: 1 failed, 3 done, 1 already done``."""
    names = [outcome.name for outcome in report.outcomes]
    told = [f"{names.count(name):,} {words}" for name, words in OUTCOMES.items() if name in names]
    return ": ".join([number(len(names), "update"), ", ".join(told)] if told else ["0 updates"])


def effort(estimate: Estimate) -> str:
    """What the plan cost and what applying it will: in quota units, round trips of both, and time."""
    read = f"Read {number(estimate.read_units, 'unit')}"
    trips = number(estimate.round_trips, "round trip")
    if not estimate.write_units:
        return f"{read} in {trips}"
    write = number(estimate.write_units, "unit")
    seconds = duration(estimate.estimated_seconds)
    return f"{read}; applying takes {write}, {seconds}; {trips} in all"


def duration(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    return f"about {seconds:.0f} s" if seconds < 120 else f"about {seconds / 60:.0f} min"  # noqa: PLR2004 # two minutes


def closing(summary: Summary, *, objections: int = 0, then: str | None = None) -> str:
    """What a plan leaves to do. ``objections``: how many guards stand against it.

    ``then``: what leads to the command that comes next; None: none is shown.
    """
    again = (
        f"{number(summary.unknown, 'object')} could not be read: plan again once that is solved."
    )
    if objections or summary.update:
        todo = "Nothing is written yet: 'reconciler apply' writes the updates above."
        if then is not None:
            todo = "Nothing is written yet."
        if objections:
            todo = f"'reconciler apply' refuses this plan: {number(objections, 'objection')}, see above."
        return " ".join(filter(None, (todo, again if summary.unknown else "", then)))
    if summary.unknown:
        return f"Nothing to do so far. {again}"
    if summary.skip or summary.drift_kept:
        return "Nothing to do: no object that may be written differs from what is declared."
    return "Nothing to do: live state is as declared."


def spent(report: ApplyReport) -> str:
    """What applying took, and how long a check stayed unconfirmed at most."""
    units = number(report.cost.units, "unit")
    trips = number(report.cost.round_trips, "round trip")
    window = f"; longest time from a check to its write {report.window_seconds:.2f} s"
    return f"Spent {units} in {trips}{window if report.window_seconds else ''}"


def journal(report: ApplyReport) -> Phrase:
    """Where the writes of a run are on file, and what stays open there; empty for a run without."""
    if report.journal is None:
        return ()
    unsettled = sum(1 for outcome in report.outcomes if outcome.name == "unsettled")
    is_one = unsettled == 1
    stays = f": {unsettled:,} unsettled {'stays' if is_one else 'stay'} open there"
    torn = "" if report.is_on_file else "; it does not hold all of this run"
    return ("Journal ", Foreign(report.journal), stays if unsettled else "", torn)


def applied_tree(report: ApplyReport) -> Phrase:
    """Where it is on file what was applied, or why it is not; empty for a run without."""
    if report.unrecorded is not None:
        again = "Apply the same plan again: it writes nothing twice"
        return ("The applied tree was not replaced: ", Foreign(report.unrecorded), f". {again}")
    return ("Applied tree at commit ", Foreign(report.applied[:12])) if report.applied else ()


def report_closing(report: ApplyReport, *, left: int) -> str:
    """What an apply leaves to do. ``left``: updates that did not end as planned."""
    if left:
        return f"{number(left, 'update')} did not end as planned: 'reconciler plan' shows what is left."
    if report.unrecorded is not None:
        return "Every update holds, and the applied tree does not say so: see above."
    if report.unknown:
        return "Every update holds; 'reconciler plan' again for what could not be read."
    return (
        "Every update holds."
        if report.outcomes
        else "Nothing was written: there was nothing to do."
    )


def finding_counts(items: Sequence[Finding]) -> str:
    """``2 errors, 1 warning``."""
    levels = [item.level for item in items]
    told = [number(levels.count(name), name) for name in ("error", "warning") if name in levels]
    return ", ".join(told) or "No errors, no warnings"


def value(item: Json) -> Foreign:
    """A field's value as one word: strings as they are, the parts of a collection in a row."""
    return Foreign(item if isinstance(item, str) else _flat(item))


def _flat(item: Json) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        return ", ".join(f"{key}={_flat(inner)}" for key, inner in item.items())
    if isinstance(item, Sequence):
        return ", ".join(map(_flat, item))
    return json.dumps(item)


def shorten(item: Foreign, limit: int) -> Foreign:
    """At most ``limit`` characters of it, and how many were left out."""
    if len(item.raw) <= limit:
        return item
    return Foreign(f"{item.raw[:limit]}… ({len(item.raw) - limit:,} more characters)")


def listed(items: Sequence[Foreign], limit: int) -> Phrase:
    """``a, b and 3 more``."""
    pieces: list[str | Foreign] = []
    for item in items[:limit]:
        pieces += [", ", item] if pieces else [item]
    if len(items) > limit:
        pieces.append(f" and {len(items) - limit:,} more")
    return tuple(pieces)
