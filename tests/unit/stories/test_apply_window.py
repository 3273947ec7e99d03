"""Between a check and its write nothing waits, and nothing that goes wrong is left untold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Refused
from reconciler.model.live import Unanswered
from reconciler.model.outcome import Lost, Rejected
from reconciler.model.words import Foreign, Ref
from reconciler.stories import apply
from tests.support.applying import applied as run, closing, names
from tests.support.world import FakeClock, Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.live import Observation
    from reconciler.model.outcome import Answer, Patch

ONE, TWO, THREE, FOUR = (Ref("Incident", number) for number in "1234")


class Slow(Tenant):
    """A tenant whose checks of an object go unanswered so many times."""

    def __init__(self, world: Tenant, ref: Ref, times: int, told: Unanswered | None = None) -> None:
        super().__init__(objects=world.objects)
        self.ref, self.times = ref, times
        self.told = told or Unanswered("Graph answered 503")

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        found = super().check(refs)
        if self.ref not in refs or not self.times:
            return found
        self.times -= 1
        return {**found, self.ref: self.told}


def test_what_a_check_answered_is_written_at_once_and_the_rest_is_checked_again() -> None:
    world, made = closing("1", "2")
    slow = Slow(world, TWO, 1)
    report = run(slow, made)
    assert names(report) == {"Incident 1": "done", "Incident 2": "done"}
    assert [(what, refs) for what, refs in slow.log] == [
        ("read", (ONE, TWO)),
        ("write", (ONE,)),
        ("read", (TWO,)),
        ("write", (TWO,)),
    ]


def test_a_check_that_graph_throttles_is_made_again_whole_before_anything_is_written() -> None:
    world, made = closing("1", "2")
    throttled = Slow(world, TWO, 1, Unanswered("Graph answered 429", holds_up_others=True))
    report = run(throttled, made)
    assert names(report) == {"Incident 1": "done", "Incident 2": "done"}
    assert throttled.log == [
        ("read", (ONE, TWO)),
        ("read", (ONE, TWO)),
        ("write", (ONE, TWO)),
    ]


def test_what_failed_waits_by_itself_and_the_others_go_on() -> None:
    world, made = closing("1", "2", "3", "4")
    slow = Slow(world, ONE, 1, Unanswered("Graph answered 503", 8.0))
    clock = FakeClock()
    report = run(slow, made, clock=clock)
    assert set(names(report).values()) == {"done"}
    assert [refs for what, refs in slow.log if what == "write"] == [(TWO,), (THREE, FOUR), (ONE,)]
    assert clock.ticks == 8.0


def test_an_object_that_never_answers_its_check_fails_and_the_others_are_written() -> None:
    world, made = closing("1", "2")
    report = run(Slow(world, TWO, 99), made)
    assert names(report) == {"Incident 1": "done", "Incident 2": "failed"}


def test_what_a_write_needs_is_there_before_the_check() -> None:
    order: list[str] = []
    world, made = closing("1")

    class Watched(Tenant):
        def ready(self) -> None:
            order.append("ready")

        def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
            order.append("check")
            return super().check(refs)

        def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
            order.append("write")
            return super().write(patches)

    run(Watched(objects=world.objects), made)
    assert order == ["ready", "check", "write"]


class Surprising(Tenant):
    """A tenant that fails in a way that nobody has thought of, after the write took effect."""

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        super().write(patches)
        raise OverflowError("date value out of range")


def test_a_surprise_after_a_write_ends_with_a_report_that_says_what_was_sent() -> None:
    world, made = closing("1", "2", "3")
    report = run(Surprising(objects=world.objects), made)
    assert names(report) == {
        "Incident 1": "done",
        "Incident 2": "done",
        "Incident 3": "notTried",
    }
    said, advice = report.notices
    assert re.fullmatch(
        r"stopped: unexpected OverflowError at reconciler/stories/apply\.py:\d+;"
        r" this is a defect of reconciler",
        said,
    )
    assert "issues page" in advice


def test_a_no_after_a_lost_answer_is_unsettled() -> None:
    """The first one may still take effect, whatever the second was told."""
    world, made = closing("1")
    no = Rejected(409, Foreign("Conflict"), Foreign("no"), "r2")
    world.answers[ONE] = [(Lost("reset"), False), (no, False)]
    assert names(run(world, made)) == {"Incident 1": "unsettled"}


class Foreigner(Tenant):
    """A tenant whose nth check finds another tenant's object."""

    def __init__(self, world: Tenant, at: int) -> None:
        super().__init__(objects=world.objects)
        self.left = at

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        self.left -= 1
        if not self.left:
            raise Refused("Incident 1 belongs to another tenant")
        return super().check(refs)


@pytest.mark.parametrize(("at", "codes"), [(1, {0, 1, 5}), (2, {0, 6})])
def test_another_tenants_object_refuses_the_run_as_long_as_nothing_was_written(
    at: int, codes: set[int]
) -> None:
    world, made = closing("1", "2", "3")
    assert apply.exit_codes(run(Foreigner(world, at), made)) == codes
