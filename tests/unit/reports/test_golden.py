"""One plan and one closing report feed every format; read the files as the reader would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reconciler.reports import github, markdown, text_apply, text_drift, text_plan
from reconciler.review.remarks import of_plan
from tests.support.plans import DIGEST, closing_report, golden_plan

if TYPE_CHECKING:
    from tests.conftest import Golden

THEN: Final = text_plan.Then(
    "If this is meant:", "reconciler plan --tenant contoso --out plan.json --allow updates=22"
)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_plan_reads_well_at_usual_widths(golden: Golden, width: int) -> None:
    golden(
        f"plan-{width}.txt",
        "".join(text_plan.plan(golden_plan(), DIGEST, colour=False, width=width, then=THEN)),
    )


def test_a_plan_reads_well_in_colour(golden: Golden) -> None:
    golden(
        "plan-colour.txt",
        "".join(text_plan.plan(golden_plan(), DIGEST, colour=True, width=100, then=THEN)),
    )


def test_a_plan_reads_well_in_a_pull_request(golden: Golden) -> None:
    golden("plan.md", markdown.plan(golden_plan(), DIGEST))


def test_drift_reads_well_on_a_terminal(golden: Golden) -> None:
    golden("drift-80.txt", "".join(text_drift.drift(golden_plan(), colour=False, width=80)))


def test_drift_reads_well_in_a_step_summary(golden: Golden) -> None:
    golden("drift.md", markdown.drift(golden_plan()))


def test_a_closing_report_reads_well_on_a_terminal(golden: Golden) -> None:
    golden(
        "report-80.txt", "".join(text_apply.apply_report(closing_report(), colour=False, width=80))
    )


def test_a_closing_report_reads_well_in_a_step_summary(golden: Golden) -> None:
    golden("report.md", markdown.apply_report(closing_report()))


def test_a_plan_reads_well_in_a_job(golden: Golden) -> None:
    text = text_plan.plan(golden_plan(), DIGEST, colour=False, width=100, then=THEN)
    remarks = github.annotated(of_plan(golden_plan()))
    outputs = github.outputs(github.plan_outputs(golden_plan(), DIGEST), delimiter="END")

    golden("plan-github.txt", "".join((*github.wall(text, token="0123456789abcdef"), *remarks)))
    golden("plan-outputs.txt", "".join(outputs))
