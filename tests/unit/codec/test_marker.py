from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.codec.marker import (
    DRIFT,
    SETTLED,
    DriftMark,
    PlanMark,
    Told,
    drift_line,
    plan_line,
    read_drift_line,
    read_plan_line,
)
from reconciler.codec.strict import Odd

PLAN = PlanMark(
    commit="a" * 40,
    run="4711",
    artifact="plans--of-all",
    fingerprint="f" * 64,
    plans=(
        Told("contoso", f"sha256:{'1' * 64}", "2" * 64, "contoso.json"),
        Told("demo.eu-1", f"sha256:{'3' * 64}", "4" * 64, "a--b.json"),
    ),
)
LINE = plan_line(PLAN)


def test_what_was_written_is_read_again() -> None:
    assert read_plan_line(LINE) == PLAN
    assert read_plan_line(f"{LINE}\n### Plan\n") == PLAN
    assert read_plan_line(LINE.replace("\n", "\r\n") + "x") == PLAN
    assert read_plan_line(LINE.rstrip("\n")) == PLAN


def test_the_line_is_one_html_comment_that_nothing_in_it_ends() -> None:
    assert LINE.startswith("<!-- reconciler:plan {")
    assert LINE.endswith("} -->\n")
    inside = LINE.removeprefix("<!--").removesuffix("-->\n")
    assert "--" not in inside
    assert ">" not in inside


def test_no_plan_and_no_run_can_be_said() -> None:
    mark = replace(PLAN, run="", plans=())
    assert read_plan_line(plan_line(mark)) == mark


@pytest.mark.parametrize(
    "text",
    [
        "",
        f" {LINE}",
        f"\n{LINE}",
        f"> {LINE}",
        LINE.replace("reconciler:plan", "reconciler:drift"),
        LINE.replace("reconciler:plan", "other:plan"),
        LINE.replace('"form":1', '"form":2'),
        LINE.replace('"form":1', '"form":true'),
        LINE.replace('"run":"4711"', '"run":4711'),
        LINE.replace('"run":"4711"', '"run":"4711","run":"4711"'),
        LINE.replace(',"run":"4711"', ""),
        LINE.replace("a" * 40, "A" * 40),
        LINE.replace("a" * 40, "main"),
        LINE.replace("contoso.json", "../contoso.json"),
        LINE.replace('"contoso"', '"con toso"'),
        LINE.replace(f"sha256:{'1' * 64}", "sha256:1"),
        LINE.replace('"plans":[', '"plans":[7,'),
        LINE.replace("} -->", "} --> x"),
        LINE.replace("} -->", "}-->"),
        LINE.replace('{"artifact"', '{{"artifact"'),
    ],
)
def test_what_is_not_exactly_a_marker_is_none(text: str) -> None:
    assert read_plan_line(text) is None


@pytest.mark.parametrize(
    "mark",
    [
        replace(PLAN, commit="main"),
        replace(PLAN, run="x"),
        replace(PLAN, artifact="a b"),
        replace(PLAN, artifact="--> <img>"),
        replace(PLAN, fingerprint=""),
        replace(PLAN, plans=(replace(PLAN.plans[0], tenant="a@b"),)),
        replace(PLAN, plans=(replace(PLAN.plans[0], file="a/b"),)),
    ],
)
def test_no_word_from_outside_gets_into_a_marker(mark: PlanMark) -> None:
    with pytest.raises(Odd, match="is no word of a marker"):
        plan_line(mark)


@pytest.mark.parametrize("word", [DRIFT, SETTLED])
def test_a_marker_of_drift_is_its_own(word: str) -> None:
    mark = DriftMark("contoso", "f" * 64)
    line = drift_line(word, mark)

    assert read_drift_line(word, line) == mark
    assert read_plan_line(line) is None
    assert read_drift_line("plan", line) is None
    assert read_drift_line(word, line.replace("contoso", "con toso")) is None
    assert read_drift_line(word, line.replace("f" * 64, "f")) is None


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_asked_for_a_marker(text: str) -> None:
    assert read_plan_line(text) is None
    assert read_plan_line(f"<!-- reconciler:plan {text} -->") is None
    assert read_drift_line(DRIFT, f"<!-- reconciler:drift {{{text}}} -->\n") is None
