from __future__ import annotations

from dataclasses import replace

from reconciler.codec.tally import in_conflict, moved, overwrites, tally
from reconciler.model.plan import Change, FieldChange, Kept, Summary
from reconciler.model.words import Place, Ref
from tests.support.sample_plan import sample_plan

NOOP = Change(Ref("Incident", "1"), "noop", "in-sync", Place("a.yaml"))
TAGS = Kept("customTags", ["a"], ["a"], ["b"], "drift")


def update(*fields: FieldChange, kept: tuple[Kept, ...] = ()) -> Change:
    return NOOP._replace(action="update", reason="differs", fields=fields, kept=kept)


def test_every_change_is_counted_once_by_what_is_done_about_it() -> None:
    summary = sample_plan().summary

    assert tally(sample_plan().changes) == replace(summary, requests=Summary().requests)
    told = (summary.in_sync, summary.update, summary.skip, summary.unknown, summary.drift_kept)
    assert summary.declared == sum(told)
    assert tally(()) == Summary()


def test_a_field_that_is_written_and_kept_in_part_counts_once_per_cause() -> None:
    tags = FieldChange("customTags", ["b"], ["b", "c"], "drift")
    both = update(tags, FieldChange("status", "new", "active"), kept=(TAGS,))
    two = update(replace(tags, cause="conflict"), kept=(TAGS,))

    assert (tally((both,)).drift, tally((both,)).conflict) == (1, 0)
    assert (tally((two,)).drift, tally((two,)).conflict) == (1, 1)


def test_what_moved_is_named_whatever_is_done_about_it() -> None:
    enforced = update(FieldChange("status", "active", "resolved", "drift"), kept=(TAGS,))
    once = Kept("assignedTo", None, "kai", "lee", "declared")

    assert moved(enforced) == {"status", "customTags"}
    assert moved(NOOP._replace(kept=(once,))) == frozenset()


def test_only_what_is_written_overwrites_a_person() -> None:
    drift = FieldChange("status", "active", "resolved", "drift")

    assert overwrites(update(drift))
    assert overwrites(update(replace(drift, cause="conflict")))
    assert not overwrites(update(replace(drift, cause="declared"), kept=(TAGS,)))


def test_a_conflict_is_one_whether_it_is_kept_or_written() -> None:
    field = FieldChange("status", "active", "resolved", "conflict")

    assert in_conflict(update(field))
    assert in_conflict(NOOP._replace(kept=(replace(TAGS, cause="conflict"),)))
    assert not in_conflict(NOOP._replace(kept=(TAGS,)))
