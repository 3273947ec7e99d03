from __future__ import annotations

import io
import json
import os
import re
import signal
import threading
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.cli import parser
from reconciler.cli.door import Door, SystemClock
from reconciler.cli.interrupts import braking
from reconciler.cli.main import main
from tests.support.cli import Shell, Terminal


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_version_and_help_go_to_stdout(shell: Shell) -> None:
    assert shell.run("--version") == 0
    assert shell.out == f"reconciler {__version__}\n"
    assert shell.run("--help") == 0
    assert all(name in shell.out for name in parser.COMMANDS)


@pytest.mark.parametrize("command", parser.COMMANDS)
def test_each_command_helps_itself(shell: Shell, command: str) -> None:
    assert shell.run(command, "--help") == 0
    assert f"usage: reconciler {command}" in shell.out
    assert "--tenant NAME" in shell.out
    assert shell.err == ""


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ((), "no command given"),
        (("paln",), "did you mean 'plan'?"),
        (("xyzzy",), "is no command"),
        (("plan", "--nonsense"), "--nonsense"),
        (("plan", "--snapshot", "s.json", "--refresh"), "--snapshot reads none"),
        (("apply", "p.json", "--refresh"), "saved plan is applied as it is"),
        (("plan", "--format", "sarif"), "sarif"),
        (("plan", "--log-level", "loud"), "loud"),
        (("apply", "p.json", "--select", "id=1"), "saved plan is applied as it is"),
    ],
)
def test_wrong_usage_is_64_with_what_to_do(
    shell: Shell, words: tuple[str, ...], fragment: str
) -> None:
    assert shell.run(*words) == 64
    assert fragment in shell.err
    assert shell.out == ""


def test_wrong_usage_is_json_if_json_was_asked_for(shell: Shell) -> None:
    assert shell.run("plan", "--format=json", "--nonsense") == 64
    told = json.loads(shell.out)
    assert told["exitCode"] == 64
    assert "--nonsense" in told["errors"][0]["message"]


def test_a_folder_without_a_configuration_is_an_error_that_says_what_to_do(shell: Shell) -> None:
    assert shell.run("validate") == 3
    assert "reconciler.yaml" in shell.err


class Raising(dict[str, str]):
    """An environment in which looking for the configuration goes wrong."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def get(self, *_: object) -> str:
        raise self._error


def failing(error: BaseException, cwd: Path, *words: str) -> tuple[int, str]:
    stderr = io.StringIO()
    door = Door(io.StringIO(), io.StringIO(), stderr, Raising(error), cwd, SystemClock())
    return main(["validate", *words], door), stderr.getvalue()


def test_a_surprise_ends_without_a_traceback(tmp_path: Path) -> None:
    code, told = failing(ValueError("secret text"), tmp_path)
    assert code == 1
    assert "unexpected ValueError" in told
    assert re.search(r"\Aerror: unexpected ValueError at reconciler/store/discovery\.py:\d+;", told)
    assert "issues page" in told
    assert "Traceback" not in told
    assert "secret text" not in told


def test_a_surprise_keeps_its_whole_traceback_for_the_log_less_a_token(tmp_path: Path) -> None:
    error = ValueError("Illegal header value b'Bearer abc.def-ghi'")
    code, told = failing(error, tmp_path, "--log-level", "debug")
    assert code == 1
    assert "debug: reconciler.errors: Traceback (most recent call last):\n" in told
    assert "debug: reconciler.errors: ValueError: Illegal header value b'Bearer ***'\n" in told
    assert "\nerror: unexpected ValueError at reconciler/" in told


def test_an_interrupt_is_130(tmp_path: Path) -> None:
    code, told = failing(KeyboardInterrupt(), tmp_path)
    assert code == 130
    assert "interrupted" in told


def test_colour_needs_a_terminal_and_no_objection(tmp_path: Path) -> None:
    def door(**env: str) -> Door:
        return Door(io.StringIO(), Terminal(), io.StringIO(), env, tmp_path, SystemClock())

    assert door().colour(Terminal())
    assert not door().colour(io.StringIO())
    for objection in ({"NO_COLOR": "1"}, {"CI": "true"}, {"TERM": "dumb"}):
        assert not door(**objection).colour(Terminal())


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as gone:
        door = Door(io.StringIO(), gone, io.StringIO(), {}, tmp_path, SystemClock())
        door.out(("x" * 100_000,))


def test_the_first_signal_stops_and_the_second_aborts() -> None:
    said: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    with braking(said.append) as brakes:
        signal.raise_signal(signal.SIGINT)
        assert brakes.stop.is_set()
        assert not brakes.abort.is_set()
        signal.raise_signal(signal.SIGTERM)
        assert brakes.abort.is_set()
    assert len(said) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    found: list[bool] = []

    def use() -> None:
        with braking(lambda _: None) as brakes:
            found.append(brakes.stop.is_set())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert found == [False]


def test_a_full_disk_behind_the_result_is_said_once_and_is_an_error(tmp_path: Path) -> None:
    stderr = io.StringIO()
    with Path("/dev/full").open("w") as full:
        door = Door(io.StringIO(), full, stderr, {}, tmp_path, SystemClock())
        assert main(["schema"], door) == 1
    assert stderr.getvalue() == "error: the result could not be printed: No space left on device\n"
