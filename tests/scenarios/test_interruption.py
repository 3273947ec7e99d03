"""Ctrl-C, as a signal to a real process in the middle of a real request."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest

from reconciler.codec import journal as codec
from reconciler.emulator import Settings, start
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
limits: {batchSize: 1}
"""
IDS = ("2972395", "3001", "3245")
ENTRY = "from reconciler.cli.main import entry; entry()"
LATENCY_MS = 2_000
"""Long enough for a signal to arrive while a request is on its way."""


@dataclass
class Run:
    """An apply that goes on in a process of its own; its log tells what it has been answered."""

    process: Popen[str]
    seen: str = ""

    def reads_until(self, words: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.seen += line
            if words in line:
                return
        raise AssertionError(self.seen)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=60)
        self.seen += err
        return self.process.returncode, out

    @property
    def answers(self) -> int:
        return self.seen.count("POST /v1.0/$batch 200")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    for object_id in IDS:
        (tmp_path / "desired" / f"{object_id}.yaml").write_text(
            f'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{id: "{object_id}"}}\n'
            "spec: {assignedTo: kai@contoso.com}\n"
        )
    shell = Shell(tmp_path)
    assert shell.run("plan", "--out", "p.json") == 0
    return shell


@contextmanager
def applying(shell: Shell) -> Iterator[Run]:
    store = shell.cwd / ".reconciler" / "emulator" / "demo.sqlite3"
    with closing(start(Settings(store, latency_ms=LATENCY_MS))) as slow:
        words = ("apply", "p.json", "--format", "json", "--log-level", "debug")
        command = (sys.executable, "-c", ENTRY, *words, "--graph-url", slow.url)
        with Popen(command, cwd=shell.cwd, stdout=PIPE, stderr=PIPE, text=True) as process:
            try:
                yield Run(process)
            finally:
                process.kill()


def outcomes(shell: Shell) -> list[tuple[str, str]]:
    """Of the one journal, which has its end."""
    (path,) = (shell.cwd / ".reconciler" / "journal" / "demo").iterdir()
    run = codec.load(path.read_bytes())
    assert not run.is_cut
    assert run.open == ()
    return [(outcome.ref.id, outcome.name) for outcome in run.outcomes]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_first_signal_lets_the_batch_in_flight_end_and_the_same_plan_goes_on(
    shell: Shell, number: signal.Signals
) -> None:
    with applying(shell) as run:
        run.reads_until("POST /v1.0/$batch 200")  # the check; the write is on its way
        run.send(number)
        code, out = run.ends()
    assert (code, run.answers) == (130, 2)
    assert "stopping after the batch in flight" in run.seen
    assert json.loads(out)["interrupted"] is True
    assert outcomes(shell) == [(IDS[0], "done"), (IDS[1], "notTried"), (IDS[2], "notTried")]
    assert shell.run("apply", "p.json", "--format", "json") == 0
    summary = json.loads(shell.out)["summary"]
    assert (summary["alreadyDone"], summary["done"]) == (1, 2)


def test_a_second_signal_does_not_even_wait_for_the_answer_under_way(shell: Shell) -> None:
    with applying(shell) as run:
        run.reads_until("POST /v1.0/$batch 200")
        run.reads_until("POST /v1.0/$batch 200")  # the second check is on its way
        run.send(signal.SIGINT)
        run.reads_until("stopping after the batch in flight")
        run.send(signal.SIGINT)
        code, _ = run.ends()
    assert (code, run.answers) == (130, 2)
    assert sorted(outcomes(shell)) == sorted(
        zip(IDS, ("done", "notTried", "notTried"), strict=True)
    )
    assert shell.run("apply", "p.json") == 0
