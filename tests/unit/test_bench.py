"""The benchmark itself: what its table says, what its plot draws, and that its clock hides no request."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.bench import __main__ as command, by_hand, table
from tests.bench.curves import drawn
from tests.bench.quota import IN_SYNC, OTHERWISE, Bench, Point
from tests.bench.row import Row
from tests.bench.scaled import Arrived, SkippingClock, SkippingStop, tenant
from tests.bench.sizes import Sizes
from tests.bench.world import ids, write_repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Golden

ROWS: Final = {
    "quota": (
        Row("cold plan, 10 declared of 10", "quota units", 201, 205),
        Row("cold plan, 10 declared of 10", "time", 4021.0, 99.5, "s"),
        Row("by hand, 10 read", "time", 3.217, unit="s"),
        Row("by hand, 10 read", "round trips", None, 5, why="no such thing yet"),
    ),
    "processor": (Row("cold plan", "CPU ÷ yaml.load", 2.0, 2.0, "×"),),
}


def test_a_table_names_each_work_once_and_judges_what_has_a_limit() -> None:
    assert table.text(ROWS) == (
        "quota\n"
        "  work                          figure               measured     limit\n"
        "  cold plan, 10 declared of 10  quota units               201     ≤ 205  held\n"
        "                                time                 67.0 min   ≤ 100 s  OVER\n"
        "  by hand, 10 read              time                   3.22 s\n"
        "                                round trips      not measured       ≤ 5  no such thing yet\n"
        "\n"
        "processor\n"
        "  work                          figure               measured     limit\n"
        "  cold plan                     CPU ÷ yaml.load        2.00 ×  ≤ 2.00 ×  held\n"
        "\n"
        "2 of 3 limits held; over: cold plan, 10 declared of 10 (time)\n"
    )


def test_a_page_gets_the_same_rows_and_keeps_what_stands_around_them() -> None:
    page = f"Before.\n{table.BEGIN}\nold\n{table.END}\nAfter.\n"

    written = table.into_page(page, table.markdown({"processor": ROWS["processor"]}))

    assert written == (
        f"Before.\n{table.BEGIN}\n"
        "**processor**\n\n"
        "| work | figure | measured | limit |  |\n"
        "| --- | --- | ---: | ---: | --- |\n"
        "| cold plan | CPU ÷ yaml.load | 2.00 × | ≤ 2.00 × | held |\n\n"
        "1 of 1 limits held\n"
        f"{table.END}\nAfter.\n"
    )


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="the page needs"):
        table.into_page("nothing here", "a table")


def test_the_page_of_the_docs_has_a_place_for_the_table() -> None:
    page = command.PAGE.read_text(encoding="utf-8")

    assert "| new |" in table.into_page(page, "| new |")


def test_the_plot_draws_each_way_of_reading_in_both_panels(golden: Golden) -> None:
    points = [
        Point(
            objects,
            cold=Arrived(max(2, objects // 50), objects // 50, 0, objects / 160),
            warm=Arrived(3, 3, 0, objects / 10_000),
            by_hand=Arrived(objects, objects, 0, objects * 0.4),
        )
        for objects in (100, 1_000, 10_000, 100_000)
    ]

    golden("performance-plot.svg", drawn(points))


def test_only_a_whole_benchmark_of_full_size_is_written_down() -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--quick", "--write"])


def test_waiting_takes_no_time_but_moves_the_clock() -> None:
    clock, began = SkippingClock(), time.monotonic()
    stop = SkippingStop(clock)

    is_stopped = stop.wait(3600.0)

    assert not is_stopped
    assert clock.monotonic() >= 3600.0
    assert time.monotonic() - began < 60.0


def test_two_who_wait_at_once_wait_together() -> None:
    clock, gate = SkippingClock(), threading.Barrier(2)

    def wait() -> None:
        until = clock.monotonic() + 1000.0
        gate.wait()
        clock.skip_to(until)

    threads = [threading.Thread(target=wait) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1000.0 <= clock.monotonic() < 1900.0


def test_the_loop_by_hand_reads_each_one_and_writes_what_differs(tmp_path: Path) -> None:
    with tenant(tmp_path, 4) as graph, graph.client() as client:

        def reconcile(wanted: dict[str, object]) -> Arrived:
            return graph.work(lambda: by_hand.reconcile(client, ids(4), wanted, graph.clock.skip))

        reading, writing, again = map(reconcile, (dict(IN_SYNC), dict(OTHERWISE), dict(OTHERWISE)))

    assert [cost.units for cost in (reading, writing, again)] == [4, 8, 4]


def test_the_loop_by_hand_sleeps_as_long_as_the_quota_asks(tmp_path: Path) -> None:
    with tenant(tmp_path, 1) as graph, graph.client() as client:
        cost = graph.work(
            lambda: by_hand.reconcile(client, ids(1) * 151, dict(IN_SYNC), graph.clock.skip)
        )

    assert (cost.units, cost.round_trips, cost.throttled) == (152, 152, 1)
    assert 60.0 <= cost.seconds < 120.0


def test_a_command_is_counted_where_it_arrives(tmp_path: Path) -> None:
    folder = write_repository(tmp_path / "repository", ids(3), per_minute=130)

    with tenant(tmp_path, 3) as graph:
        cost = graph.command(folder, "plan")

    assert (cost.units, cost.round_trips, cost.throttled) == (3, 1, 0)


def test_the_quota_part_measures_each_point_and_each_work(tmp_path: Path) -> None:
    sizes = Sizes(curve=(20, 40), some=6, few=5)

    points, rows = Bench(tmp_path, sizes, lambda _: None).run()

    assert [point.objects for point in points] == [20, 40]
    assert [point.by_hand.units for point in points] == [20, 40]
    assert list(dict.fromkeys(row.work for row in rows)) == [
        "cold plan, 20 declared of 20",
        "warm plan, 20 declared, 1 % changed by others",
        "cold plan, 5 declared of 20",
        "apply of 6 changes right after its plan",
        "plan and apply of 6 changes in one command",
        "by hand, 6 read and written",
        "by hand, 20 read",
        "cold plan, 6 declared of 40",
    ]
