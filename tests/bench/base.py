"""Reading the base of many objects from the applied tree, as a ratio to parsing their documents.

Both in this process, over the same objects. CPU counts the git processes too. Also shown: all objects
replaced in an empty tree, ten in a full one, the same once more, and the documents at a commit.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Final

from reconciler.documents import Rules, load
from reconciler.git.applied import AppliedTree
from reconciler.git.documents import files_at
from reconciler.model.desired import Exactly
from reconciler.store.folder import read_folder
from tests.bench.row import Row
from tests.bench.world import git, ids, write_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref
    from tests.bench.sizes import Sizes

FLOOR: Final = "parse the documents"
READING: Final = "read the base"
LIMIT: Final = 0.5
RULES: Final = Rules(kinds=frozenset({"Incident"}))
AT: Final = datetime(2026, 11, 21, tzinfo=UTC)


def rows(folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"base: {sizes.whole:,} objects, {sizes.rounds} rounds")
    subjects = _subjects(write_repository(folder / "base", ids(sizes.whole)))
    seen: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(sizes.rounds):
        for name, run in subjects.items():
            seen[name].append(_cpu_seconds(run))
    found = {name: median(seconds) for name, seconds in seen.items()}
    ratio = found[READING] / found[FLOOR]
    yield Row(READING, f"CPU ÷ {FLOOR}", ratio, sizes.limit(LIMIT), "×")
    for name, seconds in found.items():
        yield Row(name, "CPU", seconds, unit="s")


def _subjects(root: Path) -> Mapping[str, Callable[[], object]]:
    declared = load(read_folder(root / "desired", "desired", within=root), RULES).declared
    specs = {item.ref: item.spec for item in declared}
    few: list[Mapping[Ref, Spec]] = [
        {item.ref: {"status": Exactly(status)} for item in declared[:10]}
        for status in ("active", "inProgress")
    ]
    full, empty = AppliedTree(root, "full"), AppliedTree(root, "empty")
    _replace(full, specs)

    def replace_ten() -> object:
        few.reverse()  # so that they differ each time
        return _replace(full, few[0])

    def replace_all() -> object:
        git(root, "update-ref", "-d", empty.ref)
        return _replace(empty, specs)

    return {
        FLOOR: lambda: load(read_folder(root / "desired", "desired", within=root), RULES),
        READING: full.read,
        "documents at a commit": lambda: [*files_at(root, "HEAD", "desired")],
        "replace all": replace_all,
        "replace all, same again": lambda: _replace(empty, specs),
        "replace ten": replace_ten,
    }


def _replace(tree: AppliedTree, specs: Mapping[Ref, Spec]) -> str | None:
    return tree.replace(specs, (), digest="sha256:0", run="bench", at=AT)


def _cpu_seconds(run: Callable[[], object]) -> float:
    """Of this process and the children it waited for."""
    before = sum(os.times()[:4])
    run()
    return sum(os.times()[:4]) - before
