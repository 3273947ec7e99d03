"""What runners take for a command is broken, and what reads the file reads the same text."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from reconciler.codec.rows import encode
from reconciler.codec.runners import inert
from reconciler.documents.quoting import quoted
from tests.injection.judges import log

PIECES = (
    *(
        "##",
        "#",
        "[",
        "]",
        "vso[",
        "VSO[",
        "teamcity[",
        "section_",
        "start:",
        "end:",
        ":",
        "\\",
        '"',
    ),
    *(
        "##[group]",
        "##vso[task.setvariable variable=x]y",
        "##teamcity[x]",
        "section_start:1:x",
        " ",
    ),
)
hostile = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[group]x", "#\\u0023[group]x"),
        ("a ##vso[task.x]", "a #\\u0023vso[task.x]"),
        ("##VsO[x]", "#\\u0023VsO[x]"),
        ("###[x]", "#\\u0023\\u0023[x]"),
        ("##teamcity[x]", "#\\u0023teamcity[x]"),
        ("section_start:1:x", "section_start\\u003a1:x"),
        ("section_end:1:x", "section_end\\u003a1:x"),
        ("## Plan [x](y)", "## Plan [x](y)"),
        ("#1 [x], section_: a", "#1 [x], section_: a"),
    ],
)
def test_one_sign_of_a_command_is_written_in_another_way_and_the_rest_stays(
    text: str, shown: str
) -> None:
    assert inert(text) == shown


@settings(max_examples=300)
@given(hostile, hostile)
def test_no_runner_finds_a_command_in_json_and_it_says_the_same(key: str, text: str) -> None:
    shown = encode({key: [text, {"a": text}]})

    assert list(log(shown)) == []
    assert json.loads(shown) == {key: [text, {"a": text}]}


@settings(max_examples=300)
@given(hostile.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)))
def test_no_runner_finds_a_command_in_a_quoted_text_of_yaml_and_it_says_the_same(text: str) -> None:
    shown = quoted(text)

    assert list(log(shown)) == []
    assert yaml.safe_load(shown) == text
