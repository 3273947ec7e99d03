from __future__ import annotations

import io
import json
import threading
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.crew import AT_ONCE, Crew
from reconciler.cli.door import Beside, Door, SystemClock
from reconciler.cli.interrupts import Brakes, braking, end_of_reading
from reconciler.errors import Refused
from reconciler.settings import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.tenant_run import TenantRun

Work = Callable[[Namespace, Door], int]
CONFIG = Config("reconciler.yaml", "/nowhere", {})
PATIENCE = 30.0
"""Seconds before a test that would hang fails."""


class Ship:
    """A crew and what it says; ``brakes`` are the test's to pull."""

    def __init__(
        self,
        work: Work,
        *,
        as_json: bool = False,
        grace_seconds: float = 5.0,
        brakes: Brakes | None = None,
    ) -> None:
        self.brakes = brakes or Brakes()
        self.err = io.StringIO()
        door = Door(io.StringIO(), io.StringIO(), self.err, {}, Path(), SystemClock())
        self._crew = Crew(
            work,
            Namespace(tenant=None, tenants=["ignored"]),
            door,
            Beside(CONFIG, self.brakes),
            as_json=as_json,
            grace_seconds=grace_seconds,
        )

    def results(self, *tenants: str) -> Iterator[tuple[TenantRun, str]]:
        return self._crew.results(tenants)

    def codes(self, *tenants: str) -> Sequence[tuple[str, int]]:
        return [(run.tenant, run.exit_code) for run, _ in self.results(*tenants)]


def test_results_come_in_the_order_asked_for_whoever_ends_first() -> None:
    second_has_ended = threading.Event()

    def work(options: Namespace, door: Door) -> int:
        if options.tenant == "a":
            assert second_has_ended.wait(PATIENCE)
        door.out((f"report of {options.tenant}\n",))
        door.counts["update"] = len(options.tenant)
        if options.tenant == "b":
            second_has_ended.set()
        return 0

    found = list(Ship(work).results("a", "b"))

    assert [text for _, text in found] == ["report of a\n", "report of b\n"]
    assert [(run.tenant, run.exit_code, run.counts) for run, _ in found] == [
        ("a", 0, {"update": 1}),
        ("b", 0, {"update": 1}),
    ]
    assert all(run.seconds > 0 for run, _ in found)


def test_as_many_run_side_by_side_as_said_and_never_more() -> None:
    full = threading.Barrier(AT_ONCE)
    lock = threading.Lock()
    now = most = 0

    def work(_options: Namespace, _door: Door) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        full.wait(PATIENCE)
        with lock:
            now -= 1
        return 0

    names = [f"t{number}" for number in range(3 * AT_ONCE)]
    assert Ship(work).codes(*names) == [(name, 0) for name in names]
    assert most == AT_ONCE


@pytest.mark.parametrize("surprise", [Refused("not yours"), ZeroDivisionError("secret text")])
def test_one_that_fails_leaves_the_others_alone(surprise: Exception) -> None:
    def work(options: Namespace, _door: Door) -> int:
        if options.tenant == "b":
            raise surprise
        return 0

    ship = Ship(work)
    code = getattr(surprise, "exit_code", 1)
    assert ship.codes("a", "b", "c") == [("a", 0), ("b", code), ("c", 0)]
    assert all(line.startswith("b: ") for line in ship.err.getvalue().splitlines())
    assert "secret text" not in ship.err.getvalue()


def test_an_error_is_the_result_where_that_is_json() -> None:
    def work(_options: Namespace, _door: Door) -> int:
        raise Refused("not yours")

    ship = Ship(work, as_json=True)
    ((_, text),) = ship.results("a")
    assert json.loads(text)["exitCode"] == 5
    assert ship.err.getvalue() == ""


def test_all_have_the_same_configuration_and_the_same_brakes() -> None:
    found: list[bool] = []

    def work(_options: Namespace, door: Door) -> int:
        assert door.beside is not None
        with braking(door.say, door.beside) as brakes:
            found.append(brakes is ship.brakes)
        found.append(end_of_reading(door.beside) is ship.brakes.stop)
        found.append(door.beside.config is CONFIG)
        return 0

    ship = Ship(work)
    assert ship.codes("a", "b") == [("a", 0), ("b", 0)]
    assert found == [True] * 6


def test_after_a_stop_nobody_new_begins_and_who_is_under_way_ends_as_ever() -> None:
    begun: list[str] = []
    brakes = Brakes()
    full = threading.Barrier(AT_ONCE, action=brakes.stop.set)

    def work(options: Namespace, _door: Door) -> int:
        begun.append(options.tenant)
        full.wait(PATIENCE)
        return 6

    ship = Ship(work, brakes=brakes)
    names = [f"t{number}" for number in range(AT_ONCE + 2)]
    codes = ship.codes(*names)

    assert sorted(begun) == names[:AT_ONCE]
    assert codes == [(name, 6) for name in names[:AT_ONCE]] + [("t8", 130), ("t9", 130)]
    assert (
        "t8: error: stopped before its turn; nothing was read or written\n" in ship.err.getvalue()
    )


def test_who_does_not_stop_at_once_is_given_up_on_and_is_not_heard_afterwards() -> None:
    hung, released, ended = threading.Event(), threading.Event(), threading.Event()

    def work(options: Namespace, door: Door) -> int:
        if options.tenant == "hung":
            hung.set()
            released.wait(PATIENCE)
            door.say("too late")
            ended.set()
            return 0
        assert hung.wait(PATIENCE)
        ship.brakes.stop.set()
        ship.brakes.abort.set()
        return 130

    ship = Ship(work, grace_seconds=0.05)
    assert ship.codes("hung", "obeys") == [("hung", 130), ("obeys", 130)]
    released.set()
    assert ended.wait(PATIENCE)
    assert (
        "hung: error: given up on; its journal has what it wrote, if any\n" in ship.err.getvalue()
    )
    assert "too late" not in ship.err.getvalue()


def test_a_stop_before_the_first_begins_nobody() -> None:
    begun: list[str] = []

    def work(options: Namespace, _door: Door) -> int:
        begun.append(options.tenant)
        return 0

    ship = Ship(work)
    ship.brakes.stop.set()
    names = [f"t{number}" for number in range(2 * AT_ONCE)]
    assert ship.codes(*names) == [(name, 130) for name in names]
    assert begun == []


class Watched(threading.Event):
    """Knows that the main thread has looked at it after it was set."""

    def __init__(self) -> None:
        super().__init__()
        self.was_seen = threading.Event()

    def is_set(self) -> bool:
        if super().is_set():
            self.was_seen.set()
        return super().is_set()


def test_who_obeys_at_once_is_waited_for() -> None:
    abort = Watched()

    def work(_options: Namespace, door: Door) -> int:
        abort.set()
        assert abort.was_seen.wait(PATIENCE)
        door.out(("report\n",))
        return 130

    ship = Ship(work, brakes=Brakes(abort=abort))
    ((run, text),) = ship.results("a")
    assert (run.exit_code, text) == (130, "report\n")


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    Ship(lambda _options, _door: 0).codes("a", "b", "c")
    for thread in threading.enumerate():
        if thread.name.startswith("tenant "):
            thread.join(PATIENCE)
    assert threading.active_count() == before
