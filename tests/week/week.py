"""A week of a SOC: five people in the portal, authors in Git, a pipeline, all at random, all judged."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.support.cli import Shell
from tests.week.between import nobody
from tests.week.judge import Judge, Plan, name_of
from tests.week.ledger import Ledger, Moment, differs
from tests.week.papers import Desk
from tests.week.repos import REF, Repos, git
from tests.week.town import Event, town
from tests.week.units import FIELDS, Name, held, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from tests.week.ledger import Opinion
    from tests.week.town import Look, Town

PROJECT: Final = Path(__file__).parents[2]
MINUTES_A_STEP: Final = 2
DAYS_OLD: Final = 2
"""What prune takes for old enough."""
MOST_ROUNDS: Final = 8
_TO_DELETE: Final = re.compile(
    r"(Incident|Alert) (\S+) \S+:[0-9]+: \w+ stays: nothing would be left to declare: delete the document"
)
SHARES: Final = {
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
}
"""How often what happens, by name of the method."""


@dataclass(frozen=True)
class Saved:
    """A plan in a file, and what it was made from."""

    file: Path
    plan: Plan
    moment: Moment
    has_selection: bool
    step: int


@dataclass
class Week:
    """``step`` does one thing; ``end`` brings the week to rest. What was wrong is in ``judge``."""

    folder: Path
    town: Town
    repos: Repos
    kills: bool = True
    """Whether some applies are killed, in processes of their own (half a second each)."""
    judge: Judge = field(init=False)
    desk: Desk = field(init=False)
    ledger: Ledger = field(default_factory=Ledger)
    counts: Counter[str] = field(default_factory=Counter)
    plan_words: tuple[str, ...] = ()
    """Given to every plan of the pipeline."""
    _files: int = 0
    _journals: list[tuple[Path, dict[Name, dict[str, Any]]]] = field(default_factory=list)
    _saved: list[Saved] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.judge = Judge(self.town)
        self.desk = Desk(self.repos.desk)
        self.repos.found(self.town.proxy.url)

    # --- what people do ---------------------------------------------------------------------------

    def step(self, random: Random, what: str | None = None) -> None:
        self.counts["steps"] += 1
        self.town.time.seconds += MINUTES_A_STEP * 60
        name = what or random.choices(list(SHARES), list(SHARES.values()))[0]
        getattr(self, name)(random)

    def portal(self, random: Random) -> None:
        self.town.edit(random)
        self._pass()

    def merge(self, random: Random) -> None:
        self.town.merge(random)

    def author(self, random: Random) -> None:
        names = [name for name in sorted(self.town.live) if name not in self.town.merged]
        self.desk.change(random, names, self.town.time.now().date())

    # --- what the pipeline does -------------------------------------------------------------------

    def pipeline(self, random: Random) -> None:
        """Plan, people go on, apply; in a fresh clone, or where the authors work."""
        with self._checkout(random) as root:
            saved = self._plan(random, root)
            if saved is None:
                return
            for _ in range(random.choice((0, 0, 1, 3))):
                self.town.edit(random, self._planned_name(random, saved))
            if random.random() < 0.05:  # noqa: PLR2004 — somebody forgets it, and finds it later
                self._saved.append(saved)
                return
            code = self._apply(random, root, saved)
            if code in {130, -signal.SIGKILL} and random.random() < 0.7:  # noqa: PLR2004 — most people go on
                self._apply(random, root, saved)

    def late(self, random: Random) -> None:
        """A plan that was left lying is applied after all."""
        if self._saved:
            with self._checkout(random) as root:
                saved = self._saved.pop()
                self._apply(random, root, saved)

    def drift(self, random: Random) -> None:
        self.repos.fetch(self.repos.desk)
        moment = self._moment()
        form = random.choice(("text", "json", "markdown"))
        words = ("drift", "--format", form, "--detailed-exitcode")
        code = self._run(self.repos.desk, *words, allowed={0, 2})
        seen = self._pass()
        assert not seen
        if form == "json":
            summary = json.loads(self._shell(self.repos.desk).out)["summary"]
            if (code == 2) != bool(summary["drift"] + summary["conflict"]):  # noqa: PLR2004 — contract 3
                self.judge.violations.append(f"drift ended with {code}, and says {summary}")
        expected = any(
            one.cause != "declared"
            for name in moment.declared
            if self._is_judged(name, moment)
            for one in moment.opinions(name)
        )
        if code == 2 and not expected:  # noqa: PLR2004 — contract 3
            self.judge.violations.append("drift ended with 2, and nothing had moved")
        self.counts["drift commands"] += 1

    def careless(self, _random: Random) -> None:
        """A pipeline that does not fetch what was applied is stopped before it asks Graph."""
        if self.ledger.base is None:
            return
        self.repos.commit()
        root = self.repos.clone(f"clone-{self._next()}", is_fetched=False)
        before = self.town.proxy.requests
        self._run(root, "plan", allowed={1})
        if self.town.proxy.requests != before or f"+{REF}:{REF}" not in self._shell(root).err:
            self.judge.violations.append("a plan without its base was made, or not explained")
        shutil.rmtree(root)
        self.counts["careless plans refused"] += 1

    def revert(self, random: Random) -> None:
        if not self._journals:
            return
        journal, wrote = random.choice(self._journals[-5:])
        root, back = self.repos.desk, self.folder / f"back-{self._next()}.json"
        words = ("revert", str(journal), "--out", str(back))
        self._run(root, *words, allowed={0})
        allow = _allowed(json.loads(back.read_bytes()))
        if allow:
            self._run(root, *words, *allow, allowed={0})
        self._pass()
        with self._people_step_in(random):
            self._run(root, "apply", str(back), allowed={0, 6, 130})
        self.judge.undone(self.town.happened(), wrote)
        self.counts["reverts"] += 1

    # --- what authors do with the tool ------------------------------------------------------------

    def adopt(self, random: Random) -> None:
        """Documents follow what people did, and nothing else in them moves."""
        self.repos.fetch(self.repos.desk)
        before = self._moment()
        declared = sorted(before.declared)
        ids = [one.id for one in random.sample(declared, min(2, len(declared)))]
        chosen = ids if random.random() < 0.3 else []  # noqa: PLR2004 — some name objects
        self._run(self.repos.desk, "adopt", *chosen, allowed={0})
        self._pass()
        self._judge_adopted(before, chosen)
        self.counts["adopts"] += 1

    def prune(self, random: Random) -> None:
        before = self._moment()
        older = random.choice(((), ("--older-than", str(DAYS_OLD))))
        self._run(self.repos.desk, "prune", "--check", *older, allowed={0})
        assert self._moment().declared.keys() == before.declared.keys()
        self._run(self.repos.desk, "prune", *older, allowed={0})
        self._pass()
        after = self.desk.declared()
        for name in before.declared.keys() - after.keys():
            if not self._is_done(name, before, is_old=bool(older)):
                self.judge.violations.append(f"{name}: pruned too early")
            self.counts["documents pruned"] += 1
        expired = [name for name in after if _is_expired(before, name)]
        if expired:
            self.judge.violations.append(f"{expired}: expired, and not pruned")

    def end(self, random: Random) -> None:
        """Apply until nothing is left to do, adopt, and see that the plan is empty.

        Adopting may end a contradiction between two documents: then there is more to apply.
        """
        self.repos.fetch(self.repos.desk)
        summary: Plan = {}
        for _ in range(MOST_ROUNDS):
            self._apply_until_quiet(random)
            self._run(self.repos.desk, "adopt", allowed={0})
            self._do_as_told(random)
            self.repos.commit()
            words = ("plan", "--detailed-exitcode", "--format", "json")
            code = self._run(self.repos.desk, *words, allowed={0, 2})
            summary = json.loads(self._shell(self.repos.desk).out)["summary"]
            left = [summary[key] for key in ("update", "driftKept", "drift", "conflict", "unknown")]
            self.counts["rounds to the end"] += 1
            if code == 0 and not any(left):
                self._run(self.repos.desk, "validate", allowed={0})
                return
        self.judge.violations.append(f"the week does not end: {summary}")

    def _apply_until_quiet(self, random: Random) -> None:
        for _ in range(MOST_ROUNDS):
            saved = self._plan(random, self.repos.desk, is_whole=True)
            if saved is None:
                return
            self._apply(random, self.repos.desk, saved, is_calm=True)
            if not saved.plan["summary"]["update"]:
                return

    def _do_as_told(self, random: Random) -> None:
        """Where adopt has nothing to write it says what to do instead."""
        told = " ".join(self._shell(self.repos.desk).out.split())
        for kind, object_id in sorted(set(_TO_DELETE.findall(told))):
            self.desk.forget(random, Name(kind, object_id))
            self.counts["documents deleted as adopt says"] += 1

    # --- the parts of it --------------------------------------------------------------------------

    @contextmanager
    def _checkout(self, random: Random) -> Iterator[Path]:
        if random.random() < 0.6:  # noqa: PLR2004 — most of the time
            self.repos.fetch(self.repos.desk)
            yield self.repos.desk
            return
        self.repos.commit()
        root = self.repos.clone(f"clone-{self._next()}")
        try:
            yield root
        finally:
            shutil.rmtree(root)

    def _plan(self, random: Random, root: Path, *, is_whole: bool = False) -> Saved | None:
        """With what guards object to allowed by name. None: it was left at their no."""
        moment = self._moment()
        if not moment.declared:
            return None
        file = self.folder / f"plan-{self._next()}.json"
        select = () if is_whole or random.random() < 0.85 else self._selection(random, moment)  # noqa: PLR2004 — most plans are whole
        words = ("plan", "--out", str(file), *select, *self.plan_words)
        self._run(root, *words, allowed={0})
        plan = json.loads(file.read_bytes())
        if plan["objections"]:
            if not is_whole and random.random() < 0.2:  # noqa: PLR2004 — some try it all the same
                self._run(root, "apply", str(file), allowed={4})
                self._pass()
                self.counts["plans refused by guards"] += 1
                return None
            self._run(root, *words, *_allowed(plan), allowed={0})
            plan = json.loads(file.read_bytes())
        self._pass()
        self.judge.plan(plan, moment)
        return Saved(file, plan, moment, bool(select), self.counts["steps"])

    def _selection(self, random: Random, moment: Moment) -> tuple[str, ...]:
        some = random.choice(sorted(moment.declared))
        word = random.choice((f"kind={some.kind}", f"id=*{some.id[-1]}", f"id={some.id}"))
        return (random.choice(("--select", "--select")), word)

    def _apply(
        self, random: Random, root: Path, saved: Saved, *, is_calm: bool = False
    ) -> int:
        journal = self.folder / f"journal-{self._next()}.jsonl"
        words = ("apply", str(saved.file), "--format", "json", "--journal", str(journal))
        is_current = self.repos.tip(root) == saved.plan["git"]["base"]
        before = self.town.happened()
        if self.kills and not is_calm and random.random() < 0.04:  # noqa: PLR2004 — seldom
            code, out = self._killed(random, root, words)
        else:
            with self._people_step_in(random, is_calm=is_calm):
                code = self._run(root, *words, allowed={0, 5, 6, 130})
            out = self._shell(root).out
        report = json.loads(out) if code >= 0 else {}
        found = [*before, *self.town.happened()]
        self.judge.apply(saved.plan, saved.moment, found)
        self.counts["applies"] += 1
        self.counts[f"applies that ended with {code}"] += 1
        if "outcomes" in report:
            self._recorded(root, saved, report, found, is_current=is_current)
        if journal.exists():
            self._journals.append((journal, _written(journal)))
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
        self.judge.held(saved.moment, report, found)
        if report["appliedTree"]["problem"] is not None:
            self.judge.violations.append(f"not recorded: {report['appliedTree']['problem']}")
        self.ledger.record(saved.moment, saved.plan, report, is_current=is_current)
        tree = self.repos.applied(root)
        self.judge.violations += self.ledger.differences(tree)
        self.repos.push(root)
        for row in report["outcomes"]:
            self.counts[row["outcome"]] += 1

    @contextmanager
    def _people_step_in(self, random: Random, *, is_calm: bool = False) -> Iterator[None]:
        """While the pipeline works: between its requests, and in the window; somebody's Ctrl-C."""

        def step_in(body: bytes) -> None:
            parts = json.loads(body)["requests"]
            is_write = any(part["method"] == "PATCH" for part in parts)
            if random.random() < (0.1 if is_write else 0.2):
                url = random.choice(parts)["url"].partition("?")[0].strip("/").split("/")
                kind = "Incident" if url[1] == "incidents" else "Alert"
                if self.town.edit(random, Name(kind, url[2])) and is_write:
                    self.counts["edits in the window"] += 1
            if random.random() < 0.03:  # noqa: PLR2004 — seldom
                os.kill(os.getpid(), signal.SIGINT)

        self.town.proxy.step_in = nobody if is_calm else step_in
        try:
            yield
        finally:
            self.town.proxy.step_in = nobody

    def _killed(self, random: Random, root: Path, words: Sequence[str]) -> tuple[int, str]:
        """In a process of its own, that SIGKILL ends at one of its batches, if it has so many."""
        left = random.randint(1, 4)
        started: list[subprocess.Popen[bytes]] = []

        def step_in(_body: bytes) -> None:
            nonlocal left
            left -= 1
            if not left:
                started[0].kill()

        self.town.proxy.step_in = step_in
        at = str(self.town.time.seconds)
        command = (sys.executable, "-m", "tests.week.child", str(root), at, *words)
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        started.append(subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.PIPE))
        out, _ = started[0].communicate()
        self.town.proxy.settle()
        self.town.proxy.step_in = nobody
        return started[0].returncode, out.decode()

    def _planned_name(self, random: Random, saved: Saved) -> Name | None:
        """Half of the time somebody works on just what is planned."""
        planned = [name_of(one) for one in saved.plan["changes"] if one["action"] == "update"]
        return random.choice(planned) if planned and random.random() < 0.5 else None  # noqa: PLR2004 — half

    def _judge_adopted(self, before: Moment, chosen: Sequence[str]) -> None:
        after = self.desk.declared()
        for name, old in before.declared.items():
            new = after.get(name)
            if new is None:
                self.judge.violations.append(f"{name}: adopt removed its document")
            elif new.paper != old.paper and not self._may_adopt(name, before, chosen):
                self.judge.violations.append(f"{name}: adopt changed what nobody had moved")
            else:
                self.counts["documents adopted"] += new.paper != old.paper

    def _may_adopt(self, name: Name, before: Moment, chosen: Sequence[str]) -> bool:
        """It, or another member of its set, differs for a reason that people are."""
        group = before.declared[name].paper.names
        return any(
            (chosen and other.id in chosen) or one.cause != "declared" or not one.is_written
            for other in group
            for one in before.opinions(other)
        )

    def _is_done(self, name: Name, before: Moment, *, is_old: bool) -> bool:
        if _is_expired(before, name):
            return True
        says, live = before.declared[name].says, before.live[name]
        is_closed = says.plain.get("status") == "resolved" == live["status"]
        return is_old and is_closed and not before.opinions(name)

    def _is_judged(self, name: Name, moment: Moment) -> bool:
        return not _is_expired(moment, name) and name not in self.town.merged

    def _moment(self) -> Moment:
        self._pass()
        now = self.town.time.now()
        live = {
            name: {key: copy.copy(item[key]) for key in FIELDS if key in item}
            for name, item in self.town.live.items()
        }
        base = None if self.ledger.base is None else dict(self.ledger.base)
        return Moment(self.desk.declared(), live, base, f"{now:%Y-%m-%d}")

    def _pass(self) -> list[Event]:
        """What happened is taken in; no command that is past may have written."""
        found = self.town.happened()
        self.judge.elsewhere(found)
        return [one for one in found if isinstance(one, Event)]

    def _run(self, root: Path, *words: str, allowed: set[int]) -> int:
        shell = self._shell(root)
        code = shell.run(*words)
        told = shell.out + shell.err
        self.counts["commands"] += 1
        if code not in allowed or "unexpected" in told or "defect of reconciler" in told:
            raise AssertionError(f"{' '.join(words)} ended with {code}: {told[-2000:]}")
        return code

    def _shell(self, root: Path) -> Shell:
        if self._last is None or self._last.cwd != root:
            env = {"RECONCILER_TOKEN": "pipeline", "XDG_RUNTIME_DIR": str(self.folder)}
            self._last = Shell(root, env, self.town.time)
        return self._last

    _last: Shell | None = None

    def _next(self) -> int:
        self._files += 1
        return self._files


def _is_expired(moment: Moment, name: Name) -> bool:
    expires = moment.declared[name].paper.expires
    return expires is not None and expires <= moment.today


def _allowed(plan: Plan) -> tuple[str, ...]:
    return tuple(word for one in plan["objections"] for word in one["override"].split())


def _written(journal: Path) -> dict[Name, dict[str, Any]]:
    """What a run meant to write, by object and field."""
    found: dict[Name, dict[str, Any]] = {}
    for line in journal.read_text("utf-8").splitlines(keepends=True):
        row = json.loads(line) if line.endswith("\n") else {}
        if row.get("type") == "intent":
            fields = {one["name"]: one["after"] for one in row["fields"]}
            found.setdefault(Name(row["kind"], row["id"]), {}).update(fields)
    return found


@contextmanager
def week(folder: Path, random: Random, *, incidents: int, kills: bool = True) -> Iterator[Week]:
    """Half of the incidents are declared from the start."""
    with town(folder, random, incidents=incidents) as place:
        found = Week(folder, place, Repos(folder), kills)
        for _ in range(incidents // 2):
            found.author(random)
        yield found
