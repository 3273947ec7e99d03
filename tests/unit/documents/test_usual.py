"""Text in the usual form is read by lines: what it says and where is what the YAML library sees."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import example, given, strategies as st

from reconciler.documents.characters import hides
from reconciler.documents.reading import by_events
from reconciler.documents.usual import usual
from tests.support.documents import document, loaded
from tests.unit.documents.test_any_text import YAMLISH

PROJECT: Final = Path(__file__).parents[3]
FILES: Final = sorted([*PROJECT.glob("desired/**/*.yaml"), *PROJECT.glob("tests/hazards/*.yaml")])

WORDS: Final = ("a", "b", "kind", "metadata", "spec", "on", "x9", "a_b", "A" * 64)
ODD_WORDS: Final = ("null", "true", "A" * 65, "é", "9a", "a-b", '"a"', "'a'", "<<", "? a", "a ")
VALUES: Final = (
    *("x", "a b", "a  b", "null", "2026-01-01", "12:30", "a:b", "_x", "é ü", "né 😀"),
    *("https://x/y", "no", "a,b", "a]b", "a}", "a[b", "a&b", "a!b", "a - b", "a ? b"),
    *('"x"', "'x'", "'a \"b\"'", '"it\'s"', '"a: b #c"', "'x' # c", "x # c", "x #c", "x" * 294),
    *("[]", "{}", "[a, b]", "[ a ,b ]", "['a, b', \"c: d\"]", "[a b, é, null]", "[a-b, c.d, e/f]"),
    *("{a: b}", "{ a: b }", '{a: [x], b: "y"}', "{a: null}", "{a: [], b: [x, y] }", "{a:  b}"),
)
ODD_VALUES: Final = (
    *(
        "",
        "~",
        "0012",
        "Null",
        "true",
        "12",
        "-5",
        "1e5",
        '""',
        "' '",
        "a: b",
        "a : b",
        "a:",
        "::",
        "a#b",
        "😀",
    ),
    *('"x\\n"', "'it''s'", '"a"b', "|", ">-", "&a x", "*a", "!t x", "- a", "@x", "%x", "`x"),
    *("a\u00a0b", "\u3000", "a\tb", "x" * 301, "---", "...", "[a", "{a", "[a,]", "[,]", "[a]b"),
    *("{a: b,}", "{a:b}", "{a: b, a: c}", "{a: {b: c}}", "[[a]]", "[12]", "{a: 1}", "{a}", "[~]"),
    *(
        "[a #b]",
        "[a: b]",
        "{é: a}",
        "[-a]",
        "[a&b]",
        "[a",
        "{true: a}",
        "{'a': b}",
        "[Null]",
    ),
)
INDENTS: Final = st.sampled_from(("", "", "", " ", "  ", "  ", "  ", "   ", "    ", "      "))
OTHER_LINES: Final = (
    *("", " ", "# c", "   #c", "---", "--- # c", "---  ", " ---", "...", "--- a", "---a", "- - a"),
    *("-", "- ", "a", "\t", "%TAG ! a:", "a:b", "- a: b", "? a", "[a]", "\u00a0", "\ufeff", "#\tc"),
)


def mostly(usual_ones: tuple[str, ...], odd_ones: tuple[str, ...]) -> st.SearchStrategy[str]:
    few = st.sampled_from(odd_ones)
    return st.one_of(*[st.sampled_from(usual_ones)] * 9, few)


KEYS: Final = mostly(WORDS, ODD_WORDS)
SCALARS: Final = mostly(VALUES, ODD_VALUES)
LINES: Final = st.one_of(
    st.builds("{}{}: {}".format, INDENTS, KEYS, SCALARS),
    st.builds("{}{}:{}".format, INDENTS, KEYS, st.sampled_from(("", "", " ", " # c", "#c"))),
    st.builds("{}- {}".format, INDENTS, SCALARS),
    st.sampled_from(OTHER_LINES),
)
TEXTS: Final = st.lists(LINES, max_size=8).map("\n".join)

WHOLE: Final = """\
# yaml-language-server: $schema=x
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "2000000"
  reason: Penetration test by ACME, agreed window

  expires: 2099-12-31 # a comment
spec:
  status: resolved
  assignedTo: null
  customTags: {present: [pentest-2026, 'a b'], absent: ["needs-triage"]}
---
kind: IncidentSet
members:
- "1"
# between
- '2'
spec:
  customTags:
    present:
      - a
      - b c
    absent: []
management: {assignedTo: once, status: "yield"}
"""
SIGNS: Final = "abz:#,-[]{}'\"\\ |>&*!%@`~\t?é09_.\n\n  \r\u00a0"


def agree(text: str) -> bool:
    """Whether it is in the usual form; if so, both readers have to see the same and no fault."""
    found = usual("a.yaml", text)
    if found is None:
        return False
    documents, findings = by_events("a.yaml", text, libyaml=True)
    assert found == documents
    assert repr([one.data for one in found]) == repr([one.data for one in documents]), "in order"
    assert findings == []
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_read_a_file_of_the_corpus_alike(path: Path) -> None:
    text = path.read_bytes().decode(errors="replace")
    if not hides(text):
        agree(text)


def test_documents_of_the_demo_are_in_the_usual_form() -> None:
    assert all(agree(path.read_text()) for path in FILES if path.parent.name == "demo")


def test_most_forms_that_people_write_are_usual() -> None:
    assert agree(WHOLE)
    assert agree(
        document("status: resolved, customTags: {present: [a]}").replace("{present: [a]}", "[a]")
    )


@pytest.mark.parametrize("value", VALUES)
def test_a_usual_value_is_read_as_yaml_reads_it(value: str) -> None:
    assert agree(f"a: {value}\n")
    assert yaml.load(f"a: {value}\n", yaml.BaseLoader) == _texts(f"a: {value}\n")


@pytest.mark.parametrize("value", ODD_VALUES)
def test_an_odd_value_is_left_to_the_yaml_library(value: str) -> None:
    assert usual("a.yaml", f"a: {value}\nb: c\n") is None


@pytest.mark.parametrize("key", ODD_WORDS)
def test_an_odd_key_is_left_to_the_yaml_library(key: str) -> None:
    assert usual("a.yaml", f"{key}: a\n") is None


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n  c: d\n",
        "a: b\n  c\n",
        "a:\nb: c\n",
        "a:\n",
        "a:\n---\n",
        "a: b\na: c\n",
        "a:\n  b: c\n d: e\n",
        " a: b\n",
        "- a\n",
        "a:\n  - b\n - c\n",
        "a:\n  - b\n  c: d\n",
        "a:\n  b: c\n  - d\n",
        "a:\n - b\n   c\n",
        "a: b\n...\n",
        "a: b\r\nc: d\r\n",
        "a: 'b\n  c'\n",
        "a: [b,\n  c]\n",
    ],
)
def test_lines_that_do_not_stand_by_themselves_are_left_to_the_yaml_library(text: str) -> None:
    assert usual("a.yaml", text) is None


def test_nothing_but_comments_is_no_document() -> None:
    assert [usual("a.yaml", text) for text in ("", "\n", "# c\n", "---\n", "--- # c\n---\n")] == [
        []
    ] * 5


@given(TEXTS)
@example("a:\n  b: c\n\n d: e")
@example("a: b\n #c\n  d: e")
def test_lines_in_any_order_are_read_alike(text: str) -> None:
    if not hides(text):
        agree(text)


@given(YAMLISH)
def test_whatever_looks_like_yaml_is_read_alike(text: str) -> None:
    if not hides(text):
        agree(text)


def test_a_usual_file_with_a_few_characters_changed_is_read_alike() -> None:
    """Where two readers of one format differ is next to what both take."""
    chance = random.Random(7)
    taken = sum(agree(text) for text in _near(chance, 4_000) if not hides(text))

    assert taken > 400


def test_a_document_owns_what_it_holds() -> None:
    """Equal lines of two files are read once."""
    text = "a: [b]\nc: {d: [e]}\n"
    first, second = usual("a.yaml", text), usual("b.yaml", text)
    assert first is not None
    assert second is not None
    mine, other = first[0].data, second[0].data
    assert isinstance(mine, dict)
    assert isinstance(other, dict)

    mine["a"].append("x")  # type: ignore[union-attr]
    mine["c"]["d"].append("x")  # type: ignore[index, union-attr, call-overload]

    assert other == {"a": ["b"], "c": {"d": ["e"]}}


def test_a_fault_is_told_the_same_in_either_form() -> None:
    """Quotes with an escape make a file unusual, and nothing else."""
    faulty = 'kind: Incident\nmetadata:\n  id: "7"\nspec:\n  status: closed\n'
    unusual = faulty.replace('"7"', '"\\x37"')

    assert usual("a.yaml", faulty) is not None
    assert usual("a.yaml", unusual) is None
    assert loaded(faulty) == loaded(unusual)


def _texts(text: str) -> object:
    """As BaseLoader gives it: no null."""
    found = usual("a.yaml", text)
    assert found is not None
    return _named(found[0].data)


def _named(data: object) -> object:
    if isinstance(data, dict):
        return {key: _named(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_named(value) for value in data]
    return "null" if data is None else data


def _near(chance: random.Random, count: int) -> list[str]:
    texts = []
    for _ in range(count):
        lines = WHOLE.split("\n")
        place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, lines[other])
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
        text = "\n".join(lines)
        for _ in range(chance.randrange(3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(SIGNS) + text[at + chance.randrange(2) :]
        texts.append(text)
    return texts
