"""What good documents declare, and what is said about those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.documents import Rules, load
from reconciler.documents.reading import read
from reconciler.kinds import KINDS
from reconciler.model.desired import Declared, Elements, Entries, Exactly
from reconciler.model.words import Finding, Place, Ref, SourceFile
from reconciler.settings import Require
from tests.support.documents import ALL_ON, document, loaded, said, shown, source, spec_of

if TYPE_CHECKING:
    from reconciler.documents.tree import Path

SAMPLE = """\
# yaml-language-server: $schema=../../schemas/document.schema.json
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "2972395"
  reason: Penetration test by ACME, agreed window
  ticket: SEC-1234
  owner: soc-tier2
  expires: 2026-12-31
spec:
  assignedTo: kai@contoso.com
  status: resolved
  classification: informationalExpectedActivity
  determination: securityTesting
  customTags: {present: [pentest-2026], absent: [needs-triage]}
"""

SET = """\
apiVersion: reconciler/v1
kind: AlertSet
metadata: {name: noise, owner: soc}
members:
  - "da1"
  - "da2"
spec: {status: resolved}
"""


def test_a_document_declares_its_object_at_its_kind_with_the_fields_in_the_kinds_order() -> None:
    found = loaded(SAMPLE)

    assert found.findings == ()
    assert found.files == 1
    assert found.declared == (
        Declared(
            ref=Ref("Incident", "2972395"),
            source=Place("a.yaml", 3, 1),
            spec={
                "status": Exactly("resolved"),
                "classification": Exactly("informationalExpectedActivity"),
                "determination": Exactly("securityTesting"),
                "assignedTo": Exactly("kai@contoso.com"),
                "customTags": Elements(("pentest-2026",), ("needs-triage",)),
            },
            reason="Penetration test by ACME, agreed window",
            ticket="SEC-1234",
            owner="soc-tier2",
            expires="2026-12-31",
        ),
    )
    assert list(found.declared[0].spec) == [
        "status",
        "classification",
        "determination",
        "assignedTo",
        "customTags",
    ]


def test_a_set_declares_each_member_at_its_line() -> None:
    found = loaded(SET)

    assert found.findings == ()
    assert [
        (d.ref.id, d.source.line, d.source.column, d.name, d.owner) for d in found.declared
    ] == [
        ("da1", 5, 5, "noise", "soc"),
        ("da2", 6, 5, "noise", "soc"),
    ]


def test_declarations_are_sorted_by_ref_over_files_and_documents() -> None:
    two = document("status: active", object_id="9") + "---\n" + SAMPLE
    files = [source(two), source(SET, "b.yaml")]

    assert [str(d.ref) for d in load(files, ALL_ON).declared] == [
        "Alert da1",
        "Alert da2",
        "Incident 2972395",
        "Incident 9",
    ]


def test_an_object_declared_in_two_files_is_an_error_at_both_that_names_the_other() -> None:
    other = SET.replace("da2", "da3")

    found = load([source(SET), source(other, "b.yaml")], ALL_ON)

    assert found.findings == (
        Finding(
            Place("a.yaml", 5, 5), "Alert da1 is declared twice, also at b.yaml:5:5; delete one"
        ),
        Finding(
            Place("b.yaml", 5, 5), "Alert da1 is declared twice, also at a.yaml:5:5; delete one"
        ),
    )


def test_an_object_declared_again_and_again_names_some_places() -> None:
    text = "---\n".join(document("status: active") for _ in range(6))

    assert said(text)[0] == (
        "2:1 error Incident 2972395 is declared twice, also at a.yaml:7:1, a.yaml:12:1, a.yaml:17:1"
        " and 2 more places; delete one"
    )


def test_an_object_declared_twice_is_found_though_one_document_has_another_error() -> None:
    bad = document("status: closed")

    assert sum("declared twice" in line for line in said(bad + "---\n" + SAMPLE)) == 2


def test_a_file_that_could_not_be_read_is_an_error_at_its_start() -> None:
    found = load([SourceFile("x.yaml", None, "a symlink leaves the folder")], ALL_ON)

    assert found.findings == (Finding(Place("x.yaml", 1, 1), "a symlink leaves the folder"),)
    assert load([SourceFile("x.yaml", None)], ALL_ON).findings[0].level == "error"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n---\n", "---\n# nothing\n...\n"])
def test_empty_documents_are_ignored(text: str) -> None:
    assert loaded(text) == loaded("")
    assert loaded(text).findings == ()


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    windows = b"\xef\xbb\xbf" + SAMPLE.replace("\n", "\r\n").encode()

    assert loaded(windows) == loaded(SAMPLE)


def test_a_missing_libyaml_is_a_warning_and_changes_nothing_else() -> None:
    found = loaded(SAMPLE, libyaml=False)

    assert found.declared == loaded(SAMPLE).declared
    assert [finding.level for finding in found.findings] == ["warning"]
    assert "libyaml" in found.findings[0].message


@pytest.mark.parametrize(
    "written",
    [
        "on",
        "no",
        "NO",
        "0012",
        "007",
        "12:30",
        "12:30:45",
        "1_000",
        "0x1F",
        "2026-12-31",
        "True",
        "+1",
        ".5",
    ],
)
def test_what_json_does_not_know_is_text_as_written(written: str) -> None:
    assert spec_of(f"assignedTo: {written}") == {"assignedTo": Exactly(written)}


@pytest.mark.parametrize("written", ["7", "-1", "0", "1.50", "1e3", "true", "false", "9" * 30])
def test_a_number_or_boolean_where_text_belongs_is_to_be_quoted(written: str) -> None:
    [line] = said(document(f"assignedTo: {written}"))

    assert line.startswith("4:20 error spec.assignedTo is ")
    assert line.endswith(f'; expected text or null; write it in quotes: "{written}"')
    assert spec_of(f'assignedTo: "{written}"') == {"assignedTo": Exactly(written)}


@pytest.mark.parametrize("written", ["Null", "NULL"])
def test_another_casing_of_null_is_text_with_a_warning(written: str) -> None:
    found = loaded(document(f"assignedTo: {written}"))

    assert found.declared[0].spec == {"assignedTo": Exactly(written)}
    assert shown(found.findings) == [
        f"4:20 warning spec.assignedTo is the text '{written}'; write null if you mean null, or quote it"
    ]


def test_null_means_nobody() -> None:
    assert spec_of("assignedTo: null") == {"assignedTo": Exactly(None)}
    assert spec_of("customDetails: null", kind="Alert") == {"customDetails": Exactly(None)}


def test_tags_are_trimmed_and_a_list_means_exactly_these() -> None:
    assert spec_of('customTags: [" b ", a]') == {"customTags": Exactly(["b", "a"])}
    assert spec_of("customTags: []") == {"customTags": Exactly([])}
    assert spec_of('customTags: {absent: [" a"]}') == {"customTags": Elements((), ("a",))}
    assert spec_of("tags: {present: [a]}", kind="LegacyAlert") == {"tags": Elements(("a",), ())}


def test_details_are_declared_key_by_key() -> None:
    assert spec_of("customDetails: {case: c-1, zone: eu}", kind="Alert") == {
        "customDetails": Entries({"case": "c-1", "zone": "eu"})
    }


def test_times_and_phrases_are_declared_as_written() -> None:
    spec = "closedDateTime: 2026-01-31T12:00:00.1234567Z, comments: [Closed in IPC]"

    assert spec_of(spec, kind="LegacyAlert") == {
        "closedDateTime": Exactly("2026-01-31T12:00:00.1234567Z"),
        "comments": Exactly(["Closed in IPC"]),
    }


@pytest.mark.parametrize("field", ["description", "resolvingComment", "summary"])
def test_long_texts_may_have_lines_and_tabs(field: str) -> None:
    assert spec_of(f'{field}: "one\\n\\ttwo"') == {field: Exactly("one\n\ttwo")}


def test_a_reason_may_have_lines() -> None:
    text = document("status: active", metadata='reason: "one\\ntwo\\n"')

    assert loaded(text).declared[0].reason == "one\ntwo"
    assert said(document("status: active", metadata='owner: "one\\ntwo"')) == [
        (
            "3:34 error metadata.owner holds a line end or a tab; "
            "write it in one line ('>-' folds long text), without tabs"
        )
    ]


def test_lines_in_an_unknown_place_lead_to_one_error_only() -> None:
    assert said(document('status: active, nowhere: "a\\nb"')) == [
        (
            "4:24 error unknown key 'nowhere' in spec; expected 'status', 'classification', "
            "'determination', 'assignedTo', 'customTags', 'displayName', 'description', 'severity', "
            "'resolvingComment', 'summary'"
        ),
        (
            "4:33 error spec.nowhere holds a line end or a tab; "
            "write it in one line ('>-' folds long text), without tabs"
        ),
    ]


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("compromisedUser", "compromisedAccount"),
        ("confirmedUserActivity", "confirmedActivity"),
        ("clean", "notMalicious"),
        ("insufficientData", "notEnoughDataToValidate"),
        ("noEnoughDataToValidate", "notEnoughDataToValidate"),
    ],
)
def test_an_old_name_is_taken_with_a_warning_that_says_what_to_write(
    written: str, wire: str
) -> None:
    fitting = {
        "compromisedAccount": "truePositive",
        "confirmedActivity": "informationalExpectedActivity",
    }.get(wire, "falsePositive")

    found = loaded(document(f"classification: {fitting}, determination: {written}"))

    assert found.declared[0].spec["determination"] == Exactly(wire)
    assert [finding.level for finding in found.findings] == ["warning"]
    assert f"is '{written}', an old name of '{wire}'; write '{wire}'" in found.findings[0].message


def test_pascal_case_is_taken_with_a_warning() -> None:
    found = loaded(document("status: InProgress"))

    assert found.declared[0].spec == {"status": Exactly("inProgress")}
    assert shown(found.findings) == [
        "4:16 warning spec.status is 'InProgress', another spelling of 'inProgress'; write 'inProgress'"
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "classification: truePositive",
        "classification: unknown, determination: unknown",
        "classification: unknown, determination: null",
        "classification: null, determination: unknown",
        "classification: null, determination: null",
        "classification: truePositive, determination: other",
    ],
)
def test_a_verdict_that_fits_is_taken(spec: str) -> None:
    assert said(document(spec)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("truePositive", "null"),
        ("truePositive", "unknown"),
        ("truePositive", "notMalicious"),
        ("null", "malware"),
        ("unknown", "other"),
    ],
)
def test_a_verdict_outside_the_table_is_an_error_that_pairs_warn_relaxes(
    first: str, second: str
) -> None:
    text = document(f"classification: {first}, determination: {second}")
    relaxed = Rules(frozenset(KINDS), pairs="warn")

    [strict] = loaded(text).findings
    [mild] = loaded(text, relaxed).findings

    assert (strict.level, mild.level) == ("error", "warning")
    assert strict.message == mild.message
    assert "which does not fit classification" in strict.message
    assert loaded(text, relaxed).declared


def test_a_kind_that_is_off_is_declared_with_a_warning() -> None:
    found = loaded(document("status: open", kind="IncidentTask"), Rules(frozenset({"Incident"})))

    assert len(found.declared) == 1
    assert shown(found.findings) == [
        (
            "2:7 warning kind is IncidentTask, which is off for this tenant: plan skips it as disabled; "
            "switch it on in the configuration, kinds: {IncidentTask: true}"
        )
    ]


CLOSING = Rules(frozenset(KINDS), require=Require(closures=("reason", "resolvingComment")))


def test_what_closes_must_have_the_required_keys() -> None:
    assert said(document("status: resolved"), CLOSING) == [
        (
            "4:16 error spec.status is 'resolved', and the configuration requires reason of what closes "
            "an object; add metadata.reason"
        ),
        (
            "4:16 error spec.status is 'resolved', and the configuration requires resolvingComment of "
            "what closes an object; add spec.resolvingComment"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        document("status: active"),
        document("assignedTo: null"),
        document("status: resolved, resolvingComment: done", metadata="reason: agreed"),
        document("status: completed", kind="IncidentTask", metadata="reason: agreed"),
    ],
)
def test_nothing_is_required_of_what_does_not_close_or_has_the_keys(text: str) -> None:
    assert said(text, CLOSING) == []


def test_all_errors_of_a_document_are_told_at_their_places() -> None:
    text = (
        "apiVersion: reconciler/v2\nkind: Incident\nmetadata: {id: 1, ownr: x}\n"
        'spec: {status: closed, assignedTo: , displayName: ~, "summary": "\\u202e", customTags: [a, a]}\n'
    )

    assert [line.split(" error ")[0] for line in said(text)] == [
        "1:13",
        "3:16",
        "3:19",
        "4:16",
        "4:36",
        "4:51",
        "4:65",
        "4:91",
    ]


def test_a_document_after_a_broken_one_is_still_read() -> None:
    found = loaded("kind: [\n---\n" + document("status: active"))

    assert [d.source.line for d in found.declared] == [4]
    assert len(found.findings) == 1


def test_errors_after_a_hidden_character_are_still_told() -> None:
    text = document("status: closed").replace(
        "metadata: {", "metadata: {owner: 'a\u202eb', 'k\u202e': [a, 'b\u202e'], "
    )

    assert [line.split(" error ")[0] for line in said(text)] == ["3:21", "3:28", "3:38", "4:16"]


def test_a_value_under_a_key_that_stands_twice_does_not_hide_the_first() -> None:
    assert said(document("status: closed, status: ''")) == [
        (
            "4:16 error spec.status is 'closed'; expected one of 'active', 'inProgress', 'resolved'; "
            "did you mean 'resolved'?"
        ),
        "4:24 error the key 'status' stands twice, first at line 4, column 8; delete one",
        "4:32 error spec.status is empty; write null to unassign, or delete the line",
    ]


def test_a_long_value_is_cut_in_a_message() -> None:
    [line] = said(document(f"status: {'x' * 500}"))

    assert len(line) < 200
    assert "…'" in line


def test_a_key_that_is_no_word_is_quoted_in_a_message() -> None:
    [line] = said(document('customDetails: {"a b": 1}', kind="Alert"))

    assert line.startswith("4:31 error spec.customDetails['a b'] is the number 1")


@pytest.mark.parametrize("value", ['["b", "c\\nd"]', '{x: "c\\nd"}', "[1, 2]", "&x [1]", "[[~]]"])
def test_what_stands_under_a_key_for_the_second_time_has_no_place(value: str) -> None:
    found = said(document(f"customTags: [a], customTags: {value}, [&a 1, 'x\ny', 2]: c"))

    assert found[0].startswith("4:25 error the key 'customTags' stands twice")
    assert not any("customTags[" in line for line in found if "~" not in line)


def test_a_place_that_is_not_there_is_that_of_what_would_hold_it() -> None:
    [found], _ = read(source("a: {b: [x]}"), libyaml=True)

    paths: list[Path] = [("a", "b", 0), ("a", "b", 1), ("a", "b", "c"), ("a", "b", 0, "d"), ("z",)]
    assert [found.place(path).column for path in paths] == [9, 8, 8, 9, 1]


@pytest.mark.parametrize(
    ("spec", "lines"),
    [
        ("status: closed, determination: malware", ["4:16", "4:39"]),
        ("classification: wrong, determination: malware", ["4:24"]),
        ("status: resolved, resolvingComment: 7", ["4:44"]),
        ("nonsense: 1, customTags: [a, a]", ["4:8", "4:37"]),
    ],
)
def test_what_has_no_error_of_its_own_is_judged_in_a_bad_document_too(
    spec: str, lines: list[str]
) -> None:
    text = document(spec, metadata="reason: agreed")

    assert [line.split(" ")[0] for line in said(text, CLOSING)] == lines


WRONG = (
    "metadata: {id: 0123, expires: 2026-13-01, owners: x}\n"
    "spec: {status: opened, classificaton: x, customTags: [a, a]}\n"
)
"""Six errors."""


@pytest.mark.parametrize(
    "kind", ["kind: Incidnt\n", "kind: incident\n", "kind: Foo\n", "kind: [Incident]\n", ""]
)
def test_a_wrong_kind_hides_no_other_error(kind: str) -> None:
    found = said(f"apiVersion: reconciler/v2\n{kind}{WRONG}")

    told = "\n".join(found)
    assert len(found) == 8, told
    for one in ("apiVersion", "kind is", "metadata.id", "metadata.expires", "owners", "status"):
        assert one in told
    assert "did you mean 'classification'?" in told
    assert "spec.customTags[1] repeats 'a'" in told


def test_a_set_with_a_wrong_kind_is_judged_as_a_set() -> None:
    found = said(
        "apiVersion: reconciler/v1\nkind: Group\nmetadata: {name: x}\n"
        'members: ["1", "x"]\nspec: {status: opened}\n'
    )

    assert [one.split()[0] for one in found] == ["2:7", "4:16", "5:16"]


def test_an_object_of_a_wrong_kind_is_declared_twice_all_the_same() -> None:
    found = said(
        document("status: active").replace("Incident", "Incidnt")
        + "---\n"
        + document("status: active")
    )

    assert sum("is declared twice" in one for one in found) == 2


def test_what_is_of_no_kind_at_all_is_told_once() -> None:
    found = said("apiVersion: reconciler/v1\nkind: Deployment\nspec: {replicas: 2}\n")

    assert [one.split()[0] for one in found] == ["1:1", "2:7"]


@pytest.mark.parametrize("text", ["metadata: {id: 0123}", "metadata:\n  id: 0123 # octal"])
def test_an_id_of_digits_needs_quotes_in_any_form(text: str) -> None:
    found = said(f"apiVersion: reconciler/v1\nkind: Incident\n{text}\nspec: {{status: active}}\n")

    assert [one.split(" ", 2)[2] for one in found] == [
        'metadata.id is 0123 without quotes; write it in quotes: "0123"'
    ]


def test_digits_that_are_no_id_need_no_quotes() -> None:
    assert said(document("status: active", metadata="ticket: 0012")) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x" * 30_000, None),
        ("x" * 30_001, "30,001 characters;"),
        ("x" * 29_999 + "😀", "30,001 characters, counted as UTF-16 does;"),
        ("😀" * 15_000, None),
        ("x" * 30_000 + "  ", None),
    ],
    ids=["longest", "one more", "an emoji is two", "emoji", "white space at its end"],
)
def test_a_text_that_graph_would_cut_is_an_error(text: str, count: str | None) -> None:
    found = said(document(f'status: resolved, resolvingComment: "{text}"'))

    wanted = f"4:44 error spec.resolvingComment has {count} Graph keeps 30,000 and cuts the rest"
    assert found == ([f"{wanted}: shorten it"] if count else [])


def test_a_block_of_just_as_many_characters_may_end_in_a_line_end() -> None:
    head = document("status: resolved").replace(
        "spec: {status: resolved}", "spec:\n  status: resolved"
    )

    assert said(f"{head}  resolvingComment: |\n    {'x' * 30_000}\n") == []


@pytest.mark.parametrize("name", ["displayName", "description", "summary", "assignedTo"])
def test_a_text_whose_length_nobody_documents_may_be_long(name: str) -> None:
    assert said(document(f"{name}: {'x' * 40_000}")) == []
