"""The pipeline: plan, people go on, apply; interrupted, killed, late, careless, undone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.week.between import nobody
from tests.week.office import allowed
from tests.week.repos import NAMES
from tests.week.shown import name_of
from tests.week.units import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.week.ledger import Moment
    from tests.week.office import Office
    from tests.week.shown import Plan
    from tests.week.town import Event, Look

PROJECT: Final = Path(__file__).parents[2]
KILLED: Final = -int(signal.SIGKILL)
WELL: Final = {0, 5, 6, 130}
"""How an apply may end here; 5: the plan was left lying for more than a day."""


@dataclass(frozen=True)
class Saved:
    """A plan in a file, and what it was made from."""

    file: Path
    plan: Plan
    moment: Moment


@dataclass
class Pipeline:
    office: Office
    kills: bool
    """Whether some applies are killed, in processes of their own (half a second each)."""
    plan_words: tuple[str, ...] = ()
    """Given to every plan."""
    _journals: list[tuple[Path, dict[Name, dict[str, Any]]]] = field(default_factory=list)
    _late: list[Saved] = field(default_factory=list)

    # --- what happens -----------------------------------------------------------------------------

    def run(self, random: Random) -> None:
        """In a fresh clone, or where the authors work."""
        with self._checkout(random) as root:
            saved = self.plan(random, root)
            if saved is None:
                return
            for _ in range(random.choice((0, 0, 1, 3))):
                self.office.town.edit(random, _somebody_planned(random, saved))
            if random.random() < 0.05:  # somebody is called away
                self._late.append(saved)
                return
            code = self.apply(random, root, saved)
            if code in {1, 130, KILLED} and random.random() < 0.7:  # most people go on
                self.apply(random, root, saved)

    def late(self, random: Random) -> None:
        """A plan that was left lying is applied after all."""
        if self._late:
            with self._checkout(random) as root:
                self.apply(random, root, self._late.pop())

    def careless(self, _random: Random) -> None:
        """One that does not fetch what was applied is stopped before it asks Graph."""
        office = self.office
        if office.ledger.base is None:
            return
        office.repos.commit()
        root = office.repos.clone(office.file("clone").name, is_fetched=False)
        before = office.town.proxy.requests
        office.run(root, "plan", allowed={1})
        told, ref = office.shell(root).err, office.repos.ref
        is_explained = f"+{ref}:{ref}" in told or "reconciler applied fetch" in told
        if office.town.proxy.requests != before or not is_explained:
            office.wrong("a plan without its base was made, or not explained")
        shutil.rmtree(root)
        office.counts["plans refused for want of a base"] += 1

    def revert(self, random: Random) -> None:
        """What a run wrote goes back, as far as it still stands."""
        if not self._journals:
            return
        office, root = self.office, self.office.repos.desk
        journal, wrote = random.choice(self._journals[-5:])
        back = office.file("back.json")
        words = ("revert", str(journal), "--out", str(back))
        office.run(root, *words, allowed={0})
        allow = allowed(json.loads(back.read_bytes()))
        if allow:
            office.run(root, *words, *allow, allowed={0})
        office.catch_up()
        with self._people_step_in(random):
            office.run(root, "apply", str(back), allowed={0, 6, 130})
        office.judge.undone(office.town.happened(), wrote)
        office.counts["reverts"] += 1

    def rename(self, random: Random) -> None:
        """The tenant gets another name. Plans and journals of the old one are of no use any more."""
        repos = self.office.repos
        repos.call(random.choice([one for one in NAMES if one != repos.name]))
        repos.commit()
        self._journals.clear()
        self._late.clear()
        self.office.counts["tenants renamed"] += 1

    # --- plan and apply ---------------------------------------------------------------------------

    def plan(self, random: Random, root: Path, *, is_whole: bool = False) -> Saved | None:
        """With what guards object to allowed by name. None: it was left at their no."""
        office, moment = self.office, self.office.moment()
        if not moment.declared:
            return None
        file = office.file("plan.json")
        select = () if is_whole or random.random() < 0.85 else _selection(random, moment)
        words = ("plan", "--out", str(file), *select, *self.plan_words)
        office.run(root, *words, allowed={0})
        plan = json.loads(file.read_bytes())
        if plan["objections"]:
            if not is_whole and random.random() < 0.2:  # some try it all the same
                office.run(root, "apply", str(file), allowed={4})
                office.catch_up()
                office.counts["plans refused by guards"] += 1
                return None
            office.run(root, *words, *allowed(plan), allowed={0})
            plan = json.loads(file.read_bytes())
        office.catch_up()
        office.judge.plan(plan, moment)
        return Saved(file, plan, moment)

    def apply(self, random: Random, root: Path, saved: Saved, *, is_calm: bool = False) -> int:
        office = self.office
        journal = office.file("journal.jsonl")
        words = ("apply", str(saved.file), "--format", "json", "--journal", str(journal))
        is_current = office.repos.tip(root) == saved.plan["git"]["base"]
        before = office.town.happened()
        is_full = False
        if self.kills and not is_calm and random.random() < 0.06:
            is_full = random.random() < 0.4
            code, out = (self._full if is_full else self._killed)(random, root, words)
        else:
            with self._people_step_in(random, is_calm=is_calm), self._answers(random):
                code = office.run(root, *words, allowed=WELL)
            out = office.shell(root).out
        found = [*before, *office.town.happened()]
        office.judge.apply(saved.plan, saved.moment, found)
        report = json.loads(out) if code >= 0 else {}
        if is_full and _problem(report) is not None:
            office.judge.held(saved.moment, report, found)
        elif "outcomes" in report:
            self._recorded(root, saved, report, found, is_current=is_current)
        if journal.exists() and (wrote := _written(journal)):
            self._journals.append((journal, wrote))
        office.counts["applies"] += 1
        office.counts[f"applies that ended with {code}"] += 1
        return code

    def _recorded(
        self,
        root: Path,
        saved: Saved,
        report: Plan,
        found: Sequence[Look | Event],
        *,
        is_current: bool,
    ) -> None:
        office = self.office
        office.judge.held(saved.moment, report, found)
        if _problem(report) is not None:
            office.wrong(f"not recorded: {_problem(report)}")
        office.ledger.record(saved.moment, saved.plan, report, is_current=is_current)
        tree = office.repos.applied(root)
        doubtful = [row for row in report["outcomes"] if row["outcome"] in {"notKept", "unsettled"}]
        office.ledger.trust(tree, map(name_of, doubtful))
        office.judge.violations += office.ledger.differences(tree)
        office.repos.push(root)
        for row in report["outcomes"]:
            office.counts[f"outcomes: {row['outcome']}"] += 1

    @contextmanager
    def _checkout(self, random: Random) -> Iterator[Path]:
        repos = self.office.repos
        if random.random() < 0.6:
            repos.fetch(repos.desk)
            yield repos.desk
            return
        repos.commit()
        root = repos.clone(self.office.file("clone").name)
        try:
            yield root
        finally:
            shutil.rmtree(root)

    # --- who comes between ------------------------------------------------------------------------

    @contextmanager
    def _people_step_in(self, random: Random, *, is_calm: bool = False) -> Iterator[None]:
        """Between two requests of the pipeline: before a look, or in the window; or a Ctrl-C, or a
        terminal that is closed."""
        proxy = self.office.town.proxy
        own = Random(random.getrandbits(64))  # the proxy's threads draw nothing of hypothesis' own

        def step_in(body: bytes) -> None:
            parts = json.loads(body)["requests"]
            is_write = any(part["method"] == "PATCH" for part in parts)
            if own.random() < (0.1 if is_write else 0.2):
                path = own.choice(parts)["url"].partition("?")[0].strip("/").split("/")
                name = Name("Incident" if path[1] == "incidents" else "Alert", path[2])
                if self.office.town.edit(own, name) and is_write:
                    self.office.counts["edits in the window"] += 1
            if own.random() < 0.03:
                os.kill(os.getpid(), own.choice((signal.SIGINT, signal.SIGHUP)))

        proxy.step_in = nobody if is_calm else step_in
        try:
            yield
        finally:
            proxy.step_in = nobody

    def _killed(self, random: Random, root: Path, words: Sequence[str]) -> tuple[int, str]:
        """In a process of its own, that SIGKILL ends at one of its batches, if it has so many."""
        proxy, left = self.office.town.proxy, random.randint(1, 4)
        started: list[subprocess.Popen[bytes]] = []

        def step_in(_body: bytes) -> None:
            nonlocal left
            left -= 1
            if not left:
                started[0].kill()

        proxy.step_in = step_in
        started.append(self._process(root, words))
        out, _ = started[0].communicate()
        proxy.settle()
        proxy.step_in = nobody
        return started[0].returncode, out.decode()

    def _full(self, random: Random, root: Path, words: Sequence[str]) -> tuple[int, str]:
        """In a process of its own, whose files may grow so far and no farther."""
        process = self._process(root, words, room=random.choice((200, 800, 2_000, 5_000)))
        out, told = process.communicate()
        self.office.counts["applies on a full disk"] += 1
        if process.returncode not in {0, 1, 5, 6} or b"Traceback" in told or not out:
            said = f"{out.decode()}{told.decode()}"
            self.office.wrong(f"a full disk ends it with {process.returncode}: {said}")
        return process.returncode, out.decode()

    def _process(self, root: Path, words: Sequence[str], room: int = 0) -> subprocess.Popen[bytes]:
        at = str(self.office.town.time.seconds)
        command = (sys.executable, "-m", "tests.week.child", str(root), at, str(room), *words)
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=root, env=env, stdout=pipe, stderr=pipe)

    @contextmanager
    def _answers(self, random: Random) -> Iterator[None]:
        """Now and then a PATCH is answered with the object as it was."""
        if random.random() < 0.95:
            yield
            return
        with self.office.town.lagging(lists=False):
            yield
        self.office.counts["applies on answers that lag"] += 1


def _selection(random: Random, moment: Moment) -> tuple[str, ...]:
    some = random.choice(sorted(moment.declared))
    word = random.choice((f"kind={some.kind}", f"id=*{some.id[-1]}", f"id={some.id}"))
    return ("--select", word)


def _somebody_planned(random: Random, saved: Saved) -> Name | None:
    """Half of the time people work on just what is planned."""
    planned = [name_of(one) for one in saved.plan["changes"] if one["action"] == "update"]
    return random.choice(planned) if planned and random.random() < 0.5 else None


def _problem(report: Plan) -> str | None:
    """Why what was applied is not on record."""
    told = report.get("appliedTree", {}).get("problem")
    return None if told is None else str(told)


def _written(journal: Path) -> dict[Name, dict[str, Any]]:
    """What a run meant to write, by object and field; its last line may be torn."""
    found: dict[Name, dict[str, Any]] = {}
    for line in journal.read_text("utf-8").splitlines(keepends=True):
        row = json.loads(line) if line.endswith("\n") else {}
        if row.get("type") == "intent":
            fields = {one["name"]: one["after"] for one in row["fields"]}
            found.setdefault(Name(row["kind"], row["id"]), {}).update(fields)
    return found
