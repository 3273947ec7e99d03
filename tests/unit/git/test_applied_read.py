from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.absence import ANEW, FIRST, OUTSIDE
from reconciler.git.applied import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_TOTAL_BYTES,
    MAX_TREE_BYTES,
    AppliedTree,
)
from reconciler.git.lines import Owner
from reconciler.git.tip import MAX_COMMIT_BYTES
from reconciler.model.base import Base
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.words import Foreign, Ref
from tests.support.repositories import (
    REF,
    git,
    incident,
    plant,
    record,
    repository,
    status,
    tree,
    wrap_git,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.model.desired import Spec

ENTRY = {
    "formatVersion": "1.0",
    "id": "1",
    "kind": "Incident",
    "spec": {"status": "resolved"},
}


def entry(**changes: object) -> bytes:
    return json.dumps({**ENTRY, **changes}).encode()


def test_what_was_recorded_is_read_back(root: Path) -> None:
    specs: Mapping[Ref, Spec] = {
        incident(1): {"status": Exactly("resolved"), "assignedTo": Exactly(None)},
        incident(2): {"customTags": Elements(("a",), ("b", "ü\u202e"))},
        Ref("Alert", "da63_-9"): {"customDetails": Entries({"k": "v"})},
        Ref("LegacyAlert", "A.b=_-" * 40): {"tags": Exactly(["x", "y"])},
    }

    commit = record(tree(root), specs)

    assert tree(root).read() == Base(specs, commit, is_applied=True)


def test_the_longest_document_there_can_be_is_read_back(root: Path) -> None:
    specs: Mapping[Ref, Spec] = {incident(1): {"summary": Exactly("ü" * (512 * 1024))}}

    record(tree(root), specs)

    assert tree(root).read().specs == specs


def test_fields_come_back_in_the_order_of_their_kind(root: Path) -> None:
    record(tree(root), {incident(1): {"assignedTo": Exactly("a"), "status": Exactly("active")}})

    assert [*tree(root).read().specs[incident(1)]] == ["status", "assignedTo"]


def test_a_tree_of_nothing_is_a_base_all_the_same(root: Path) -> None:
    record(tree(root), {incident(1): status("active")})
    commit = record(tree(root), {}, [incident(1)])

    assert tree(root).read() == Base({}, commit, is_applied=True)


def test_outside_git_there_is_no_base_and_git_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))

    assert tree(tmp_path).read() == Base(notice=OUTSIDE)
    assert OUTSIDE == (
        "Outside git, so this plan is two-way: a value that a person changed cannot be told from "
        "one never applied"
    )


def test_the_first_run_says_so(root: Path) -> None:
    assert tree(root).read() == Base(notice=FIRST)


def test_another_tenants_tree_is_none_of_this_one(root: Path) -> None:
    record(AppliedTree(root, "contoso-2"), {incident(1): status("active")})
    git(root, "update-ref", f"{REF}/below", "HEAD")

    assert tree(root).read() == Base(notice=FIRST)


def test_a_tenant_may_be_named_like_a_lock(root: Path) -> None:
    locked = AppliedTree(root, "a.lock")

    commit = record(locked, {incident(1): status("active")})

    assert locked.ref == "refs/reconciler/applied/a.lock-"
    assert locked.read().commit == commit


def test_without_git_a_repository_cannot_be_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(root))

    with pytest.raises(BaseFailure, match="cannot be read: git cannot be started") as raised:
        tree(root).read()

    assert raised.value.remedy is not None
    assert raised.value.remedy.endswith("or plan without it: --base none")


def test_a_repository_of_somebody_else_is_not_absent(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    with pytest.raises(BaseFailure, match="cannot be read: git ended with exit code 128") as raised:
        tree(root).read()

    assert raised.value.detail is not None
    assert "dubious ownership" in raised.value.detail.raw


def test_a_repository_that_is_damaged_is_not_absent(root: Path) -> None:
    (root / ".git" / "HEAD").unlink()

    with pytest.raises(BaseFailure, match="cannot be read"):
        tree(root / "desired").read()


@pytest.mark.parametrize("content", ["garbage\n", ""])
def test_a_broken_ref_is_not_absent(root: Path, content: str) -> None:
    path = root / ".git" / REF
    path.parent.mkdir(parents=True)
    path.write_text(content)

    with pytest.raises(BaseFailure, match=f"{REF} is broken"):
        tree(root).read()


def test_a_ref_to_nothing_is_not_absent(root: Path) -> None:
    path = root / ".git" / REF
    path.parent.mkdir(parents=True)
    path.write_text("12" * 20)

    with pytest.raises(BaseFailure) as raised:
        tree(root).read()

    assert raised.value.detail == Foreign(f"fatal: missing object {'12' * 20} for {REF}")


def test_a_ref_that_leads_to_no_commit_is_refused(root: Path) -> None:
    git(root, "update-ref", REF, "HEAD:desired/a.yaml")
    with pytest.raises(BaseFailure, match="points to a blob; expected a commit"):
        tree(root).read()

    git(root, "tag", "-a", "-m", "x", "v1")
    git(root, "update-ref", REF, "v1")
    with pytest.raises(BaseFailure, match="points to a tag; expected a commit"):
        tree(root).read()


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("Incident/1.json", b"{", "it is no JSON object"),
        ("Incident/1.json", b"\xff", "it is no JSON object"),
        ("Incident/1.json", b"[" * 100_000, "it is no JSON object"),
        ("Incident/1.json", entry(formatVersion="2.0"), "written by a newer reconciler"),
        ("Incident/2.json", entry(), "another object than its path says"),
        ("Incident/1.json", entry(kind="Alert"), "another object than its path says"),
        ("Incident/1.json", entry(spec={"title": "x"}), "'title' is no field of Incident"),
        ("Incident/x.json", entry(), "an id that no Incident has"),
        ("Incident/1.yaml", entry(), "it is no object's file"),
        ("Incident/a/1.json", entry(), "it is no regular file"),
        ("Riddle/1.json", entry(kind="Riddle"), "it is no regular file"),
        ("README.json", entry(), "expected <Kind>/<id>.json"),
        ("\u202eREADME", b"", r"holds '\\u202eREADME', which cannot be read"),
        ("Incident/1.json", b" " * (4 * 1024 * 1024 + 1), "it is over 4 MiB"),
    ],
)
def test_what_cannot_be_read_is_never_left_out(
    root: Path, path: str, content: bytes, message: str
) -> None:
    plant(root, {"Incident/7.json": entry(id="7"), path: content})

    with pytest.raises(BaseFailure, match=message) as raised:
        tree(root).read()

    assert raised.value.remedy is not None
    assert f"'git update-ref -d {REF}' forgets it here" in raised.value.remedy


def test_a_link_in_the_tree_is_not_followed(root: Path) -> None:
    target = git(root, "hash-object", "-w", "--stdin", given=b"7.json")
    line = f"120000 blob {target}\t1.json\n".encode()
    folder = git(root, "mktree", given=line)
    top = git(root, "mktree", given=f"040000 tree {folder}\tIncident\n".encode())
    git(root, "update-ref", REF, git(root, "commit-tree", "-m", "x", top))

    with pytest.raises(BaseFailure, match="it is no regular file"):
        tree(root).read()


def test_a_newer_minor_version_adds_what_is_passed_over(root: Path) -> None:
    plant(root, {"Incident/1.json": entry(formatVersion="1.7", more={"a": 1})})

    assert tree(root).read().specs == {incident(1): status("resolved")}


def blob_file(root: Path) -> Path:
    record(tree(root), {incident(1): status("active")})
    name = git(root, "rev-parse", f"{REF}:Incident/1.json")
    return root / ".git" / "objects" / name[:2] / name[2:]


def test_a_missing_blob_is_a_failure(root: Path) -> None:
    blob_file(root).unlink()

    with pytest.raises(BaseFailure, match="is not in this repository"):
        tree(root).read()


def test_a_corrupt_blob_is_a_failure(root: Path) -> None:
    path = blob_file(root)
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content[:-6] + b"\0" * 6)

    with pytest.raises(BaseFailure, match=r"objects of the repository cannot be read|not in this"):
        tree(root).read()


def test_a_missing_tree_is_a_failure(root: Path) -> None:
    record(tree(root), {incident(1): status("active")})
    name = git(root, "rev-parse", f"{REF}:Incident")
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()

    with pytest.raises(BaseFailure, match=r"the object [0-9a-f]{40} is not in this repository"):
        tree(root).read()
    with pytest.raises(BaseFailure):
        record(tree(root), {incident(2): status("active")})


def test_packed_refs_and_packed_objects_are_read(root: Path) -> None:
    commit = record(tree(root), {incident(1): status("active")})
    git(root, "pack-refs", "--all")
    git(root, "gc", "--quiet")
    assert not (root / ".git" / REF).exists()

    assert tree(root).read().commit == commit
    assert record(tree(root), {incident(2): status("active")}) == git(root, "rev-parse", REF)
    assert {*tree(root).read().specs} == {incident(1), incident(2)}


def test_a_repository_of_longer_hashes_is_one_like_others(tmp_path: Path) -> None:
    root = repository(tmp_path / "long", "--object-format=sha256")

    first = record(tree(root), {incident(1): status("active")})
    second = record(tree(root), {incident(2): status("active")})

    assert second is not None
    assert len(second) == 64
    assert record(tree(root), {incident(1): status("active")}) == second
    assert git(root, "rev-parse", f"{second}^") == first
    assert tree(root).read().commit == second


def test_a_ref_that_moves_while_it_is_read_is_read_as_it_was(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record(tree(root), {incident(1): status("active")})
    script = f"test $VERB = ls-tree && $REAL -C {root} update-ref {REF} HEAD"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    assert tree(root).read() == Base({incident(1): status("active")}, before, is_applied=True)
    assert git(root, "rev-parse", REF) == git(root, "rev-parse", "HEAD")


def test_an_answer_that_is_cut_is_no_answer(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tree(root), {incident(1): status("active"), incident(2): status("active")})
    script = 'test $VERB = cat-file && { $REAL "$@" | head -c 150; exit 0; }'
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    with pytest.raises(BaseFailure, match="is not in this repository"):
        tree(root).read()


def test_a_replaced_object_is_read_as_it_was_recorded(root: Path) -> None:
    record(tree(root), {incident(1): status("active")})
    name = git(root, "rev-parse", f"{REF}:Incident/1.json")
    git(root, "replace", name, git(root, "hash-object", "-w", "--stdin", given=entry()))

    assert tree(root).read().specs == {incident(1): status("active")}


def test_an_embedded_tenant_that_was_made_anew_has_no_base(root: Path) -> None:
    commit = record(tree(root, instance="one"), {incident(1): status("active")})

    assert tree(root, instance="two").read() == Base(notice=ANEW)
    assert tree(root, instance="one").read().commit == commit
    assert tree(root).read().commit == commit


def test_a_tree_of_no_embedded_tenant_is_none_of_this_one(root: Path) -> None:
    record(tree(root), {incident(1): status("active")})

    assert tree(root, instance="one").read() == Base(notice=ANEW)


def test_the_tree_is_read_from_any_folder_and_work_tree_of_the_repository(
    root: Path, tmp_path: Path
) -> None:
    git(root, "worktree", "add", "--quiet", os.fspath(tmp_path / "linked"))
    commit = record(tree(tmp_path / "linked" / "desired"), {incident(1): status("active")})
    expected = Base({incident(1): status("active")}, commit, is_applied=True)

    for folder in (root, root / "desired", tmp_path / "linked", tmp_path / "linked" / "desired"):
        assert tree(folder).read() == expected
    assert git(root, "status", "--porcelain") == ""
    assert git(tmp_path / "linked", "status", "--porcelain") == ""


def test_the_environment_of_a_hook_leads_nowhere_else(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = record(tree(root), {incident(1): status("active")})
    other = repository(tmp_path / "other")
    for key in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"):
        monkeypatch.setenv(key, os.fspath(other / ".git"))

    assert tree(root).read().commit == commit


def partial_clone(root: Path, folder: Path) -> Path:
    """Without blobs, and with the ref: those it points to are fetched when they are read."""
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(
        folder, "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{root}", "clone"
    )
    git(folder / "clone", "fetch", "--quiet", "origin", f"+{REF}:{REF}")
    return folder / "clone"


def test_a_clone_without_blobs_fetches_those_it_needs(root: Path, tmp_path: Path) -> None:
    record(tree(root), {incident(1): status("active")})

    clone = partial_clone(root, tmp_path)

    assert tree(clone).read().specs == {incident(1): status("active")}


def test_a_clone_without_blobs_and_without_its_remote_is_a_failure_that_fetching_mends(
    root: Path, tmp_path: Path
) -> None:
    record(tree(root), {incident(1): status("active")})
    clone = partial_clone(root, tmp_path)
    root.rename(tmp_path / "away")

    with pytest.raises(BaseFailure) as raised:
        tree(clone).read()

    assert raised.value.remedy is not None
    command = raised.value.remedy.split("'")[1]
    (tmp_path / "away").rename(root)
    git(clone, *command.replace("REMOTE", "origin").split()[1:])
    shutil.rmtree(root)
    assert tree(clone).read().specs == {incident(1): status("active")}


def test_a_thousand_objects_take_no_more_processes_than_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"echo $VERB >> {log}"))
    taken = []
    for count in (1, 1000):
        plant(root, {f"Incident/{n}.json": entry(id=str(n)) for n in range(count)})
        log.unlink(missing_ok=True)
        assert len(tree(root).read().specs) == count
        taken.append(log.read_text().split())

    assert taken[0] == taken[1]


def test_what_was_applied_to_another_graph_is_no_base_and_stays_as_it_is(root: Path) -> None:
    """A rehearsal with --graph-url, under the name of a real tenant."""
    real = replace(tree(root), owner=Owner(graph="https://graph.microsoft.com"))
    rehearsal = replace(real, owner=Owner(graph="loopback"))
    commit = record(real, {incident(1): status("active")})

    with pytest.raises(BaseFailure, match="applied to another Graph") as refused:
        rehearsal.read()
    with pytest.raises(BaseFailure, match="another Graph"):
        record(rehearsal, {incident(1): status("resolved")})

    assert "--base none" in (refused.value.remedy or "")
    assert real.read().commit == commit


def hashed(root: Path, kind: str, content: bytes) -> str:
    return git(root, "hash-object", "-w", "-t", kind, "--literally", "--stdin", given=content)


def planted_tree(root: Path, content: bytes, message: bytes = b"x") -> None:
    """A commit whose top folder holds these bytes as ``Incident``."""
    folder = bytes.fromhex(hashed(root, "tree", content))
    top = hashed(root, "tree", b"40000 Incident\0" + folder)
    who = b"a <a@example.org> 0 +0000"
    said = b"tree %s\nauthor %s\ncommitter %s\n\n%s" % (top.encode(), who, who, message)
    git(root, "update-ref", REF, hashed(root, "commit", said))


def rows(blob: str, names: Iterable[str]) -> bytes:
    return b"".join(b"100644 %s\0" % name.encode() + bytes.fromhex(blob) for name in sorted(names))


def too_much(root: Path) -> str:
    with pytest.raises(BaseFailure) as raised:
        tree(root).read()
    assert "--base none" in (raised.value.remedy or "")
    return raised.value.message


def test_a_small_ref_of_large_objects_is_refused_by_their_sizes(root: Path) -> None:
    small = hashed(root, "blob", b"{}")
    large = hashed(root, "blob", b"{}" + b" " * (MAX_BYTES - 2))

    planted_tree(root, rows(small, ["1.json"]), message=b"x" * MAX_COMMIT_BYTES)
    assert "commit of 65" in too_much(root)
    planted_tree(root, rows(small, ["1.json"]) * (MAX_TREE_BYTES // 30))
    assert "a folder of " in too_much(root)
    planted_tree(root, rows(small, (f"{n}.json" for n in range(MAX_ENTRIES + 1))))
    assert f"{MAX_ENTRIES + 1} entries; at most {MAX_ENTRIES} are read" in too_much(root)
    planted_tree(root, rows(large, (f"{n}.json" for n in range(MAX_TOTAL_BYTES // MAX_BYTES + 1))))
    assert f"bytes; at most {MAX_TOTAL_BYTES} are read" in too_much(root)
    planted_tree(root, rows(hashed(root, "blob", b" " * (MAX_BYTES + 1)), ["1.json"]))
    assert "over 4 MiB" in too_much(root)


def test_a_tree_that_holds_itself_a_million_times_over_is_not_walked(root: Path) -> None:
    inner = hashed(root, "tree", rows(hashed(root, "blob", b"{}"), ["1.json"]))
    for _ in range(30):
        pairs = b"".join(b"40000 %s\0" % name + bytes.fromhex(inner) for name in (b"a", b"b"))
        inner = hashed(root, "tree", pairs)

    planted_tree(root, b"40000 1.json\0" + bytes.fromhex(inner))

    assert "it is no regular file" in too_much(root)
