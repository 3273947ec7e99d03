from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import Failure
from reconciler.model.plan import Estimate, GitState, Plan, PlanTenant
from reconciler.model.words import Foreign
from reconciler.reports import markdown
from reconciler.reports.comment import (
    BUDGET_BYTES,
    REDACTED,
    Shown,
    comment,
    fingerprint,
    outdated,
)
from tests.support.plans import DIGEST, large_plan, quiet_plan, rich_plan

RICH = Shown(rich_plan(), DIGEST)


def of(name: str, plan: Plan) -> Shown:
    return Shown(replace(plan, tenant=PlanTenant(name, None, "global", "x")), DIGEST)


def test_one_tenant_is_its_report_and_what_stands_at_its_foot() -> None:
    assert comment([RICH], is_redacted=False) == markdown.plan(RICH.plan, DIGEST)
    assert comment([RICH], is_redacted=True, foot="FOOT").endswith(f"\n{REDACTED}\n\nFOOT\n")


def test_a_small_plan_leaves_its_room_to_a_large_one() -> None:
    found = comment([of("a", quiet_plan()), of("b", large_plan(2_000))], is_redacted=False)

    assert BUDGET_BYTES * 0.9 < len(found.encode()) <= BUDGET_BYTES


def test_large_plans_share_the_room() -> None:
    found = comment(
        [of("a", large_plan(2_000)), of("b", large_plan(2_000))],
        is_redacted=False,
    )

    first, second = found.partition("### Plan for tenant <code>b")[::2]
    assert abs(len(first) - len(second)) < BUDGET_BYTES * 0.1
    assert len(found.encode()) <= BUDGET_BYTES


def test_what_guards_refuse_is_told_in_the_table_too() -> None:
    found = comment([of("a", rich_plan()), of("b", quiet_plan())], is_redacted=False)

    table = found.partition("\n\n###")[0]
    assert f"(**refused: {len(rich_plan().objections)} guards**)" in table
    assert table.count("refused") == 1


def test_where_not_every_report_fits_its_tenant_stays_in_the_table_and_says_so() -> None:
    items = [of(f"t{number:02}", rich_plan()) for number in range(80)]

    found = comment(items, is_redacted=False)

    assert len(found.encode()) <= BUDGET_BYTES
    assert found.count("is left out for size") > 0
    assert all(f"| <code>t{number:02}</code> | " in found for number in range(80))


def test_so_many_tenants_that_not_even_their_counts_fit_are_an_error() -> None:
    with pytest.raises(Failure, match="the counts of 400 tenants do not fit"):
        comment([of(f"t{number}", quiet_plan()) for number in range(400)], is_redacted=False)


@pytest.mark.parametrize(
    "again",
    [
        replace(rich_plan(), created_at="2027-01-01T00:00:00Z"),
        replace(rich_plan(), tool_version="9.9.9"),
        replace(rich_plan(), git=GitState("1" * 40, dirty=True, base="2" * 40)),
        replace(
            rich_plan(),
            summary=replace(rich_plan().summary, requests=Estimate(1, 1, 1, 1.0)),
        ),
    ],
)
def test_what_is_other_on_every_run_leaves_the_fingerprint_as_it_is(again: Plan) -> None:
    assert fingerprint([Shown(again, DIGEST)], is_redacted=False) == fingerprint(
        [RICH], is_redacted=False
    )


@pytest.mark.parametrize(
    "other",
    [
        Shown(rich_plan(), DIGEST.replace("1", "2")),
        Shown(replace(rich_plan(), notices=("look out",)), DIGEST),
        Shown(replace(rich_plan(), git=GitState(is_base_waived=True)), DIGEST),
        Shown(
            replace(
                rich_plan(),
                changes=(rich_plan().changes[0]._replace(moved_by=Foreign("lee")),),
            ),
            DIGEST,
        ),
    ],
)
def test_what_a_reader_has_to_know_changes_the_fingerprint(other: Shown) -> None:
    assert fingerprint([other], is_redacted=False) != fingerprint([RICH], is_redacted=False)


def test_redaction_and_the_tenants_are_part_of_the_fingerprint() -> None:
    both = [of("a", quiet_plan()), of("b", quiet_plan())]

    found = {
        fingerprint(both, is_redacted=False),
        fingerprint(both, is_redacted=True),
        fingerprint(both[:1], is_redacted=False),
    }

    assert len(found) == 3


def test_in_place_of_an_outdated_plan_its_commit_is_named() -> None:
    assert outdated("a" * 40).splitlines()[0] == "### There is no plan of the latest commit"
    assert f"<code>{'a' * 12}</code>" in outdated("a" * 40)
