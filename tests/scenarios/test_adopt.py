"""``adopt``: what people did goes into the documents; all else in them stays as its author wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = """\
# The pentest of November, agreed with ACME
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: '1'          # the first one
  reason: "Penetration test"
spec:
  # who works on it
  assignedTo: "kai@contoso.com"

  status: 'inProgress' # until the report is there
  customTags: {present: [pentest, wave-2], absent: [needs-triage]}   # by agreement
management: {customTags: yield}
"""
TWO = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "1"}
spec: {status: inProgress}   # one
---
# another hand
apiVersion: reconciler/v1
kind: Incident
metadata:
    id: "2"
spec:
    status: inProgress
    displayName: 'Two'
"""
SET = """\
apiVersion: reconciler/v1
kind: IncidentSet
metadata: {name: lab}
members:
  - "1"   # host a
  - "2"   # host b
spec:
  status: inProgress   # all of them
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def assert_settled(world: Soc) -> None:
    """After adopt, plan is empty."""
    summary = world.plan("--detailed-exitcode")["summary"]
    assert {key: summary[key] for key in ("update", "driftKept", "drift", "conflict")} == {
        "update": 0,
        "driftKept": 0,
        "drift": 0,
        "conflict": 0,
    }


def test_comments_order_and_quoting_stay_and_only_what_moved_is_changed(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.portal("lee", "1", status="resolved", customTags=["pentest", "needs-triage", "seen"])

    assert world.run("adopt") == 0, world.shell.err

    assert world.read("1.yaml") == DOCUMENT.replace("'inProgress'", "'resolved'").replace(
        "{present: [pentest, wave-2], absent: [needs-triage]}", "{present: [pentest]}"
    )
    assert "Incident 1 desired/1.yaml:3: status, customTags as live" in world.shell.out
    assert "-  status: 'inProgress' # until the report is there" in world.shell.out
    assert_settled(world)


def test_what_nobody_moved_is_not_touched_at_all(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.write("1.yaml", DOCUMENT.replace("kai@contoso.com", "lee@contoso.com"))

    assert world.run("adopt") == 0

    assert "Nothing to change in the documents" in world.shell.out
    assert world.read("1.yaml") == DOCUMENT.replace("kai@contoso.com", "lee@contoso.com")


def test_each_document_of_a_file_is_edited_where_it_stands(world: Soc) -> None:
    world.write("two.yaml", TWO)
    world.apply()
    world.portal("kai", "1", status="resolved")
    world.portal("kai", "2", displayName="Deux")

    assert world.run("adopt") == 0

    assert world.read("two.yaml") == TWO.replace(
        "{status: inProgress}", "{status: resolved}"
    ).replace("'Two'", "'Deux'")
    assert_settled(world)


def test_a_set_whose_members_moved_alike_stays_a_set(world: Soc) -> None:
    world.write("lab.yaml", SET)
    world.apply()
    for object_id in ("1", "2"):
        world.portal("kai", object_id, status="resolved")

    assert world.run("adopt") == 0

    assert world.read("lab.yaml") == SET.replace("status: inProgress", "status: resolved")
    assert_settled(world)


def test_a_member_that_parts_from_its_set_gets_a_document_of_its_own(world: Soc) -> None:
    world.write("lab.yaml", SET)
    world.apply()
    world.portal("kai", "2", status="resolved")

    assert world.run("adopt") == 0

    text = world.read("lab.yaml")
    assert text.startswith(SET.replace('  - "2"   # host b\n', ""))
    assert "kind: Incident\n" in text
    assert "status: resolved" in text
    assert world.run("validate") == 0
    assert_settled(world)


def test_a_value_that_no_document_may_say_is_told_and_stays(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    wire = world.server.tenant.store
    with wire.writing():
        from reconciler.emulator.wires import INCIDENTS

        before = wire.find(INCIDENTS, "1") or {}
        wire.replace(INCIDENTS, before, {**before, "status": "awaitingAction"})

    assert world.run("adopt") == 0

    assert "status stays: " in world.shell.out
    assert world.read("1.yaml") == DOCUMENT


def test_a_verdict_that_no_document_may_say_stays_whole(world: Soc) -> None:
    world.declare("1", "classification: falsePositive, determination: notMalicious")
    world.apply()
    world.portal("kai", "1", classification="truePositive", determination="notMalicious")
    before = world.read("1.yaml")

    assert world.run("adopt") == 0

    assert "no document may declare this pair" in " ".join(world.shell.out.split())
    assert world.read("1.yaml") == before
    world.configure(common="pairs: warn\n")
    assert world.run("adopt") == 0
    assert "classification: truePositive" in world.read("1.yaml")


def test_a_declaration_of_which_nothing_is_left_is_to_be_deleted_by_a_person(world: Soc) -> None:
    world.declare("1", "customTags: {present: [pentest]}")
    world.apply()
    world.portal("kai", "1", customTags=[])
    before = world.read("1.yaml")

    assert world.run("adopt") == 0

    assert "delete the document" in " ".join(world.shell.out.split())
    assert world.read("1.yaml") == before


def test_an_unset_value_becomes_null_or_leaves_the_document(world: Soc) -> None:
    world.declare("1", "assignedTo: kai@contoso.com, status: active")
    world.apply()
    world.portal("lee", "1", assignedTo=None)

    assert world.run("adopt") == 0

    assert "assignedTo: null" in world.read("1.yaml")
    assert_settled(world)


def test_following_a_merged_incident_is_proposed_and_not_written(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.merge("1", "3")

    assert world.run("adopt") == 0

    said = world.shell.out
    assert "Proposed, not written" in said
    assert "-  id: '1'          # the first one" in said
    assert "+  id: '3'          # the first one" in said
    assert world.read("1.yaml") == DOCUMENT


def test_named_objects_take_over_every_value_that_differs(world: Soc) -> None:
    world.declare("1", "status: inProgress, displayName: Mine")
    world.declare("2", "status: inProgress")

    assert world.run("adopt", "1") == 0

    assert "status: active" in world.read("1.yaml")
    assert "displayName: As Defender calls it" in world.read("1.yaml")
    assert "status: inProgress" in world.read("2.yaml")


def test_an_id_that_nobody_declares_is_an_error_before_any_request(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    assert world.run("adopt", "1", "77") == 3
    assert "no document declares '77'" in world.shell.err
    assert world.proxy.requests == 0


@pytest.mark.parametrize("words", [(), ("--check",)], ids=["adopt", "adopt --check"])
def test_without_a_base_it_refuses_before_any_request_and_says_what_to_type(
    world: Soc, words: tuple[str, ...]
) -> None:
    world.declare("1", "status: inProgress")
    before = world.read("1.yaml")

    assert world.run("adopt", *words) == 5

    said = " ".join(world.shell.err.split())
    assert "First run: nothing was applied yet" in said
    assert "reconciler adopt --base none" in said
    assert (world.read("1.yaml"), world.proxy.requests) == (before, 0)


@pytest.mark.parametrize("words", [("--base", "none"), ("1",)], ids=["--base none", "an id"])
def test_without_a_base_every_value_that_differs_is_taken_over_if_that_was_typed(
    world: Soc, words: tuple[str, ...]
) -> None:
    world.declare("1", "status: inProgress")

    assert world.run("adopt", *words) == 0

    assert "status: active" in world.read("1.yaml")
    assert "two-way" in " ".join(world.shell.out.split())


def test_check_shows_the_edits_as_a_diff_and_writes_nothing(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.portal("lee", "1", status="resolved")

    assert world.run("adopt", "--check") == 0

    said = world.shell.out
    assert "--- desired/1.yaml\n+++ desired/1.yaml\n@@ " in said
    assert "\n-  status: 'inProgress' # until the report is there\n" in said
    assert "\n+  status: 'resolved' # until the report is there\n" in said
    assert "1 file to change: 1 declaration." in said
    assert world.read("1.yaml") == DOCUMENT


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("no\n", 1), ("", 1)])
def test_on_a_terminal_it_shows_the_edits_and_asks_before_it_writes(
    world: Soc, answer: str, code: int
) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.portal("lee", "1", status="resolved")

    assert world.shell.run("adopt", answer=answer) == code

    assert "+  status: 'resolved'" in world.shell.err
    assert "Write 1 file? Type 'yes': " in world.shell.err
    after = DOCUMENT if code else DOCUMENT.replace("'inProgress'", "'resolved'")
    assert world.read("1.yaml") == after


def test_where_the_result_goes_to_the_same_terminal_the_diff_is_shown_once(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.portal("lee", "1", status="resolved")

    assert world.shell.run("adopt", answer="yes\n", terminal=True) == 0

    assert "'resolved'" in world.shell.err
    assert "'resolved'" not in world.shell.out
    assert "1 file changed: 1 declaration." in world.shell.out


def test_where_there_is_nothing_to_write_nobody_is_asked(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()

    assert world.shell.run("adopt", answer="") == 0

    assert "Type 'yes'" not in world.shell.err


def test_members_that_hold_one_value_in_two_spellings_stay_a_set(world: Soc) -> None:
    world.write("lab.yaml", SET)
    world.apply()
    world.portal("kai", "1", status="resolved")
    world.portal("kai", "2", status="resolved")
    world.write("lab.yaml", SET.replace("spec:\n", "spec:\n  assignedTo: ann@contoso.com\n"))
    world.portal("kai", "1", assignedTo="Kai@contoso.com")
    world.portal("kai", "2", assignedTo="kai@contoso.com ")

    assert world.run("adopt", "1", "2") == 0

    assert world.read("lab.yaml") == SET.replace("inProgress", "resolved").replace(
        "spec:\n", "spec:\n  assignedTo: Kai@contoso.com\n"
    )
    assert_settled(world)


def test_a_set_that_changed_as_a_whole_loses_only_the_member_that_differs(world: Soc) -> None:
    lab = SET.replace('  - "2"   # host b\n', '  - "2"   # host b\n  - "3"   # host c\n')
    world.write("lab.yaml", lab)
    world.apply()
    for object_id, owner in (("1", "kai"), ("2", "kai"), ("3", "ann")):
        world.portal("kai", object_id, status="resolved", assignedTo=owner)
    world.write("lab.yaml", lab + "  assignedTo: lee # today\n")

    assert world.run("adopt", "1", "2", "3") == 0

    text = world.read("lab.yaml")
    assert text.startswith(
        SET.replace("inProgress", "resolved") + "  assignedTo: kai # today\n---\n"
    )
    assert text.count("kind: ") == 2
    assert_settled(world)


def test_an_enforced_field_that_moved_can_be_given_up(world: Soc) -> None:
    world.declare("1", "status: inProgress", "status: enforce")
    world.apply()
    world.portal("kai", "1", status="resolved")

    assert world.run("adopt") == 0

    assert "status: resolved" in world.read("1.yaml")
    assert_settled(world)


def test_an_object_that_cannot_be_read_leaves_its_document_alone(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.proxy.refuses = 403
    assert world.run("adopt") == 1
    assert "Unknown: could not be read" in world.shell.out
    assert world.read("1.yaml") == DOCUMENT


def test_a_value_that_no_document_may_hold_stays_and_the_rest_is_taken_over(world: Soc) -> None:
    world.declare("1", "status: inProgress, displayName: Mine, assignedTo: kai@contoso.com")
    world.apply()
    world.portal("lee", "1", displayName="bell\x07", status="resolved", assignedTo=" \t ")

    assert world.run("adopt") == 0

    said = " ".join(world.shell.out.split())
    assert "displayName stays: live holds the control or bidi character U+0007" in said
    assert "status: resolved, displayName: Mine, assignedTo: null" in world.read("1.yaml")


def test_a_named_document_that_is_expired_says_why_nothing_changes(world: Soc) -> None:
    world.declare("1", "status: inProgress", metadata="expires: 2026-11-20")
    assert world.run("adopt", "1") == 0
    assert "released since 2026-11-20" in world.shell.out


def test_where_none_of_three_is_found_nothing_is_edited_and_the_scope_is_doubted(
    world: Soc,
) -> None:
    for object_id in ("71", "72", "73"):
        world.declare(object_id, "status: inProgress")

    assert world.run("adopt", "--base", "none") == 1

    assert "wrong tenant or role scope?" in " ".join(world.shell.out.split())
    assert "Nothing to change" in world.shell.out


def test_adopt_writes_nothing_to_graph(world: Soc) -> None:
    world.write("1.yaml", DOCUMENT)
    world.apply()
    world.portal("lee", "1", status="resolved")
    before = world.writes()
    assert world.run("adopt") == 0
    assert world.writes() == before
