"""Whatever stands in a file: findings or declarations come back, never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings, strategies as st

from reconciler.documents.characters import decode, position, visible
from reconciler.documents.scalars import typed
from tests.support.documents import document, loaded

if TYPE_CHECKING:
    from reconciler.model.desired import Loaded

WORDS = st.sampled_from(
    [
        *"[]{}:,-?&*!|>'\"%@`~#\n\t \\",
        "---\n",
        "...\n",
        "  ",
        "\n  ",
        ": ",
        "- ",
        "? ",
        "<<: ",
        "%TAG ! a:\n",
        "%YAML 1.2\n",
        "!!str ",
        "&a ",
        "*a ",
        '"\\u202e"',
        '"\\ud800"',
        "null",
        "true",
        "1e999",
        "apiVersion: reconciler/v1\n",
        "kind: Incident\n",
        "kind: AlertSet\n",
        "kind: Incidnt\n",
        "kind: [x]\n",
        "metadata: {id: 0123}\n",
        "spec: [1]\n",
        'metadata: {id: "1"}\n',
        "spec:\n",
        "  status: resolved\n",
        "  customTags: [a]\n",
        "  classification: unknown\n",
        "members: [1]\n",
        "management: {status: once, '*': yield}\n",
        "management:\n",
        "a: ",
        "a: [x, 1]\n",
        'a: {b: ["c\\nd", 5]}\n',
    ]
)
YAMLISH = st.lists(WORDS, max_size=40).map("".join)


def check(found: Loaded) -> None:
    lines = [finding.place.line for finding in found.findings]
    assert all(line >= 1 for line in lines)
    assert all(finding.place.column >= 1 for finding in found.findings)
    assert all(finding.message.isprintable() for finding in found.findings)
    assert list(found.findings) == sorted(set(found.findings))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_loaded(content: bytes) -> None:
    check(loaded(content))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_loaded(text: str) -> None:
    check(loaded(text.encode("utf-8", "surrogatepass")))


@settings(deadline=None)
@given(YAMLISH)
def test_whatever_looks_like_yaml_can_be_loaded(text: str) -> None:
    check(loaded(text))


@settings(deadline=None)
@given(YAMLISH)
def test_whatever_looks_like_yaml_can_be_loaded_without_libyaml(text: str) -> None:
    check(loaded(text, libyaml=False))


@given(st.text(max_size=60))
def test_any_value_in_quotes_can_be_loaded(text: str) -> None:
    quoted = "".join(f"\\U{ord(character):08x}" for character in text)

    check(loaded(document(f'displayName: "{quoted}", customTags: ["{quoted}"]')))


@given(st.text(min_size=1))
def test_a_plain_word_is_never_an_infinite_number(text: str) -> None:
    value = typed(text)

    assert isinstance(value, str | bool | None) or abs(value) < float("inf")


@given(st.text())
def test_a_value_in_a_message_is_one_short_printable_word(text: str) -> None:
    assert visible(text).isprintable()
    assert len(visible(text)) <= 80 * len(r"\U0001f600") + 2


@given(st.text(st.characters(codec="utf-8")))
def test_utf_8_is_read_as_it_was_written(text: str) -> None:
    assert decode(text.encode("utf-8-sig")) == text


def test_a_position_counts_lines_and_columns_from_one() -> None:
    assert [position("a\nbc", offset) for offset in range(4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
