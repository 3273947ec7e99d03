"""The applied tree from and to a remote: nothing is forced, and nobody's record is undone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.errors import BaseFailure
from reconciler.git import remotes, tip
from reconciler.git.lines import ASIDE
from reconciler.git.running import failed, is_outside, run
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.git.access import Access
    from reconciler.git.running import Answer

Fetched: TypeAlias = Literal["brought", "same", "ahead", "none"]
"""``ahead``: this repository has all of it and more. ``none``: the remote never had it."""
Pushed: TypeAlias = Literal["pushed", "same", "none"]
"""``none``: there is nothing here to push."""

_SENDING: Final = (
    *("push", "--porcelain", "--no-signed", "--no-follow-tags", "--no-recurse-submodules"),
)
_BEHIND: Final = (b"(fetch first)", b"(non-fast-forward)", b"(stale info)")
_LOST_A_RACE: Final = re.compile(rb"cannot lock ref|failed to update ref|incorrect old value")


@dataclass(frozen=True, slots=True)
class Remote:
    """A named remote of the repository that holds ``root``, and what it takes to speak to it."""

    root: Path
    name: str
    access: Access

    def check(self) -> None:
        """Raises BaseFailure unless there is a repository that has a remote of this name."""
        if is_outside(self.root):
            raise BaseFailure(
                "there is no git repository here, so nothing that was applied is kept",
                remedy="run it where reconciler.yaml is in a clone of the repository",
            )
        listed = run(self.root, "remote")
        if listed.problem:
            raise failed("the remotes cannot be listed", listed, remedy="mend the repository")
        names = listed.out.decode("utf-8", "replace").splitlines()
        if self.name not in names:
            known = ", ".join(map(remotes.shown, names)) or "none"
            raise BaseFailure(
                f"there is no remote named {self.name!a}; there is: {known}",
                remedy="name one of them (--remote NAME), or add one (git remote add)",
            )

    def fetch(self, ref: str) -> tuple[Fetched, str | None]:
        """What became of it, and the commit that is here now. Raises BaseFailure."""
        here = tip.find(self.root, ref, remedy=_mend(ref))
        ours = here.commit if here else None
        there = self._tips(ref)
        self._bring_others(ref, there)
        theirs = there.get(ref)
        if theirs is None:
            return "none", ours
        if theirs == ours:
            return "same", ours
        self._bring(ref)
        if ours and self._leads_to(theirs, ours):
            return "ahead", ours
        if ours and not self._leads_to(ours, theirs):
            raise self._parted(ref, ours, theirs)
        if not tip.move(self.root, ref, theirs, ours, remedy=_mend(ref)):
            raise BaseFailure(
                f"{ref} moved while it was fetched", remedy="run the same command again"
            )
        return "brought", theirs

    def push(self, ref: str) -> tuple[Pushed, str | None]:
        """Only onto what the remote has. Raises BaseFailure."""
        here = tip.find(self.root, ref, remedy=_mend(ref))
        if here is None:
            return "none", None
        beside = [
            f"{found.commit}:{name}"
            for name, found in tip.below(
                self.root, remotes.folder_of(ref), remedy=_mend(ref)
            ).items()
            if name.startswith(f"{ref}{ASIDE}")
        ]
        answer = self._run(*_SENDING, "--", self.name, f"{here.commit}:{ref}", *beside)
        if answer.problem is None:
            ours = f":{ref}\t".encode()
            is_same = any(line[:1] == b"=" and ours in line for line in answer.out.splitlines())
            return ("same" if is_same else "pushed"), here.commit
        if _is_behind(answer):
            raise BaseFailure(
                f"{self._shown} has a newer {ref}: another run was recorded meanwhile, and nothing "
                "of it is overwritten",
                remedy="run the pipeline again: the new plan finds as declared what was written, "
                f"and records it (elsewhere: {_again(ref)})",
            )
        raise failed(
            f"{ref} cannot be pushed to {self._shown}", _with_reason(answer), remedy=_PUSHING
        )

    @property
    def _shown(self) -> str:
        return remotes.shown(self.name)

    def _tips(self, ref: str) -> Mapping[str, str]:
        """Of the remote, this ref and those beside it. Unknown is not absent: raises BaseFailure."""
        folder = remotes.folder_of(ref)
        answer = self._run("ls-remote", "--refs", "--", self.name, f"{folder}/*")
        if answer.problem:
            raise failed(f"{self._shown} could not be asked for {ref}", answer, remedy=_ASKING)
        return remotes.told(answer, folder)

    def _bring_others(self, ref: str, there: Mapping[str, str]) -> None:
        """A tenant that was renamed has its record under another name. What is ahead here stays."""
        here = tip.below(self.root, remotes.folder_of(ref), remedy=_mend(ref))
        newer = {
            name: commit
            for name, commit in there.items()
            if name != ref and (name not in here or here[name].commit != commit)
        }
        if not newer:
            return
        self._bring(*newer)
        for name, commit in newer.items():
            ours = here[name].commit if name in here else None
            if ours is None or self._leads_to(ours, commit):
                tip.move(self.root, name, commit, ours, remedy=_mend(name))

    def _bring(self, *refs: str) -> None:
        """Their objects; no ref is touched."""
        answer = self._run("fetch", *remotes.BRINGING, "--no-filter", "--", self.name, *refs)
        if answer.problem:
            raise failed(f"{refs[0]} cannot be fetched from {self._shown}", answer, remedy=_ASKING)

    def _leads_to(self, older: str, newer: str) -> bool:
        answer = run(self.root, "merge-base", "--is-ancestor", older, newer)
        if answer.problem and answer.code != 1:
            remedy = f"fetch again; else mend the repository (git fsck {newer})"
            raise failed(f"{older[:12]} and {newer[:12]} cannot be compared", answer, remedy=remedy)
        return answer.problem is None

    def _parted(self, ref: str, ours: str, theirs: str) -> BaseFailure:
        return BaseFailure(
            f"{ref} is at {ours[:12]} here and at {theirs[:12]} on {self._shown}, and neither holds "
            "the other: two runs were recorded apart. Nothing was overwritten",
            remedy=_again(ref),
        )

    def _run(self, command: str, *words: str) -> Answer:
        return remotes.speak(self.root, self.name, self.access, command, *words)


_ASKING: Final = (
    "check that the remote can be reached and read: in a pipeline GITHUB_TOKEN with contents: read"
)
_PUSHING: Final = (
    "check that the remote can be reached and written: in a pipeline GITHUB_TOKEN with contents: "
    "write; what was applied is on record here, and the same command again pushes it"
)


def _mend(ref: str) -> str:
    return f"mend the repository, or forget it here and fetch it: git update-ref -d {ref}"


def _again(ref: str) -> str:
    return (
        f"forget the one here (git update-ref -d {ref}), fetch, and plan and apply again: what "
        "stands is found as declared and recorded"
    )


def _with_reason(answer: Answer) -> Answer:
    """The reason stands in the table of refs; what is said beside it may not repeat it."""
    lines = [line.rpartition(b"\t")[2] for line in answer.out.splitlines() if line[:1] == b"!"]
    reason = b"\n".join(lines).decode("utf-8", "replace")
    told = "\n".join(filter(None, (reason, answer.said.raw if answer.said else "")))
    return replace(answer, said=Foreign(told) if told else None)


def _is_behind(answer: Answer) -> bool:
    refused = [line for line in answer.out.splitlines() if line.startswith(b"!")]
    return any(
        line.endswith(_BEHIND) or (b"[remote rejected]" in line and _LOST_A_RACE.search(line))
        for line in refused
    )
