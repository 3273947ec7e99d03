"""What a start does not import: it counts in editors, hooks and shells (figures: tests/bench/startup.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PROJECT: Final = Path(__file__).parent.parent
NOT_FOR_VALIDATE: Final = {"azure", "httpx", "deepdiff", "jsonschema", "rich"}
NOT_FOR_HELP: Final = {
    *NOT_FOR_VALIDATE,
    "jsonschema_rs",
    "yaml",
    "importlib.metadata",
    "logging",
    "sqlite3",
}

PROBE: Final = """
import sys
from reconciler.cli.main import entry
report, sys.argv = sys.argv[1], ["reconciler", *sys.argv[2:]]
try:
    entry()
finally:
    with open(report, "w", encoding="ascii") as stream:
        stream.write(chr(10).join(sys.modules))
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that a process holds when ``reconciler ARGUMENTS`` has ended well."""
    report = tmp_path / "modules.txt"
    subprocess.run(
        [sys.executable, "-c", PROBE, str(report), *arguments],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    return set(report.read_text(encoding="ascii").split("\n"))


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("plan", "--help")])
def test_help_and_version_import_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert imported(tmp_path, *arguments) & NOT_FOR_HELP == set()


def test_validating_good_documents_imports_no_network_and_no_explanations(tmp_path: Path) -> None:
    found = imported(tmp_path, "validate")

    assert found & NOT_FOR_VALIDATE == set()
    assert "yaml" in found  # the probe sees what a command does import
