"""How a question is answered: in our words, with facts that give nothing of the tenant away."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.kinds.incident import INCIDENT
from reconciler.kinds.sendable import as_sent, why_not
from reconciler.kinds.shapes import EnumShape, same
from reconciler.model.diagnosis import Answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.diagnosis import Fact, Question, Raw
    from reconciler.model.words import Json, JsonObject
    from reconciler.stories.probe.bench import Bench, Wrote
    from reconciler.stories.probe.subject import Subject

NOTHING: Final[Mapping[str, Fact]] = MappingProxyType({})
CAMEL, PASCAL, CASING = "camelCase", "PascalCase", "another casing"
OLD, OTHER, UNSET = "an old name", "other", "none set"


def told(
    question: Question,
    found: str,
    *,
    sent: str | None = None,
    fits: bool | None = None,
    facts: Mapping[str, Fact] = NOTHING,
) -> Answered:
    return Answered(question, found, sent, facts, fits)


def not_asked(question: Question, why: str) -> Answered:
    return Answered(question, f"not asked: {why}")


def refused(
    question: Question, wrote: Wrote, sent: str, *, fits: bool | None = False
) -> Answered | None:
    """The answer where the PATCH was not taken; None if it was."""
    answer = wrote.answer
    if answer.is_ok:
        return None
    if not answer.is_refusal:
        return told(question, "no answer that tells", sent=sent, facts=status(answer))
    return told(question, "refused", sent=sent, fits=fits, facts=status(answer))


def status(answer: Raw) -> dict[str, Fact]:
    return {"status": answer.status, "code": answer.code or None}


def spelling(kind: Kind, name: str, value: object) -> str:
    """How an answer spells a member of an enumeration; never which one it is."""
    shape = kind.by_name[name].shape
    if not isinstance(shape, EnumShape) or not isinstance(value, str) or not value:
        return UNSET
    if value in (*shape.names, *shape.read_only):
        return CAMEL
    if value[:1].lower() + value[1:] in (*shape.names, *shape.read_only):
        return PASCAL
    known = shape.spellings.get(value.casefold())
    if known is None:
        return OTHER
    return CASING if known.casefold() == value.casefold() else OLD


def spellings(kind: Kind, bodies: Iterable[JsonObject]) -> list[str]:
    """All that occur."""
    found = {spelling(kind, name, body.get(name)) for body in bodies for name, _ in kind.enums} - {
        UNSET
    }
    return sorted(found)


def seen_as(body: JsonObject, name: str) -> str:
    """How an answer says that a property is unset."""
    if name not in body:
        return "left out"
    value = body[name]
    if value is None:
        return "null"
    if value == "":
        return "empty"
    return "unknown" if value == "unknown" else "a value"


def share(reached: int) -> str:
    return "it does" if reached else "it does not"


def counts(bench: Bench, reached: int) -> dict[str, Fact]:
    return {"alerts": bench.alerts, "changed": reached}


def kept(wrote: Wrote) -> str:
    """Taken; and whether the object says so."""
    is_kept = all(
        same(INCIDENT.by_name[change].shape, wrote.after.fields.get(change), value)
        for change, value in wrote.sent.items()
    )
    return "taken" if is_kept else "taken, and not kept"


def holds(wrote: Wrote, name: str, value: Json) -> bool:
    return same(INCIDENT.by_name[name].shape, wrote.after.fields.get(name), value)


def why_not_asked(subject: Subject, names: Sequence[str]) -> str | None:
    """Nothing is written that could not be put back: on the incident, or on an alert it reaches."""
    for live in (subject.live, *subject.alerts):
        for name in names:
            item = INCIDENT.by_name[name]
            if name not in live.fields:
                return f"{name} is not known, so it could not be put back"
            if why_not(item, as_sent(item, live.fields[name])):
                return f"{name} holds what could not be put back"
    return None


def elements(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []
