from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.running import Answer, is_outside, reach, run
from reconciler.model.words import Foreign
from tests.support.repositories import git, wrap_git

if TYPE_CHECKING:
    from pathlib import Path


def test_what_git_writes_is_the_answer(root: Path) -> None:
    assert run(root, "cat-file", "blob", "HEAD:desired/a.yaml") == Answer(b"x", code=0)


def test_git_gets_what_it_is_given(root: Path) -> None:
    content = b"x" * 1_000_000

    name = run(root, "hash-object", "-w", "--stdin", given=content).out.decode().strip()

    assert run(root, "cat-file", "blob", name).out == content


def test_an_exit_code_is_a_problem_and_what_git_said_is_foreign(root: Path) -> None:
    answer = run(root, "cat-file", "blob", "nowhere")

    assert answer.problem == "git ended with exit code 128"
    assert answer.said == Foreign("fatal: Not a valid object name nowhere")


def test_long_complaints_are_cut_to_their_end(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "for i in {1..1000}; do echo complaint >&2; done; echo last >&2; exit 1"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    said = run(root, "status").said

    assert said is not None
    assert len(said.raw) == 2000
    assert said.raw.endswith("complaint\nlast")


def test_no_git_is_an_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(root))

    assert run(root, "status").problem == "git cannot be started: no such program"


def test_a_git_that_may_not_be_started_is_an_answer(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", ""))
    (tmp_path / "bin" / "git").write_text("#!/nowhere")
    (tmp_path / "bin" / "git").chmod(0o644)
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "bin"))

    assert run(root, "status").problem == "git cannot be started: Permission denied"


def test_what_no_program_can_be_given_is_an_answer(root: Path) -> None:
    assert run(root, "rev-parse", "a\0b").problem == (
        "git cannot be started: what it is asked for holds a NUL character"
    )


def test_git_that_does_not_end_is_ended_with_all_that_it_started(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDWR)  # the readers below wait in read, not in open
    script = f"cat {pipe} >&2 & echo started; exec cat {pipe}"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    answer = run(root, "status", timeout_seconds=0.2)

    os.close(descriptor)
    assert answer == Answer(problem="git did not answer within 0.2 s")
    assert not has_readers(pipe)


def has_readers(pipe: Path) -> bool:
    """Looked at again and again: a process that was killed takes a moment to be gone."""
    for _ in range(100_000):
        try:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        os.sched_yield()
    return True


def test_nobody_is_asked_and_nothing_is_taken_from_a_terminal(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "echo $GIT_TERMINAL_PROMPT $GCM_INTERACTIVE $SSH_ASKPASS_REQUIRE; cat; ps -o sid= $$"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"{script}; exit 0"))

    said, session = run(root, "status").out.decode().splitlines()

    assert said == "0 never never"
    assert int(session) != os.getsid(0)


def test_a_folder_is_outside_where_nothing_above_it_claims_a_repository(
    root: Path, tmp_path: Path
) -> None:
    (root / "a" / "b").mkdir(parents=True)
    git(root, "worktree", "add", "--quiet", os.fspath(tmp_path / "linked"))
    (tmp_path / "way").symlink_to(root / "a")

    assert is_outside(tmp_path)
    assert not is_outside(root)
    assert not is_outside(root / "a" / "b")
    assert not is_outside(tmp_path / "linked")
    assert not is_outside(tmp_path / "way")


def test_a_repository_of_somebody_else_is_refused_in_gits_own_words(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    with pytest.raises(BaseFailure, match="cannot be read") as raised:
        is_outside(root)

    assert raised.value.detail is not None
    assert "dubious ownership" in raised.value.detail.raw
    assert "git config --global --add safe.directory" in (raised.value.remedy or "")
    assert "--base none" not in (raised.value.remedy or "")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", os.fspath(root))
    assert not is_outside(root)


def test_a_folder_named_git_that_is_no_repository_is_none_and_hides_nothing(
    root: Path, tmp_path: Path
) -> None:
    (root / "sub/.git").mkdir(parents=True)
    (tmp_path / "bare.git").mkdir()
    git(tmp_path / "bare.git", "init", "--quiet", "--bare")

    with pytest.raises(BaseFailure, match="cannot be read"):
        is_outside(root / "sub")
    assert is_outside(tmp_path / "bare.git")
    assert is_outside(root / ".git/objects")


def test_git_is_not_looked_for_in_the_checkout(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    (root / "git").chmod(0o755)
    monkeypatch.chdir(root)
    for path in (f".{os.pathsep}{os.environ['PATH']}", f"{os.pathsep}{os.environ['PATH']}", "."):
        monkeypatch.setenv("PATH", path)
        run(root, "rev-parse", "HEAD")

    assert not (tmp_path / "started").exists()


def test_what_git_says_shows_no_login_of_a_remote(root: Path) -> None:
    answer = reach(root, "ls-remote", "https://ghp_token@127.0.0.1:9/x.git")

    assert answer.said is not None
    assert "ghp_token" not in answer.said.raw
