"""Apply as a user meets it: its journal, its lock, its time, and what it does with conflicts."""

from __future__ import annotations

import io
import json
import os
import signal
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.main import main
from reconciler.codec import journal as codec
from reconciler.emulator import Settings, start
from reconciler.store.lock import locked
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.codec.journal import Run

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
limits: {requestsPerMinute: 100000, batchSize: 1}
"""
IDS = ("2972395", "3001", "3245")


def declare(shell: Shell, object_id: str, owner: str) -> None:
    (shell.cwd / "desired" / f"{object_id}.yaml").write_text(
        f'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{id: "{object_id}"}}\n'
        f"spec: {{assignedTo: {owner}}}\n"
    )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    shell = Shell(tmp_path)
    for object_id in IDS:
        declare(shell, object_id, "kai@contoso.com")
    assert shell.run("plan", "--out", "p.json") == 0
    return shell


def journals(shell: Shell) -> list[Path]:
    return sorted((shell.cwd / ".reconciler" / "journal").glob("*/*"))


def journal(shell: Shell) -> Run:
    (path,) = journals(shell)
    return codec.load(path.read_bytes())


def left(shell: Shell) -> int:
    """How many updates a new plan has."""
    shell.run("plan", "--format", "json")
    count: int = json.loads(shell.out)["summary"]["update"]
    return count


def test_an_apply_leaves_a_journal_that_its_report_names_in_every_format(shell: Shell) -> None:
    assert shell.run("apply", "p.json", "--format", "json") == 0
    report = json.loads(shell.out)
    (path,) = journals(shell)
    assert report["journal"] == f".reconciler/journal/demo/{path.name}"
    assert path.stat().st_mode & 0o777 == 0o600
    run = codec.load(path.read_bytes())
    assert [intent.ref.id for intent in run.intents] == list(IDS)
    assert {outcome.name for outcome in run.outcomes} == {"done"}
    assert (run.open, run.is_cut, run.header.digest) == ((), False, report["digest"])
    for form in ("text", "markdown"):
        assert shell.run("apply", "p.json", "--format", form) == 0
        assert "Journal " in shell.out


def test_a_journal_goes_where_it_is_told_and_never_over_another(shell: Shell) -> None:
    assert shell.run("apply", "p.json", "--journal", "mine.jsonl") == 0
    assert "Journal mine.jsonl" in shell.out
    kept = (shell.cwd / "mine.jsonl").read_bytes()
    assert len(codec.load(kept).outcomes) == 3
    assert shell.run("apply", "p.json", "--journal", "mine.jsonl") == 1
    assert "it is there already, and no empty file" in " ".join(shell.err.split())
    assert (shell.cwd / "mine.jsonl").read_bytes() == kept
    assert journals(shell) == []


def test_nothing_is_written_without_a_journal(shell: Shell) -> None:
    (shell.cwd / ".reconciler" / "journal").write_text("a file where the folder belongs")
    assert shell.run("apply", "p.json") == 1
    assert "cannot be written" in shell.err
    assert left(shell) == 3


def test_a_plan_without_updates_needs_no_journal_no_lock_and_no_network(shell: Shell) -> None:
    assert shell.run("apply", "p.json", "--journal", "first.jsonl") == 0
    assert shell.run("plan", "--out", "p.json") == 0
    words = ("apply", "p.json", "--graph-url", "http://127.0.0.1:9", "--format", "json")
    with locked(shell.cwd / ".reconciler", "demo"):
        assert shell.run(*words) == 0
    assert json.loads(shell.out)["journal"] is None
    assert journals(shell) == []


def test_two_applies_of_one_tenant_exclude_each_other(shell: Shell) -> None:
    with locked(shell.cwd / ".reconciler", "demo"):
        assert shell.run("apply", "p.json") == 1
    assert f"process {os.getpid()} is applying to tenant demo" in shell.err
    assert left(shell) == 3
    assert shell.run("apply", "p.json") == 0


def test_a_conflict_is_skipped_or_keeps_all_from_being_written(shell: Shell) -> None:
    declare(shell, IDS[0], "ann@contoso.com")
    assert shell.run("apply", "--auto-approve", "--select", f"id={IDS[0]}") == 0
    before = journals(shell)
    assert shell.run("apply", "p.json", "--on-conflict", "fail") == 5
    assert f"Incident {IDS[0]}: it moved since the plan (assignedTo)" in " ".join(shell.err.split())
    assert journals(shell) == before
    assert shell.run("apply", "p.json", "--format", "json") == 6
    assert {item["id"]: item["outcome"] for item in json.loads(shell.out)["outcomes"]} == {
        IDS[0]: "conflict",
        IDS[1]: "done",
        IDS[2]: "done",
    }


def test_a_plan_that_still_stands_is_applied_with_on_conflict_fail(shell: Shell) -> None:
    assert shell.run("apply", "p.json", "--on-conflict", "fail") == 0


class Clock(SystemClock):
    """Each look at it takes its time, or does something."""

    def __init__(self, look: Callable[[], float]) -> None:
        self._look = look
        self._passed = 0.0

    def monotonic(self) -> float:
        self._passed += self._look()
        return self._passed


def test_a_run_whose_time_is_up_ends_the_batch_in_flight_and_reports(shell: Shell) -> None:
    shell.clock = Clock(lambda: 1.0)
    assert shell.run("apply", "p.json", "--timeout", "30s", "--format", "json") == 6
    report = json.loads(shell.out)
    assert (report["interrupted"], report["exitCode"]) == (False, 6)
    assert report["notices"] == ["stopped: the time that --timeout gives was over"]
    assert report["summary"]["done"] in {1, 2}
    assert report["summary"]["notTried"] == 3 - report["summary"]["done"]
    assert not journal(shell).is_cut
    shell.clock = SystemClock()
    assert shell.run("apply", "p.json") == 0


@pytest.fixture
def scarce(shell: Shell) -> Iterator[Shell]:
    """Two requests a minute: whoever looks at all objects has to wait. The server knows no quota."""
    config = shell.cwd / "reconciler.yaml"
    config.write_text(config.read_text().replace("100000", "2"))
    store = shell.cwd / ".reconciler" / "emulator" / "demo.sqlite3"
    with closing(start(Settings(store, requests_per_minute=0))) as running:
        shell.env["URL"] = running.url
        yield shell


def looking(shell: Shell, *words: str) -> int:
    url = shell.env["URL"]
    return shell.run("apply", "p.json", "--on-conflict", "fail", "--graph-url", url, *words)


def test_a_time_that_is_up_while_all_is_looked_at_fails_the_run(scarce: Shell) -> None:
    scarce.clock = Clock(lambda: 1.0)
    assert looking(scarce, "--timeout", "9s") == 1
    assert "the time that --timeout gives was over; nothing was written" in scarce.err
    assert journals(scarce) == []


def test_a_person_may_stop_a_run_while_all_is_looked_at(scarce: Shell) -> None:
    strikes = iter([signal.SIGINT])

    def look() -> float:
        for number in strikes:
            os.kill(os.getpid(), number)
        return 0.01

    scarce.clock = Clock(look)
    assert looking(scarce) == 130
    assert journals(scarce) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("p.json", "--allow", "closures=1"), "a saved plan is applied as it is"),
        (("p.json", "--timeout", "soon"), "expected a number and a unit"),
        (("p.json", "--timeout", "0s"), "expected a number and a unit"),
        (("p.json", "--on-conflict", "ask"), "invalid choice"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    shell: Shell, words: tuple[str, ...], told: str
) -> None:
    assert shell.run("apply", *words) == 64
    assert told in shell.err
    assert left(shell) == 3


def test_what_guards_object_to_is_refused_unless_it_is_allowed_in_the_plan(shell: Shell) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(config.read_text() + "guards: {maxUpdates: 2}\n")
    assert shell.run("apply", "p.json") == 4
    assert shell.run("apply", "--auto-approve") == 4
    assert left(shell) == 3
    assert shell.run("apply", "--auto-approve", "--allow", "updates=3") == 0


def test_a_journal_in_a_folder_that_does_not_exist_is_a_slip(shell: Shell) -> None:
    assert shell.run("apply", "p.json", "--journal", "nowhere/j.jsonl") == 1
    assert "the folder of the journal 'nowhere/j.jsonl' does not exist" in shell.err
    assert not (shell.cwd / "nowhere").exists()


def test_a_result_that_cannot_be_printed_leaves_the_journal_to_look_at(shell: Shell) -> None:
    stderr = io.StringIO()
    with Path("/dev/full").open("w") as full:
        door = Door(io.StringIO(), full, stderr, shell.env, shell.cwd, SystemClock())
        assert main(["apply", "p.json", "--format", "json"], door) == 1
    assert "what was written stands in .reconciler/journal/demo/" in stderr.getvalue()
    assert not journal(shell).is_cut
