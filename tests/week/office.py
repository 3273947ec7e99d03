"""What everybody in the week works with: the commands, the tenant, Git, and who judges it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.cli import Shell
from tests.week.judge import Judge
from tests.week.ledger import Ledger, Moment
from tests.week.papers import Desk
from tests.week.town import Event
from tests.week.units import FIELDS

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from tests.week.repos import Repos
    from tests.week.shown import Plan
    from tests.week.town import Town


@dataclass
class Office:
    """``run`` is one real command, in process. What was wrong is in ``judge``."""

    folder: Path
    town: Town
    repos: Repos
    ledger: Ledger = field(default_factory=Ledger)
    judge: Judge = field(init=False)
    desk: Desk = field(init=False)
    _files: int = 0
    _last: Shell | None = None

    def __post_init__(self) -> None:
        self.judge = Judge(self.town)
        self.desk = Desk(self.repos.desk)
        self.repos.found(self.town.proxy.url)

    @property
    def counts(self) -> Counter[str]:
        return self.judge.counts

    def run(self, root: Path, *words: str, allowed: set[int]) -> int:
        """Its exit code; AssertionError for one that the contract does not have for this."""
        shell = self.shell(root)
        code = shell.run(*words)
        told = shell.out + shell.err
        self.counts["commands"] += 1
        if code not in allowed or "unexpected" in told or "defect of reconciler" in told:
            raise AssertionError(f"{' '.join(words)} ended with {code}: {told[-2000:]}")
        return code

    def shell(self, root: Path) -> Shell:
        """The one of the last command, if that was there: it knows what was printed."""
        if self._last is None or self._last.cwd != root:
            env = {"RECONCILER_TOKEN": "pipeline", "XDG_STATE_HOME": str(self.folder)}
            self._last = Shell(root, env, self.town.time)
        return self._last

    def file(self, name: str) -> Path:
        """A new one."""
        self._files += 1
        return self.folder / f"{self._files}-{name}"

    def moment(self) -> Moment:
        """All that a plan would be made from right now."""
        self.catch_up()
        live = {
            name: {key: item[key] for key in FIELDS if key in item}
            for name, item in self.town.live.items()
        }
        base = None if self.ledger.base is None else dict(self.ledger.base)
        return Moment(self.desk.declared(), live, base, f"{self.town.time.now():%Y-%m-%d}")

    def catch_up(self) -> list[Event]:
        """What happened is taken in; of the commands that are past none may have written."""
        found = self.town.happened()
        self.judge.elsewhere(found)
        return [one for one in found if isinstance(one, Event)]

    def wrong(self, text: str) -> None:
        self.judge.violations.append(text)


def allowed(plan: Plan) -> tuple[str, ...]:
    """The options that a plan says would allow what guards object to."""
    return tuple(word for one in plan["objections"] for word in one["override"].split())
