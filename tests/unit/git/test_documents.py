from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.documents import commit_of, files_at
from reconciler.model.words import SourceFile
from reconciler.store.folder import MAX_BYTES, read_folder
from tests.support.repositories import commit_all, git, repository, wrap_git

if TYPE_CHECKING:
    from pathlib import Path


def problems(root: Path, folder: str = "desired") -> dict[str, str | None]:
    commit = git(root, "rev-parse", "HEAD")
    return {file.path: file.problem for file in files_at(root, commit, folder)}


def test_a_revision_is_named_in_full(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    second = commit_all(root)
    git(root, "tag", "-a", "-m", "x", "v1", first)

    assert commit_of(root, "HEAD") == second
    assert commit_of(root, "main~1") == first
    assert commit_of(root, "v1") == first
    assert commit_of(root, first[:10]) == first
    assert commit_of(root / "desired", "HEAD") == second


@pytest.mark.parametrize(
    "revision",
    [
        "nowhere",
        "1" * 40,
        "HEAD:desired",
        "HEAD:desired/a.yaml",
        "^HEAD",
        "HEAD..main",
        "",
        "a\0b",
        "a\nb",
        "--all",
        "--git-dir",
        "--output=x",
        "-h",
        "\udcff",
    ],
)
def test_what_names_no_commit_is_a_failure_and_never_an_option(root: Path, revision: str) -> None:
    with pytest.raises(BaseFailure, match="this clone has no commit '") as raised:
        commit_of(root, revision)

    assert raised.value.message.isprintable()
    assert raised.value.remedy == (
        "name one that 'git log' shows, or fetch it first, or use --base auto or none"
    )


def test_a_branch_named_like_an_option_is_no_option(root: Path) -> None:
    git(root, "update-ref", "refs/heads/--all", "HEAD")

    with pytest.raises(BaseFailure):
        commit_of(root, "--all")
    assert commit_of(root, "refs/heads/--all") == git(root, "rev-parse", "HEAD")


def test_a_shallow_clone_says_how_to_get_the_commit(root: Path, tmp_path: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit_all(root)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "clone")

    with pytest.raises(
        BaseFailure, match=f"this clone is shallow and has no commit '{first}'"
    ) as raised:
        commit_of(tmp_path / "clone", first)

    assert raised.value.remedy is not None
    assert "git fetch --unshallow" in raised.value.remedy
    git(tmp_path / "clone", "fetch", "--quiet", "--unshallow")
    assert commit_of(tmp_path / "clone", first) == first


def test_outside_git_there_is_no_commit(tmp_path: Path) -> None:
    with pytest.raises(BaseFailure, match="outside git there is no commit 'HEAD'"):
        commit_of(tmp_path, "HEAD")


def test_files_are_as_they_were_and_not_as_they_are(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    (root / "desired" / "a.yaml").write_text("changed")
    (root / "desired" / "b.yaml").write_text("new")
    commit_all(root)

    assert [*files_at(root, commit, "desired")] == [SourceFile("desired/a.yaml", b"x")]


def test_the_rules_are_those_of_folders_on_disk(root: Path) -> None:
    folder = root / "desired"
    for name in ("b/z.yaml", "b/y.yml", "b.c/x.yaml", "c.YAML", "d.Yaml", "ä.yaml", "a b.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    for name in (".a.yaml", ".hidden/b.yaml", "b/.c.yaml", "README.md", "yaml", "a.yaml.orig"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "e.yaml").mkdir()
    (folder / "e.yaml" / "f.yaml").write_text("in a folder named like a document")
    (folder / "line\nend.yaml").write_text("x")
    (folder / os.fsdecode(b"\xff.yaml")).write_text("x")
    (folder / "same.yaml").write_text("x")
    (folder / "run.yaml").write_text("x")
    (folder / "run.yaml").chmod(0o755)
    commit = commit_all(root)

    for shown in ("desired", "desired/", "desired/b", "."):
        on_disk = [*read_folder(root / shown, shown, within=root)]
        assert [*files_at(root, commit, shown)] == on_disk
        assert on_disk


def test_links_are_judged_as_those_on_disk(root: Path) -> None:
    folder = root / "desired"
    (root / "outside").mkdir()
    (root / "outside" / "s.yaml").write_text("secret")
    (folder / "b").mkdir()
    (folder / "b" / "real.txt").write_text("real")
    (folder / ".dot").mkdir()
    (folder / ".dot" / "hidden").write_text("hidden")
    targets = {
        "b/up.yaml": "../a.yaml",
        "chain.yaml": "b/again",
        "b/again": "real.txt",
        "round.yaml": "../desired/./b//../b/real.txt",
        "through.yaml": "way/real.txt",
        "way": "b",
        "dot.yaml": ".dot/hidden",
        "out.yaml": "../outside/s.yaml",
        "out-of-git.yaml": "../../../../../../../../../../../etc/passwd",
        "absolute.yaml": "/dev/zero",
        "b/absolute.yaml": "/dev/zero",
        "nowhere.yaml": "nowhere",
        "no-folder.yaml": "a.yaml/b",
        "loop.yaml": "loop.yaml",
        "top.yaml": ".",
        "folder.yaml": "b",
        "other": "../outside/s.yaml",
        "notes": "b/real.txt",
    }
    for name, target in targets.items():
        (folder / name).symlink_to(target)
    commit = commit_all(root)

    found = [*files_at(root, commit, "desired")]

    assert found == [*read_folder(folder, "desired", within=folder)]
    assert {file.path.removeprefix("desired/"): file.problem for file in found} == {
        "a.yaml": None,
        "absolute.yaml": "is a link that leaves the folder",
        "b/absolute.yaml": "is a link that leaves the folder",
        "b/up.yaml": None,
        "chain.yaml": None,
        "dot.yaml": None,
        "folder.yaml": "is a link to a folder; links to folders are not followed",
        "loop.yaml": "cannot be read: too many levels of symbolic links",
        "no-folder.yaml": "cannot be read: not a directory",
        "nowhere.yaml": "cannot be read: no such file or directory",
        "out-of-git.yaml": "is a link that leaves the folder",
        "out.yaml": "is a link that leaves the folder",
        "round.yaml": None,
        "through.yaml": None,
        "top.yaml": "is a link that leaves the folder",
        "way": "is a link to a folder; links to folders are not followed",
    }


def test_a_link_is_resolved_in_the_commit_and_not_on_disk(root: Path) -> None:
    (root / "desired" / "link.yaml").symlink_to("a.yaml")
    commit = commit_all(root)
    shutil.rmtree(root / "desired")

    assert [*files_at(root, commit, "desired")] == [
        SourceFile("desired/a.yaml", b"x"),
        SourceFile("desired/link.yaml", b"x"),
    ]


def test_a_file_over_the_limit_is_over_it_and_not_read(root: Path) -> None:
    (root / "desired" / "big.yaml").write_bytes(b"x" * (MAX_BYTES + 100_000))
    (root / "desired" / "full.yaml").write_bytes(b"x" * MAX_BYTES)
    commit = commit_all(root)

    sizes = {file.path: len(file.content or b"") for file in files_at(root, commit, "desired")}

    assert sizes == {
        "desired/a.yaml": 1,
        "desired/big.yaml": MAX_BYTES + 1,
        "desired/full.yaml": MAX_BYTES,
    }


def test_a_submodule_is_a_problem(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    allow = ("-c", "protocol.file.allow=always")
    git(root, *allow, "submodule", "--quiet", "add", f"file://{other}", "desired/more")
    commit_all(root)

    assert problems(root) == {
        "desired/a.yaml": None,
        "desired/more": "is a submodule; what it held is not in this commit",
    }


@pytest.mark.parametrize("folder", ["nowhere", "desired/a.yaml", "des*", "--all", ":(top)desired"])
def test_a_folder_that_the_commit_does_not_have_holds_nothing(root: Path, folder: str) -> None:
    commit = git(root, "rev-parse", "HEAD")

    assert [*files_at(root, commit, folder)] == []


def test_the_project_may_lie_below_the_top_of_the_repository(tmp_path: Path) -> None:
    top = tmp_path / "top"
    project = repository(top / "a" / "project")
    shutil.rmtree(project / ".git")
    (top / "desired").mkdir()
    (top / "desired" / "other.yaml").write_text("x")
    (project / "desired" / "out.yaml").symlink_to("../../../desired/other.yaml")
    git(top, "init", "--quiet")
    commit_all(top)

    assert problems(project) == {
        "desired/a.yaml": None,
        "desired/out.yaml": "is a link that leaves the folder",
    }
    assert {*problems(project, ".")} == {"desired/a.yaml", "desired/out.yaml"}


def test_a_blob_that_is_not_here_is_a_failure(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    name = git(root, "rev-parse", "HEAD:desired/a.yaml")
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()

    with pytest.raises(BaseFailure, match=f"the object {name} is not in this repository"):
        [*files_at(root, commit, "desired")]


def test_a_thousand_files_take_three_processes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1000):
        (root / "desired" / f"{number}.yaml").write_text(f"{number}")
    commit = commit_all(root)
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"echo $VERB >> {log}"))

    assert len([*files_at(root, commit, "desired")]) == 1001
    assert log.read_text().split() == ["ls-tree", "cat-file", "cat-file"]


def as_a_submodule(root: Path, path: str, other: Path) -> str:
    allow = ("-c", "protocol.file.allow=always")
    git(root, *allow, "submodule", "--quiet", "add", f"file://{other}", path)
    return commit_all(root)


@pytest.mark.parametrize("place", ["a", "a/b", "a/b/desired"])
@pytest.mark.parametrize("what", ["a submodule", "a link"])
def test_what_stands_in_the_folders_place_is_no_empty_folder(
    root: Path, tmp_path: Path, place: str, what: str
) -> None:
    other = repository(tmp_path / "other")
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    if what == "a link":
        (root / place).symlink_to(other)
        commit = commit_all(root)
    else:
        commit = as_a_submodule(root, place, other)

    with pytest.raises(BaseFailure, match=f"'{place}' is {what}, not a folder") as raised:
        [*files_at(root, commit, "a/b/desired")]

    assert "--base auto or none" in (raised.value.remedy or "")


def test_a_link_that_may_lead_to_documents_is_a_problem(root: Path, tmp_path: Path) -> None:
    """On disk it is told only if a folder is there; at a commit nobody can look."""
    (root / "elsewhere").mkdir()
    (root / "elsewhere/b.yaml").write_text("x")
    as_a_submodule(root, "sub", repository(tmp_path / "other"))
    targets = {"more": "../elsewhere", "far": "../../away", "deep": "../sub/desired"}
    for name, target in targets.items():
        (root / "desired" / name).symlink_to(target)
    (root / "desired" / "notes").symlink_to("../elsewhere/b.yaml")
    commit_all(root)

    leaves = "is a link that leaves the folder"
    assert problems(root) == {
        "desired/a.yaml": None,
        **{f"desired/{name}": leaves for name in sorted(targets)},
    }
