"""What is on file before each next step, and how a run ends that cannot write it down, or in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import IdentityFailure, Interrupted
from reconciler.model.outcome import Answer, Lost, Patch, Rejected
from reconciler.model.plan import FieldChange
from reconciler.model.words import Foreign, Ref
from reconciler.stories import apply
from reconciler.stories.deadline import Deadline
from tests.support.applying import Failing, applied, closing, names, plan
from tests.support.memory_journal import MemoryJournal
from tests.support.world import FakeClock, FreePacer, Tenant, declare, incident

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.live import Observation, Read

ONE, TWO, THREE = (Ref("Incident", object_id) for object_id in "123")


def test_a_batch_is_checked_then_intended_then_sent_then_settled() -> None:
    world, made = closing("1", "2", "3")
    world.objects[TWO]["status"] = "inProgress"
    journal = MemoryJournal(log=world.log)
    applied(world, made, journal=journal)
    assert world.log == [
        ("read", (ONE, TWO)),
        ("intend", (ONE,)),
        ("write", (ONE,)),
        ("settle", (TWO, ONE)),
        ("read", (THREE,)),
        ("intend", (THREE,)),
        ("write", (THREE,)),
        ("settle", (THREE,)),
        ("close", ()),
    ]


def test_a_closed_journal_holds_what_was_found_what_was_sent_and_how_it_ended() -> None:
    world = Tenant()
    world.add("Incident", incident("1", assignedTo="ANN@contoso.com"))
    made = plan(world, declare("Incident", "1", assignedTo="kai@contoso.com"))
    world.objects[ONE]["assignedTo"] = "ann@contoso.com"
    journal = MemoryJournal()
    report = applied(world, made, journal=journal)
    run = journal.run()
    assert [intent.fields for intent in run.intents] == [
        (FieldChange("assignedTo", "ann@contoso.com", "kai@contoso.com"),)
    ]
    assert [(item.ref, item.name, item.request_ids) for item in run.outcomes] == [
        (ONE, "done", ("request-2",))
    ]
    assert (run.open, run.is_cut) == ((), False)
    assert report.journal == journal.path


def test_every_resend_is_intended_again_and_an_unsettled_one_stays_open() -> None:
    world, made = closing("1")
    world.answers[ONE] = [(Lost("reset"), False), (Lost("reset"), False)]
    journal = MemoryJournal()

    class Moving(Tenant):
        """Somebody takes the incident while its answer is lost for the second time."""

        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            answers = world.write(patches)
            if len(world.answers[ONE]) == 0:
                world.objects[ONE]["status"] = "inProgress"
            return answers

    report = applied(world, made, writer=Moving(), journal=journal)
    assert names(report) == {"Incident 1": "unsettled"}
    run = journal.run()
    assert len(run.intents) == 2
    assert run.open == run.intents[-1:]
    assert apply.exit_codes(report) == {0, 6}


def test_what_the_journal_does_not_take_is_not_sent_and_the_run_stops() -> None:
    world, made = closing("1", "2", "3")
    report = applied(world, made, journal=MemoryJournal(room=0))
    assert [what for what, _ in world.log] == ["read"]
    assert set(names(report).values()) == {"notTried"}
    assert report.notices == ("stopped: the disk is full",)
    assert not report.is_on_file
    assert apply.exit_codes(report) == {0, 1}


def test_a_disk_that_fills_before_the_outcomes_stops_the_run_and_what_is_known_is_reported() -> (
    None
):
    world, made = closing("1", "2", "3")
    journal = MemoryJournal(room=1)
    report = applied(world, made, journal=journal)
    assert names(report) == {"Incident 1": "done", "Incident 2": "done", "Incident 3": "notTried"}
    assert apply.exit_codes(report) == {0, 1, 6}
    assert [intent.ref for intent in journal.run().open] == [ONE, TWO]


@pytest.mark.parametrize(
    ("room", "notice"), [(1, "stopped: the disk is full"), (2, "the disk is full")]
)
def test_a_run_that_is_not_on_file_to_its_end_does_not_exit_zero(room: int, notice: str) -> None:
    world, made = closing("1", "2")
    report = applied(world, made, journal=MemoryJournal(room=room))
    assert set(names(report).values()) == {"done"}
    assert report.notices == (notice,)
    assert apply.exit_codes(report) == {0, 1}


def test_a_lost_answer_of_the_last_batch_before_a_full_disk_is_still_looked_for() -> None:
    world, made = closing("1", "2", "3")
    world.answers[ONE] = [(Lost("reset"), True)]
    report = applied(world, made, journal=MemoryJournal(room=1))
    assert names(report) == {"Incident 2": "done", "Incident 3": "notTried", "Incident 1": "done"}


def stopping(world: Tenant, clock: FakeClock) -> Tenant:
    class Stopping(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            clock.is_stopped = True
            return world.write(patches)

    return Stopping()


@pytest.mark.parametrize(
    ("takes_effect", "moved", "name"),
    [(True, False, "done"), (False, False, "failed"), (False, True, "unsettled")],
)
def test_what_was_sent_before_a_stop_and_got_no_answer_is_settled_by_a_read(
    takes_effect: bool, moved: bool, name: str
) -> None:
    world, made = closing("1")
    world.answers[ONE] = [(Lost("reset"), takes_effect)]
    clock = FakeClock()
    writer = stopping(world, clock)
    if moved:
        writer = _moving(world, writer)
    report = applied(world, made, writer=writer, clock=clock)
    assert names(report) == {"Incident 1": name}
    assert [what for what, _ in world.log] == ["read", "write", "read"]


def _moving(world: Tenant, writer: Tenant) -> Tenant:
    class Moving(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            answers = writer.write(patches)
            world.objects[ONE]["status"] = "inProgress"
            return answers

    return Moving()


class LastReadFails(Tenant):
    """A tenant in which the second read of a run raises."""

    reads = 0

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        self.reads += 1
        if self.reads == 2:
            raise Interrupted("stopped at once")
        return super().read(reads)


def test_what_was_sent_and_cannot_be_looked_at_any_more_is_unsettled() -> None:
    whole, made = closing("1")
    world = LastReadFails(whole.objects, answers={ONE: [(Lost("reset"), True)]})
    clock = FakeClock()
    report = applied(world, made, writer=stopping(world, clock), clock=clock)
    assert names(report) == {"Incident 1": "unsettled"}
    assert report.outcomes[0].problem == (
        "sent, and the answer got lost; the run had stopped: interrupted"
    )
    assert report.interrupted


def test_when_the_time_is_up_the_batch_in_flight_ends_and_the_rest_is_not_tried() -> None:
    world, made = closing("1", "2", "3")
    clock = FakeClock()

    class Slow(Tenant):
        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            clock.ticks += 90
            return world.write(patches)

    deadline = Deadline(clock, clock, 60)
    journal = MemoryJournal()
    hands = apply.Hands(
        world, Slow(), journal, FreePacer(), deadline, clock, is_late=deadline.is_late
    )
    report = apply.run(made, "", hands, batch_size=2)
    assert names(report) == {"Incident 1": "done", "Incident 2": "done", "Incident 3": "notTried"}
    assert not report.interrupted
    assert report.notices == (f"stopped: {apply.TIME_IS_UP}",)
    assert apply.exit_codes(report) == {0, 6}
    assert not journal.run().is_cut


def test_an_expired_token_in_mid_run_leaves_the_rest_not_tried_and_on_file() -> None:
    world, made = closing("1", "2", "3")
    journal = MemoryJournal()
    report = applied(Failing(world, IdentityFailure("no token"), write=2), made, journal=journal)
    assert names(report) == {"Incident 1": "done", "Incident 2": "done", "Incident 3": "notTried"}
    assert apply.exit_codes(report) == {0, 6}
    run = journal.run()
    assert [item.name for item in run.outcomes] == ["done", "done", "notTried"]
    assert run.open == ()


def test_a_half_applied_object_is_sent_only_what_is_still_at_before() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", assignedTo="kai", customTags=["a"]))
    world.objects[ONE]["customTags"] = ["a"]
    journal = MemoryJournal()
    assert names(applied(world, made, journal=journal)) == {"Incident 1": "done"}
    assert world.bodies[ONE] == [{"assignedTo": "kai"}]
    assert [field.name for field in journal.run().intents[0].fields] == ["assignedTo"]


def test_a_refusal_is_on_file_with_the_words_of_graph() -> None:
    world, made = closing("1")
    world.answers[ONE] = [(Rejected(403, Foreign("Forbidden"), Foreign("no"), "r1"), False)]
    journal = MemoryJournal()
    applied(world, made, journal=journal)
    (outcome,) = journal.run().outcomes
    assert (outcome.name, outcome.detail) == ("failed", Foreign("Forbidden: no"))


def test_a_plan_without_updates_is_reported_without_hands() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", status="active"))
    report = apply.nothing(made, "sha256:0", FakeClock().now())
    assert (report.outcomes, report.journal) == ((), None)
    assert apply.exit_codes(report) == {0}
    assert report.started_at == report.finished_at == "2026-11-21T12:00:00.000Z"
