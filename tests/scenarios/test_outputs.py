"""Options that name a file to write: nothing is written over but what this tool wrote itself."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.emulator import Settings, start
from reconciler.errors import UsageError
from reconciler.store.output import check_output
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator import Running

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired/demo}
  other: {cloud: emulator, desired: desired/other}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "2972395"}
spec: {status: resolved}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    for name in ("demo", "other"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "README.md").write_text("# Ours\n")
    (tmp_path / "some.json").write_text('{"formatVersion": 1}')
    (tmp_path / "desired/demo/a.yaml").write_text(DOCUMENT)
    return Shell(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "home")})


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Running]:
    running = start(Settings(tmp_path / "graph.sqlite3", keeps_history=True))
    yield running
    running.close()


def state(root: Path) -> dict[str, bytes]:
    """All but what may change: the emulator's own store."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".sqlite3" not in path.name
    }


THERE: Final = (
    "reconciler.yaml",
    "README.md",
    "some.json",
    "desired/demo/a.yaml",
    "desired/demo/new.json",
    "desired/other/new.json",
)


@pytest.mark.parametrize("name", THERE)
@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out"),
        ("plan", "--refresh", "--out"),
        ("snapshot", "--out"),
        ("snapshot", "--all", "--out"),
    ],
)
def test_what_is_not_of_this_tool_is_not_written_over_and_nothing_is_asked(
    words: tuple[str, ...], name: str, shell: Shell, graph: Running
) -> None:
    before = state(shell.cwd)

    assert shell.run(*words, name, "--graph-url", graph.url) == 64

    assert name in shell.err
    assert state(shell.cwd) == before
    assert graph.history() == ()


@pytest.mark.parametrize("name", ["reconciler.yaml", "README.md", "desired/demo/new.jsonl"])
@pytest.mark.parametrize("option", ["--history", "--store"])
def test_the_emulator_writes_over_nothing_either(option: str, name: str, shell: Shell) -> None:
    before = state(shell.cwd)
    assert shell.run("emulator", option, name) in {1, 64}
    assert state(shell.cwd) == before


def test_a_plan_a_tenant_is_written_over_nothing_else_either(shell: Shell) -> None:
    (shell.cwd / "out").mkdir()
    (shell.cwd / "out/demo.json").write_text("mine")
    before = state(shell.cwd)

    assert shell.run("plan", "--out-dir", "out") == 64
    assert shell.run("plan", "--out-dir", "desired/other/new") == 64
    assert state(shell.cwd) == before


@pytest.mark.parametrize(
    "name", ["README.md", "desired/demo/a.yaml", "desired/demo/j.jsonl", "desired/other/j.jsonl"]
)
def test_a_journal_is_written_over_nothing_either(name: str, shell: Shell, graph: Running) -> None:
    before = state(shell.cwd)
    words = ("apply", "--auto-approve", "--graph-url", graph.url)
    assert shell.run(*words, "--journal", name) in {1, 64}
    assert state(shell.cwd) == before
    assert graph.history() == ()


def test_an_inverse_plan_is_written_over_no_document_either(shell: Shell) -> None:
    assert shell.run("apply", "--auto-approve", "--journal", "j.jsonl") == 0
    before = state(shell.cwd)
    for name in THERE:
        assert shell.run("revert", "j.jsonl", "--out", name) == 64
    assert state(shell.cwd) == before
    assert shell.run("revert", "j.jsonl", "--out", "inverse.json") == 0


def test_an_older_one_of_its_sort_and_an_empty_file_are_written_over(shell: Shell) -> None:
    (shell.cwd / "empty.json").touch()
    for name in ("new.json", "new.json", "empty.json"):
        assert shell.run("plan", "--out", name) == 0
        assert "createdAt" in json.loads((shell.cwd / name).read_text())
    for name in ("s.json", "s.json"):
        assert shell.run("snapshot", "--out", name) == 0
    assert shell.run("plan", "--out", "s.json") == 64
    assert shell.run("snapshot", "--out", "new.json") == 64
    (shell.cwd / "old.json").write_text(
        json.dumps(json.loads((shell.cwd / "new.json").read_text()), indent=2)
    )
    assert shell.run("plan", "--out", "old.json") == 0


@pytest.mark.parametrize("command", ["plan", "snapshot"])
def test_what_is_no_regular_file_is_not_written_to(command: str, shell: Shell) -> None:
    os.mkfifo(shell.cwd / "pipe")
    (shell.cwd / "folder").mkdir()
    for name, sort in (("pipe", "a pipe"), ("folder", "a folder"), ("/dev/null", "a device")):
        assert shell.run(command, "--out", name) == 1
        assert f"it is {sort}, no regular file" in " ".join(shell.err.split())


def test_an_older_history_is_written_over(shell: Shell) -> None:
    history = shell.cwd / "history.jsonl"
    running = start(Settings(shell.cwd / "graph.sqlite3", history=history))
    shell.run("plan", "--graph-url", running.url)
    running.close()
    assert history.stat().st_size

    check_output(history, "history")
    history.write_text('{"number": "a note"}')
    with pytest.raises(UsageError, match="no history of this tool"):
        check_output(history, "history")
