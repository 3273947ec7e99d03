"""What reading and applying cost, counted by the emulator: units, round trips, seconds, refusals.

A real socket, Graph's documented quota, no latency: what passes of time is what the quota takes.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.emulator.faults import Fault, Faults, On
from reconciler.graph import open_reader, open_writer
from reconciler.model.live import Cost, Known
from reconciler.model.plan import GitState, Selection
from reconciler.model.words import Ref
from reconciler.reading import strategy
from reconciler.settings import Config, Limits, Tenant
from reconciler.stories import apply, plan as planning
from tests.faults.budget import BUDGET
from tests.support.memory_journal import MemoryJournal
from tests.support.quota import CONFIGURED, Town, alert, incident, stored, town
from tests.support.world import declare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.model.live import Observation

LISTS: Final = On(method="GET", path="/v1.0/security/incidents")
TENANT: Final = Tenant("demo", "emulator", "desired/demo", kinds=frozenset({"Incident", "Alert"}))
CONFIG: Final = Config("reconciler.yaml", "/repo", {"demo": TENANT}, limits=Limits())


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = range(1, 10_001)
    seed = {
        "incidents": [incident(number) for number in numbers],
        "alerts_v2": [alert(number, number) for number in numbers[:400]],
    }
    return stored(tmp_path_factory.mktemp("tenant") / "ten-thousand.db", seed)


def incidents(numbers: Iterable[int]) -> list[Ref]:
    return [Ref("Incident", str(number)) for number in numbers]


def read(there: Town, refs: Iterable[Ref]) -> tuple[Mapping[Ref, Observation], Cost]:
    reader = open_reader(there.connection())
    return reader.read(strategy(refs, batch_size=20)), reader.cost


def seconds_at_most(units: int) -> float:
    return 1.05 * units / CONFIGURED * 60.0


def test_ten_thousand_of_ten_thousand_cost_their_pages_and_five_more(
    ten_thousand: Path, tmp_path: Path
) -> None:
    with town(ten_thousand, tmp_path) as there:
        found, cost = read(there, incidents(range(1, 10_001)))

        assert all(isinstance(item, Known) for item in found.values())
        assert cost.units <= 205
        assert there.time.seconds <= seconds_at_most(cost.units)
        assert there.statuses == {200: cost.units}
        ports = {entry.asked.port for entry in there.server.history()}
        assert len(ports) == 4
        (words,) = cost.reading
        assert words.startswith("Incident: 10,000 declared, by list in 4 lanes: 20")
        assert words.endswith(" pages")


@pytest.mark.parametrize(("deed", "beyond"), [("refused-link", 500), ("lost-link", 0)])
def test_where_links_end_ten_thousand_cost_ten_per_cent_more(
    ten_thousand: Path, tmp_path: Path, deed: str, beyond: int
) -> None:
    ends = Fault(deed, on=LISTS, beyond=beyond)  # type: ignore[arg-type]
    with town(ten_thousand, tmp_path, Faults(0, (ends,))) as there:
        found, cost = read(there, incidents(range(1, 10_001)))

        assert all(isinstance(item, Known) for item in found.values())
        assert cost.units <= 220
        assert there.time.seconds <= seconds_at_most(cost.units)
        by_key = [
            entry.asked.target
            for entry in there.server.history()
            if "$orderby=lastUpdateDateTime%20asc" in entry.asked.target
        ]
        assert len(by_key) > 100
        assert there.statuses[429] == 0


def test_twenty_of_ten_thousand_cost_twenty_units_and_one_round_trip(
    ten_thousand: Path, tmp_path: Path
) -> None:
    with town(ten_thousand, tmp_path) as there:
        found, cost = read(there, incidents(range(500, 10_001, 500)))

        assert len(found) == 20
        assert cost == Cost(units=20, round_trips=1)


@pytest.fixture(scope="module")
def large(ten_thousand: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred thousand where the rig runs in full; else as many as there are anyway."""
    if BUDGET.incidents == 10_000:
        return ten_thousand
    seed = {"incidents": [incident(number) for number in range(1, BUDGET.incidents + 1)]}
    return stored(tmp_path_factory.mktemp("tenant") / "large.db", seed)


def test_every_hundredth_costs_no_more_than_its_ids(large: Path, tmp_path: Path) -> None:
    declared = incidents(range(100, BUDGET.incidents + 1, 100))
    with town(large, tmp_path) as there:
        found, cost = read(there, declared)

        assert all(isinstance(item, Known) for item in found.values())
        assert cost.units <= len(declared)
        assert cost.round_trips <= len(declared) // 20 + 5
        assert there.statuses[429] == 0


def test_the_oldest_thousand_cost_their_own_pages(ten_thousand: Path, tmp_path: Path) -> None:
    with town(ten_thousand, tmp_path) as there:
        _, cost = read(there, incidents(range(1, 1_001)))

        first_page, ends, seam = 1, 2, 1
        assert cost.units <= 20 + first_page + ends + seam


@pytest.mark.parametrize(
    ("fault", "units"),
    [
        (Fault("passed-over", on=LISTS, options=frozenset({"$filter"})), 200),
        (Fault("passed-over", on=LISTS, options=frozenset({"$select"})), 20 + 4),
        (Fault("left-out", on=LISTS, fields=frozenset({"resolvingComment"})), 20 + 5),
        (Fault("status", on=LISTS, status=400), 1_000 + 3),
    ],
    ids=["filter passed over", "select passed over", "a property left out", "400"],
)
def test_an_answer_that_is_not_to_the_question_costs_units_and_nothing_else(
    ten_thousand: Path, tmp_path: Path, fault: Fault, units: int
) -> None:
    """The newest thousand: they are the first of a list whose filter is passed over, and its count
    says that there is much more to come.
    """
    with town(ten_thousand, tmp_path, Faults(0, (fault,))) as there:
        found, cost = read(there, incidents(range(9_001, 10_001)))

        assert all(isinstance(item, Known) for item in found.values())
        assert cost.units <= units


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", on=LISTS, status=503, probability=0.3),
        Fault("status", on=LISTS, status=429, retry_after=30, probability=0.3),
        Fault("reset", on=LISTS, probability=0.3),
        Fault("broken-json", on=LISTS, probability=0.1),
        Fault("half-answer", on=LISTS, probability=0.1),
        Fault("status", on=LISTS, status=403, at=frozenset({9})),
    ],
    ids=lambda fault: f"{fault.do} {fault.status}",
)
def test_lanes_that_fail_lose_nothing(ten_thousand: Path, tmp_path: Path, fault: Fault) -> None:
    with town(ten_thousand, tmp_path, Faults(7, (fault,))) as there:
        found, _ = read(there, incidents(range(7_001, 10_001)))

        assert all(isinstance(item, Known) for item in found.values())
        assert len(found) == 3_000


def test_a_thousand_changes_cost_two_units_each_and_no_refusal(
    ten_thousand: Path, tmp_path: Path
) -> None:
    declared = [
        *(declare("Incident", str(number), severity="low") for number in range(1, 801)),
        *(declare("Alert", f"da{number}", status="resolved") for number in range(1, 201)),
    ]
    with town(ten_thousand, tmp_path) as there:
        plan = planning.run(
            declared,
            config=CONFIG,
            tenant=TENANT,
            selection=Selection(),
            git=GitState(),
            open_reader=lambda: open_reader(there.connection()),
            clock=there.time,
        )
        assert plan.summary.update == 1_000
        began, connection = there.time.seconds, there.connection()
        hands = apply.Hands(
            open_reader(connection),
            open_writer(connection),
            MemoryJournal(),
            connection.pacer,
            there.time,
            there.time,
        )
        report = apply.run(plan, "sha256:0", hands, batch_size=20)

        assert {outcome.name for outcome in report.outcomes} == {"done"}
        assert report.cost.units <= 2_010
        assert report.cost.round_trips <= 110
        assert there.time.seconds - began <= seconds_at_most(report.cost.units)
        assert set(there.statuses) == {200}
        _assert_batches_hold_what_is_independent(there)


def _assert_batches_hold_what_is_independent(there: Town) -> None:
    """Neither one object twice nor an incident and its alert; checked and written at one moment."""
    batches = [batch for batch in there.envelopes if len(batch) > 1]
    patched = [batch for batch in batches if batch[0].asked.method == "PATCH"]
    for batch in batches:
        objects = [entry.asked.target for entry in batch]
        assert len(set(objects)) == len(objects)
        assert len({target.rpartition("/")[0] for target in objects}) == 1
        assert len({entry.asked.method for entry in batch}) == 1
    assert len(list(chain.from_iterable(patched))) == 1_000
    for batch in patched:
        before = batches[batches.index(batch) - 1]
        assert [one.asked.target for one in before] == [one.asked.target for one in batch]
        assert before[0].received_at == batch[-1].received_at
