"""The schema's word: when the two libraries differ, the answer is no."""

from __future__ import annotations

from reconciler.documents.checking import Checker
from reconciler.documents.reading import read
from tests.support.documents import source


def test_what_one_library_takes_and_the_other_refuses_is_refused_with_a_word() -> None:
    """A dollar sign matches before a last line end in Python, and at the very end only in Rust."""
    checker = Checker({"properties": {"a": {"pattern": "^x$"}}})
    [document], _ = read(source('a: "x\\n"'), libyaml=True)

    assert not checker.accepts(document)
    [finding] = checker.explain(document)
    assert finding.message == (
        "the document does not fit the schema; compare it with 'reconciler schema'"
    )


def test_a_keyword_without_words_of_its_own_is_still_told() -> None:
    checker = Checker({"properties": {"a": {"maxLength": 1}}})
    [document], _ = read(source("a: bc"), libyaml=True)

    assert [finding.message for finding in checker.explain(document)] == [
        "a is 'bc'; expected maxLength 1"
    ]
