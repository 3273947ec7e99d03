"""``prune`` and ``expires``: what has done its work goes; nothing is changed remotely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_SECONDS = 24 * 3600
CLOSED = "status: resolved, classification: falsePositive, determination: notMalicious"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    """It is 10 o'clock on 2026-11-20."""
    with soc(tmp_path) as found:
        yield found


def names(world: Soc) -> list[str]:
    return sorted(path.name for path in (world.root / "desired").iterdir())


def test_expired_documents_go_without_a_request(world: Soc) -> None:
    world.declare("1", "status: inProgress", metadata="expires: 2026-11-20")
    world.declare("2", "status: inProgress", metadata="expires: 2026-11-21")
    world.declare("3", "status: inProgress")

    assert world.run("prune") == 0

    assert names(world) == ["2.yaml", "3.yaml"]
    assert "Incident 1 desired/1.yaml:2: expired on 2026-11-20" in world.shell.out
    assert world.proxy.requests == 0


def test_check_lists_them_and_changes_nothing(world: Soc) -> None:
    world.declare("1", "status: inProgress", metadata="expires: 2026-11-20")
    world.declare("2", "status: inProgress")

    assert world.run("prune", "--check") == 0
    assert world.run("prune", "--check", "--detailed-exitcode") == 2

    assert "To do (1)" in world.shell.out
    assert "1.yaml: would be removed" in world.shell.out
    assert "1 file would be removed: 1 declaration." in world.shell.out
    assert names(world) == ["1.yaml", "2.yaml"]
    assert world.run("prune") == 0
    assert world.run("prune", "--check", "--detailed-exitcode") == 0


def test_converged_and_closed_for_so_long_goes_and_all_else_stays(world: Soc) -> None:
    world.declare("1", CLOSED)
    world.declare("2", CLOSED)
    world.declare("3", "status: inProgress")
    world.apply()
    world.time.seconds += 31 * DAY_SECONDS
    world.portal("kai", "2", determination="other")
    world.declare("4", "status: resolved")

    assert world.run("prune", "--older-than", "30", "--check") == 0
    assert "Incident 1" in world.shell.out
    assert world.run("prune", "--older-than", "32") == 0
    assert len(names(world)) == 4
    assert world.run("prune", "--older-than", "30") == 0

    assert names(world) == ["2.yaml", "3.yaml", "4.yaml"]
    assert "as declared, and closed since 2026-11-20T10" in " ".join(world.shell.out.split())


def test_what_was_pruned_is_released_by_the_next_apply_and_stays_closed(world: Soc) -> None:
    for object_id in ("1", "2", "3"):
        world.declare(object_id, CLOSED if object_id == "1" else "status: inProgress")
    world.apply()
    world.time.seconds += 31 * DAY_SECONDS
    assert world.run("prune", "--older-than", "30") == 0
    world.apply()

    assert world.applied().keys() == {"Incident/2.json", "Incident/3.json"}
    assert world.live("1")["status"] == "resolved"


def test_an_expired_member_leaves_no_set_behind_and_a_done_one_leaves_the_others(
    world: Soc,
) -> None:
    members = 'members: ["1", "2"]\n'
    head = "apiVersion: reconciler/v1\nkind: IncidentSet\n"
    world.write(
        "old.yaml",
        f"{head}metadata: {{name: old, expires: 2026-11-19}}\n{members}spec: {{status: active}}\n",
    )
    assert world.run("prune") == 0
    assert names(world) == []

    lab = f'{head}metadata: {{name: lab}}\nmembers:\n  - "1"  # a\n  - "2"  # b\nspec: {{status: resolved}}\n'
    world.write("lab.yaml", lab)
    world.apply()
    world.time.seconds += 31 * DAY_SECONDS
    world.portal("kai", "2", status="active")
    assert world.run("prune", "--older-than", "30") == 0
    assert world.read("lab.yaml") == lab.replace('  - "1"  # a\n', "")


def test_one_document_of_a_file_goes_and_the_other_stays_as_it_is(world: Soc) -> None:
    stays = '# stays\napiVersion: reconciler/v1\nkind: Incident\nmetadata: {id: "2"}\nspec: {status: active}\n'
    goes = 'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {id: "1", expires: 2026-01-01}\nspec: {status: active}\n'
    world.write("both.yaml", f"{goes}---\n{stays}")

    assert world.run("prune") == 0

    assert world.read("both.yaml").endswith(stays)
    assert "2026-01-01" not in world.read("both.yaml")


@pytest.mark.parametrize("days", ["", "-1", "1.5", "1e3", "٣", "soon", "99999999"])
def test_what_is_no_number_of_days_is_wrong_usage(world: Soc, days: str) -> None:
    assert world.run("prune", f"--older-than={days}") == 64


def test_what_cannot_be_read_is_not_pruned_and_exits_1(world: Soc) -> None:
    world.declare("1", CLOSED)
    world.proxy.refuses = 403
    assert world.run("prune", "--older-than", "0") == 1
    assert names(world) == ["1.yaml"]


def test_where_none_of_three_is_found_nothing_is_pruned_and_it_exits_1(world: Soc) -> None:
    for object_id in ("71", "72", "73"):
        world.declare(object_id, CLOSED)
    world.declare("1", CLOSED, metadata="expires: 2026-11-20")

    assert world.run("prune", "--older-than", "0") == 1

    assert "wrong tenant or role scope?" in " ".join(world.shell.out.split())
    assert names(world) == ["1.yaml", "71.yaml", "72.yaml", "73.yaml"]


def test_an_expired_document_is_reported_never_written_and_keeps_its_base(world: Soc) -> None:
    world.declare("1", "status: inProgress", metadata="expires: 2026-11-21")
    world.apply()
    world.time.seconds += DAY_SECONDS
    world.portal("kai", "1", status="active")

    change = world.change("1")

    assert (change["action"], change["reason"]) == ("skip", "expired")
    world.apply()
    assert world.live("1")["status"] == "active"
    assert world.applied().keys() == {"Incident/1.json"}


def test_expiry_is_judged_again_at_apply(world: Soc) -> None:
    world.declare("1", "status: inProgress", metadata="expires: 2026-11-21")
    world.declare("2", "status: inProgress")
    assert world.plan()["summary"]["update"] == 2
    world.time.seconds += 15 * 3600  # past midnight

    report = world.apply("plan.json", code=6)

    assert (report["summary"]["done"], report["summary"]["notTried"]) == (1, 1)
    (untried,) = (one for one in report["outcomes"] if one["outcome"] == "notTried")
    assert untried["problem"] == "released since 2026-11-21"
    assert world.live("1")["status"] == "active"
    assert world.applied().keys() == {"Incident/2.json"}


@pytest.mark.parametrize(
    ("expires", "is_told"), [("2026-12-04", True), ("2026-12-05", False), ("2026-11-21", True)]
)
def test_a_plan_warns_fourteen_days_before(world: Soc, expires: str, *, is_told: bool) -> None:
    world.declare("1", "status: inProgress", metadata=f"expires: {expires}")
    notices = world.plan()["notices"]
    assert any(f"expires on {expires}" in notice for notice in notices) is is_told
