from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.outcome import Outcome
from reconciler.model.words import Foreign, Place, Ref
from reconciler.review import words
from reconciler.review.closing import outcome_entry, report_outline
from tests.support.plans import TENANT, closing_report

if TYPE_CHECKING:
    from reconciler.review.words import Phrase

REF = Ref("Incident", "1")


def said(phrase: Phrase) -> str:
    return "".join(piece.raw if isinstance(piece, Foreign) else piece for piece in phrase)


def test_a_closing_report_puts_first_what_needs_a_person() -> None:
    view = report_outline(closing_report())

    assert [outcome.name for outcome in view.attention] == [
        "failed",
        "unsettled",
        "conflict",
        "notKept",
        "notTried",
    ]
    assert [outcome.name for outcome in view.settled] == ["done", "alreadyDone"]
    assert [said(remark) for remark in view.remarks] == [
        "Interrupted: what is not tried was never sent",
        "1 object could not be read when the plan was made, and had no part in it",
    ]


@pytest.mark.parametrize("name", words.OUTCOMES)
def test_every_outcome_has_its_words(name: str) -> None:
    outcome = Outcome(REF, name, Place("a.yaml"))  # type: ignore[arg-type]  # a name of an outcome

    shown = outcome_entry(outcome, TENANT)

    assert shown.verdict
    assert bool(shown.notes) == (name != "done")


def test_an_outcome_names_its_requests_and_what_the_server_said() -> None:
    outcome = Outcome(
        REF,
        "failed",
        Place("a.yaml"),
        problem="Graph answered 403",
        detail=Foreign("x" * 500),
        request_ids=("r1", "r2"),
    )

    shown = outcome_entry(outcome, TENANT)

    assert [said(part) for part in shown.origin] == ["a.yaml:1", "request-id r1", "request-id r2"]
    assert [said(note) for note in shown.notes] == [
        "Graph answered 403",
        f"the server said: {'x' * 400}… (100 more characters)",
    ]
