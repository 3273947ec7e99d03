"""What an outcome says to people, whole: faults in it were noticed by no other test (tests/mutation)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.live import Known, Missing, Unreadable
from reconciler.model.outcome import (
    Accepted,
    AlreadyDone,
    Conflict,
    Outcome,
    OutcomeName,
    Verdict,
    Write,
)
from reconciler.model.plan import Change, FieldChange
from reconciler.model.words import Foreign, Place, Ref
from reconciler.settlement import (
    MAX_TRIES,
    Attempt,
    Unconfirmed,
    after_answer,
    after_check,
    after_confirmation,
    stopped,
)
from tests.support.world import incident, live

FIELD = FieldChange("status", "active", "inProgress")
MOVED = (FieldChange("status", "active", "resolved"),)
CHANGE = Change(
    Ref("Incident", "1"),
    "update",
    "differs",
    Place("x.yaml", 3),
    title=Foreign("Suspicious"),
    fields=(FIELD,),
)
FRESH = Attempt(CHANGE, request_ids=("r1",))
LOST = replace(FRESH, was_lost=True, tries=1)


def ended(
    name: OutcomeName,
    fields: tuple[FieldChange, ...] = (),
    problem: str | None = None,
    detail: Foreign | None = None,
) -> Outcome:
    return Outcome(
        CHANGE.ref,
        name,
        CHANGE.source,
        title=Foreign("Suspicious"),
        fields=fields,
        problem=problem,
        detail=detail,
        request_ids=("r1",),
    )


NO_READ = "it could not be read before the write: no route"


@pytest.mark.parametrize(
    ("attempt", "verdict", "expected"),
    [
        (FRESH, AlreadyDone(), ended("alreadyDone")),
        (LOST, AlreadyDone(), ended("done", (FIELD,))),
        (FRESH, Conflict("it moved", MOVED), ended("conflict", MOVED, "it moved")),
        (LOST, Conflict("it moved", MOVED), ended("unsettled", MOVED, "it moved")),
        (
            FRESH,
            Unreadable("no route", Foreign("x")),
            ended("failed", (), NO_READ, Foreign("x")),
        ),
        (
            LOST,
            Unreadable("no route", Foreign("x")),
            ended("unsettled", (), NO_READ, Foreign("x")),
        ),
        (
            replace(FRESH, tries=MAX_TRIES, problem="429", detail=Foreign("busy")),
            Write((FIELD,)),
            ended("failed", (FIELD,), "tried 5 times and not applied; last: 429", Foreign("busy")),
        ),
    ],
)
def test_a_check_that_ends_an_object_says_what_why_and_in_whose_words(
    attempt: Attempt, verdict: Verdict | Unreadable, expected: Outcome
) -> None:
    assert after_check(attempt, verdict) == expected


def test_one_try_less_than_the_most_is_still_sent() -> None:
    write = Write((FIELD,))
    assert after_check(replace(FRESH, tries=MAX_TRIES - 1), write) == write


def test_what_did_not_stick_says_so() -> None:
    found = (FieldChange("status", "inProgress", "active"),)
    last = Unconfirmed(FRESH, Write((FIELD,)), pauses=())
    assert after_confirmation(last, Known(live("Incident", incident()))) == (
        ended("notKept", found, "Graph answered yes, and the planned value is not there")
    )


def test_unset_is_kept_however_graph_spells_it_in_the_answer() -> None:
    verdict = FieldChange("classification", "falsePositive", None)
    answer = Accepted(
        live("Incident", incident(status="inProgress", classification="unknown")), None
    )
    assert after_answer(FRESH, Write((verdict,)), answer) == ended("done", (verdict,))


def test_what_no_read_could_confirm_says_so_with_what_was_sent() -> None:
    step = Unconfirmed(FRESH, Write((FIELD,)))
    assert after_confirmation(step, Missing()) == ended(
        "unsettled", (FIELD,), "Graph accepted it, and no read could confirm it"
    )


def test_a_lost_write_that_a_last_look_finds_is_done_with_its_fields() -> None:
    assert stopped(LOST, "interrupted", AlreadyDone()) == ended("done", (FIELD,))
    assert stopped(LOST, "interrupted", Write((FIELD,))) == ended(
        "failed", (FIELD,), "sent and not applied; interrupted"
    )
    assert stopped(FRESH, "interrupted") == ended("notTried", (), "interrupted")
