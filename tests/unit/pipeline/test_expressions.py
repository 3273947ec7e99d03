"""The evaluator that the rehearsal trusts: as GitHub's page says, and nothing that it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.expressions import Status, condition, filled, value

if TYPE_CHECKING:
    from tests.support.expressions import Value

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event": {"repository": {"private": False}}},
    "inputs": {"allow": None, "tenant": "it's"},
    "steps": {"plan": {"outputs": {"update": "0", "names": '["a", "b"]'}, "outcome": "failure"}},
}
WELL, FAILED = Status(), Status(has_failed=True)


@pytest.mark.parametrize(
    ("text", "status", "is_met"),
    [
        (None, WELL, True),
        (None, FAILED, False),
        ("${{ github.ref == 'refs/heads/main' }}", WELL, True),
        ("github.ref == 'refs/heads/main'", FAILED, False),
        ("${{ always() && steps.plan.outcome != 'skipped' }}", FAILED, True),
        ("${{ !cancelled() && github.event.repository.private }}", WELL, False),
        ("${{ !cancelled() }}", Status(is_cancelled=True), False),
        ("failure()", FAILED, True),
        ("${{ inputs.allow != '' }}", WELL, False),
        ("${{ inputs.tenant == 'it''s' && steps.plan.outputs.update == '0' }}", WELL, True),
        ("${{ steps.other.outputs.x == '' || steps.plan.outputs.nothing }}", WELL, True),
        ("${{ !(github.ref == 'x' || github.ref == 'y') }}", WELL, True),
    ],
)
def test_a_condition_is_met_as_githubs_page_says(
    text: str | None, status: Status, is_met: bool
) -> None:
    assert condition(text, CONTEXTS, status) == is_met


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plan-${{ inputs.tenant }}-${{ steps.plan.outputs.update }}", "plan-it's-0"),
        ("${{ !github.event.repository.private && 'yes' || '' }}", "yes"),
        ("${{ inputs.allow }}", ""),
        ("${{ format('{0}/{1}', 'a', inputs.tenant) }}", "a/it's"),
        ("${{ github.event.repository.private }}", "false"),
        (True, "true"),
    ],
)
def test_a_text_is_filled_as_githubs_page_says(text: Value, expected: str) -> None:
    assert filled(text, CONTEXTS) == expected


def test_an_expression_alone_is_the_thing_itself() -> None:
    assert value("${{ fromJSON(steps.plan.outputs.names) }}", CONTEXTS) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "${{ secrets.X }}",
        "${{ hashFiles('x') }}",
        "${{ github.ref[0] }}",
        "${{ 1 < 2 }}",
        "${{ a b }}",
    ],
)
def test_what_the_evaluator_does_not_know_is_an_error_and_no_guess(text: str) -> None:
    with pytest.raises(AssertionError):
        filled(text, CONTEXTS)
