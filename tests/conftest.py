"""Options and fixtures that all tests share."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Golden: TypeAlias = Callable[[str, str], None]

settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files (and schemas/) from what the code says now",
    )


@pytest.fixture(autouse=True)
def as_quiet_as_before() -> Iterator[None]:
    """A command that was run in this process may have been told to log more."""
    logger = logging.getLogger("reconciler")
    level, handlers = logger.level, [*logger.handlers]
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def golden(update_golden: bool) -> Golden:
    """``golden(name, actual)``: compares with tests/golden/<name>, or rewrites that file."""

    def compare(name: str, actual: str) -> None:
        compare_file(GOLDEN / name, actual, update=update_golden)

    return compare


def compare_file(path: Path, actual: str, *, update: bool) -> None:
    """Byte for byte; with ``update`` the file is rewritten instead."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(actual.encode())
        return
    expected = path.read_bytes().decode() if path.exists() else ""
    assert actual == expected, f"{path.name} differs; look, then run pytest --update-golden"
