"""Mutation score of what keeps writes safe: how many small faults in it the unit tests notice.

    .venv/bin/python -m tests.mutation.score [TARGET…] [--survivors] [--at-least PERCENT]

On demand (minutes). mutmut (BSD 3-Clause) is installed with pip beside the current environment, in a
temporary folder; the tree is copied there, so nothing here is touched. Prints a table and ends with 1
if a target is under the limit. ``--survivors`` adds the difference of each fault that nobody noticed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROJECT: Final = Path(__file__).parents[2]
MUTMUT: Final = "mutmut==3.8.1"
LIMIT_PERCENT: Final = 85.0

TARGETS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "guards": (
        ("guards.py", "stories/admission.py"),
        ("test_guards.py", "stories/test_admission.py"),
    ),
    "precondition": (("precondition.py",), ("test_precondition*.py", "stories/test_apply*.py")),
    "settlement": (("settlement.py",), ("test_settlement*.py", "stories/test_apply*.py")),
    "apply": (("stories/apply.py",), ("stories/test_apply*.py",)),
    "journal": (
        ("codec/journal.py", "store/journal.py", "store/lock.py", "store/durable.py"),
        (
            "codec/test_journal*.py",
            "store/test_journal*.py",
            "store/test_lock*.py",
            "store/test_durable*.py",
        ),
    ),
    "ownership": (
        (
            "planning/ownership.py",
            "planning/parts.py",
            "planning/fields.py",
            "planning/terms.py",
            "planning/management.py",
        ),
        (
            "planning/test_ownership.py",
            "planning/test_parts.py",
            "planning/test_fields.py",
            "planning/test_terms.py",
            "planning/test_management.py",
        ),
    ),
    "undo": (
        ("undo.py", "kinds/sendable.py", "stories/revert.py"),
        ("test_undo*.py", "kinds/test_sendable.py", "stories/test_revert.py"),
    ),
}
"""Target → its modules in reconciler/, and patterns of the tests in tests/unit/ that hold them."""

COPIED: Final = ("reconciler", "tests", "schemas", "desired", "pyproject.toml", "reconciler.yaml")
NOTICED: Final = frozenset({"killed", "timeout", "segfault", "caught by type check"})
COUNTED: Final = NOTICED | {"survived", "no tests", "suspicious"}


def main(words: Sequence[str] | None = None) -> int:
    options = _options().parse_args(words)
    chosen = options.targets or list(TARGETS)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        tree = Path(folder, "tree")
        mutmut = _install(Path(folder, "venv"))
        _copy(tree, chosen)
        _run(mutmut, tree)
        found = _results(mutmut, tree)
        scores = {target: _count(target, found) for target in chosen}
        sys.stdout.write("\n".join((*_table(scores), "")))
        if options.survivors:
            _show(mutmut, tree, found, chosen)
    return int(any(_percent(counts) < options.at_least for counts in scores.values()))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("targets", metavar="TARGET", nargs="*", choices=[[], *TARGETS])
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--at-least", type=float, default=LIMIT_PERCENT, metavar="PERCENT")
    return parser


def _install(folder: Path) -> Path:
    """An environment of its own that sees this one's packages; what is here stays as it is."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "beside.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "--quiet", MUTMUT], check=True)
    return folder / "bin" / "mutmut"


def _copy(tree: Path, chosen: Iterable[str]) -> None:
    tree.mkdir()
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    modules = [module for target in chosen for module in TARGETS[target][0]]
    tests = {
        str(path.relative_to(PROJECT))
        for target in chosen
        for pattern in TARGETS[target][1]
        for path in (PROJECT / "tests" / "unit").glob(pattern)
    }
    settings = {
        "source_paths": ["reconciler/"],
        "only_mutate": [f"reconciler/{module}" for module in modules],
        "pytest_add_cli_args_test_selection": sorted(tests),
        "also_copy": [name for name in COPIED if name != "reconciler"],
    }
    lines = (f"{key} =\n    " + "\n    ".join(values) for key, values in settings.items())
    (tree / "setup.cfg").write_text("[mutmut]\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _run(mutmut: Path, tree: Path) -> None:
    """Its progress is only of interest if it fails: then the unit tests fail unchanged."""
    run = subprocess.run([mutmut, "run"], cwd=tree, check=False, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"mutmut ended with {run.returncode}:\n{run.stdout[-4000:]}\n{run.stderr[-2000:]}")


def _results(mutmut: Path, tree: Path) -> Mapping[str, str]:
    """Name of each mutant, as mutmut gives it → how it ended."""
    lines = _ask(mutmut, tree, "results", "--all", "true").splitlines()
    pairs = (line.strip().rpartition(": ") for line in lines)
    return {name: status for name, _, status in pairs if "__mutmut_" in name}


def _ask(mutmut: Path, tree: Path, *words: str) -> str:
    run = subprocess.run([mutmut, *words], cwd=tree, check=True, capture_output=True, text=True)
    return run.stdout


def _of(target: str, name: str) -> bool:
    modules = (module.removesuffix(".py").replace("/", ".") for module in TARGETS[target][0])
    return any(name.startswith(f"reconciler.{module}.x") for module in modules)


def _count(target: str, found: Mapping[str, str]) -> Counter[str]:
    return Counter(
        status for name, status in found.items() if _of(target, name) and status in COUNTED
    )


def _percent(counts: Counter[str]) -> float:
    """A target without mutants proves nothing."""
    noticed = sum(counts[status] for status in NOTICED)
    return 100.0 * noticed / counts.total() if counts else 0.0


def _table(scores: Mapping[str, Counter[str]]) -> Iterable[str]:
    yield f"{'target':<14}{'mutants':>8}{'noticed':>9}{'survived':>10}{'no tests':>10}{'score':>9}"
    for target, counts in {**scores, "all": sum(scores.values(), Counter())}.items():
        noticed = sum(counts[status] for status in NOTICED)
        missed = counts["survived"] + counts["suspicious"]
        yield (
            f"{target:<14}{counts.total():>8,}{noticed:>9,}{missed:>10,}"
            f"{counts['no tests']:>10,}{_percent(counts):>8.1f}%"
        )


def _show(mutmut: Path, tree: Path, found: Mapping[str, str], chosen: Iterable[str]) -> None:
    for target in chosen:
        for name, status in found.items():
            if _of(target, name) and status in COUNTED - NOTICED:
                difference = _ask(mutmut, tree, "show", name)
                sys.stdout.write(f"\n{target}: {name} ({status})\n{difference}\n")


if __name__ == "__main__":
    sys.exit(main())
