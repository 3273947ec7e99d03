from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import InvalidInput
from reconciler.model.words import Finding, Place
from reconciler.store.discovery import find_config

VARIABLE = "RECONCILER_CONFIG"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A configuration at the root, one below, one outside of it all."""
    root = tmp_path / "repository"
    (root / "a" / "b").mkdir(parents=True)
    (root / ".git").mkdir()
    for folder in (tmp_path, root):
        (folder / "reconciler.yaml").write_text("x")
    (root / "other.yaml").write_text("x")
    return root


def finding(explicit: str | None, env: dict[str, str], cwd: Path) -> Finding:
    with pytest.raises(InvalidInput) as invalid:
        find_config(explicit, env, cwd)
    return invalid.value.findings[0]


def test_the_option_comes_before_the_variable_and_that_before_the_folder(repository: Path) -> None:
    env = {VARIABLE: "../reconciler.yaml"}

    assert find_config("other.yaml", env, repository) == repository / "other.yaml"
    assert find_config(None, env, repository) == repository / "../reconciler.yaml"
    assert find_config(None, {VARIABLE: ""}, repository) == repository / "reconciler.yaml"


def test_the_nearest_parent_wins(repository: Path) -> None:
    assert find_config(None, {}, repository / "a" / "b") == repository / "reconciler.yaml"
    (repository / "a" / "reconciler.yaml").write_text("x")
    assert find_config(None, {}, repository / "a" / "b") == repository / "a" / "reconciler.yaml"


def test_the_search_ends_at_the_git_root(repository: Path) -> None:
    (repository / "reconciler.yaml").unlink()

    assert finding(None, {}, repository / "a") == Finding(
        Place("reconciler.yaml"),
        "no reconciler.yaml here or above; name one with --config, or write one: reconciler init",
    )


def test_outside_of_git_parents_are_searched_but_no_folder_open_to_all(tmp_path: Path) -> None:
    shared, mine = tmp_path / "shared", tmp_path / "shared" / "mine"
    mine.mkdir(parents=True)
    (tmp_path / "reconciler.yaml").write_text("x")
    (shared / "reconciler.yaml").write_text("planted")
    shared.chmod(0o755)

    assert find_config(None, {}, mine) == shared / "reconciler.yaml"
    shared.chmod(0o1777)
    assert "no reconciler.yaml here" in finding(None, {}, mine).message


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("none.yaml", "there is no such file"),
        ("a", "it is a folder, not a regular file"),
        (os.devnull, "it is a device, not a regular file"),
    ],
)
def test_what_is_named_has_to_be_a_file(repository: Path, name: str, what: str) -> None:
    assert finding(name, {}, repository) == Finding(Place(name), f"{what}; --config names it")
    assert finding(None, {VARIABLE: name}, repository) == Finding(
        Place(name), f"{what}; RECONCILER_CONFIG names it"
    )


def test_a_folder_that_cannot_be_looked_into_ends_the_search(tmp_path: Path) -> None:
    unusable = tmp_path / ("x" * 300)

    assert "no reconciler.yaml here" in finding(None, {}, unusable).message


def test_the_search_ends_at_the_root_of_the_disk() -> None:
    assert "no reconciler.yaml here" in finding(None, {}, Path("/")).message
