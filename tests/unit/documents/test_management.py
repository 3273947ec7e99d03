"""``management`` in a document: what it says, and what is doubtful about it."""

from __future__ import annotations

import pytest

from tests.support.documents import document, loaded, said

SPEC = "status: active, assignedTo: kai@contoso.com"
VERDICT = "classification: falsePositive, determination: other"


def managed(modes: str, spec: str = SPEC, *, kind: str = "Incident") -> str:
    """``modes``: the text inside braces, which starts in line 5, column 14."""
    return f"{document(spec, kind=kind)}management: {{{modes}}}\n"


def test_a_document_says_who_owns_its_fields() -> None:
    found = loaded(managed('"*": enforce, assignedTo: once, status: yield'))

    assert found.findings == ()
    assert dict(found.declared[0].management) == {
        "*": "enforce",
        "assignedTo": "once",
        "status": "yield",
    }


def test_a_document_that_says_nothing_leaves_it_to_the_configuration() -> None:
    assert loaded(document(SPEC)).declared[0].management == {}


def test_every_member_of_a_set_is_managed_alike() -> None:
    text = (
        "apiVersion: reconciler/v1\nkind: AlertSet\nmetadata: {name: n}\n"
        "members: [da1, da2]\nspec: {status: resolved}\nmanagement: {status: enforce}\n"
    )

    found = loaded(text)

    assert found.findings == ()
    assert [(item.ref.id, dict(item.management)) for item in found.declared] == [
        ("da1", {"status": "enforce"}),
        ("da2", {"status": "enforce"}),
    ]


@pytest.mark.parametrize("kind", ["Incident", "Alert", "LegacyAlert"])
def test_a_mode_for_what_is_not_declared_is_a_warning(kind: str) -> None:
    assert said(managed("'*': yield, status: once", "assignedTo: null", kind=kind)) == [
        (
            "5:26 warning management names 'status', which this document does not declare; "
            "declare it, or delete the line"
        )
    ]


def test_a_mode_for_what_is_not_declared_takes_nothing_from_the_others() -> None:
    found = loaded(managed("status: enforce, summary: once"))

    assert [finding.level for finding in found.findings] == ["warning"]
    assert dict(found.declared[0].management) == {"status": "enforce", "summary": "once"}


WHY = (
    "a verdict is owned as one, by the most careful mode of both (yield, once, enforce): "
    "say the same of both"
)


@pytest.mark.parametrize(
    ("modes", "doubt"),
    [
        ("classification: enforce", "5:14 warning management says enforce of classification and nothing of determination"),
        ("determination: once", "5:14 warning management says nothing of classification and once of determination"),
        ("'*': yield, determination: once", "5:26 warning management says yield of classification and once of determination"),
        ("classification: once, determination: yield", "5:14 warning management says once of classification and yield of determination"),
    ],
)  # fmt: skip
def test_halves_of_a_verdict_with_different_owners_are_doubted(modes: str, doubt: str) -> None:
    assert said(managed(modes, VERDICT)) == [f"{doubt}; {WHY}"]


@pytest.mark.parametrize(
    ("modes", "spec"),
    [
        ("'*': once", VERDICT),
        ("classification: once, determination: once", VERDICT),
        ("'*': once, classification: once", VERDICT),
        ("status: once", f"status: active, {VERDICT}"),
        ("classification: once", "classification: falsePositive"),
    ],
)
def test_a_verdict_that_is_owned_as_one_is_not_doubted(modes: str, spec: str) -> None:
    assert said(managed(modes, spec)) == []


@pytest.mark.parametrize(
    ("modes", "error"),
    [
        (
            "asignedTo: once",
            "5:14 error unknown key 'asignedTo' in management; did you mean 'assignedTo'?",
        ),
        (
            "assignedTo: One",
            (
                "5:26 error management.assignedTo is 'One'; expected one of 'yield', 'enforce', 'once'"
                "; did you mean 'once'?"
            ),
        ),
        (
            "'*': true",
            "5:19 error management['*'] is true; expected one of 'yield', 'enforce', 'once'",
        ),
        (
            "assignedTo: once, assignedTo: yield",
            "5:32 error the key 'assignedTo' stands twice, first at line 5, column 14; delete one",
        ),
    ],
)
def test_an_error_in_management_is_the_only_one_told(modes: str, error: str) -> None:
    assert said(managed(modes, "assignedTo: null")) == [error]


def test_what_management_may_hold_is_told_with_what_it_holds_instead() -> None:
    [line] = said(managed("once: assignedTo"))

    assert line.startswith("5:14 error unknown key 'once' in management; expected 'status', ")
    assert line.endswith("'summary', '*'")


def test_an_empty_mapping_is_an_error() -> None:
    [line] = said(managed(""))

    assert line.startswith("5:13 error management is empty; expected at least one of 'status', ")
    assert line.endswith("'*', or delete the line")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("management: once", "5:13 error management is 'once'; expected a mapping"),
        ("management: null", "5:13 error management is null; expected a mapping"),
        ("management: [status]", "5:13 error management is a list; expected a mapping"),
    ],
)
def test_management_is_a_mapping(line: str, error: str) -> None:
    assert said(f"{document(SPEC)}{line}\n") == [error]


@pytest.mark.parametrize("libyaml", [True, False])
def test_a_star_without_quotes_is_answered_with_the_quotes(*, libyaml: bool) -> None:
    found = loaded(managed("*: once"), libyaml=libyaml).findings

    [error] = [finding for finding in found if finding.level == "error"]
    assert error.place.line == 5
    assert error.message.startswith("not valid YAML: while scanning an alias ")
    assert error.message.endswith("; what starts with '*' needs quotes, so does '*' itself")


def test_errors_of_the_spec_and_of_management_are_told_in_one_go() -> None:
    found = said(managed("status: sometimes, summary: once", "status: closed"))

    assert [line.split(" error ")[0] for line in found] == ["4:16", "5:22"]
