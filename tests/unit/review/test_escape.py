from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from reconciler.codec.runners import inert
from reconciler.model.words import Foreign
from reconciler.review.escape import (
    columns,
    fit,
    markdown,
    output_value,
    sarif,
    terminal,
    visible,
    workflow,
    workflow_data,
    workflow_property,
    wrap,
)
from tests.injection.judges import log

if TYPE_CHECKING:
    from markdown_it.token import Token

PIECES = (
    *"|`*_[]()<>#@!~:/\\&${}=\"'^.- ,;+%?a1",
    *"\x00\x07\x1b\x7f\x9b\x9d\n\r\t\x0b\x85\u2028\u2029\xa0\u3000",
    *"\u202e\u2066\u200b\u200d\ufeff\xad\u034f\u3164\ufe0f\ud800\udfff\ue000\U000e0041\U000e0100",
    *"é管👩",
    "::",
    "##[",
    "::error::",
    "##[add-mask]",
    *(
        "##",
        "#",
        "vso[",
        "##vso[x]",
        "##VSO[x]",
        "##teamcity[x]",
        "section_start:1:x",
        "section_end:",
    ),
    "#\u034f#[",
    "::stop-commands::x",
    "\x1b]8;;http://x\x07",
    "\x1b[2J",
    "@octocat",
    "kai@contoso.com",
    "mailto:a@b.com",
    "www.evil.example",
    "http://evil.example",
    "#12",
    "GH-12",
    "<img src=x>",
    "</code>",
    "<!--",
    "-->",
    "&#124;",
    "[a](javascript:b)",
    "![a](b)",
    "```",
    "$(x)",
    "%0A::error::x",
    "%",
    "\r\n",
)
hostile = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
MARKDOWN = re.compile(r"(<code>([\w\s,;+%?-]|[^\x00-\x7f]|(<!-- -->)?&#\d+;)+</code>)?")


@settings(max_examples=200)
@given(hostile)
def test_what_cannot_be_seen_is_made_visible_and_the_rest_stays(text: str) -> None:
    shown = visible(text)

    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)
    assert shown.encode().decode() == shown
    if text.isascii() and text.isprintable():
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\u001b[31m"),
        ("a\nb\tc", "a\\nb\\u0009c"),
        ("\u202etxt", "\\u202etxt"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("tag\ufe0f", "tag\\ufe0f"),
        ("管理　者\xa0é", "管理　者\xa0é"),
    ],
)
def test_a_reader_sees_which_sign_stood_there(text: str, shown: str) -> None:
    assert visible(Foreign(text)) == shown


@settings(max_examples=200)
@given(hostile)
def test_no_terminal_escape_and_no_runner_command_comes_out_of_terminal(text: str) -> None:
    shown = terminal(text)

    assert shown.isprintable() or not shown.isascii()
    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)
    assert not _is_command(shown)


def test_an_address_with_two_colons_stays_readable_within_a_line() -> None:
    assert terminal(Foreign("sign-in from fe80::1")) == "sign-in from fe80::1"
    assert terminal(Foreign("  ::error::x")) == "  :\\u003aerror::x"


@settings(max_examples=200)
@given(hostile, hostile)
def test_no_runner_command_comes_out_of_workflow_wherever_it_stands(left: str, right: str) -> None:
    shown = workflow(left + right)

    assert "::" not in shown
    assert "##[" not in shown
    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)


@settings(max_examples=200)
@given(hostile)
def test_a_message_and_a_property_stay_inside_their_command(text: str) -> None:
    data, value = workflow_data(text), workflow_property(text)

    assert "::" not in data
    assert not re.search(r"%(?!25)", data)
    assert not re.search(r"[:,]|%(?!25|3A|2C)|##\[", value)
    assert _decoded(value) == inert(visible(text))


@settings(max_examples=200)
@given(hostile)
def test_markdown_is_code_made_of_letters_and_entities_only(text: str) -> None:
    shown = markdown(Foreign(text))

    assert MARKDOWN.fullmatch(shown)
    assert shown.count("&#64;") == shown.count("<!-- -->&#64;")
    assert html.unescape(re.sub("</?code>|<!-- -->", "", shown)) == visible(text)


@settings(max_examples=120, deadline=None)
@given(hostile, hostile)
def test_a_table_cell_renders_to_its_text_and_nothing_else(left: str, right: str) -> None:
    source = f"| a | b |\n| --- | --- |\n| {markdown(left)} | {markdown(right)} |\n"

    rows = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(source)

    cells = [token for token in rows if token.type == "inline"][2:]
    assert [_text_of(cell) for cell in cells] == [visible(left), visible(right)]


@settings(max_examples=120)
@given(hostile, st.integers(2, 30))
def test_a_line_is_never_wider_than_asked(text: str, width: int) -> None:
    shown = terminal(text)

    assert columns(fit(shown, width)) <= width
    lines = wrap(shown, width)
    assert all(columns(line) <= width for line in lines)
    assert not any(_is_command(line) for line in lines)
    assert _letters("".join(lines)) == _letters(shown)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("管理者", 4, ["管理", "者"]),
        ("", 4, [""]),
        ("so: git fetch --all", 12, ["so:", "git fetch --all"]),
        ("so 'git fetch --all' or not", 12, ["so", "'git fetch --all'", "or not"]),
        ("so 'git log' shows", 9, ["so", "'git log'", "shows"]),
        ("(git fetch --all), or not", 12, ["(", "git fetch --all),", "or not"]),
        ("→ reconciler doctor", 12, ["→", "reconciler doctor"]),
        ("reconciler adopt ID, or not", 12, ["reconciler adopt ID,", "or not"]),
        ("the reconciler did so", 12, ["the", "reconciler", "did so"]),
        ("xx ::error::y", 5, ["xx", ":\\u00", "3aerr", "or::y"]),
    ],
)
def test_wrapping_breaks_at_blanks_where_there_are_some(
    text: str, width: int, lines: list[str]
) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("管理者", 5, "管理…"), ("ab cd", 4, "ab…")],
)
def test_cutting_shows_that_something_was_cut(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_wide_signs_take_two_cells_and_combining_ones_none() -> None:
    assert [columns(text) for text in ("abc", "管理", "e\u0301", "→")] == [3, 4, 1, 1]


def _is_command(line: str) -> bool:
    """Of GitHub's, Azure Pipelines', TeamCity's or GitLab's runner."""
    return bool(list(log(line)))


def _decoded(value: str) -> str:
    """As actions/runner reads a property; ``%25`` last."""
    return value.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")


def _text_of(cell: Token) -> str:
    tags, text = {"<code>", "</code>", "<!-- -->"}, ""
    for token in cell.children or []:
        assert token.type == "text" or (token.type == "html_inline" and token.content in tags)
        text += token.content if token.type == "text" else ""
    return text


def _letters(text: str) -> str:
    return text.replace("\\u003a", ":").replace(" ", "")


@settings(max_examples=200)
@given(hostile)
def test_a_value_of_the_output_file_is_one_line_of_bytes(text: str) -> None:
    shown = output_value(text)

    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)
    assert len(shown.splitlines()) <= 1
    shown.encode()


@settings(max_examples=200)
@given(hostile, hostile)
def test_a_sarif_message_has_neither_link_nor_placeholder(left: str, right: str) -> None:
    shown = sarif(f"{left}[{right}]({left}) {{0}}")

    assert "](" not in shown
    assert not re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", shown)
    assert shown.count("{") % 2 == shown.count("}") % 2 == 0
    assert not any(unicodedata.category(sign) in UNSEEN for sign in shown)


def test_a_sarif_message_stays_readable() -> None:
    assert (
        sarif("expected [a] (b), found [x](y) {1}") == "expected [a] (b), found [x]\\u0028y) {{1}}"
    )
