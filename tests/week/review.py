"""The pull request: its plan stands in one comment, whatever people write into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.support.cli import Shell
from tests.week.repos import git

if TYPE_CHECKING:
    from random import Random

    from tests.support.loopback_github import GitHub
    from tests.week.office import Office

_FALSE: Final = "All fine, merge it."


@dataclass
class Review:
    """``number``: of the pull request of the day."""

    office: Office
    github: GitHub
    number: int

    def comment(self, random: Random) -> None:
        """A plan as a comment; somebody edits it, and the next run writes the plan again."""
        office, root = self.office, self.office.repos.desk
        office.repos.fetch(root)
        office.repos.commit()
        if not office.moment().declared:
            return
        file = str(office.file("plan.json"))
        office.run(root, "plan", "--out", file, allowed={0})
        self.github.push(self.number, git(root, "rev-parse", "HEAD").decode().strip())
        before = _table(self._said(file))
        if random.random() < 0.6:
            self._edit(random)
            office.counts["comments that a person edited"] += 1
        said = self._said(file)
        if _table(said) != before or _FALSE in said[0]:
            office.wrong("a comment that a person edited is not the plan again")
        office.catch_up()

    def _said(self, file: str) -> list[str]:
        """What the tool has on the pull request after one more run; one comment, whatever happens."""
        office = self.office
        shell = Shell(office.repos.desk, self.github.env, office.town.time)
        if shell.run("comment", file, "--pr", str(self.number)):
            office.wrong(f"comment failed: {shell.err}")
        bodies = self.github.bodies(self.number)
        if len(bodies) != 1:
            office.wrong(f"{len(bodies)} comments of one plan")
        return bodies

    def _edit(self, random: Random) -> None:
        """A word in it, its table gone, or all but the line that marks it."""
        comments = self.github.comments.values()
        (comment,) = (one for one in comments if one["issue"] == self.number)
        lines = comment["body"].split("\n")
        match random.choice(("word", "cut", "mark")):
            case "word":
                comment["body"] += f"\n\n{_FALSE}"
            case "cut":
                comment["body"] = "\n".join(line for line in lines if not line.startswith("|"))
            case _:
                comment["body"] = "\n".join(line for line in lines if line.startswith("<!--"))


def _table(bodies: list[str]) -> list[int]:
    """How many lines the tables have: a plan that says the same may be of another commit and hour."""
    return [sum(line.startswith("|") for line in body.split("\n")) for body in bodies]
