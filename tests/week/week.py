"""A week of a SOC: five people in the portal, authors in Git, a pipeline, all at random, all judged."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.support.loopback_github import github
from tests.week.authors import Authors
from tests.week.office import Office
from tests.week.pipeline import Pipeline
from tests.week.repos import Repos
from tests.week.review import Review
from tests.week.town import town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from random import Random

    from tests.week.shown import Plan

MINUTES_A_STEP: Final = 2
MOST_ROUNDS: Final = 8
SHARES: Final[Mapping[str, int]] = {
    "portal": 600,
    "author": 230,
    "pipeline": 80,
    "drift": 25,
    "adopt": 15,
    "prune": 8,
    "revert": 8,
    "late": 8,
    "merge": 5,
    "careless": 4,
    "comment": 4,
    "rename": 4,
}
"""How often what happens."""


@dataclass
class Week:
    """``step`` does one thing; ``end`` brings the week to rest. What was wrong is in the judge."""

    office: Office
    pipeline: Pipeline
    authors: Authors
    review: Review
    _steps: Mapping[str, Callable[[Random], None]] = field(init=False)

    def __post_init__(self) -> None:
        self._steps = {
            "portal": self._portal,
            "author": self.authors.write,
            "pipeline": self.pipeline.run,
            "drift": self.authors.drift,
            "adopt": self.authors.adopt,
            "prune": self.authors.prune,
            "revert": self.pipeline.revert,
            "late": self.pipeline.late,
            "merge": self.office.town.merge,
            "careless": self.pipeline.careless,
            "comment": self.review.comment,
            "rename": self._rename,
        }

    @property
    def violations(self) -> list[str]:
        return self.office.judge.violations

    def step(self, random: Random, what: str | None = None) -> None:
        self.office.counts["steps"] += 1
        self.office.town.time.seconds += MINUTES_A_STEP * 60
        self._steps[what or random.choices(list(SHARES), list(SHARES.values()))[0]](random)

    def end(self, random: Random) -> None:
        """Apply until nothing is left to do, adopt, and see that the plan is empty.

        Adopting may end a contradiction between two documents: then there is more to apply.
        """
        office, root = self.office, self.office.repos.desk
        office.repos.fetch(root)
        summary: Plan = {}
        for _ in range(MOST_ROUNDS):
            self._apply_until_quiet(random)
            base = () if office.ledger.base is not None else ("--base", "none")
            office.run(root, "adopt", *base, allowed={0})
            self.authors.do_as_told(random)
            office.repos.commit()
            words = ("plan", "--detailed-exitcode", "--format", "json")
            code = office.run(root, *words, allowed={0, 2})
            summary = json.loads(office.shell(root).out)["summary"]
            left = [summary[key] for key in ("update", "driftKept", "drift", "conflict", "unknown")]
            office.counts["rounds to the end"] += 1
            if code == 0 and not any(left):
                office.run(root, "validate", allowed={0})
                return
        office.wrong(f"the week does not end: {summary}")

    def _rename(self, random: Random) -> None:
        """By a pull request of its own."""
        self.pipeline.rename(random)
        self.review.number = self.review.github.open_pull("0" * 40)

    def _portal(self, random: Random) -> None:
        self.office.town.edit(random)
        self.office.catch_up()

    def _apply_until_quiet(self, random: Random) -> None:
        for _ in range(MOST_ROUNDS):
            saved = self.pipeline.plan(random, self.office.repos.desk, is_whole=True)
            if saved is None:
                return
            self.pipeline.apply(random, self.office.repos.desk, saved, is_calm=True)
            if not saved.plan["summary"]["update"]:
                return


@contextmanager
def week(folder: Path, random: Random, *, incidents: int, kills: bool = True) -> Iterator[Week]:
    """Half of the incidents are declared from the start."""
    with town(folder, random, incidents=incidents) as place, github() as hub:
        office = Office(folder, place, Repos(folder))
        review = Review(office, hub, hub.open_pull("0" * 40))
        found = Week(office, Pipeline(office, kills), Authors(office), review)
        for _ in range(incidents // 2):
            found.authors.write(random)
        yield found
