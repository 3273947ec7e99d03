"""The simulated week: nobody's work is written over unseen, whatever happens in whatever order.

Two forms of one world (``tests.week.week``): small ones that hypothesis makes up and shrinks, and one
long one from a seed. WEEK=quick (pytest by itself) or ci (.ci/run); the full size is
``python -m tests.week.run``.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.week.run import simulated, told
from tests.week.town import ask
from tests.week.week import week

if TYPE_CHECKING:
    import pytest

    from tests.week.week import Week

IS_QUICK: Final = os.environ.get("WEEK", "quick") == "quick"
WORLDS, STEPS_OF_ONE = (4, 12) if IS_QUICK else (15, 25)
STEPS, INCIDENTS = (120, 30) if IS_QUICK else (700, 100)
SEED: Final = int(os.environ.get("WEEK_SEED", "20261121"))

chance = st.randoms(use_true_random=False)


class SmallWeek(RuleBasedStateMachine):
    """A handful of incidents, so that people and the pipeline meet; each rule is a step."""

    it: Week

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()

    @initialize(random=chance)
    def begin(self, random: Random) -> None:
        folder = Path(self._open.enter_context(TemporaryDirectory()))
        self.it = self._open.enter_context(week(folder, random, incidents=5, kills=False))
        self.random = random

    @rule(random=chance)
    def somebody_works_in_the_portal(self, random: Random) -> None:
        self.it.step(random, "portal")

    @rule(random=chance)
    def an_author_changes_a_document(self, random: Random) -> None:
        self.it.step(random, "author")

    @rule(random=chance)
    def the_pipeline_plans_and_applies(self, random: Random) -> None:
        self.it.step(random, "pipeline")

    @rule(random=chance)
    def a_plan_is_applied_late(self, random: Random) -> None:
        self.it.step(random, "late")

    @rule(random=chance)
    def an_author_adopts(self, random: Random) -> None:
        self.it.step(random, "adopt")

    @rule(random=chance)
    def an_author_prunes(self, random: Random) -> None:
        self.it.step(random, "prune")

    @rule(random=chance)
    def somebody_looks_for_drift(self, random: Random) -> None:
        self.it.step(random, "drift")

    @rule(random=chance)
    def a_run_is_undone(self, random: Random) -> None:
        self.it.step(random, "revert")

    @rule(random=chance)
    def defender_merges_two_incidents(self, random: Random) -> None:
        self.it.step(random, "merge")

    @rule(random=chance)
    def a_reviewer_edits_the_comment(self, random: Random) -> None:
        self.it.step(random, "comment")

    @rule(random=chance)
    def the_tenant_is_renamed(self, random: Random) -> None:
        self.it.step(random, "rename")

    @invariant()
    def nothing_was_wrong(self) -> None:
        assert not hasattr(self, "it") or self.it.violations == []

    def teardown(self) -> None:
        """Whatever happened: the week can be brought to an empty plan."""
        with self._open:
            if hasattr(self, "it") and self.it.violations == []:
                self.it.end(self.random)
                assert self.it.violations == []


def test_whatever_people_and_the_pipeline_do_in_a_small_tenant_nothing_is_lost() -> None:
    run_state_machine_as_test(
        SmallWeek,
        settings=settings(
            max_examples=WORLDS,
            stateful_step_count=STEPS_OF_ONE,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # shrinking a whole week takes minutes
        ),
    )


def test_a_seeded_week_ends_with_an_empty_plan_and_nobodys_work_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated(tmp_path, SEED, STEPS, INCIDENTS) as it:
        with capsys.disabled():
            print(f"\n  week: {told(it, SEED)}")  # noqa: T201 — the figures are what this is run for
        assert it.violations == []
        assert it.office.counts["kept in plans: drift"] > 0
        assert it.office.counts["writes"] > 0


def test_a_pipeline_without_a_base_is_found_to_write_over_people(tmp_path: Path) -> None:
    random = Random(1)
    with week(tmp_path, random, incidents=6, kills=False) as it:
        it.step(random, "pipeline")
        it.pipeline.plan_words = ("--base", "none")
        while it.office.counts["steps"] < 100 and not _is_over_a_person(it):
            it.step(random, "portal")
            it.step(random, "pipeline")
        assert _is_over_a_person(it), it.violations


def _is_over_a_person(it: Week) -> bool:
    return any("a person's" in text for text in it.violations)


def test_a_write_that_no_plan_shows_is_found(tmp_path: Path) -> None:
    random = Random(1)
    with week(tmp_path, random, incidents=6, kills=False) as it:
        it.step(random, "pipeline")
        name = min(it.office.town.live)
        path = f"/v1.0/security/alerts_v2/{name.id}"
        ask(it.office.town.server.url, "reconciler/0", path, {"status": "resolved"})
        it.step(random, "portal")
        assert it.violations == [f"{name.kind} {name.id}: written by a command that writes nothing"]


def test_a_tree_that_lost_an_object_is_found(tmp_path: Path) -> None:
    random = Random(3)
    with week(tmp_path, random, incidents=6, kills=False) as it:
        it.step(random, "pipeline")
        assert it.office.ledger.base
        gone = min(it.office.ledger.base)
        tree = dict(
            it.office.repos.applied(it.office.repos.desk)
            or it.office.repos.applied(it.office.repos.origin)
            or {}
        )
        del tree[gone]
        assert list(it.office.ledger.differences(tree)) == [f"{gone}: not in the applied tree"]
