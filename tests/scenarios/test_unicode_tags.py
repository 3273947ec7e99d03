"""A tag that one keyboard composes and another does not is one tag, wherever tags are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from tests.support.soc import soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.soc import Soc

ONE = normalize("NFC", "café")
TWO = normalize("NFD", "café")
SPELLINGS = pytest.mark.parametrize(
    ("ours", "theirs"), [(ONE, TWO), (TWO, ONE)], ids=["nfc", "nfd"]
)
KAI = "kai@contoso.com"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def live(world: Soc, *tags: str) -> None:
    world.portal(KAI, "1", customTags=list(tags))


@SPELLINGS
@pytest.mark.parametrize("form", ["{{present: [{}]}}", "[{}]"])
def test_a_tag_in_another_spelling_is_there(world: Soc, ours: str, theirs: str, form: str) -> None:
    live(world, theirs)
    world.declare("1", f"customTags: {form.format(ours)}")

    assert world.change("1")["reason"] == "in-sync"


@SPELLINGS
def test_a_tag_that_stays_keeps_the_spelling_that_it_has(
    world: Soc, ours: str, theirs: str
) -> None:
    live(world, theirs)
    world.declare("1", f"customTags: {{present: [{ours}, new]}}")

    world.apply()
    assert world.live("1")["customTags"] == [theirs, "new"]
    assert world.change("1")["reason"] == "in-sync"


@SPELLINGS
def test_a_tag_goes_in_whatever_spelling_it_is_there(world: Soc, ours: str, theirs: str) -> None:
    live(world, theirs, "stays")
    world.declare("1", f"customTags: {{absent: [{ours}]}}")

    change = world.change("1")
    assert change["fields"][0]["after"] == ["stays"]
    assert change["risks"] == ["removes-tags"]


@SPELLINGS
def test_a_tag_that_somebody_spells_anew_has_not_moved(world: Soc, ours: str, theirs: str) -> None:
    world.declare("1", f"customTags: {{present: [{ours}]}}")
    world.commit()
    world.apply()
    live(world, *(theirs if normalize("NFC", tag) == ONE else tag for tag in tags_of(world)))

    assert world.change("1")["reason"] == "in-sync"
    assert world.run("drift", "--detailed-exitcode") == 0
    assert world.run("adopt", "--check") == 0


def tags_of(world: Soc) -> list[str]:
    return list(world.live("1")["customTags"])


@SPELLINGS
def test_a_tag_that_is_spelled_anew_between_plan_and_apply_is_no_conflict(
    world: Soc, ours: str, theirs: str
) -> None:
    live(world, ours)
    world.declare("1", f"customTags: {{present: [{ours}, new]}}")
    world.plan()
    live(world, theirs)

    world.apply("plan.json")
    assert {normalize("NFC", tag) for tag in tags_of(world)} == {ONE, "new"}


@SPELLINGS
def test_adopt_takes_a_tag_out_in_whatever_spelling_the_document_has_it(
    world: Soc, ours: str, theirs: str
) -> None:
    live(world, theirs)
    world.declare("1", f"customTags: {{present: [{ours}, other]}}")
    world.commit()
    world.apply()
    live(world, "other")

    assert world.run("adopt") == 0, world.shell.err
    assert "customTags: {present: [other]}" in world.read("1.yaml")


@SPELLINGS
def test_revert_takes_back_what_was_added_to_a_list_that_is_spelled_anew(
    world: Soc, ours: str, theirs: str
) -> None:
    live(world, ours)
    world.declare("1", "customTags: {present: [new]}")
    report = world.apply()
    live(world, theirs, "new")

    assert world.run("revert", report["journal"], "--out", "undo.json") == 0
    assert world.run("apply", "undo.json") == 0, world.shell.err
    assert tags_of(world) == [theirs]


@pytest.mark.parametrize(
    "spec",
    [
        f"customTags: [{ONE}, {TWO}]",
        f"customTags: {{present: [{TWO}, {ONE}]}}",
        f"customTags: {{present: [{TWO}], absent: [{ONE}]}}",
    ],
)
def test_both_spellings_in_a_document_are_an_error(world: Soc, spec: str) -> None:
    world.declare("1", spec)

    assert world.run("validate") == 3
    assert "repeats" in world.shell.out or "present or absent" in world.shell.out


def test_both_spellings_on_the_live_side_are_told_and_count_as_one(world: Soc) -> None:
    live(world, ONE, TWO)
    world.declare("1", f"customTags: [{ONE}]")

    plan = world.plan()
    assert plan["summary"]["inSync"] == 1
    assert (
        "Incident 1: live customTags holds one tag in two spellings of Unicode (NFC, NFD); "
        "they count as one" in plan["notices"]
    )


def test_an_imported_document_says_such_a_tag_once(world: Soc) -> None:
    live(world, ONE, TWO)

    assert world.run("import", "--kind", "Incident", "--id", "1", "--out", "desired") == 0
    text = "".join(path.read_text() for path in (world.root / "desired").rglob("*.yaml"))
    assert text.count(ONE) + text.count(TWO) == 1
    assert world.run("validate") == 0
