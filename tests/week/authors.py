"""The authors' use of the tool: drift, adopt, prune; each judged by what it may change."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.week.units import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tests.week.ledger import Moment
    from tests.week.office import Office

DAYS_OLD: Final = 2
"""What prune is told to take for old enough."""
DAY_SECONDS: Final = 24 * 3600
_TO_DELETE: Final = re.compile(
    r"(Incident|Alert) (\S+) \S+:[0-9]+: \w+ stays: nothing would be left to declare: "
    r"delete the document"
)


@dataclass
class Authors:
    office: Office

    def write(self, random: Random) -> None:
        """One thing in one document, by hand."""
        town = self.office.town
        names = [name for name in sorted(town.live) if name not in town.merged]
        self.office.desk.change(random, names, town.time.now().date())

    def drift(self, random: Random) -> None:
        office = self.office
        office.repos.fetch(office.repos.desk)
        moment = office.moment()
        form = random.choice(("text", "json", "markdown"))
        words = ("drift", "--format", form, "--detailed-exitcode")
        allowed = {0, 2} if moment.base is not None else {1}
        with self._lists(random):
            code = office.run(office.repos.desk, *words, allowed=allowed)
        office.catch_up()
        if form == "json" and code != 1:
            summary = json.loads(office.shell(office.repos.desk).out)["summary"]
            if (code == 2) != bool(summary["drift"] + summary["conflict"]):
                office.wrong(f"drift ended with {code}, and says {summary}")
        if code == 2 and not any(self._has_moved(name, moment) for name in moment.declared):
            office.wrong("drift ended with 2, and nothing had moved")
        office.counts["drift commands"] += 1

    def adopt(self, random: Random) -> None:
        """Documents follow what people did, and nothing else in them moves."""
        office = self.office
        office.repos.fetch(office.repos.desk)
        before = office.moment()
        declared = sorted(before.declared)
        ids = [one.id for one in random.sample(declared, min(2, len(declared)))]
        chosen = ids if random.random() < 0.3 else []
        is_refused = before.base is None and not chosen
        with self._lists(random):
            office.run(office.repos.desk, "adopt", *chosen, allowed={5} if is_refused else {0})
        office.catch_up()
        self._judge_adopted(before, chosen)
        office.counts["adopts"] += 1

    def do_as_told(self, random: Random) -> None:
        """Where the last adopt had nothing to write, it says what to do instead."""
        told = " ".join(self.office.shell(self.office.repos.desk).out.split())
        for kind, object_id in sorted(set(_TO_DELETE.findall(told))):
            self.office.desk.forget(random, Name(kind, object_id))
            self.office.counts["documents deleted as adopt says"] += 1

    def prune(self, random: Random) -> None:
        office, root = self.office, self.office.repos.desk
        before = office.moment()
        older = random.choice(((), ("--older-than", str(DAYS_OLD))))
        office.run(root, "prune", "--check", *older, allowed={0})
        if office.desk.declared().keys() != before.declared.keys():
            office.wrong("prune --check changed something")
        office.run(root, "prune", *older, allowed={0})
        office.catch_up()
        after = office.desk.declared()
        for name in before.declared.keys() - after.keys():
            if not before.is_expired(name) and not (older and self._is_done(name, before)):
                office.wrong(f"{name}: pruned too early")
            office.counts["documents pruned"] += 1
        for name in after:
            if before.is_expired(name):
                office.wrong(f"{name}: expired, and not pruned")

    @contextmanager
    def _lists(self, random: Random) -> Iterator[None]:
        """Half of the time lists lag behind."""
        if random.random() < 0.5:
            yield
            return
        with self.office.town.lagging(lists=True):
            yield
        self.office.counts["commands on lists that lag"] += 1

    def _has_moved(self, name: Name, moment: Moment) -> bool:
        if moment.is_expired(name) or name in self.office.town.merged:
            return False
        return any(one.cause != "declared" for one in moment.opinions(name))

    def _is_done(self, name: Name, before: Moment) -> bool:
        """Closed as declared, all as declared, and nobody wrote to it for so long."""
        says, live, town = before.declared[name].says, before.live[name], self.office.town
        is_closed = says.plain.get("status") == "resolved" == live["status"]
        rested = town.time.seconds - town.changed_at.get(name, -DAY_SECONDS)
        return is_closed and not before.opinions(name) and rested >= DAYS_OLD * DAY_SECONDS

    def _judge_adopted(self, before: Moment, chosen: Sequence[str]) -> None:
        after = self.office.desk.declared()
        for name, old in before.declared.items():
            new = after.get(name)
            if new is None:
                self.office.wrong(f"{name}: adopt removed its document")
            elif new.says != old.says and not _may_adopt(name, before, chosen):
                self.office.wrong(f"{name}: adopt changed what nobody had moved")
            else:
                self.office.counts["documents adopted"] += new.says != old.says


def _may_adopt(name: Name, before: Moment, chosen: Sequence[str]) -> bool:
    """It differs for a reason that people are, or it was asked for by name."""
    if chosen:
        return name.id in chosen and bool(before.opinions(name))
    if before.base is None:
        return False
    return any(one.cause != "declared" or not one.is_written for one in before.opinions(name))
