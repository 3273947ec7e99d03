from __future__ import annotations

from hypothesis import given, settings, strategies as st

from reconciler.model.words import Finding, Place
from reconciler.reports import github

TOKEN = "0123456789abcdef"
hostile = st.text(st.sampled_from(":#[]%,\n\r\x1b\u2028\ud800 ax"), max_size=20) | st.sampled_from(
    ["::error::x", f"::{TOKEN}::", "%0A::error::x", "##[error]x", "a,line=9::b", "#\u034f#[x]"]
)


def shown(*items: Finding) -> str:
    return "".join(github.findings(items, token=TOKEN))


def test_findings_are_annotations_and_inert_lines() -> None:
    items = (
        Finding(Place("desired/a.yaml", 9, 11), "spec.status is 'closed': 100% wrong"),
        Finding(Place("desired/b,c.yaml", 2, 3), "old name", "warning"),
    )

    assert shown(*items) == (
        "::error file=desired/a.yaml,line=9,col=11::spec.status is 'closed': 100%25 wrong\n"
        "::warning file=desired/b%2Cc.yaml,line=2,col=3::old name\n"
        f"::stop-commands::{TOKEN}\n"
        "desired/a.yaml:9:11: spec.status is 'closed': 100% wrong\n"
        "desired/b,c.yaml:2:3: warning: old name\n"
        f"::{TOKEN}::\n"
        "1 error, 1 warning\n"
    )


def test_ten_annotations_of_a_level_are_sent_and_the_rest_is_counted() -> None:
    items = [Finding(Place("a.yaml", line), "bad") for line in range(1, 13)]
    items += [Finding(Place("a.yaml", line), "odd", "warning") for line in range(1, 12)]

    report = shown(*items)

    assert report.count("::error file=") == 10
    assert report.count("::warning file=") == 10
    assert report.count("\na.yaml:") == 23
    assert report.endswith(
        "\n12 errors, 11 warnings; 3 of them without an annotation, all are listed above\n"
    )


def test_without_findings_there_is_one_line() -> None:
    assert shown() == "No errors, no warnings\n"


@settings(max_examples=200)
@given(hostile, hostile)
def test_no_finding_can_run_a_command_or_end_the_wall(path: str, message: str) -> None:
    report = shown(Finding(Place(path, 1, 2), message), Finding(Place(path), message, "warning"))

    error, warning, stop, *lines, end, counts, rest = report.split("\n")
    assert error.startswith("::error file=")
    assert warning.startswith("::warning file=")
    assert error.count("::") == warning.count("::") == 2
    assert (stop, end) == (f"::stop-commands::{TOKEN}", f"::{TOKEN}::")
    assert len(lines) == 2
    assert not any("::" in line or "##[" in line for line in lines)
    assert (counts, rest) == ("1 error, 1 warning", "")
