from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import IdentityFailure, Interrupted, Refused
from reconciler.model.live import Unreadable
from reconciler.model.outcome import Accepted, Answer, Lost, Patch, Postponed, Rejected
from reconciler.model.plan import Summary
from reconciler.model.words import Foreign, Ref
from reconciler.stories import apply
from tests.support.applying import Failing, applied, closing, names, plan
from tests.support.world import (
    FakeClock,
    FreePacer,
    Tenant,
    alert,
    declare,
    incident,
    legacy,
    live,
    task,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def test_a_second_plan_after_apply_is_empty() -> None:
    world, made = closing("1", "2", "3")
    report = applied(world, made)
    assert set(names(report).values()) == {"done"}
    assert apply.exit_codes(report) == {0}
    again = plan(world, *(declare("Incident", one, status="resolved") for one in "123"))
    assert again.summary.update == 0


def test_every_batch_is_checked_right_before_it_is_written_under_one_reservation() -> None:
    world, made = closing("1", "2", "3")
    pacer = FreePacer()
    applied(world, made, pacer=pacer)
    assert [(what, len(refs)) for what, refs in world.log] == [
        ("read", 2),
        ("write", 2),
        ("read", 1),
        ("write", 1),
    ]
    assert pacer.reserved == [4, 2]


def test_running_the_same_plan_again_writes_nothing() -> None:
    world, made = closing("1", "2")
    applied(world, made)
    report = applied(world, made)
    assert set(names(report).values()) == {"alreadyDone"}
    assert [what for what, _ in world.log] == ["read"]
    assert apply.exit_codes(report) == {0}


def test_an_incident_that_moved_since_the_plan_is_left_alone_and_the_rest_goes_on() -> None:
    world, made = closing("1", "2")
    world.objects[Ref("Incident", "1")]["status"] = "inProgress"
    report = applied(world, made)
    assert names(report) == {"Incident 1": "conflict", "Incident 2": "done"}
    assert apply.exit_codes(report) == {0, 6}


def test_incidents_go_first_then_alerts_then_tasks_and_never_share_a_batch() -> None:
    world = Tenant()
    for kind, answer in (
        ("IncidentTask", task()),
        ("Alert", alert()),
        ("LegacyAlert", legacy()),
        ("Incident", incident()),
    ):
        world.add(kind, answer)
    made = plan(
        world,
        declare("IncidentTask", "213213", status="completed"),
        declare("Alert", "da1", status="resolved", classification="truePositive"),
        declare("LegacyAlert", "la1", status="resolved"),
        declare("Incident", "1", status="resolved"),
    )
    report = applied(world, made)
    written = [[ref.kind for ref in refs] for what, refs in world.log if what == "write"]
    assert written == [["Incident"], ["Alert", "LegacyAlert"], ["IncidentTask"]]
    assert world.bodies[Ref("Alert", "da1")] == [{"classification": "truePositive"}]
    assert "vendorInformation" in world.bodies[Ref("LegacyAlert", "la1")][0]
    assert set(names(report).values()) == {"done"}


def test_a_postponed_write_is_checked_again_before_it_is_resent() -> None:
    world, made = closing("1")
    world.answers[Ref("Incident", "1")] = [(Postponed("throttled", 7.0), False)]
    report = applied(world, made)
    assert names(report) == {"Incident 1": "done"}
    assert [what for what, _ in world.log] == ["read", "write", "read", "write"]


def test_a_lost_answer_is_settled_by_reading_and_not_sent_twice() -> None:
    world, made = closing("1")
    world.answers[Ref("Incident", "1")] = [(Lost("reset"), True)]
    report = applied(world, made)
    assert names(report) == {"Incident 1": "done"}
    assert [what for what, _ in world.log] == ["read", "write", "read"]


def test_a_write_that_was_lost_on_its_way_is_sent_again_after_a_read() -> None:
    world, made = closing("1")
    world.answers[Ref("Incident", "1")] = [(Lost("reset"), False)]
    report = applied(world, made)
    assert names(report) == {"Incident 1": "done"}
    assert [what for what, _ in world.log] == ["read", "write", "read", "write"]


def test_a_write_that_never_gets_through_ends_failed() -> None:
    world, made = closing("1")
    world.answers[Ref("Incident", "1")] = [(Lost("reset"), False)] * 9
    report = applied(world, made)
    assert names(report) == {"Incident 1": "failed"}
    assert [what for what, _ in world.log].count("write") == 5


def test_a_rejected_write_fails_and_the_exit_code_says_partly() -> None:
    world, made = closing("1", "2")
    no = Rejected(403, Foreign("Forbidden"), Foreign("no"), "r1")
    world.answers[Ref("Incident", "1")] = [(no, False)]
    report = applied(world, made)
    assert names(report) == {"Incident 1": "failed", "Incident 2": "done"}
    assert apply.exit_codes(report) == {0, 6}


def test_what_did_not_stick_is_not_kept_and_fails_the_run() -> None:
    world, made = closing("1")
    world.forgets = frozenset({"status"})
    report = applied(world, made)
    assert names(report) == {"Incident 1": "notKept"}
    assert apply.exit_codes(report) == {0, 6}


def test_an_answer_that_shows_the_object_as_it_was_is_read_again_while_others_go_on() -> None:
    world, made = closing("1", "2", "3")
    ref, clock = Ref("Incident", "1"), FakeClock()
    old = Accepted(live("Incident", world.objects[ref]), "r1")
    world.answers[ref] = [(old, True)]
    report = applied(world, made, clock=clock)
    assert set(names(report).values()) == {"done"}
    assert [what for what, _ in world.log] == ["read", "write", "read", "write", "read"]
    assert clock.ticks == 1.0


def test_an_answer_without_a_body_is_confirmed_by_a_read() -> None:
    world, made = closing("1", "2")
    world.answers_bare = True
    report = applied(world, made)
    assert set(names(report).values()) == {"done"}
    assert [what for what, _ in world.log] == ["read", "write", "read"]


def test_a_stop_finishes_the_batch_and_reports_the_rest_as_not_tried() -> None:
    world, made = closing("1", "2", "3")
    clock = FakeClock()

    class Stopping(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            clock.is_stopped = True
            return world.write(patches)

    report = applied(world, made, writer=Stopping(), clock=clock)
    assert names(report) == {
        "Incident 1": "done",
        "Incident 2": "done",
        "Incident 3": "notTried",
    }
    assert report.interrupted
    assert apply.exit_codes(report) == {0, 6, 130}


def test_a_run_that_loses_its_token_reports_what_was_done_before() -> None:
    world, made = closing("1", "2", "3")
    report = applied(Failing(world, IdentityFailure("no token"), read=2), made)
    assert names(report)["Incident 1"] == "done"
    assert names(report)["Incident 3"] == "notTried"
    assert report.notices == ("stopped: no token",)


def test_an_interrupt_before_a_write_was_sent_leaves_it_not_tried() -> None:
    world, made = closing("1", "2", "3")
    report = applied(Failing(world, Interrupted("interrupted"), write=1), made)
    assert set(names(report).values()) == {"notTried"}


def test_a_confirmation_that_stops_the_run_leaves_what_was_sent_unsettled() -> None:
    world, made = closing("1", "2", "3")
    world.answers_bare = True
    report = applied(Failing(world, Refused("another tenant"), read=2), made)
    assert names(report) == {
        "Incident 1": "unsettled",
        "Incident 2": "unsettled",
        "Incident 3": "notTried",
    }


def test_a_dead_network_fails_every_object_and_exits_one() -> None:
    world, made = closing("1", "2")
    world.unreadable = {ref: Unreadable("no route") for ref in world.objects}
    report = applied(world, made)
    assert set(names(report).values()) == {"failed"}
    assert apply.exit_codes(report) == {0, 1}


def test_a_document_that_expired_since_the_plan_is_not_written() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", expires="2026-11-22", status="resolved"))
    report = applied(world, made, clock=FakeClock(ticks=86_400.0))
    assert names(report) == {"Incident 1": "notTried"}
    assert report.outcomes[0].problem == "released since 2026-11-22"


def test_objects_that_were_unknown_when_planned_keep_the_run_from_exiting_zero() -> None:
    world, made = closing("1")
    made = replace(made, summary=replace(made.summary, unknown=1))
    assert apply.exit_codes(applied(world, made)) == {0, 1}


def test_the_window_between_check_and_answer_is_measured() -> None:
    world, made = closing("1")
    clock = FakeClock()

    class Slow(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            clock.ticks += 0.25
            return world.write(patches)

    report = applied(world, made, writer=Slow(), clock=clock)
    assert report.window_seconds == 0.25


def test_an_alert_whose_incident_was_done_by_an_earlier_run_is_not_bound_to_its_revision() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    world.add("Alert", alert("da1"))
    made = plan(
        world,
        declare("Incident", "1", assignedTo="kai"),
        declare("Alert", "da1", status="resolved"),
    )
    only_incident = replace(made, changes=tuple(c for c in made.changes if c.ref.id == "1"))
    applied(world, only_incident)
    report = applied(world, made)
    assert names(report) == {"Incident 1": "alreadyDone", "Alert da1": "done"}


@pytest.mark.parametrize("answer", [Accepted(None, "r"), Lost("x")])
def test_a_plan_without_updates_sends_nothing(answer: Answer) -> None:
    world = Tenant(answers={Ref("Incident", "1"): [(answer, False)]})
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", status="active"))
    report = applied(world, made)
    assert (report.outcomes, world.log) == ((), [])
    assert made.summary == replace(Summary(declared=1, in_sync=1), requests=made.summary.requests)
