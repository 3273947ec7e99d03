from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Foreign, Place, Ref
from reconciler.reports import github
from reconciler.review import remarks
from reconciler.review.remarks import Remark
from tests.support.plans import DIGEST, closing_report, golden_plan, quiet_plan

TOKEN = "0123456789abcdef"
hostile = st.text(st.sampled_from(":#[]%,\n\r\x1b\u2028\ud800 ax"), max_size=20) | st.sampled_from(
    ["::error::x", f"::{TOKEN}::", "%0A::error::x", "##[error]x", "a,line=9::b", "#\u034f#[x]"]
)


def shown(*items: Remark) -> str:
    return "".join(github.annotated(items))


def test_a_remark_is_an_annotation_at_its_line() -> None:
    items = remarks.of_findings(
        (
            Finding(Place("desired/b,c.yaml", 2, 3), "old name", "warning"),
            Finding(Place("desired/a.yaml", 9, 11), "spec.status is 'closed': 100% wrong"),
        )
    )

    assert shown(*items, Remark("error", 1, ("no ", Foreign("token")))) == (
        "::error file=desired/a.yaml,line=9,col=11::spec.status is 'closed': 100%25 wrong\n"
        "::error::no token\n"
        "::warning file=desired/b%2Cc.yaml,line=2,col=3::old name\n"
    )


def test_the_ten_worst_of_a_level_are_annotations_and_the_rest_is_counted() -> None:
    items = [Remark("warning", 12 - rank, (f"bad {rank}",)) for rank in range(12)]
    items += [Remark("error", 0, ("no",))] * 11

    *lines, counted = shown(*items).splitlines()

    assert lines == ["::error::no"] * 10 + [f"::warning::bad {rank}" for rank in range(11, 1, -1)]
    assert counted == "3 remarks without an annotation; the report above has all"


def test_a_plan_is_remarked_on_where_it_stops_and_where_it_is_risky() -> None:
    lines = shown(*remarks.of_plan(golden_plan())).splitlines()

    assert lines[0] == (
        "::error file=desired/contoso/ad09e47ccc-b74a.yaml,line=2,col=1::a guard objects: updates: 22"
        " of at most 0 (objects to update): Alert ad09e47ccc-b74a, Alert"
        " da637551227677560813_-961444813, Incident 2972395, Incident 2972400, Incident 2972401 and"
        " 17 more"
    )
    assert sum(line.startswith("::error") for line in lines) == 10
    assert [line for line in lines if "12 incidents" in line] == [
        (
            "::warning file=desired/contoso/phishing-wave.yaml,line=8,col=1::12 incidents: active → "
            "resolved, falsePositive / notMalicious: closes: resolving it also resolves its alerts,"
            " none of them declared here"
        )
    ]
    warnings = [line for line in lines if line.startswith("::warning ")]
    assert len(warnings) == 10
    assert "::new beyond the reviewed plan: Incident 2972403: status, assignedTo" in warnings[0]
    assert "closes-high-severity" in warnings[2]


def test_what_is_in_order_is_not_remarked_on() -> None:
    plan = golden_plan()
    calm = tuple(
        change for change in plan.changes if not change.risks and change.reason == "differs"
    )
    only = replace(quiet_plan(), changes=calm)

    assert shown(*remarks.of_plan(quiet_plan())) == ""
    assert all("overwrites" in line for line in shown(*remarks.of_plan(only)).splitlines())


def test_drift_is_remarked_on_where_it_is_in_conflict_or_unknown() -> None:
    lines = shown(*remarks.of_drift(golden_plan())).splitlines()

    assert [line[: line.index(",line")] for line in lines] == [
        "::error file=desired/contoso/old.yaml",
        "::warning file=desired/contoso/2972403.yaml",
        "::warning file=desired/contoso/old.yaml",
    ]


def test_an_apply_is_remarked_on_where_it_did_not_end_as_planned() -> None:
    report = replace(closing_report(), unrecorded="it is locked")

    lines = shown(*remarks.of_report(report)).splitlines()

    assert [line.split("::", 2)[1].split(" ")[0] for line in lines] == ["error"] * 5 + [
        "warning"
    ] * 2
    assert "::The applied tree was not replaced: it is locked." in "".join(lines)
    assert "unsettled" in "".join(lines[:5])
    assert "conflict" in lines[5] + lines[6]


def test_an_error_is_remarked_on_with_what_to_do_and_each_finding_at_its_place() -> None:
    problem = Failure("no token", remedy="log in", detail=Foreign("denied\n::error::x"))
    findings = InvalidInput((Finding(Place("a.yaml", 2, 3), "bad"),))

    assert shown(*remarks.of_error(problem)) == (
        "::error::no token (answered: denied\\n:\\u003aerror:\\u003ax); log in\n"
    )
    assert shown(*remarks.of_error(findings)) == "::error file=a.yaml,line=2,col=3::bad\n"


@settings(max_examples=200)
@given(hostile, hostile)
def test_no_remark_can_run_another_command(path: str, message: str) -> None:
    items = (
        Remark("error", 0, (Foreign(message), ":", Foreign(message)), Place(path, 1, 2)),
        Remark("warning", 0, (Foreign(message),)),
    )

    error, warning, rest = shown(*items).split("\n")
    assert error.startswith("::error file=")
    assert warning.startswith("::warning::")
    assert (error.count("::"), warning.count("::")) == (2, 2)
    assert "##[" not in error + warning
    assert rest == ""


def test_a_text_is_walled_in() -> None:
    assert "".join(github.wall(("a\n", "b\n"), token=TOKEN)) == (
        f"::stop-commands::{TOKEN}\na\nb\n::{TOKEN}::\n"
    )


def test_outputs_are_the_counts_of_a_plan_of_what_moved_and_of_a_report() -> None:
    assert github.plan_outputs(golden_plan(), DIGEST) == {
        "digest": DIGEST,
        "declared": 34,
        "update": 22,
        "skip": 7,
        "unknown": 1,
        "drift": 8,
        "conflict": 4,
        "objections": 10,
        "new": 3,
    }
    assert github.plan_outputs(quiet_plan(), DIGEST)["new"] == ""
    assert github.drift_outputs(golden_plan()) == {
        "drift": 8,
        "conflict": 4,
        "gone": 3,
        "unknown": 1,
    }
    assert github.report_outputs(closing_report()) == {
        "digest": DIGEST,
        "failed": 1,
        "unsettled": 1,
        "conflict": 1,
        "not-kept": 1,
        "not-tried": 1,
        "done": 1,
        "already-done": 1,
        "journal": ".reconciler/journal/contoso/20261120T102000.000Z-4f2a9c1b.jsonl",
    }


def test_outputs_of_tenants_are_added_up_and_listed() -> None:
    found = github.of_tenants(
        [
            ("b", {"digest": "sha256:1", "update": 2, "new": "", "exit-code": 0}),
            ("a", {"digest": "sha256:2", "update": 3, "new": 1, "exit-code": 1}),
            ("c", {"exit-code": 3}),
        ]
    )

    assert {name: value for name, value in found.items() if name != "tenants"} == {
        "digest": "",
        "update": 5,
        "new": 1,
        "exit-code": 4,
    }
    assert json.loads(str(found["tenants"])) == [
        {"tenant": "b", "digest": "sha256:1", "update": 2, "new": "", "exitCode": 0},
        {"tenant": "a", "digest": "sha256:2", "update": 3, "new": 1, "exitCode": 1},
        {"tenant": "c", "exitCode": 3},
    ]


@settings(max_examples=200)
@given(hostile, hostile)
def test_no_value_can_end_its_output_or_begin_another(one: str, other: str) -> None:
    text = "".join(github.outputs({"one": one, "other": other}, delimiter="D1"))

    lines = text.split("\n")
    assert lines[0::3] == ["one<<D1", "other<<D1", ""]
    assert lines[2::3] == ["D1", "D1"]
    text.encode()


def test_an_objection_without_objects_has_no_place() -> None:
    plan = replace(golden_plan(), objections=golden_plan().objections[-1:])

    (first, *_) = remarks.of_plan(plan)

    assert (first.level, first.place) == ("error", None)
    assert Foreign(str(Ref("Incident", "2972900"))) in first.message
