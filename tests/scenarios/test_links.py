"""What a checkout may bring in place of files and folders: no link leads out of it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired/demo}
  real: {cloud: global, tenantId: 11111111-1111-1111-1111-111111111111, desired: desired/real}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "3001"}
spec: {status: active}
"""
CANARY: Final = "canary-3f9a"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Somebody's own files, beside the checkout."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.yaml").write_text(DOCUMENT.replace("3001", "3002") + f"# {CANARY}\n")
    (folder / "mine.sqlite3").write_text(CANARY)
    os.utime(folder / "mine.sqlite3", (0, 0))
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    root = tmp_path / "checkout"
    (root / "desired/demo").mkdir(parents=True)
    (root / "desired/real").mkdir()
    (root / "reconciler.yaml").write_text(CONFIG)
    (root / "desired/demo/a.yaml").write_text(DOCUMENT)
    return Shell(root, {"XDG_STATE_HOME": str(tmp_path / "home")})


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def swap(path: Path, target: Path) -> None:
    """As git checks it out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(path.with_name("aside"))
    path.symlink_to(target)


@pytest.mark.parametrize("name", ["desired/demo", "desired"])
@pytest.mark.parametrize(
    "words",
    [
        ("validate",),
        ("validate", "desired"),
        ("plan",),
        ("drift",),
        ("adopt", "--base", "none", "--auto-approve"),
        ("prune", "--older-than", "0"),
        ("snapshot", "--out", "s.json"),
        ("apply", "--auto-approve"),
        ("import",),
    ],
)
def test_a_folder_of_documents_that_is_a_link_out_of_the_repository_is_refused(
    name: str, words: tuple[str, ...], shell: Shell, outside: Path
) -> None:
    theirs = outside if name.endswith("demo") else outside.parent / "more"
    if theirs != outside:
        theirs.mkdir()
        (theirs / "demo").symlink_to(outside)
        (theirs / "real").mkdir()
    before = state(outside)
    swap(shell.cwd / name, theirs)
    if words[0] == "adopt":
        words = ("adopt", "--base", "none")

    assert shell.run(*words) == 3
    assert CANARY not in shell.out + shell.err
    assert state(outside) == before


def test_a_folder_of_documents_may_be_a_link_that_stays_in_the_repository(shell: Shell) -> None:
    (shell.cwd / "desired/demo").rename(shell.cwd / "documents")
    (shell.cwd / "desired/demo").symlink_to("../documents")

    assert shell.run("validate") == 0
    assert "1 file" in shell.out


@pytest.mark.parametrize(
    "name", [".reconciler", ".reconciler/live", ".reconciler/live/demo", ".reconciler/live/real"]
)
def test_a_link_in_the_place_of_the_cache_loses_nobody_a_file(
    name: str, shell: Shell, outside: Path
) -> None:
    before = state(outside)
    swap(shell.cwd / name, outside)
    for number in range(45):
        text = DOCUMENT.replace("3001", str(4000 + number))
        (shell.cwd / f"desired/demo/{number}.yaml").write_text(text)

    shell.run("plan")

    assert state(outside) == before


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "outside", "pipe", "huge"])
@pytest.mark.parametrize("name", ["journal/demo/9.jsonl", "journal/demo", "journal"])
def test_a_journal_that_is_no_file_of_ours_is_not_read(
    name: str, target: str, shell: Shell, outside: Path
) -> None:
    path = shell.cwd / ".reconciler" / name
    path.parent.mkdir(parents=True)
    if target == "pipe":
        os.mkfifo(path)
    elif target == "huge":
        path.touch()
        os.truncate(path, 1 << 40)
    else:
        path.symlink_to(outside if target == "outside" else target)

    assert shell.run("plan") in {0, 1}  # 3001 is not in the demo tenant
    assert "Traceback" not in shell.err
    assert CANARY not in shell.out + shell.err


@pytest.mark.parametrize("end", ["", "-journal", "-wal", "-shm"])
def test_a_store_of_the_emulator_that_is_a_link_is_refused(
    end: str, shell: Shell, outside: Path
) -> None:
    before = state(outside)
    swap(shell.cwd / f".reconciler/emulator/demo.sqlite3{end}", outside / "mine.sqlite3")

    assert shell.run("plan") == 1
    assert "is a link; none is followed here" in shell.err
    assert shell.run("emulator") == 1
    assert state(outside) == before


@pytest.mark.parametrize("name", [".reconciler", ".reconciler/lock", ".reconciler/journal"])
def test_nothing_is_applied_where_lock_or_journal_are_links(
    name: str, shell: Shell, outside: Path
) -> None:
    swap(shell.cwd / name, outside)
    before = state(outside)

    document = DOCUMENT.replace("3001", "2972395").replace("active", "resolved")
    (shell.cwd / "desired/demo/b.yaml").write_text(document)

    assert shell.run("apply", "--auto-approve") == 1
    assert shell.run("doctor") == 1
    assert state(outside) == before


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out", "link.json"),
        ("snapshot", "--out", "link.json"),
        ("plan", "--out-dir", "folder"),
        ("import", "--out", "folder"),
        ("apply", "--auto-approve", "--journal", "link.json"),
        ("emulator", "--history", "link.json"),
        ("emulator", "--store", "link.json"),
        ("plan", "--out", "folder/plan.json"),
    ],
)
def test_nothing_is_written_through_a_link_of_the_checkout_that_leaves_it(
    words: tuple[str, ...], shell: Shell, outside: Path
) -> None:
    (shell.cwd / "link.json").symlink_to(outside / "new.json")
    (shell.cwd / "folder").symlink_to(outside)
    before = state(outside)

    assert shell.run(*words) == 1
    assert state(outside) == before


@pytest.mark.parametrize("command", ["show", "apply", "revert"])
def test_nothing_is_read_through_a_link_of_the_checkout_that_leaves_it(
    command: str, shell: Shell, outside: Path
) -> None:
    (shell.cwd / "plan.json").symlink_to(outside / "a.yaml")
    more = ("--auto-approve",) if command == "apply" else ("--out", "inverse.json")
    assert shell.run(command, "plan.json", *(() if command == "show" else more)) == 1
    assert "is a link that leaves" in shell.err
    assert CANARY not in shell.out + shell.err


def test_a_persons_own_link_elsewhere_is_theirs(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "latest.json").symlink_to("plans/today.json")

    shell.run("plan", "--out", "../latest.json")

    assert json.loads((tmp_path / "plans/today.json").read_text())["formatVersion"]
    assert (tmp_path / "latest.json").is_symlink()
    assert shell.run("show", "../latest.json") in {0, 1}


@pytest.mark.parametrize("target", ["there.json", "not-there.json"])
def test_nothing_is_written_through_a_link_in_a_folder_that_everybody_may_write_to(
    target: str, shell: Shell, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (tmp_path / "there.json").touch()
    (shared / "plan.json").symlink_to(tmp_path / target)

    assert shell.run("plan", "--out", str(shared / "plan.json")) == 1
    assert "is a link in a folder that everybody may write to" in " ".join(shell.err.split())
    assert (tmp_path / "there.json").read_bytes() == b""
    assert not (tmp_path / "not-there.json").exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "huge"])
def test_a_configuration_that_is_no_file_of_the_checkout_is_refused(
    kind: str, shell: Shell, outside: Path
) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.unlink()
    if kind == "link":
        config.symlink_to(outside / "a.yaml")
    elif kind == "pipe":
        os.mkfifo(config)
    elif kind == "folder":
        config.mkdir()
    else:
        config.touch()
        os.truncate(config, 1 << 40)

    assert shell.run("plan") == 3
    assert CANARY not in shell.out + shell.err


@pytest.mark.parametrize("words", [("show",), ("apply", "--auto-approve")])
def test_a_plan_that_is_larger_than_any_plan_is_not_read(
    words: tuple[str, ...], shell: Shell, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    plan.touch()
    os.truncate(plan, 1 << 40)
    command, *more = words

    assert shell.run(command, str(plan), *more) == 1
    assert "it is larger than 256 MiB" in " ".join(shell.err.split())
