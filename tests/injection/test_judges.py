"""The judges find what acts: each is shown the thing itself, unescaped."""

from __future__ import annotations

import json

import pytest

from tests.injection import judges

NAMES = frozenset({"digest"})


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J",
        "\x1b]8;;x\x07",
        "a\x9b31m",
        "a\u202eb",
        "\u200b",
        "x\r",
        "::error::x",
        "##[group]x",
    ],
)
def test_a_terminal_that_would_obey_is_found(text: str) -> None:
    assert list(judges.terminal(f"fine\n{text}\n"))


def test_colours_of_ours_are_fine() -> None:
    assert list(judges.terminal("\x1b[31mbad\x1b[0m 管理者 fe80::1\n")) == []


@pytest.mark.parametrize("text", ["::error::x", "  ::x::y", "a ##[error]x", "a\u2028::error::x"])
def test_a_command_in_a_log_is_found(text: str) -> None:
    assert list(judges.log(text))


@pytest.mark.parametrize(
    "text",
    [
        "::set-output name=a::b",
        "::error file=a,evil=b::c",
        "::error file=a%0Ab::c",
        "::error::a%0A",
        "::error::a ::b::",
        "::stop-commands::0123456789abcdef\n",
        "::stop-commands::0123456789abcdef\n::error::x\n::0123456789abcdef::",
        "::stop-commands::short\nx\n::short::",
    ],
)
def test_a_job_that_would_obey_is_found(text: str) -> None:
    assert list(judges.job(text))


@pytest.mark.parametrize(
    ("message", "uri"),
    [
        ("[x](javascript:y)", "a.yaml"),
        (r"\[x\](y)", "a.yaml"),
        ("{0}", "a.yaml"),
        ("a\u202eb", "a.yaml"),
        ("fine", "//evil.example/a.yaml"),
        ("fine", "javascript:x"),
    ],
)
def test_a_viewer_of_sarif_that_would_act_is_found(message: str, uri: str) -> None:
    location = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    result = {"message": {"text": message}, "locations": [location]}
    assert list(judges.sarif(json.dumps({"runs": [{"results": [result]}]})))


def test_annotations_and_stopped_commands_of_ours_are_fine() -> None:
    text = (
        "::error file=a%3Ab.yaml,line=1,col=2::100 %25\n::warning::x\n"
        "::stop-commands::0123456789abcdef\na: b\n::0123456789abcdef::\n1 error\n"
    )

    assert list(judges.job(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "digest<<E\nx\n",
        "digest=x\n",
        "evil<<E\nx\nE\n",
        "digest<<E\nx\nE\nPATH<<E\nx\nE\n",
    ],
)
def test_an_output_file_with_more_than_ours_is_found(text: str) -> None:
    assert list(judges.environment(text, NAMES))


def test_an_output_file_of_ours_is_fine() -> None:
    assert list(judges.environment("digest<<E\nx\ny<<F\nE\n", NAMES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "@octocat",
        "see #12",
        "GH-1",
        "http://evil.example",
        "[a](javascript:b)",
        "![a](http://evil.example/p.png)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<code>a</code><iframe></iframe>",
        "a\u202eb",
        "x |\n::error::x\n|",
        "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "<p style='color:red'>x</p>",
    ],
)
def test_markup_that_acts_is_found(text: str) -> None:
    assert list(judges.markdown(f"| a |\n| --- |\n| {text} |\n"))


def test_markup_of_ours_is_fine() -> None:
    text = "### T\n\n**1 x**\n\n| [<code>a</code>](https://security.microsoft.com/x) |\n| --- |\n"

    assert list(judges.markdown(f"{text}| <code>a<!-- -->&#64;b</code><br>x |\n")) == []
