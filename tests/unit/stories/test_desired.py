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


def texts(desk: Desk, root: Path) -> bytes:
    return (root / ".reconciler/documents" / f"{desk.tenant.name}.texts").read_bytes()


def test_documents_say_the_same_when_they_are_read_again(desk: Desk, tmp_path: Path) -> None:
    before = texts(desk, tmp_path)

    found = desired.read(desk.config, desk.tenant)

    assert found.declared[0].spec == {"status": Exactly("resolved")}
    assert texts(desk, tmp_path) == before != b""


def test_a_document_that_was_edited_is_read_anew(desk: Desk) -> None:
    desk.incident("1", "status: active")

    assert desired.read(desk.config, desk.tenant).declared[0].spec == {"status": Exactly("active")}


def test_rules_that_changed_are_asked_of_documents_that_did_not(desk: Desk) -> None:
    stricter = replace(desk.config, require=Require(closures=("ticket",)))

    with pytest.raises(InvalidInput) as refused:
        desired.read(stricter, desk.tenant)

    (finding,) = refused.value.findings
    assert "the configuration requires ticket of what closes an object" in finding.message


def test_a_base_at_a_commit_knows_the_documents_that_were_just_read(
    desk: Desk, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    commit_all(tmp_path)
    before = texts(desk, tmp_path)

    base = documents_at("HEAD", desk.config, desk.tenant)

    assert list(base.specs.values()) == [{"status": Exactly("resolved")}]
    assert texts(desk, tmp_path) == before


def test_a_folder_without_a_memory_says_the_same(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / ".reconciler/documents").chmod(0o755)

    assert len(desired.read(desk.config, desk.tenant).declared) == 1
