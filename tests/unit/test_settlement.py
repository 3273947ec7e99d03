from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.live import Known, Missing, Unreadable
from reconciler.model.outcome import (
    Accepted,
    AlreadyDone,
    Conflict,
    Lost,
    Outcome,
    Postponed,
    Rejected,
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
CHANGE = Change(Ref("Incident", "1"), "update", "differs", Place("x.yaml", 3, 1), fields=(FIELD,))
FRESH = Attempt(CHANGE)
LOST = replace(FRESH, was_lost=True, tries=1)
WRITE = Write((FIELD,))


@pytest.mark.parametrize(
    ("attempt", "verdict", "name"),
    [
        (FRESH, AlreadyDone(), "alreadyDone"),
        (LOST, AlreadyDone(), "done"),
        (FRESH, Conflict("moved"), "conflict"),
        (LOST, Conflict("moved"), "unsettled"),
        (FRESH, Unreadable("403"), "failed"),
        (LOST, Unreadable("403"), "unsettled"),
        (replace(FRESH, tries=MAX_TRIES), WRITE, "failed"),
    ],
)
def test_a_check_ends_what_need_not_or_may_not_be_written(
    attempt: Attempt, verdict: AlreadyDone | Conflict | Unreadable | Write, name: str
) -> None:
    outcome = after_check(attempt, verdict)
    assert isinstance(outcome, Outcome)
    assert outcome.name == name


def test_what_still_is_at_before_is_written() -> None:
    assert after_check(LOST, WRITE) == WRITE


def test_a_kept_value_is_done() -> None:
    answer = Accepted(live("Incident", incident(status="InProgress")), "r1")
    outcome = after_answer(FRESH, WRITE, answer)
    assert outcome == Outcome(
        CHANGE.ref, "done", CHANGE.source, fields=(FIELD,), request_ids=("r1",)
    )


def test_a_value_that_did_not_stick_is_not_kept_after_three_reads_with_growing_pauses() -> None:
    step = after_answer(FRESH, WRITE, Accepted(live("Incident", incident()), "r1"))
    waits = []
    while isinstance(step, Unconfirmed):
        waits.append(step.wait_seconds)
        step = after_confirmation(step, Known(live("Incident", incident())))
    assert waits == [1.0, 2.0, 4.0]
    assert isinstance(step, Outcome)
    assert step.name == "notKept"
    assert step.fields == (FieldChange("status", "inProgress", "active"),)


def test_an_answer_that_shows_the_object_as_it_was_is_done_as_soon_as_a_read_shows_it() -> None:
    step = after_answer(FRESH, WRITE, Accepted(live("Incident", incident()), "r1"))
    assert isinstance(step, Unconfirmed)
    held = Known(live("Incident", incident(status="inProgress")))
    assert named(after_confirmation(step, held)) == "done"


def test_an_answer_without_the_object_has_to_be_confirmed_by_reading() -> None:
    step = after_answer(FRESH, WRITE, Accepted(None, None))
    assert isinstance(step, Unconfirmed)
    held = Known(live("Incident", incident(status="inProgress")))
    assert step.wait_seconds == 0.0
    assert named(after_confirmation(step, held)) == "done"
    lagging = Known(live("Incident", incident()))
    assert after_confirmation(step, lagging) == replace(step, wait_seconds=1.0, pauses=(2.0, 4.0))
    assert named(after_confirmation(step, lagging, is_last=True)) == "notKept"
    assert named(after_confirmation(step, Missing())) == "unsettled"
    hidden = Known(live("Incident", incident(status="unknownFutureValue")))
    assert named(after_confirmation(step, hidden)) == "unsettled"


def named(step: Outcome | Unconfirmed) -> str:
    assert isinstance(step, Outcome)
    return step.name


def test_a_no_from_graph_is_failed_with_its_words() -> None:
    outcome = after_answer(FRESH, WRITE, Rejected(403, Foreign("c"), Foreign("m"), "r9"))
    assert isinstance(outcome, Outcome)
    permission, role = "SecurityIncident.ReadWrite.All", "Security Operator"
    assert (outcome.name, outcome.problem) == (
        "failed",
        f"Graph answered 403 to PATCH: the identity lacks {permission}; a person needs the role {role} as well",
    )
    assert (outcome.detail, outcome.request_ids) == (Foreign("c: m"), ("r9",))


def test_a_postponed_write_is_tried_again_and_was_not_sent() -> None:
    again = after_answer(FRESH, WRITE, Postponed("429", 3.0, "r1"))
    assert again == replace(FRESH, tries=1, wait_seconds=3.0, problem="429", request_ids=("r1",))


def test_a_lost_answer_sends_the_object_back_to_its_check() -> None:
    again = after_answer(FRESH, WRITE, Lost("reset"))
    assert again == replace(FRESH, tries=1, problem="reset", was_lost=True)


def test_a_stopped_run_leaves_what_was_not_sent_untried() -> None:
    assert stopped(FRESH, "ctrl-c") == Outcome(
        CHANGE.ref, "notTried", CHANGE.source, problem="ctrl-c"
    )


@pytest.mark.parametrize(
    ("verdict", "name", "problem"),
    [
        (AlreadyDone(), "done", None),
        (WRITE, "failed", "sent and not applied; ctrl-c"),
        (Conflict("moved"), "unsettled", "sent, and the answer got lost; ctrl-c"),
        (Unreadable("no"), "unsettled", "sent, and the answer got lost; ctrl-c"),
        (None, "unsettled", "sent, and the answer got lost; ctrl-c"),
    ],
)
def test_a_stopped_run_settles_what_was_lost_by_a_last_look(
    verdict: Verdict | Unreadable | None, name: str, problem: str | None
) -> None:
    outcome = stopped(LOST, "ctrl-c", verdict)
    assert (outcome.name, outcome.problem) == (name, problem)
