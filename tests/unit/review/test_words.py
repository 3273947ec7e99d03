from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from reconciler.model.outcome import OutcomeName
from reconciler.model.plan import Estimate, Reason, Risk, Summary
from reconciler.model.words import Finding, Foreign, Json, Place
from reconciler.review import words
from tests.support.plans import calm_report, closing_report

if TYPE_CHECKING:
    from reconciler.review.words import Phrase


def test_every_risk_reason_and_outcome_has_its_words() -> None:
    assert set(words.RISKS) == set(get_args(Risk))
    assert set(words.REASONS) == set(get_args(Reason))
    assert set(words.OUTCOMES) == set(words.OUTCOME_MEANINGS) == set(get_args(OutcomeName))


@pytest.mark.parametrize(
    ("summary", "counts", "closing"),
    [
        (
            Summary(declared=14, update=9, in_sync=2, skip=2, unknown=1),
            "14 declared: 9 to update, 2 in sync, 2 skipped, 1 unknown",
            (
                "Nothing is written yet: 'reconciler apply' writes the updates above. 1 object could"
                " not be read: plan again once that is solved."
            ),
        ),
        (
            Summary(declared=1200, update=1200),
            "1,200 declared: 1,200 to update",
            "Nothing is written yet: 'reconciler apply' writes the updates above.",
        ),
        (
            Summary(declared=2, unknown=2),
            "2 declared: 0 to update, 2 unknown",
            "Nothing to do so far. 2 objects could not be read: plan again once that is solved.",
        ),
        (
            Summary(declared=3, skip=1, in_sync=1, drift_kept=1),
            "3 declared: 0 to update, 1 in sync, 1 left as people changed them, 1 skipped",
            "Nothing to do: no object that may be written differs from what is declared.",
        ),
        (
            Summary(declared=2, update=1, drift_kept=1, drift=3, conflict=1),
            (
                "2 declared: 1 to update, 1 left as people changed them; 3 fields drifted,"
                " 1 in conflict"
            ),
            "Nothing is written yet: 'reconciler apply' writes the updates above.",
        ),
        (
            Summary(declared=1, drift_kept=1, drift=1),
            "1 declared: 0 to update, 1 left as people changed them; 1 field drifted",
            "Nothing to do: no object that may be written differs from what is declared.",
        ),
        (
            Summary(declared=1, skip=1, conflict=2),
            "1 declared: 0 to update, 1 skipped; 2 fields in conflict",
            "Nothing to do: no object that may be written differs from what is declared.",
        ),
        (Summary(), "0 declared: 0 to update", "Nothing to do: live state is as declared."),
    ],
)
def test_a_plan_is_counted_and_ends_with_what_to_do(
    summary: Summary, counts: str, closing: str
) -> None:
    assert words.counts(summary) == counts
    assert words.closing(summary) == closing


@pytest.mark.parametrize(
    ("summary", "objections", "closing"),
    [
        (Summary(update=9), 1, "'reconciler apply' refuses this plan: 1 objection, see above."),
        (
            Summary(update=9, unknown=2),
            3,
            (
                "'reconciler apply' refuses this plan: 3 objections, see above. 2 objects could not be"
                " read: plan again once that is solved."
            ),
        ),
        (Summary(), 1, "'reconciler apply' refuses this plan: 1 objection, see above."),
    ],
)
def test_a_plan_that_guards_object_to_never_says_that_apply_writes_it(
    summary: Summary, objections: int, closing: str
) -> None:
    assert words.closing(summary, objections=objections) == closing


@pytest.mark.parametrize(
    ("estimate", "told"),
    [
        (
            Estimate(5, 8, 3, 3.6),
            "Read 5 units; applying takes 8 units, about 4 s; 3 round trips in all",
        ),
        (
            Estimate(1, 1, 1, 0.4),
            "Read 1 unit; applying takes 1 unit, under 1 s; 1 round trip in all",
        ),
        (
            Estimate(2000, 9000, 100, 4200.0),
            "Read 2,000 units; applying takes 9,000 units, about 70 min; 100 round trips in all",
        ),
        (Estimate(5, 0, 1, 0.0), "Read 5 units in 1 round trip"),
    ],
)
def test_effort_is_told_in_units_and_time(estimate: Estimate, told: str) -> None:
    assert words.effort(estimate) == told


def test_a_closing_report_is_counted_with_what_went_wrong_first() -> None:
    assert words.outcome_counts(closing_report()) == (
        "7 updates: 1 failed, 1 unsettled, 1 conflict, 1 not kept, 1 not tried, 1 done,"
        " 1 already done"
    )
    assert words.outcome_counts(calm_report()) == "0 updates"


@pytest.mark.parametrize(
    ("outcomes", "unknown", "left", "told"),
    [
        (0, 0, 0, "Nothing was written: there was nothing to do."),
        (1, 0, 0, "Every update holds."),
        (1, 1, 0, "Every update holds; 'reconciler plan' again for what could not be read."),
        (1, 1, 1, "1 update did not end as planned: 'reconciler plan' shows what is left."),
    ],
)
def test_a_closing_report_ends_with_what_to_do(
    outcomes: int, unknown: int, left: int, told: str
) -> None:
    report = calm_report(outcomes=closing_report().outcomes[:outcomes], unknown=unknown)

    assert words.report_closing(report, left=left) == told


def test_the_window_is_told_if_it_was_measured() -> None:
    assert words.spent(closing_report()) == (
        "Spent 19 units in 4 round trips; longest time from a check to its write 0.21 s"
    )
    assert words.spent(calm_report()) == "Spent 0 units in 0 round trips"


def test_findings_are_counted_by_level() -> None:
    error, warning = (Finding(Place("a"), "m", level) for level in ("error", "warning"))

    assert words.finding_counts([error, warning, error]) == "2 errors, 1 warning"
    assert words.finding_counts([]) == "No errors, no warnings"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a b", "a b"),
        (True, "true"),
        (None, "null"),
        (1.5, "1.5"),
        (["a", 1], "a, 1"),
        ({"a": "1", "b": ["x", None]}, "a=1, b=x, null"),
    ],
)
def test_a_value_is_one_word(value: Json, word: str) -> None:
    assert words.value(value) == Foreign(word)


@pytest.mark.parametrize(
    ("count", "phrase"),
    [
        (0, ()),
        (1, (Foreign("0"),)),
        (2, (Foreign("0"), ", ", Foreign("1"))),
        (4, (Foreign("0"), ", ", Foreign("1"), " and 2 more")),
    ],
)
def test_a_long_list_is_counted_past_its_limit(count: int, phrase: Phrase) -> None:
    assert words.listed([Foreign(str(number)) for number in range(count)], 2) == phrase


def test_a_report_names_its_journal_and_what_stays_open_or_is_missing_there() -> None:
    report = closing_report()
    path = Foreign(report.journal or "")
    two = replace(report, outcomes=(*report.outcomes, *report.outcomes))
    calm = calm_report()

    assert words.journal(calm) == ()
    assert words.journal(replace(calm, journal="j")) == ("Journal ", Foreign("j"), "", "")
    assert words.journal(report) == ("Journal ", path, ": 1 unsettled stays open there", "")
    assert words.journal(replace(two, is_on_file=False)) == (
        "Journal ",
        path,
        ": 2 unsettled stay open there",
        "; it does not hold all of this run",
    )


def test_a_report_says_where_it_is_on_file_what_was_applied_or_why_it_is_not() -> None:
    report = calm_report(outcomes=closing_report().outcomes[:1])
    torn = replace(report, unrecorded="the ref is locked")

    assert words.applied_tree(report) == ()
    assert words.applied_tree(replace(report, applied="c0ffee" * 7)) == (
        "Applied tree at commit ",
        Foreign("c0ffeec0ffee"),
    )
    assert words.applied_tree(torn) == (
        "The applied tree was not replaced: ",
        Foreign("the ref is locked"),
        ". Apply the same plan again: it writes nothing twice",
    )
    assert words.report_closing(torn, left=0) == (
        "Every update holds, and the applied tree does not say so: see above."
    )
