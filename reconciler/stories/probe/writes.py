"""The questions that take a write: tags, verdict, owner; and a merged incident, alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.kinds.incident import INCIDENT
from reconciler.kinds.shapes import is_unset, same
from reconciler.stories.probe.asking import (
    counts,
    elements,
    holds,
    kept,
    not_asked,
    refused,
    seen_as,
    share,
    spelling,
    spellings,
    status,
    told,
    why_not_asked,
)
from reconciler.stories.probe.owner import NO_ALERTS, owner_questions
from reconciler.stories.probe.questions import (
    ALONE,
    ANSWER,
    AUTHOR,
    BY_ID,
    BY_LIST,
    BY_WRITING,
    MISFIT,
    MOVES,
    NULL_VERDICT,
    OLD_INPUT,
    PASCAL_INPUT,
    REDIRECTED,
    REPLACED,
    STATUS_SPREAD,
    VERDICT_SPREAD,
    WRITTEN_ENUMS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.diagnosis import Answered, Fact
    from reconciler.model.live import Live
    from reconciler.model.words import Json
    from reconciler.stories.probe.bench import Bench, Wrote
    from reconciler.stories.probe.subject import Subject

TAG: Final = "reconciler-probe"


def write_questions(bench: Bench, subject: Subject, query: str | None) -> Iterator[Answered]:
    yield from _tags(bench, subject, query)
    yield from _verdict(bench, subject)
    yield from owner_questions(bench, subject)
    yield from _never()


def open_questions(subject: Subject, answers: Sequence[Answered], why: str) -> Iterator[Answered]:
    """Those that take a write and have no answer yet, if nothing may be written any more."""
    if subject.survivor is not None:
        yield not_asked(REDIRECTED, why)
        return
    answered = {answer.question for answer in answers}
    yield from (not_asked(one, why) for one in BY_WRITING if one not in answered)
    yield from _never()


def _never() -> Iterator[Answered]:
    yield not_asked(STATUS_SPREAD, "it would take closing an incident whose alerts are open")
    yield not_asked(REDIRECTED, "the incident is not merged")


def merged_question(bench: Bench, subject: Subject, survivor: Live) -> Iterator[Answered]:
    """What is sent would change nothing of the survivor if Graph passed it on to that one."""
    tags = elements(survivor.fields.get("customTags"))
    sent = "PATCH customTags of the merged one: those of its survivor"
    wrote = bench.patch({"customTags": tags})
    answered = wrote.answer.body.get("id")
    names = {subject.ref.id: "itself", survivor.ref.id: "its survivor"}
    by = names.get(answered, "another") if isinstance(answered, str) else "nothing"
    is_told = not same(
        INCIDENT.by_name["customTags"].shape, subject.live.fields.get("customTags"), tags
    )
    yield refused(REDIRECTED, wrote, sent, fits=True) or told(
        REDIRECTED,
        kept(wrote)
        if is_told
        else "taken; both had the same tags, so nobody can tell whether kept",
        sent=sent,
        fits=True,
        facts={"answeredWith": by},
    )


def _tags(bench: Bench, subject: Subject, query: str | None) -> Iterator[Answered]:
    had = elements(subject.live.fields.get("customTags"))
    one, two = _new_tags(had)
    sent = "PATCH customTags: its own and two more"
    wrote = bench.patch({"customTags": [*had, one, two]})
    if no := refused(ANSWER, wrote, sent):
        yield no
        for question in (MOVES, AUTHOR, BY_ID, BY_LIST, REPLACED):
            yield not_asked(question, "tags could not be written")
        return
    yield _answer(wrote, sent)
    yield from _marks(wrote)
    yield _by_id(bench)
    yield _byelements(bench, query)
    sent = "PATCH customTags: its own and two more, then without the first of these"
    wrote = bench.patch({"customTags": [*had, two]})
    if no := refused(REPLACED, wrote, sent):
        yield no
        return
    now = elements(wrote.after.fields.get("customTags"))
    is_replaced = one not in now
    found = "replaced" if is_replaced else "merged"
    yield told(
        REPLACED, found, sent=sent, fits=is_replaced, facts={"keepsOrder": now == [*had, two]}
    )


def _answer(wrote: Wrote, sent: str) -> Answered:
    body = wrote.answer.body
    missing = [item.name for item in INCIDENT.fields if not item.nullable and item.name not in body]
    is_whole = wrote.answer.status == 200 and body.get("id") == wrote.before.ref.id  # noqa: PLR2004 — HTTP's own number
    found = "it does" if is_whole else "it does not"
    return told(ANSWER, found, sent=sent, fits=is_whole and not missing, facts=status(wrote.answer))


def _marks(wrote: Wrote) -> Iterator[Answered]:
    moved = wrote.before.revision != wrote.after.revision
    yield told(MOVES, "it does" if moved else "it does not", fits=moved)
    before, after = wrote.before.moved_by, wrote.after.moved_by
    is_named = after is not None and after.raw.startswith("API-App:")
    found = "it begins with 'API-App:'" if is_named else "it does not"
    yield told(
        AUTHOR, found, fits=is_named, facts={"isSet": after is not None, "changed": before != after}
    )


def _by_id(bench: Bench) -> Answered:
    seconds = bench.seconds_until_shown()
    found = "not in 15 s" if seconds is None else f"after {seconds} s"
    return told(BY_ID, found, fits=seconds is not None and seconds < 1, facts={"seconds": seconds})


def _byelements(bench: Bench, query: str | None) -> Answered:
    if query is None:
        return not_asked(BY_LIST, "no list showed the incident")
    seconds = bench.seconds_until_shown(query)
    found = "not in 15 s" if seconds is None else f"after {seconds} s"
    return told(BY_LIST, found, fits=None if seconds is None else True, facts={"seconds": seconds})


def _verdict(bench: Bench, subject: Subject) -> Iterator[Answered]:
    questions = (
        WRITTEN_ENUMS,
        VERDICT_SPREAD,
        PASCAL_INPUT,
        OLD_INPUT,
        ALONE,
        MISFIT,
        NULL_VERDICT,
    )
    why = why_not_asked(subject, ("classification", "determination"))
    if why:
        yield from (not_asked(question, why) for question in questions)
        return
    yield from _plain_verdict(bench)
    yield _pascal(bench)
    yield _old_name(bench)
    yield _alone(bench)
    yield _misfit(bench)
    yield _no_verdict(bench)


def _plain_verdict(bench: Bench) -> Iterator[Answered]:
    sent = "PATCH a verdict in camelCase"
    wrote = bench.patch(_pair("informationalExpectedActivity", "securityTesting"))
    no = refused(WRITTEN_ENUMS, wrote, sent)
    found = spellings(INCIDENT, [wrote.answer.body])
    names = ", ".join(found) or "the answer had none"
    yield no or told(WRITTEN_ENUMS, names, sent=sent, fits=found == ["camelCase"])
    if no or not bench.alerts:
        yield not_asked(VERDICT_SPREAD, "the verdict was not written" if no else NO_ALERTS)
        return
    reached = bench.reached(("classification", "determination"))
    yield told(
        VERDICT_SPREAD, share(reached), sent=sent, fits=not reached, facts=counts(bench, reached)
    )


def _pascal(bench: Bench) -> Answered:
    sent = "PATCH a verdict in PascalCase"
    wrote = bench.patch(_pair("FalsePositive", "NotMalicious"))
    no = refused(PASCAL_INPUT, wrote, sent, fits=True)
    return no or told(PASCAL_INPUT, kept(wrote), sent=sent, fits=True)


def _old_name(bench: Bench) -> Answered:
    sent = "PATCH determination confirmedUserActivity, which is confirmedActivity today"
    wrote = bench.patch(_pair("informationalExpectedActivity", "confirmedUserActivity"))
    no = refused(OLD_INPUT, wrote, sent, fits=True)
    answered = spelling(INCIDENT, "determination", wrote.answer.body.get("determination"))
    is_known = holds(wrote, "determination", "confirmedActivity")
    return no or told(
        OLD_INPUT, kept(wrote), sent=sent, fits=is_known, facts={"answeredIn": answered}
    )


def _alone(bench: Bench) -> Answered:
    sent = "PATCH a verdict, then another classification alone"
    wrote = bench.patch(_pair("informationalExpectedActivity", "securityTesting"))
    no = refused(ALONE, wrote, sent)
    if no:
        return no
    wrote = bench.patch({"classification": "falsePositive"}, foreseen={"determination": "unknown"})
    no = refused(ALONE, wrote, sent)
    if no:
        return no
    now = wrote.after.fields.get("determination")
    if holds(wrote, "determination", "securityTesting"):
        return told(ALONE, "it stays", sent=sent, fits=True)
    is_gone = is_unset(INCIDENT.by_name["determination"].shape, now)
    return told(ALONE, "it is unset" if is_gone else "it becomes another one", sent=sent, fits=True)


def _misfit(bench: Bench) -> Answered:
    sent = "PATCH falsePositive with securityTesting"
    wrote = bench.patch(_pair("falsePositive", "securityTesting"))
    no = refused(MISFIT, wrote, sent, fits=True)
    return no or told(MISFIT, kept(wrote), sent=sent, fits=False)


def _no_verdict(bench: Bench) -> Answered:
    sent = "PATCH classification and determination null"
    wrote = bench.patch({"classification": None, "determination": None})
    no = refused(NULL_VERDICT, wrote, sent)
    names = ("classification", "determination")
    is_gone = all(
        is_unset(INCIDENT.by_name[name].shape, wrote.after.fields.get(name)) for name in names
    )
    facts: dict[str, Fact] = {name: seen_as(wrote.answer.body, name) for name in names}
    found = "unset" if is_gone else "still set"
    return no or told(NULL_VERDICT, found, sent=sent, fits=is_gone, facts=facts)


def _pair(classification: str, determination: str) -> dict[str, Json]:
    return {"classification": classification, "determination": determination}


def _new_tags(had: Sequence[Json]) -> tuple[str, str]:
    """Two that it does not have, whatever an earlier probe has left."""
    names = (f"{TAG}-{number}" for number in range(1, len(had) + 3))
    first, second, *_ = (name for name in names if name not in had)
    return first, second
