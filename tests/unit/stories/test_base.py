from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.model.base import Base
from reconciler.model.desired import Exactly
from reconciler.model.words import Ref
from reconciler.stories.base import TWO_WAY, choose
from tests.support.desk import Desk
from tests.support.memory_applied import MemoryTree
from tests.support.repositories import commit_all, git

if TYPE_CHECKING:
    from pathlib import Path

ONE = Ref("Incident", "1")
TREE = MemoryTree({ONE: {"status": Exactly("active")}}, has_history=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One commit: Incident 1 is resolved."""
    found = Desk(tmp_path)
    found.incident("1", "status: resolved")
    git(tmp_path, "init", "--quiet")
    commit_all(tmp_path)
    return found


def chosen(desk: Desk, word: str, tree: MemoryTree = TREE) -> Base:
    return choose(word, tree, desk.config, desk.tenant)


def test_the_applied_tree_is_the_base(desk: Desk) -> None:
    assert chosen(desk, "auto") == TREE.read()
    assert chosen(desk, "auto").is_applied


def test_a_tree_that_cannot_be_read_stops_the_run_unless_none_is_typed(desk: Desk) -> None:
    broken = MemoryTree(problem=BaseFailure("it is damaged"))

    with pytest.raises(BaseFailure):
        chosen(desk, "auto", broken)

    assert chosen(desk, "none", broken) == TWO_WAY
    assert (TWO_WAY.commit, TWO_WAY.is_applied, dict(TWO_WAY.specs)) == (None, False, {})
    assert "--base none: this plan is two-way" in (TWO_WAY.notice or "")


def test_a_revision_is_the_documents_at_its_commit(desk: Desk) -> None:
    desk.incident("1", "status: active")
    desk.incident("2", "status: active")

    found = chosen(desk, "HEAD")

    assert found == Base(
        {ONE: {"status": Exactly("resolved")}}, git(desk.root, "rev-parse", "HEAD")
    )


def test_a_commit_whose_documents_are_not_valid_is_no_base(desk: Desk) -> None:
    for number in range(5):
        desk.incident(str(number), "status: closed")
    commit = commit_all(desk.root)

    with pytest.raises(BaseFailure) as refused:
        chosen(desk, "HEAD")

    assert refused.value.message == (
        f"the documents at commit {commit[:12]} are not valid (5 errors): desired/0.yaml:4:16: "
        "spec.status is 'closed'; expected one of 'active', 'inProgress', 'resolved'; "
        "did you mean 'resolved'?"
    )
    assert "--base auto" in (refused.value.remedy or "")


def test_a_revision_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(BaseFailure):
        chosen(desk, "nowhere")
