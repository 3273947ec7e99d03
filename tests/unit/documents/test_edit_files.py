"""Files of several documents, and sets: what goes, what parts, and that all others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reconciler.documents.edit import Edited, Remove, Revise, edit
from reconciler.model.desired import Elements, Exactly
from reconciler.model.words import Ref
from tests.support.documents import loaded

if TYPE_CHECKING:
    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Spec

ACTIVE: Final[Spec] = {"status": Exactly("active")}
RESOLVED: Final[Spec] = {"status": Exactly("resolved")}
TAGGED: Final[Spec] = {**RESOLVED, "customTags": Elements(("a",), ("b",))}

SET: Final = """\
# yaml-language-server: $schema=x
# Of last night
apiVersion: reconciler/v1
kind: IncidentSet
metadata:
    name: phishing
    reason: 'The same sender: #7'
    ticket: SEC-1 # jira
    expires: 2026-12-31
# Found by hand
members:
  - "1" # one
  # the loud ones
  - "2" # two
  - "3"
spec:
    status: active # for now
management: {'*': once, status: enforce}
"""
SECOND: Final = '  - "2" # two\n'
LEAVES: Final = """\
---
apiVersion: reconciler/v1
kind: Incident
metadata:
    id: "2"
    reason: 'The same sender: #7'
    ticket: SEC-1
    expires: 2026-12-31
spec:
    status: resolved
    customTags: {present: [a], absent: [b]}
management:
    "*": once
    status: enforce
"""


def incident(number: int) -> Ref:
    return Ref("Incident", str(number))


def one(number: int, above: str = "") -> str:
    return (
        f"{above}apiVersion: reconciler/v1\nkind: Incident\n"
        f'metadata: {{id: "{number}"}} # {number}\nspec: {{status: active}}\n'
    )


def without(text: str, *numbers: int) -> str | None:
    result = edit(text.encode(), [Remove(incident(number)) for number in numbers])
    assert result.left == ()
    return None if result.content is None else result.content.decode()


def after(text: str, *edits: Edit) -> str:
    result = edit(text.encode(), edits)
    assert result.left == ()
    assert result.content is not None
    return result.content.decode()


MODELINE: Final = "# yaml-language-server: $schema=x\n"
REMOVALS: Final[dict[str, tuple[str, tuple[int, ...], str | None]]] = {
    "the only document takes the file along": (MODELINE + one(1), (1,), None),
    "all documents take the file along": (f"{one(1)}---\n{one(2)}---\n# no more\n", (1, 2), None),
    "the first one goes and the comments at the head of the file stay": (
        f"{one(1, '# all of last night' + chr(10))}# after one\n---\n{one(2)}",
        (1,),
        f"# all of last night\n---\n{one(2)}",
    ),
    "the head stays with the blank lines in it": (
        f"{MODELINE}# all\n\n# of last night\n\n{one(1)}---\n# two\n{one(2)}",
        (1,),
        f"{MODELINE}# all\n\n# of last night\n---\n# two\n{one(2)}",
    ),
    "what stands below the first marker goes with its document": (
        f"# all\n---\n# one\n{one(1)}---\n{one(2)}",
        (1,),
        f"# all\n---\n{one(2)}",
    ),
    "the first one goes with its marker": (
        f"--- # 1\n{one(1)}---\n{one(2)}",
        (1,),
        f"---\n{one(2)}",
    ),
    "one between others goes with its marker": (
        f"{one(1)}\n# of one\n--- # 2\n# two\n{one(2)}\n---\n{one(3)}",
        (2,),
        f"{one(1)}\n# of one\n---\n{one(3)}",
    ),
    "the last one goes": (
        f"{one(1)}---\n{one(2)}---\n{one(3)}# end",
        (3,),
        f"{one(1)}---\n{one(2)}",
    ),
    "several go": (
        f"{one(1)}---\n{one(2)}---\n{one(3)}---\n{one(4)}",
        (1, 3),
        f"---\n{one(2)}---\n{one(4)}",
    ),
    "an end marker goes with its document, and so do the comments below it": (
        f"{one(1)}...\n# of two\n---\n{one(2)}...\n# of three\n---\n{one(3)}",
        (2,),
        f"{one(1)}...\n# of three\n---\n{one(3)}",
    ),
    "the last one goes with its end marker": (
        f"{one(1)}...\n---\n{one(2)}...\n",
        (2,),
        f"{one(1)}...\n",
    ),
    "a directive goes with its document": (
        f"{one(1)}...\n%YAML 1.1\n---\n{one(2)}---\n{one(3)}",
        (2,),
        f"{one(1)}...\n---\n{one(3)}",
    ),
    "empty documents stay": (
        f"---\n# nothing\n---\n{one(1)}---\n{one(2)}",
        (1,),
        f"---\n# nothing\n---\n{one(2)}",
    ),
}


@pytest.mark.parametrize(("text", "numbers", "rest"), REMOVALS.values(), ids=REMOVALS)
def test_a_document_goes_and_all_others_stay_as_they_are(
    text: str, numbers: tuple[int, ...], rest: str | None
) -> None:
    assert without(text, *numbers) == rest


@pytest.mark.parametrize(("text", "numbers", "rest"), REMOVALS.values(), ids=REMOVALS)
def test_a_document_goes_from_a_file_of_windows(
    text: str, numbers: tuple[int, ...], rest: str | None
) -> None:
    found = without("\ufeff" + text.replace("\n", "\r\n"), *numbers)

    assert found == (None if rest is None else "\ufeff" + rest.replace("\n", "\r\n"))


def test_one_document_changes_while_another_goes() -> None:
    text = f"{one(1)}---\n{one(2)}"

    found = after(text, Remove(incident(1)), Revise(incident(2), RESOLVED))

    assert found == f"---\n{one(2).replace('active', 'resolved')}"


def test_of_two_edits_of_one_object_the_last_counts() -> None:
    found = after(one(1), Remove(incident(1)), Revise(incident(1), RESOLVED))

    assert found == one(1).replace("active", "resolved")


def test_a_set_whose_members_all_change_alike_changes_in_place() -> None:
    edits = [Revise(incident(number), TAGGED) for number in (1, 2, 3)]

    assert after(SET, *edits) == SET.replace(
        "    status: active # for now\n",
        "    status: resolved # for now\n    customTags: {present: [a], absent: [b]}\n",
    )


def test_a_member_that_changes_alone_gets_a_document_of_its_own() -> None:
    assert after(SET, Revise(incident(2), TAGGED)) == SET.replace(SECOND, "") + LEAVES


def test_its_document_stands_behind_all_others_of_the_file() -> None:
    text = f"{SET}---\n{one(9)}".removesuffix("\n")

    found = after(text, Revise(incident(2), TAGGED))

    rest = text.replace(SECOND, "")
    assert found == f"{rest}\n{LEAVES}".removesuffix("\n")


def test_a_member_that_is_asked_for_what_it_has_stays() -> None:
    edits = [Revise(incident(1), ACTIVE), Revise(incident(2), TAGGED), Revise(incident(3), ACTIVE)]

    assert after(SET, *edits) == SET.replace(SECOND, "") + LEAVES


def test_members_go_and_those_who_stay_change_in_place() -> None:
    edits: list[Edit] = [
        Remove(incident(1)),
        Revise(incident(2), RESOLVED),
        Revise(incident(3), RESOLVED),
    ]

    assert after(SET, *edits) == SET.replace('  - "1" # one\n', "").replace(
        "status: active", "status: resolved"
    )


def test_members_go_and_the_others_stay() -> None:
    assert after(SET, Remove(incident(1)), Remove(incident(3))) == SET.replace(
        '  - "1" # one\n', ""
    ).replace('  - "3"\n', "")


def test_a_set_goes_with_its_last_member() -> None:
    members = (1, 2, 3)

    assert without(SET, *members) is None
    assert without(f"{SET}---\n{one(9)}", *members) == f"{MODELINE}# Of last night\n---\n{one(9)}"


def test_where_all_members_part_their_documents_stand_instead_of_the_set() -> None:
    text = f"{SET}---\n{one(9)}"

    found = after(
        text, Remove(incident(3)), Revise(incident(2), TAGGED), Revise(incident(1), RESOLVED)
    )

    own = """\
apiVersion: reconciler/v1
kind: Incident
metadata:
{}    reason: 'The same sender: #7'
    ticket: SEC-1 # jira
    expires: 2026-12-31
# Found by hand
spec:
    status: resolved # for now
{}management: {{'*': once, status: enforce}}
"""
    first = own.format('    id: "1" # one\n', "")
    tags = "    customTags: {present: [a], absent: [b]}\n"
    second = own.format('    # the loud ones\n    id: "2" # two\n', tags)
    assert found == f"{MODELINE}# Of last night\n{first}---\n{second}---\n{one(9)}"


def test_comments_of_members_stand_with_their_documents_also_where_metadata_is_in_brackets() -> (
    None
):
    text = (
        "apiVersion: reconciler/v1\nkind: 'IncidentSet'\nmetadata: {name: lab}\n"
        "members: # both\n  # loud\n  - '1'   # host a\n  - '2'\n"
        "spec: {status: active} # all\n"
    )

    found = after(text, Revise(incident(1), RESOLVED), Revise(incident(2), TAGGED))

    tags = ", customTags: {present: [a], absent: [b]}"
    assert found == (
        "apiVersion: reconciler/v1\nkind: 'Incident'\n# both\n# loud\nmetadata: {id: '1'}   # host a\n"
        "spec: {status: resolved} # all\n---\n"
        "apiVersion: reconciler/v1\nkind: 'Incident'\n# both\nmetadata: {id: '2'}\n"
        f"spec: {{status: resolved{tags}}} # all\n"
    )


def test_a_set_that_cannot_be_copied_parts_into_documents_of_the_usual_form() -> None:
    text = SET.replace("name: phishing", "name: >-\n      phishing")

    found = after(
        text, Remove(incident(3)), Revise(incident(2), TAGGED), Revise(incident(1), RESOLVED)
    )

    first = LEAVES.replace('"2"', '"1"').replace(
        "    customTags: {present: [a], absent: [b]}\n", ""
    )
    above = f"{MODELINE}# Of last night\n"
    assert found == f"{above}{first.removeprefix('---' + chr(10))}{LEAVES}"


def test_a_set_in_brackets_parts_as_well() -> None:
    text = (
        '--- {"apiVersion": "reconciler/v1", "kind": "AlertSet", "metadata": {"name": "n"}, '
        '"members": ["da1", "da2"], "spec": {"status": "new"}} # json\n'
    )
    edits: list[Edit] = [
        Revise(Ref("Alert", "da1"), {"status": Exactly("inProgress")}),
        Revise(Ref("Alert", "da2"), {"status": Exactly("resolved")}),
    ]
    own = 'apiVersion: reconciler/v1\nkind: Alert\nmetadata:\n  id: "{}"\nspec:\n  status: {}\n'

    assert (
        after(text, edits[0])
        == text.replace('"da1", ', "") + f"---\n{own.format('da1', 'inProgress')}"
    )
    alone = (
        '{{"apiVersion": "reconciler/v1", "kind": "Alert", "metadata": {{"id": "{}"}}, '
        '"spec": {{"status": "{}"}}}} # json\n'
    )
    assert after(text, *edits) == (
        f"--- {alone.format('da1', 'inProgress')}---\n{alone.format('da2', 'resolved')}"
    )


def test_a_note_of_several_lines_goes_along() -> None:
    text = SET.replace("'The same sender: #7'", '|-\n      One\n\n      Two\n    owner: "soc"')

    found = loaded(after(text, Revise(incident(2), TAGGED)))

    [_, moved, _] = found.declared
    assert (moved.name, moved.reason, moved.owner) == (None, "One\n\nTwo", "soc")
    assert found.findings == ()


def test_what_cannot_be_done_for_one_member_is_done_for_the_others() -> None:
    bad: Spec = {"displayName": Exactly("a\nb")}
    edits: list[Edit] = [Revise(incident(1), bad), Revise(incident(2), TAGGED), Remove(incident(4))]

    result = edit(SET.encode(), edits)

    assert result.content == (SET.replace(SECOND, "") + LEAVES).encode()
    assert [ref.id for ref, _ in result.left] == ["4", "1"]


def test_text_that_the_end_of_the_file_cuts_is_not_changed_by_what_follows() -> None:
    text = f"{SET}---\n{one(9)}".replace("{status: active}\n", "\n  summary: |\n    cut")

    result = edit(text.encode(), [Revise(incident(2), TAGGED)])

    assert result == Edited(
        text.encode(),
        ((incident(2), "the edited file would say something else of Incident 9; edit it by hand"),),
    )
