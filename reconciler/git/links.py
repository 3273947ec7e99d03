"""Symbolic links of a commit, resolved by its own tree: the disk has another state, and no say."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.git.objects import Entry

LEAVES: Final = "is a link that leaves the folder"
FOLDER: Final = "is a link to a folder; links to folders are not followed"
NOWHERE: Final = "cannot be read: no such file or directory"
NO_FOLDER: Final = "cannot be read: not a directory"
LOOP: Final = "cannot be read: too many levels of symbolic links"

_MOST_HOPS: Final = 40  # as Linux has it


@dataclass(frozen=True, slots=True)
class Links:
    """``prefix``: the folder that a link must not leave, ending in ``/``; empty: the whole tree.

    ``entries``: all there is below it, by path; ``targets``: what its links say, by path.
    """

    entries: Mapping[str, Entry]
    targets: Mapping[str, bytes]
    prefix: str

    def follow(self, path: str) -> Entry | str:
        """The file that the link ends at, or the problem with it, as store.folder would tell it."""
        at, todo, hops = path.split("/")[:-1], self._parts(path), 1
        while todo:
            part, *todo = todo
            here = "/".join((*at, part))
            if part == ".." and not at:
                return LEAVES
            if part == "..":
                at = at[:-1]
            elif here in self.targets:
                hops, todo = hops + 1, [*self._parts(here), *todo]
                if hops > _MOST_HOPS:
                    return LOOP
            elif self._is_folder(here):
                at = [*at, part]
            else:
                return self._end(here, todo)
        return FOLDER if at and "/".join(at).startswith(self.prefix) else LEAVES

    def _parts(self, path: str) -> list[str]:
        """One by one. The root of the disk is above whatever folder the link lies in."""
        target = os.fsdecode(self.targets[path])
        if target.startswith("/"):
            return [".."] * (path.count("/") + 1)
        return [part for part in target.split("/") if part not in {"", "."}]

    def _is_folder(self, path: str) -> bool:
        found = self.entries.get(path)
        return self.prefix.startswith(f"{path}/") or (found is not None and not found.is_file)

    def _end(self, path: str, todo: list[str]) -> Entry | str:
        found = self.entries.get(path)
        if found is not None:
            return NO_FOLDER if todo else found
        return NOWHERE if path.startswith(self.prefix) else LEAVES
