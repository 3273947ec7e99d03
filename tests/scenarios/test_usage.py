"""What is typed wrong: the nearest right word, the bounds of a number, and help that is true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.parser import COMMANDS
from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path


NEEDED = {
    "show": ("plan.json",),
    "comment": ("plan.json", "--pr", "1"),
    "approval": ("--environment", "live"),
    "revert": ("journal.jsonl", "--out", "plan.json"),
    "snapshot": ("--out", "live.json"),
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "--formt", "json"), "unknown option '--formt'; did you mean '--format'?"),
        (("--tennant", "demo", "plan"), "unknown option '--tennant'; did you mean '--tenant'?"),
        (("--log-levl=debug", "plan"), "unknown option '--log-levl'; did you mean '--log-level'?"),
        (("plan", "--formt=json"), "unknown option '--formt'; did you mean '--format'?"),
        (("plan", "--format", "jsno"), "did you mean 'json'?"),
        (("import", "--kind", "Incidnt"), "did you mean 'Incident'?"),
        (("plan", "--xyzzy"), "unrecognized arguments: --xyzzy"),
        (("show", "a.json", "b.json"), "unrecognized arguments: b.json"),
        (("help", "plna"), "did you mean 'plan'?"),
        (("emulator", "--port", "99999"), "'99999' is no whole number from 0 to 65,535"),
        (("emulator", "--port", "-1"), "'-1' is no whole number from 0 to 65,535"),
        (("emulator", "--latency-ms", "-3"), "'-3' is no whole number from 0 to 600,000"),
        (("emulator", "--requests-per-minute", "many"), "is no whole number"),
        (("emulator", "--port", "1" * 5_000), "is no whole number"),
    ],
)
def test_wrong_usage_names_what_is_right(shell: Shell, words: tuple[str, ...], said: str) -> None:
    assert shell.run(*words) == 64
    assert said in " ".join(shell.err.split())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 64),
        (("plna",), 64),
        (("plan", "--format", "jsno"), 64),
        (("plan", "--base", "nothing"), 1),
        (("show", "nothere.json"), 1),
        (("plan", "--tenant", "nobody"), 64),
        (("plan", "--select", "id=nothing"), 3),
        (("apply",), 64),
        (("apply", "plan.json"), 1),
    ],
)
def test_an_error_begins_with_that_word_or_with_a_place(
    shell: Shell, words: tuple[str, ...], code: int
) -> None:
    assert shell.run("init", "--tenant", "demo") == 0
    assert shell.run(*words) == code, shell.err
    assert re.match(r"error: \S|\S+:\d+:\d+: \S", shell.err), shell.err


def test_help_of_a_command_is_its_help(shell: Shell) -> None:
    assert shell.run("help", "plan") == 0
    told = shell.out
    assert shell.run("plan", "--help") == 0
    assert (told, told.startswith("usage: reconciler plan")) == (shell.out, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_only_a_command_that_takes_several_tenants_says_so(shell: Shell, name: str) -> None:
    assert shell.run(name, "--help") == 0
    told = shell.out
    shell.run(name, "--all-tenants", *NEEDED.get(name, ()))
    is_refused = "takes one tenant" in shell.err

    assert ("--all-tenants" in told, "several side by side" in told) == (not is_refused,) * 2


def test_where_there_is_no_configuration_init_is_named(shell: Shell) -> None:
    assert shell.run("plan") == 3
    assert "or write one: reconciler init" in " ".join((shell.out + shell.err).split())


def test_a_path_that_is_not_there_is_told_as_such(shell: Shell) -> None:
    shell.run("init", "--tenant", "demo")

    assert shell.run("validate", "nothere") == 3
    assert "there is no such file or folder" in shell.out + shell.err


def test_a_seed_beside_a_store_is_refused_and_the_store_is_left(shell: Shell) -> None:
    (shell.cwd / "seed.json").write_text("{}")
    (shell.cwd / "store.sqlite3").write_bytes(b"mine")

    assert shell.run("emulator", "--seed", "seed.json", "--store", "store.sqlite3") == 5

    assert "would be ignored" in shell.err
    assert (shell.cwd / "store.sqlite3").read_bytes() == b"mine"
