"""docs/safety.md names tests and modules: each of them exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent
PAGE: Final = (PROJECT / "docs" / "safety.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py")
    )
    assert len(named) > 50
    assert named - set(re.findall(r"^def (test_\w+)", text, re.MULTILINE)) == set()


def test_every_module_that_the_page_names_exists() -> None:
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)?(?:\.py|/))`", PAGE)
    assert len(named) > 30
    assert [name for name in named if not (PROJECT / "reconciler" / name).exists()] == []


def test_every_promise_has_its_place_its_test_and_its_limit() -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if row[0] not in {"| promise", "| ---"}]
    assert len(promises) > 25
    assert [row[0] for row in promises if len(row) != 4 or not all(map(str.strip, row))] == []
