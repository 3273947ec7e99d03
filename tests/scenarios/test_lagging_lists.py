"""Right after a write lists show objects as they were: nobody's change is made of that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.emulator.faults import Fault, Faults, On
from tests.support.soc import soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.soc import Soc

IDS: Final = [str(number) for number in range(1001, 1061)]
LISTS: Final = On(method="GET", part=False)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    """Sixty incidents were applied a moment ago, and every list still shows them as they were."""
    old = {"status": "active", "severity": "low", "lastUpdateDateTime": "2020-11-20T10:00:00Z"}
    seed = {"incidents": [{"id": one, **old} for one in IDS]}
    with soc(tmp_path, seed, faults=Faults(0, (Fault("stale", on=LISTS),))) as found:
        found.configure(common="guards: {maxClosures: 100}\n")
        for one in IDS:
            found.declare(one, "status: resolved")
        found.commit()
        found.apply()
        yield found


def test_what_was_just_applied_is_no_drift(world: Soc) -> None:
    assert world.run("drift", "--detailed-exitcode") == 0
    plan = world.plan()
    assert (plan["summary"]["inSync"], plan["summary"]["update"]) == (60, 0)
    assert any("by id" in one for one in plan["summary"]["requests"]["reading"])


def test_adopt_takes_nothing_back(world: Soc) -> None:
    assert world.run("adopt") == 0
    assert world.git("status", "--porcelain", "desired") == ""


def test_what_somebody_did_change_is_told_although_lists_lag(world: Soc) -> None:
    world.portal("kai", "1007", status="inProgress")
    world.portal("kai", "1007", displayName="Seen twice")
    assert world.run("drift", "--detailed-exitcode", "--format", "json") == 2
    assert [one["id"] for one in json.loads(world.shell.out)["changes"]] == ["1007"]


def test_a_document_of_an_incident_that_was_opened_again_is_not_pruned(world: Soc) -> None:
    world.portal("kai", "1008", displayName="As it is known")
    world.time.wait(2 * 24 * 60 * 60)
    world.portal("kai", "1007", status="active")
    assert world.run("prune", "--older-than", "1", "--check") == 0
    assert "1007" not in world.shell.out
    assert "1008" in world.shell.out


def test_what_a_run_wrote_can_be_undone_at_once(world: Soc) -> None:
    (journal,) = (world.root / ".reconciler/journal/demo").iterdir()
    allowed = ("--allow", "reopenings=60")
    assert world.run("revert", str(journal), "--out", "undo.json", *allowed) == 0
    undo = json.loads((world.root / "undo.json").read_text())
    assert undo["summary"]["update"] == 60


def test_import_does_not_write_an_old_value_over_a_document(world: Soc) -> None:
    words = ("--kind", "Incident", "--fields", "status", "--overwrite")
    assert world.run("import", *words) == 0
    texts = [path.read_text() for path in (world.root / "desired").glob("*.yaml")]
    assert all("\n  status: resolved\n" in text for text in texts)


@pytest.mark.parametrize("words", [(), ("--all",)], ids=["declared", "all"])
def test_a_snapshot_holds_what_was_just_applied(world: Soc, words: tuple[str, ...]) -> None:
    assert world.run("snapshot", "--out", "live.json", *words) == 0

    summary = world.plan("--snapshot", "live.json")["summary"]

    assert (summary["inSync"], summary["update"], summary["drift"]) == (60, 0, 0)


def test_a_snapshot_of_everything_asks_for_a_few_documents_by_id(world: Soc) -> None:
    for one in IDS[5:]:
        (world.root / "desired" / f"{one}.yaml").unlink()
    assert world.run("snapshot", "--out", "live.json", "--all") == 0
    assert world.plan("--snapshot", "live.json")["summary"]["inSync"] == 5
