"""One document: what is revised in it, what stays, and what cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reconciler.documents.edit import Edited, Remove, Revise, edit, repoint
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.words import Ref
from tests.support.documents import loaded

if TYPE_CHECKING:
    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Spec

IT: Final = Ref("Incident", "1")
ALERT: Final = Ref("Alert", "da1")
ACTIVE: Final = {"status": Exactly("active")}


def document(spec: str, *, kind: str = "Incident", object_id: str = "1") -> str:
    identity = f'apiVersion: reconciler/v1\nkind: {kind}\nmetadata:\n  id: "{object_id}"\n'
    return f"{identity}{spec}"


def revised(before: str | bytes, asked: Spec, ref: Ref = IT) -> str:
    content = before if isinstance(before, bytes) else before.encode()
    result = edit(content, [Revise(ref, asked)])
    assert result.left == ()
    assert result.content is not None
    return result.content.decode()


def left(before: str, asked: Spec, ref: Ref = IT) -> str:
    result = edit(before.encode(), [Revise(ref, asked)])
    assert result.content == before.encode()
    [(named, why)] = result.left
    assert named == ref
    return why


def tags(*present: str, absent: tuple[str, ...] = ()) -> Spec:
    return {"customTags": Elements(present, absent)}


CASES: Final[dict[str, tuple[str, str, Spec]]] = {
    "a plain word is replaced and its comment stays": (
        "spec:\n  status:   active   # since May\n",
        "spec:\n  status:   resolved   # since May\n",
        {"status": Exactly("resolved")},
    ),
    "single quotes stay": (
        "spec: { displayName: 'a' }\n",
        "spec: { displayName: 'it''s # b' }\n",
        {"displayName": Exactly("it's # b")},
    ),
    "double quotes stay": (
        'spec:\n  displayName: "a"\n',
        'spec:\n  displayName: "b \\"c\\" \\\\"\n',
        {"displayName": Exactly('b "c" \\')},
    ),
    "a plain word that is no longer plain is quoted": (
        "spec:\n  displayName: a\n",
        'spec:\n  displayName: "12"\n',
        {"displayName": Exactly("12")},
    ),
    "nobody is the word null, without quotes": (
        'spec:\n  assignedTo: "kai@x.com" # on leave\n',
        "spec:\n  assignedTo: null # on leave\n",
        {"assignedTo": Exactly(None)},
    ),
    "a value on the next line is replaced there": (
        "spec:\n  displayName: # long\n    one\n    two\n",
        "spec:\n  displayName: # long\n    three\n",
        {"displayName": Exactly("three")},
    ),
    "a value behind a question mark is replaced there": (
        "spec:\n  ? status\n  : active\n  ? severity\n  : low\n",
        "spec:\n  ? status\n  : resolved\n  customTags: [a]\n",
        {"status": Exactly("resolved"), "customTags": Exactly(["a"])},
    ),
    "text of several lines becomes a block, its comment stays in the first line": (
        "spec:\n  summary: old # s\n  status: active\n",
        "spec:\n  summary: |- # s\n    a\n\n    b\n  status: active\n",
        {"summary": Exactly("a\n\nb"), **ACTIVE},
    ),
    "in double quotes and in brackets several lines are escaped": (
        'spec: {summary: a, description: "b"}\n',
        'spec: {summary: "a\\nb", description: "b\\tc\\n"}\n',
        {"summary": Exactly("a\nb"), "description": Exactly("b\tc\n")},
    ),
    "lines of a block that stay are not touched": (
        "spec:\n     summary: |   # s\n             a\n             b\n             c\n\n     status: active\n",
        "spec:\n     summary: |   # s\n             a\n             B\n             c\n\n     status: active\n",
        {"summary": Exactly("a\nB\nc\n"), **ACTIVE},
    ),
    "folded text stays folded where it is one line": (
        "spec:\n  summary: >-\n    a\n    b\n",
        "spec:\n  summary: >-\n    c\n",
        {"summary": Exactly("c")},
    ),
    "a block with an indentation mark gets the document's indentation": (
        "spec:\n  summary: |4-\n       a\n",
        "spec:\n  summary: |-\n    b\n",
        {"summary": Exactly("b")},
    ),
    "text that no block gives back as it is stands in quotes": (
        "spec:\n  summary: |\n    a\n  description: a\n",
        'spec:\n  summary: " a\\nb"\n  description: "b\\n\\n"\n',
        {"summary": Exactly(" a\nb"), "description": Exactly("b\n\n")},
    ),
    "a block becomes null": (
        "spec:\n  summary: |+ # s\n    a\n\n    b\n\n  # c\n  status: active\n",
        "spec:\n  summary: null # s\n  # c\n  status: active\n",
        {"summary": Exactly(None), **ACTIVE},
    ),
    "another spelling of the same is left as it stands": (
        "spec: {status: Resolved, customTags: [' a ', b]}\n",
        "spec: {status: Resolved, customTags: [' a ', b]}\n",
        {"status": Exactly("resolved"), "customTags": Exactly(["b", "a"])},
    ),
    "elements come and go one by one in a list of lines": (
        "spec:\n  customTags:\n  - a   # 1\n  # of the runbook\n  - 'b' # 2\n\n  # kept\n  - c # 3\n  status: active\n",
        'spec:\n  customTags:\n  - a   # 1\n  # of the runbook\n\n  # kept\n  - c # 3\n  - d\n  - "{{e}}"\n  status: active\n',
        {"customTags": Exactly(["a", "c", "d", "{{e}}"]), **ACTIVE},
    ),
    "a list of lines keeps its dashes and its quotes": (
        'spec:\n    customTags:\n        -   "a"\n        -   "b"\n',
        'spec:\n    customTags:\n        -   "b"\n        -   "c"\n',
        {"customTags": Exactly(["b", "c"])},
    ),
    "a dash alone on its line goes with its element": (
        "spec:\n  customTags:\n    - a\n    - # of May\n      b\n    -\n      c\n",
        "spec:\n  customTags:\n    - a\n    -\n      c\n    - d\n",
        {"customTags": Exactly(["a", "c", "d"])},
    ),
    "elements come and go one by one in brackets": (
        "spec: {customTags: { present: [ a,  b , c ], absent: [d,e] } }\n",
        "spec: {customTags: { present: [ a,  c, f ], absent: [e] } }\n",
        tags("a", "c", "f", absent=("e",)),
    ),
    "the last elements in brackets go with the comma before them": (
        "spec: {customTags: [ a, b, c ]}\n",
        "spec: {customTags: [ a ]}\n",
        {"customTags": Exactly(["a"])},
    ),
    "what replaces all elements stands within the brackets": (
        "spec: {customTags: [ 'a', 'b' ]} # c\n",
        "spec: {customTags: [ 'c', 'd' ]} # c\n",
        {"customTags": Exactly(["c", "d"])},
    ),
    "elements in brackets that have lines of their own come and go with these": (
        "spec:\n  customTags: [\n    a, # 1\n    b, # 2\n    c # 3\n  ]\n",
        "spec:\n  customTags: [\n    a, # 1\n    c, # 3\n    d\n  ]\n",
        {"customTags": Exactly(["a", "c", "d"])},
    ),
    "a comma before the closing bracket stays": (
        "spec:\n  customTags: [\n    a,\n    b, # 2\n  ]\n",
        "spec:\n  customTags: [\n    a,\n    c,\n    d,\n  ]\n",
        {"customTags": Exactly(["a", "c", "d"])},
    ),
    "a comma that ended nothing is not left behind": (
        "spec:\n  customTags: [\n    a, # 1\n    b # 2\n  ]\n",
        "spec:\n  customTags: [\n    a # 1\n  ]\n",
        {"customTags": Exactly(["a"])},
    ),
    "brackets that wrap stay wrapped": (
        "spec:\n  customTags: [a, b,\n    c, d, # 2\n    e]\n",
        "spec:\n  customTags: [a, b,\n    d, # 2\n    e, f]\n",
        {"customTags": Exactly(["a", "b", "d", "e", "f"])},
    ),
    "brackets that wrap lose the end of a line": (
        "spec:\n  customTags: [a, b,\n    c]\n",
        "spec:\n  customTags: [a, \n    c]\n",
        {"customTags": Exactly(["a", "c"])},
    ),
    "an empty list is filled in brackets": (
        "spec:\n  customTags: [] # none\n",
        "spec:\n  customTags: [a] # none\n",
        {"customTags": Exactly(["a"])},
    ),
    "a list of lines that is emptied is written as brackets": (
        "spec:\n  customTags: # t\n  - a\n  - b # 2\n  status: active\n",
        "spec:\n  customTags: [] # t\n  status: active\n",
        {"customTags": Exactly([]), **ACTIVE},
    ),
    "a side that is empty goes": (
        "spec:\n  customTags:\n    present: [a]\n    # never\n    absent:\n      - b # why\n  status: active\n",
        "spec:\n  customTags:\n    # never\n    absent:\n      - b # why\n  status: active\n",
        {**tags(absent=("b",)), **ACTIVE},
    ),
    "a new side looks like the other one": (
        "spec:\n  customTags:\n    absent:\n      - b\n  status: active\n",
        "spec:\n  customTags:\n    absent:\n      - b\n    present:\n      - a\n  status: active\n",
        {**tags("a", absent=("b",)), **ACTIVE},
    ),
    "another form of list replaces the old one, lines by lines": (
        "spec:\n  customTags:\n    present:\n      - a\n  status: active\n",
        "spec:\n  customTags:\n    - a\n  status: active\n",
        {"customTags": Exactly(["a"]), **ACTIVE},
    ),
    "another form of list replaces the old one, brackets by brackets": (
        "spec:\n  customTags: [a, b] # t\n",
        "spec:\n  customTags: {present: [a, b]} # t\n",
        tags("a", "b"),
    ),
    "a field that is gone takes its own comment along and no other": (
        "spec:\n  # verdict\n  severity: low # why\n\n  # work\n  status: active\n",
        "spec:\n  # verdict\n\n  # work\n  status: active\n",
        ACTIVE,
    ),
    "a new field stands behind its neighbour of the schema": (
        "spec:\n    status: active # s\n\n    # people\n    assignedTo: null\n",
        "spec:\n    status: active # s\n    classification: truePositive\n    determination: malware\n\n    # people\n    assignedTo: null\n    customTags: {present: [a], absent: [b]}\n",
        {
            **ACTIVE,
            "classification": Exactly("truePositive"),
            "determination": Exactly("malware"),
            "assignedTo": Exactly(None),
            **tags("a", absent=("b",)),
        },
    ),
    "a new field without such a neighbour stands at the end": (
        "spec:\n  summary: s\n# end",
        "spec:\n  summary: s\n  status: active\n# end",
        {"summary": Exactly("s"), **ACTIVE},
    ),
    "all fields can be others": (
        "spec:\n  summary: s\n  status: active # s",
        "spec:\n  severity: low",
        {"severity": Exactly("low")},
    ),
    "fields in brackets come and go": (
        "spec: {status: active, summary: s}\n",
        "spec: {status: active, severity: low, assignedTo: kai@x.com}\n",
        {**ACTIVE, "severity": Exactly("low"), "assignedTo": Exactly("kai@x.com")},
    ),
    "many tags of a new field stand in lines": (
        "spec:\n  status: active\n",
        f"spec:\n  status: active\n  customTags:\n    - {'a' * 60}\n    - {'b' * 60}\n",
        {**ACTIVE, "customTags": Exactly(["a" * 60, "b" * 60])},
    ),
    "new text of several lines is a block": (
        "spec:\n  status: active\n",
        "spec:\n  status: active\n  summary: |\n    a\n    b\n",
        {**ACTIVE, "summary": Exactly("a\nb\n")},
    ),
    "what is new is quoted where everything around is": (
        "spec:\n  'status': 'active'\n",
        "spec:\n  'status': 'active'\n  'customTags': {'present': ['a']}\n",
        {**ACTIVE, **tags("a")},
    ),
}


@pytest.mark.parametrize(("before", "after", "asked"), CASES.values(), ids=CASES)
def test_only_what_differs_is_changed(before: str, after: str, asked: Spec) -> None:
    assert revised(document(before), asked) == document(after)


@pytest.mark.parametrize(("before", "after", "asked"), CASES.values(), ids=CASES)
def test_line_ends_of_windows_stay(before: str, after: str, asked: Spec) -> None:
    found = revised(document(before).replace("\n", "\r\n"), asked)

    assert found == document(after).replace("\n", "\r\n")


def test_details_come_go_and_change_key_by_key() -> None:
    before = document(
        "spec:\n  customDetails:\n    a: one # 1\n    'b: c': two\n    d: three\n",
        kind="Alert",
        object_id="da1",
    )
    asked = {"customDetails": Entries({"b: c": "2", "d": "three", "no": "# x"})}

    assert revised(before, asked, ALERT) == document(
        'spec:\n  customDetails:\n    \'b: c\': "2"\n    d: three\n    "no": "# x"\n',
        kind="Alert",
        object_id="da1",
    )


def test_a_time_without_quotes_stays_without_and_a_tag_that_looks_like_one_gets_some() -> None:
    before = document("spec:\n  closedDateTime: 2026-01-31T12:00:00Z\n", kind="LegacyAlert")
    asked = {"closedDateTime": Exactly("2026-02-01T00:00:00Z"), "tags": Exactly(["2026-01-31"])}

    after = revised(before, asked, Ref("LegacyAlert", "1"))

    assert after == document(
        'spec:\n  closedDateTime: 2026-02-01T00:00:00Z\n  tags: ["2026-01-31"]\n',
        kind="LegacyAlert",
    )


def test_json_stays_json() -> None:
    before = '{"apiVersion":"reconciler/v1","kind":"Incident","metadata":{"id":"1"},"spec":{"status":"active"}}'
    asked = {"status": Exactly("resolved"), "assignedTo": Exactly(None), **tags("a")}

    assert revised(before, asked) == before.replace(
        '"active"', '"resolved", "assignedTo": null, "customTags": {"present": ["a"]}'
    )


def test_the_byte_order_mark_and_a_missing_last_line_end_stay() -> None:
    before = b"\xef\xbb\xbf" + document("spec:\n  status: active").encode()

    assert edit(before, [Revise(IT, {"status": Exactly("resolved")})]) == Edited(
        before.replace(b"active", b"resolved")
    )


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("summary: a", "summary: |\n    a\n    b\n", {"summary": Exactly("a\nb\n")}),
        ("summary: a", "summary: |-\n    a\n    b", {"summary": Exactly("a\nb")}),
        (
            "summary: |\n    a\n  status: active",
            "summary: |\n    a\n",
            {"summary": Exactly("a\n")},
        ),
    ],
)
def test_a_last_line_end_comes_only_where_text_needs_it(
    before: str, after: str, asked: Spec
) -> None:
    assert revised(document(f"spec:\n  {before}"), asked) == document(f"spec:\n  {after}")


HOSTILE: Final = [
    *(
        "#",
        "# x",
        "a #b",
        "a: b",
        "a:",
        ":",
        "- a",
        "-",
        "!x",
        "&a",
        "*a",
        "@a",
        "`a`",
        "%a",
        "|",
        ">",
        "?",
    ),
    *(
        "{{ a }}",
        "[a",
        "a]",
        "{",
        "}",
        "a, b",
        "'",
        '"',
        "\\",
        '\\"',
        "''",
        "a'b\"c",
        "~",
        "null",
        "Null",
    ),
    *(
        "true",
        "yes",
        "No",
        "on",
        "0",
        "-1",
        "1e5",
        "0x1f",
        "0o17",
        "1_000",
        "12:30:45",
        "2026-01-31",
        ".inf",
    ),
    *(
        "<<",
        "=",
        "---",
        "--- a",
        "...",
        "... a",
        "%YAML 1.1",
        "🦊",
        "👨\u200d👩",
        "\u200b",
        "\u00ad",
        "\u00a0a",
    ),
    *("a ", " a", "::set-output", "x" * 5000, "word " * 500 + "end", "é", "\ufffd", "\U000e0041"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "spec",
    ["spec:\n  displayName: a\n", "spec: {displayName: 'a'}\n", 'spec:\n  displayName: "a"\n'],
)
def test_text_that_somebody_else_chose_comes_back_as_it_is(spec: str, text: str) -> None:
    found = loaded(revised(document(spec), {"displayName": Exactly(text)}))

    assert [dict(item.spec) for item in found.declared] == [{"displayName": Exactly(text)}]
    assert found.findings == ()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "spec",
    ["spec:\n  customTags: [a]\n", "spec:\n  customTags:\n    - a\n", "spec:\n  status: active\n"],
)
def test_tags_that_somebody_else_chose_come_back_without_blanks_around(
    spec: str, text: str
) -> None:
    found = loaded(revised(document(spec), {"customTags": Exactly([text, "x y"])}))

    assert [dict(item.spec) for item in found.declared] == [
        {"customTags": Exactly([text.strip(), "x y"])}
    ]


def test_what_does_not_show_is_escaped() -> None:
    text = "a\u00a0b\u200bc\U000e0041"

    after = revised(document("spec: {displayName: a}"), {"displayName": Exactly(text)})

    assert after == document('spec: {displayName: "a\\xa0b\\u200bc\\U000e0041"}')


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x85", "\u202e", "\u2028", "\ufeff", "\ud800", "\r"]
)
@pytest.mark.parametrize(
    "asked",
    [
        lambda text: {"displayName": Exactly(text)},
        lambda text: tags("a", absent=(text,)),
        lambda text: {"customTags": Exactly([text])},
    ],
)
def test_what_no_document_may_hold_is_left(character: str, asked: object) -> None:
    assert callable(asked)
    spec: Spec = asked(f"a{character}b")
    [name] = spec

    assert left(document("spec:\n  status: active\n"), spec) == (
        f"spec.{name} would hold the control or bidi character U+{ord(character):04X}, "
        "which no document may hold; change it live"
    )


def test_a_key_that_no_document_may_hold_is_left() -> None:
    before = document("spec:\n  status: new\n", kind="Alert", object_id="da1")

    assert "U+202E" in left(before, {"customDetails": Entries({"a\u202e": "b"})}, ALERT)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"displayName": Exactly("a\nb")}, "spec.displayName holds a line end or a tab"),
        ({"displayName": Exactly(" ")}, "spec.displayName is blank"),
        ({"displayName": Exactly("")}, "spec.displayName is empty"),
        ({"displayName": Exactly(5)}, "spec.displayName is the number 5"),
        ({"displayName": Exactly([["a"]])}, "spec.displayName"),
        ({"status": Exactly("redirected")}, "spec.status is 'redirected'"),
        ({"determination": Exactly("malware")}, "spec.determination needs spec.classification"),
        ({"nonsense": Exactly("a")}, "unknown key 'nonsense' in spec"),
        ({"customTags": Elements()}, "spec.customTags"),
        ({"customTags": Elements(("a",), ("a",))}, "a tag is present or absent"),
        ({}, "spec is empty"),
    ],
)
def test_what_the_loader_refuses_is_left_with_its_reason(asked: Spec, why: str) -> None:
    found = left(document("spec:\n  status: active\n"), asked)

    assert found.startswith("the edited document would be refused: ")
    assert why in found


def test_a_key_too_long_for_yaml_is_left() -> None:
    before = document("spec:\n  status: new\n", kind="Alert", object_id="da1")

    assert "not valid YAML" in left(before, {"customDetails": Entries({"a" * 2000: "b"})}, ALERT)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"spec: [", "not valid YAML"),
        (b"\xff", "not UTF-8"),
        (document("spec: {status: activ}").encode(), "'activ'"),
        (document("spec: {status: active}\n---\nkind: Odd").encode(), "line 7"),
    ],
)
def test_nothing_is_done_to_a_file_with_errors(content: bytes, why: str) -> None:
    result = edit(content, [Revise(IT, ACTIVE), Remove(ALERT)])

    assert result.content == content
    assert [ref for ref, _ in result.left] == [IT, ALERT]
    assert all(
        reason.startswith("its file has errors; mend them first (line ")
        for _, reason in result.left
    )
    assert all(why in reason for _, reason in result.left)


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n", document("spec: {status: active}").encode()]
)
def test_what_the_file_does_not_declare_is_left(content: bytes) -> None:
    edits: list[Edit] = [Remove(Ref("Incident", "2")), Revise(Ref("Alert", "1"), ACTIVE)]

    assert edit(content, edits) == Edited(
        content, tuple((change.ref, "this file does not declare it") for change in edits)
    )


def test_no_edit_changes_nothing() -> None:
    content = document("spec: {status: active}").encode()

    assert edit(content, []) == Edited(content)


def test_of_several_edits_only_those_that_fail_are_left() -> None:
    before = "---\n".join(
        document("spec: {status: active}\n", object_id=str(one)) for one in range(7)
    )
    asked: dict[int, Spec] = {one: {"status": Exactly("resolved")} for one in range(7)}
    asked[2] = {"displayName": Exactly("a\tb")}
    asked[6] = {"displayName": Exactly("\n")}

    result = edit(
        before.encode(), [Revise(Ref("Incident", str(one)), spec) for one, spec in asked.items()]
    )

    assert [ref.id for ref, _ in result.left] == ["2", "6"]
    after = "---\n".join(
        document(
            f"spec: {{status: {'active' if one in (2, 6) else 'resolved'}}}\n", object_id=str(one)
        )
        for one in range(7)
    )
    assert result.content == after.encode()


def test_a_verdict_outside_the_table_is_no_matter_of_editing() -> None:
    asked = {"classification": Exactly("truePositive"), "determination": Exactly("notMalicious")}

    assert "determination: notMalicious" in revised(document("spec:\n  status: active\n"), asked)


def test_an_id_becomes_another_one_as_it_was_quoted() -> None:
    before = document("spec: {status: active}\n").replace('"1"', "'1' # merged")

    assert repoint(before.encode(), IT, "3101") == Edited(before.replace("'1'", "'3101'").encode())


@pytest.mark.parametrize("members", ["members: ['1', '2']\n", "members:\n- '1' # one\n- '2'\n"])
def test_a_member_becomes_another_one(members: str) -> None:
    before = (
        f"apiVersion: reconciler/v1\nkind: IncidentSet\nmetadata: {{name: n}}\n{members}"
        "spec: {status: active}\n"
    )

    assert repoint(before.encode(), IT, "3101") == Edited(before.replace("'1'", "'3101'").encode())


@pytest.mark.parametrize(
    ("content", "new_id", "why"),
    [
        (document("spec: {status: active}\n"), "../x", "metadata.id"),
        (
            document("spec: {status: active}\n").replace('"1"', '"2"'),
            "3",
            "this file does not declare it",
        ),
        (document("spec: {status: activ}\n"), "3", "its file has errors"),
        ("", "3", "this file does not declare it"),
        (
            document("spec: {status: active}\n---\n")
            + document("spec: {status: active}\n", object_id="3"),
            "3",
            "declared twice",
        ),
    ],
)
def test_an_id_that_cannot_be_taken_is_left(content: str, new_id: str, why: str) -> None:
    result = repoint(content.encode(), IT, new_id)

    assert result.content == content.encode()
    [(ref, reason)] = result.left
    assert ref == IT
    assert why in reason
