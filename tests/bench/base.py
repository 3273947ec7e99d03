"""Reading the base of 10,000 objects from the applied tree, as a ratio to parsing their documents.

    .venv/bin/python -m tests.bench.base [--objects N] [--rounds N]

The floor is ``documents.load`` over the same objects as one-document files on disk, in the same process
and rounds. CPU counts the git processes too. Also shown: all objects replaced in an empty tree, ten in
a full one, the same once more, and the documents at a commit. Prints medians, and ends with 1 if
reading is over its limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.documents import Rules, load
from reconciler.git.applied import AppliedTree
from reconciler.git.documents import files_at
from reconciler.model.desired import Exactly
from reconciler.store.folder import read_folder
from tests.bench.documents import USUAL
from tests.bench.measure import Spent, broken, medians, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref

READING: Final = "read the base"
LIMITS: Final = {READING: 0.5}
RULES: Final = Rules(kinds=frozenset({"Incident"}))
AT: Final = datetime(2026, 11, 21, tzinfo=UTC)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _write_world(root, options.objects)
        found = medians(_subjects(root), options.rounds)
    sys.stdout.write(f"{options.objects} objects, medians of {options.rounds}\n")
    sys.stdout.write(table(found, LIMITS) + "\n")
    missed = broken(found, LIMITS)
    sys.stdout.write(f"over the limit: {', '.join(missed) or 'none'}\n")
    return bool(missed)


def _subjects(root: Path) -> Mapping[str, Callable[[], Spent]]:
    declared = load(read_folder(root / "desired", "desired"), RULES).declared
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
        _git(root, "update-ref", "-d", empty.ref)
        return _replace(empty, specs)

    return {
        "parse the documents": lambda: _spent(
            lambda: load(read_folder(root / "desired", "desired"), RULES)
        ),
        READING: lambda: _spent(full.read),
        "documents at a commit": lambda: _spent(lambda: [*files_at(root, "HEAD", "desired")]),
        "replace all": lambda: _spent(replace_all),
        "replace all, same again": lambda: _spent(lambda: _replace(empty, specs)),
        "replace ten": lambda: _spent(replace_ten),
    }


def _replace(tree: AppliedTree, specs: Mapping[Ref, Spec]) -> str | None:
    return tree.replace(specs, (), digest="sha256:0", run="bench", at=AT)


def _spent(run: Callable[[], object]) -> Spent:
    """Of this process and the children it waited for."""
    began, cpu = time.perf_counter(), sum(os.times()[:4])
    run()
    cpu_seconds = sum(os.times()[:4]) - cpu
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Spent(cpu_seconds, time.perf_counter() - began, peak_mib)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _write_world(root: Path, objects: int) -> None:
    (root / "desired").mkdir()
    for number in range(1, objects + 1):
        text = USUAL.format(number=number)
        (root / f"desired/{number}.yaml").write_text(text, encoding="utf-8")
    _git(root, "init", "--quiet")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "-m", "documents")


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    subprocess.run(["git", "-C", os.fspath(root), *identity, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
