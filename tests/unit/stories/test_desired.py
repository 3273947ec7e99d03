from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import InvalidInput
from reconciler.model.desired import Exactly
from reconciler.settings import Require
from reconciler.stories import desired
from reconciler.stories.base import documents_at
from tests.support.desk import Desk
from tests.support.repositories import commit_all, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Incident 1 is resolved; its document was read once."""
    found = Desk(tmp_path)
    found.incident("1", "status: resolved")
    desired.read(found.config, found.tenant)
    return found


def test_reading_documents_leaves_nothing_behind(desk: Desk, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    found = desired.read(desk.config, desk.tenant)

    assert found.declared[0].spec == {"status": Exactly("resolved")}
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path / ".reconciler").exists()


def test_a_document_that_was_edited_is_read_again(desk: Desk) -> None:
    desk.incident("1", "status: active")

    assert desired.read(desk.config, desk.tenant).declared[0].spec == {"status": Exactly("active")}


def test_rules_that_changed_are_asked_of_documents_that_did_not(desk: Desk) -> None:
    stricter = replace(desk.config, require=Require(closures=("ticket",)))

    with pytest.raises(InvalidInput) as refused:
        desired.read(stricter, desk.tenant)

    (finding,) = refused.value.findings
    assert "the configuration requires ticket of what closes an object" in finding.message


def test_a_base_at_a_commit_holds_what_the_documents_said_there(desk: Desk, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    commit_all(tmp_path)
    desk.incident("1", "status: active")

    base = documents_at("HEAD", desk.config, desk.tenant)

    assert list(base.specs.values()) == [{"status": Exactly("resolved")}]
