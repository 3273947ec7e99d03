from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.documents.edit import Remove, Revise
from reconciler.model.desired import Exactly
from reconciler.model.edits import Edits, FileEdit
from reconciler.stories.editing import content, edited
from tests.support.desk import Desk, texts, told
from tests.support.documents import document

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Declared

ACTIVE = {"status": Exactly("active")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_all_that_is_wanted_of_one_file_becomes_one_edit(desk: Desk) -> None:
    desk.file(
        "b.yaml",
        document("status: resolved", object_id="1"),
        document("status: resolved", object_id="2"),
        document("status: resolved", object_id="3"),
    )
    path = desk.incident("9", "status: resolved")
    one, two, _, nine = desk.declared()
    wanted: list[tuple[Declared, Edit, str]] = [
        (nine, Remove(nine.ref), "gone"),
        (one, Revise(one.ref, ACTIVE), "revised"),
        (two, Remove(two.ref), "removed"),
    ]

    found = edited(wanted, desk.config, desk.tenant)

    assert [edit.path for edit in found.files] == ["desired/9.yaml", "desired/b.yaml"]
    assert found.files[0] == FileEdit("desired/9.yaml", path.read_bytes(), None)
    assert told(found.done) == [
        ("Incident 9", "gone"),
        ("Incident 1", "revised"),
        ("Incident 2", "removed"),
    ]
    assert [item.place for item in found.done] == [nine.source, one.source, two.source]
    text = texts(found)["desired/b.yaml"] or ""
    assert ("status: active" in text, '"2"' in text, '"3"' in text) == (True, False, True)
    assert found.left == ()


def test_what_an_edit_refuses_is_left_and_the_rest_of_the_file_is_done(desk: Desk) -> None:
    desk.file(
        "b.yaml",
        document("status: resolved", object_id="1"),
        document("status: resolved", object_id="2"),
    )
    one, two = desk.declared()
    hidden = {"displayName": Exactly("a\u202eb")}

    found = edited(
        [(one, Revise(one.ref, hidden), "one"), (two, Revise(two.ref, ACTIVE), "two")],
        desk.config,
        desk.tenant,
    )

    assert told(found.done) == [("Incident 2", "two")]
    ((ref, why),) = told(found.left)
    assert ref == "Incident 1"
    assert "bidi character" in why
    assert list(texts(found)) == ["desired/b.yaml"]


def test_an_edit_that_changes_nothing_is_no_edit_of_the_file(desk: Desk) -> None:
    desk.incident("1", "status: active")
    (one,) = desk.declared()

    found = edited([(one, Revise(one.ref, ACTIVE), "as it was")], desk.config, desk.tenant)

    assert (found.files, told(found.done)) == ((), [("Incident 1", "as it was")])


def test_a_file_that_is_gone_meanwhile_leaves_its_declarations(desk: Desk) -> None:
    path = desk.incident("1", "status: active")
    (one,) = desk.declared()
    path.unlink()

    found = edited([(one, Remove(one.ref), "gone")], desk.config, desk.tenant)

    assert (found.files, found.done) == ((), ())
    assert told(found.left) == [("Incident 1", "its file is gone")]
    assert content(desk.config, desk.tenant, "desired/1.yaml") is None


def test_nothing_wanted_is_nothing_edited(desk: Desk) -> None:
    assert edited([], desk.config, desk.tenant) == Edits()


def test_what_somebody_saved_while_live_was_read_stays(desk: Desk) -> None:
    """Documents are loaded, then Graph is read, and only then the file is written."""
    desk.incident("1", "status: resolved")
    path = desk.incident("2", "status: resolved")
    one, two = desk.declared()
    wanted: list[tuple[Declared, Edit, str]] = [
        (one, Revise(one.ref, ACTIVE), "revised"),
        (two, Remove(two.ref), "removed"),
    ]
    path.write_text(path.read_text().replace("resolved", "inProgress"))

    found = edited(wanted, desk.config, desk.tenant)

    assert [edit.path for edit in found.files] == ["desired/1.yaml"]
    assert told(found.left) == [("Incident 2", "its document changed meanwhile; run this again")]
