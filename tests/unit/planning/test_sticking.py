from __future__ import annotations

from dataclasses import replace

from reconciler.codec.journal import Run
from reconciler.model.outcome import Outcome
from reconciler.model.plan import Change, FieldChange
from reconciler.model.words import Json, Place, Ref
from reconciler.planning.sticking import NAMED, warnings
from tests.support.memory_journal import HEADER

ONE = Ref("Incident", "1")


def lost(ref: Ref, **sent: Json) -> Outcome:
    fields = tuple(FieldChange(name, value, None) for name, value in sent.items())
    return Outcome(ref, "notKept", Place("a.yaml"), fields=fields)


def run(*outcomes: Outcome) -> Run:
    return Run(HEADER, (), outcomes, is_cut=False)


def change(ref: Ref, *fields: FieldChange) -> Change:
    return Change(ref, "update", "differs", Place("a.yaml"), fields=fields)


TAGS = FieldChange("customTags", [], ["a", "b"])


def test_a_value_that_did_not_stick_is_told_when_it_is_sent_again() -> None:
    last = run(lost(ONE, customTags=["b", "a"], status="resolved"))
    status = FieldChange("status", "active", "Resolved")
    (told,) = warnings(last, [change(ONE, TAGS)])
    assert told == (
        "Incident 1: customTags does not stick: the run of 2026-11-21T12:00:00.000Z wrote it and"
        " Graph did not keep it"
    )
    (both,) = warnings(last, [change(ONE, TAGS, status)])
    assert both.startswith("Incident 1: customTags, status do not stick: ")


def test_another_value_another_object_and_what_was_kept_are_not_told() -> None:
    kept = replace(lost(ONE, customTags=["a", "b"]), name="done")
    assert warnings(None, [change(ONE, TAGS)]) == ()
    assert warnings(run(kept), [change(ONE, TAGS)]) == ()
    assert warnings(run(lost(ONE, customTags=["c"])), [change(ONE, TAGS)]) == ()
    assert warnings(run(lost(Ref("Incident", "2"), customTags=["a"])), [change(ONE, TAGS)]) == ()


def test_a_half_that_is_only_sent_along_is_not_told() -> None:
    paired = FieldChange("classification", "truePositive", "truePositive", "paired")
    assert warnings(run(lost(ONE, classification="truePositive")), [change(ONE, paired)]) == ()


def test_many_are_named_up_to_a_number_and_then_counted() -> None:
    refs = [Ref("Incident", str(number)) for number in range(NAMED + 2)]
    told = warnings(
        run(*(lost(ref, customTags=["a", "b"]) for ref in refs)),
        [change(ref, TAGS) for ref in refs],
    )
    assert len(told) == NAMED + 1
    assert told[-1] == "and 2 more that did not stick then"
