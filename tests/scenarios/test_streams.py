"""Standard streams as shells, ssh, node, services and full disks hand them on: all of it, or exit 1."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRY: Final = (sys.executable, "-c", "from reconciler.cli.main import entry; entry()")
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: IncidentSet
metadata: {name: many}
members: [%s]
spec: {customTags: [über-管理者], description: "%s"}
"""
PRINTING: Final = (
    *(("plan", "--format", form) for form in ("text", "json", "html", "github")),
    *(("show", "p.json", "--format", form) for form in ("text", "json", "markdown", "html")),
    *(("validate", "--format", form) for form in ("text", "json", "sarif", "github")),
    ("drift", "--base", "none", "--format", "json"),
    ("plan", "--format", "json", "--select", "owner=nobody"),
    *(("schema",), ("tenants", "--format", "json"), ("doctor",), ("--help",), ("plan", "--help")),
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Documents of the demo tenant with a plan that takes more than a pipe holds."""
    folder = tmp_path_factory.mktemp("streams")
    (folder / "reconciler.yaml").write_text(CONFIG)
    (folder / "desired").mkdir()
    text = DOCUMENT % ('"2972395", "3001", "3245"', "x" * 60_000)
    (folder / "desired/many.yaml").write_text(text, encoding="utf-8")
    shell = Shell(folder)
    shell.run("plan", "--out", "p.json", "--base", "none")
    return shell


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **more}


def run(
    shell: Shell, *words: str, redirected: str = "", **env: str
) -> subprocess.CompletedProcess[bytes]:
    """``redirected``: as a shell takes it, behind the words."""
    command = ("/bin/sh", "-c", f'exec "$@" {redirected}', "sh", *ENTRY, *words)
    return subprocess.run(
        command,
        cwd=shell.cwd,
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )


class Slow:
    """A non-blocking pipe, whose reader begins when it is full and the writer has to wait."""

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        self.text = b""

    def read(self, process: subprocess.Popen[bytes]) -> None:
        """Nothing is taken as long as there is room and the writer lives."""
        while process.poll() is None and select.select([], [self.writer], [], 0.02)[1]:
            pass
        os.close(self.writer)
        while piece := os.read(self._reader, 4096):
            self.text += piece
        os.close(self._reader)


def slowly(shell: Shell, words: Sequence[str], *, is_stderr: bool = False) -> tuple[int, bytes]:
    pipe = Slow()
    other = subprocess.DEVNULL
    process = subprocess.Popen(
        (*ENTRY, *words),
        cwd=shell.cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=other if is_stderr else pipe.writer,
        stderr=pipe.writer if is_stderr else other,
    )
    reader = Thread(target=pipe.read, args=(process,))
    reader.start()
    reader.join(timeout=100)
    return process.wait(timeout=10), pipe.text


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_stdout_that_is_non_blocking_gets_all_of_it(shell: Shell, words: Sequence[str]) -> None:
    whole = run(shell, *words)

    code, text = slowly(shell, words)

    assert code == whole.returncode
    if "json" in words:
        assert json.loads(text)
    elif words[0] in {"show", "schema", "validate", "--help"} and "github" not in words:
        assert text == whole.stdout
    assert abs(len(text) - len(whole.stdout)) < 200  # times and durations are those of each run
    assert text.endswith(b"\n")


def test_a_plan_of_more_than_a_pipe_holds_is_whole(shell: Shell) -> None:
    code, text = slowly(shell, ("show", "p.json", "--format", "json"))

    assert code == 0
    assert len(text) > 2 * 65_536
    assert text == (shell.cwd / "p.json").read_bytes()


def test_a_stderr_that_is_non_blocking_gets_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    for number in range(600):
        (tmp_path / f"desired/{number:04}.yaml").write_text("kind: Nothing\nspec: {}\n")
    broken = Shell(tmp_path)
    whole = run(broken, "plan")

    code, text = slowly(broken, ("plan",), is_stderr=True)

    assert len(text) > 65_536
    assert (code, text) == (whole.returncode, whole.stderr)


@pytest.mark.parametrize("words", [("plan",), ("--help",), ("plan", "--help"), ("--version",)])
@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"])
def test_a_stdout_that_takes_nothing_is_exit_1_and_said(
    shell: Shell, words: Sequence[str], redirected: str
) -> None:
    ended = run(shell, *words, redirected=redirected)

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(b"error: the result could not be printed: ")
    assert b"Traceback" not in ended.stderr


def test_closed_streams_are_neither_a_defect_nor_anybodys_file(shell: Shell) -> None:
    for redirected in ("<&-", "2>&-", "<&- 2>&-"):
        ended = run(shell, "plan", "--format", "json", redirected=redirected)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert json.loads(ended.stdout)["summary"]
    assert run(shell, "plan", redirected="<&- >&- 2>&-").returncode == 1
    assert run(shell, "apply", redirected="<&-").returncode == 64
    journal = shell.cwd / "closed.jsonl"
    words = ("apply", "p.json", "--journal", journal.name, "--log-level", "debug")
    run(shell, *words, redirected="<&- >&- 2>&-")
    if journal.exists():
        assert all(line.startswith('{"type"') for line in journal.read_text().splitlines())


@pytest.mark.parametrize("words", [("plan",), ("schema",), ("--help",), ("show", "p.json")])
def test_a_reader_that_goes_away_is_no_error(shell: Shell, words: Sequence[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        (*ENTRY, *words),
        cwd=shell.cwd,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=100,
    )
    os.close(writer)

    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "iso-8859-1:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "github"])
def test_what_an_encoding_lacks_is_replaced_and_nothing_ends_in_the_middle(
    shell: Shell, locale: dict[str, str], form: str
) -> None:
    whole = run(shell, "show", "p.json", "--format", form)

    ended = run(shell, "show", "p.json", "--format", form, **locale)

    assert (ended.returncode, ended.stderr) == (0, whole.stderr)
    assert ended.stdout.count(b"\n") == whole.stdout.count(b"\n")
    if form == "json":
        assert ended.stdout == whole.stdout


def test_a_working_directory_that_was_deleted_is_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir "$PWD"; exec "$@"'
    for words, form in ((("plan",), "text"), (("plan", "--format=json"), "json")):
        gone.mkdir(exist_ok=True)
        ended = subprocess.run(
            ("/bin/sh", "-c", script, "sh", *ENTRY, *words),
            cwd=gone,
            env=environment(PYTHONPATH=str(Path(__file__).parents[2])),
            capture_output=True,
            check=False,
            timeout=100,
        )
        told = ended.stderr if form == "text" else ended.stdout
        assert ended.returncode == 1
        assert b"the working directory" in told
        assert b"Traceback" not in ended.stderr


@pytest.fixture
def real(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(
        CONFIG.replace("cloud: emulator,", "cloud: global, credential: static-token,").replace(
            "demo: {", "demo: {tenantId: 12f988bf-16f1-11af-11ab-1d7cd011db47, "
        )
    )
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/many.yaml").write_text(DOCUMENT % ('"1"', "x"), encoding="utf-8")
    return Shell(tmp_path)


def test_a_key_log_that_cannot_be_opened_is_named(real: Shell) -> None:
    ended = run(
        real,
        *("plan", "--base", "none", "--graph-url", "https://localhost:1"),
        SSLKEYLOGFILE="/nowhere/keys",
        RECONCILER_TOKEN="abc",
    )

    assert ended.returncode == 1
    assert b"SSLKEYLOGFILE" in ended.stderr
    assert b"defect" not in ended.stderr
