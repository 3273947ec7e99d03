"""A remembered file is told from one that was just read by nothing but the time it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.documents import Rules, load
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.remembered import restored
from reconciler.kinds import KINDS
from reconciler.model.desired import Exactly
from reconciler.model.words import Place, Ref, SourceFile
from reconciler.settings import Require
from tests.support.documents import ALL_ON, document, loaded, shown, source
from tests.support.memory_of_documents import MemoryOfDocuments
from tests.unit.documents.test_any_text import YAMLISH

PROJECT: Final = Path(__file__).parents[3]
HAZARDS: Final = sorted((PROJECT / "tests/hazards").glob("*.yaml"))
DEMO: Final = sorted((PROJECT / "desired/demo").glob("*.yaml"))

RULES: Final = (
    ALL_ON,
    Rules(frozenset({"Incident"})),
    Rules(frozenset(KINDS), pairs="warn"),
    Rules(frozenset(KINDS), cloud="china"),
    Rules(frozenset(KINDS), require=Require(closures=("reason", "resolvingComment", "ticket"))),
)
"""Each finds something in a document that the first one takes."""

SET: Final = """\
apiVersion: reconciler/v1
kind: IncidentSet
metadata: {name: pentest, ticket: SEC-1}
members: ["1", "2",
  "3"]
spec: {status: RESOLVED, customTags: [a, b]}
management: {severity: once}
"""
MISFIT: Final = document("status: resolved, classification: unknown, determination: malware")

PARTS: Final = st.sampled_from(
    [
        document("status: resolved"),
        document("status: Resolved, assignedTo: null", object_id="8"),
        document("classification: compromisedUser", kind="Alert"),
        document("status: resolved", kind="LegacyAlert", metadata="expires: 2026-13-01"),
        document("determination: malware", object_id="9"),
        document("customTags: {present: [a], absent: [b]}, displayName: 'x y'", object_id="10"),
        document("customDetails: {b: '1', a: ''}", kind="Alert"),
        MISFIT,
        SET,
        "# nothing\n",
        "\ufeff",
    ]
)
CONTENTS: Final = st.lists(PARTS | YAMLISH, max_size=3).map("---\n".join) | PARTS
FOLDERS: Final = st.lists(CONTENTS, max_size=4)


def folder(contents: list[bytes]) -> list[SourceFile]:
    return [SourceFile(f"desired/{number}.yaml", text) for number, text in enumerate(contents)]


def check(files: list[SourceFile]) -> MemoryOfDocuments:
    """Filled under any rules and asked under any others, at other paths as well."""
    memory = MemoryOfDocuments()
    moved = [SourceFile(f"moved/{one.path}", one.content, one.problem) for one in files]
    for rules in (*RULES, *RULES):
        for found in (files, moved):
            assert load(found, rules, memory=memory) == load(found, rules)
    return memory


@pytest.mark.parametrize("path", [*HAZARDS, *DEMO], ids=lambda path: path.stem)
def test_a_file_of_the_corpus_says_the_same_when_it_is_remembered(path: Path) -> None:
    check(folder([path.read_bytes()]))


def test_all_of_the_corpus_in_one_folder_says_the_same() -> None:
    memory = check(folder([path.read_bytes() for path in (*HAZARDS, *DEMO)]))

    assert memory.recalled > len(DEMO)


@settings(max_examples=25, deadline=None)  # each folder is loaded forty times
@given(FOLDERS)
def test_any_folder_says_the_same_when_it_is_remembered(texts: list[str]) -> None:
    check(folder([text.encode("utf-8", "surrogatepass") for text in texts]))


def test_a_good_file_is_remembered_whatever_the_rules_say_of_it() -> None:
    memory = check(folder([MISFIT.encode(), SET.encode()]))

    assert set(memory.texts) == {MISFIT.encode(), SET.encode()}


def test_a_file_with_an_error_is_read_again_each_time() -> None:
    memory = check(folder([document("status: opened").encode(), b"{", b"\xff"]))

    assert memory.texts == {}


def test_a_file_that_could_not_be_read_has_nothing_to_remember() -> None:
    check([SourceFile("desired/a.yaml", None, "is a pipe, not a regular file")])


def test_a_remembered_file_is_not_read_again() -> None:
    one, other = source(document("status: active")), source(document("status: resolved"))
    memory = MemoryOfDocuments()
    load([one], ALL_ON, memory=memory)
    assert one.content is not None
    assert other.content is not None
    memory.texts = {other.content: memory.texts[one.content]}

    found = load([other], ALL_ON, memory=memory)

    assert found.declared[0].spec == {"status": Exactly("active")}


def test_an_object_is_declared_twice_whether_its_files_are_remembered_or_not() -> None:
    one = source(document("status: active"), "a.yaml")
    other = source(document("status: active", metadata="owner: x"), "b.yaml")
    memory = MemoryOfDocuments()
    load([one], ALL_ON, memory=memory)

    found = load([one, other], ALL_ON, memory=memory)

    assert memory.recalled == 1
    assert found == load([one, other], ALL_ON)
    assert len(found.findings) == 2


def test_more_errors_than_are_told_are_cut_off_at_the_same_one() -> None:
    rules = Rules(frozenset(KINDS), cloud="china")
    many = "---\n".join(
        document("status: resolved", kind="LegacyAlert", object_id=f"a{number}")
        for number in range(ERRORS_LIMIT + 3)
    )
    memory = MemoryOfDocuments()
    load([source(many)], ALL_ON, memory=memory)

    found = load([source(many)], rules, memory=memory)

    assert memory.recalled == 1
    assert found == loaded(many, rules)
    assert len(found.findings) == ERRORS_LIMIT + 1


def test_a_slow_parser_is_told_of_whatever_is_remembered() -> None:
    files = [source(document("status: active"))]
    memory = MemoryOfDocuments()
    load(files, ALL_ON, memory=memory)

    found = load(files, ALL_ON, libyaml=False, memory=memory)

    assert found == load(files, ALL_ON, libyaml=False)
    assert "no libyaml" in shown(found.findings)[0]


def test_what_is_remembered_stands_at_the_place_of_the_file_that_is_read() -> None:
    memory = MemoryOfDocuments()
    load([source(SET, "old.yaml")], ALL_ON, memory=memory)

    found = load([source(SET, "new.yaml")], ALL_ON, memory=memory)

    assert {one.ref: one.source for one in found.declared} == {
        Ref("Incident", "1"): Place("new.yaml", 4, 11),
        Ref("Incident", "2"): Place("new.yaml", 4, 16),
        Ref("Incident", "3"): Place("new.yaml", 5, 3),
    }
    assert {finding.place.path for finding in found.findings} == {"new.yaml"}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[",
        b"{}",
        b"\xff",
        b"[[],[],[]]",
        b"[[[]],[]]",
        b'[[],[]]\n["Incident",{},{},{}]',
        b'[[[[["1",2,1]],{}]],[]]',
        b'[[[[["1",2,1]],{}]],[]]\n["Incident",{},{}]',
        b'[[[[["1",2,1]],{}]],[]]\n["Incident",1,{},{}]',
        b'[[[[["1",2,1]],{}]],[]]\n["Nothing",{},{},{}]',
        b'[[[[["../1",2,1]],{}]],[]]\n["Incident",{},{},{}]',
        b'[[[[[1,2,1]],{}]],[]]\n["Incident",{},{},{}]',
        b"[" * 100_000,
    ],
)
def test_what_is_no_text_of_ours_is_as_good_as_forgotten(text: bytes) -> None:
    assert restored(text, "a.yaml") is None
    found = document("status: active").encode()
    memory = MemoryOfDocuments({found: text})

    assert load([source(found)], ALL_ON, memory=memory) == load([source(found)], ALL_ON)
