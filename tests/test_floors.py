"""The house stands: who may import whom, where each library lives, and that KINDS is the one source.

Imports inside functions and for the type checker alone count like any other.
"""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.kinds import KINDS, SETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT: Final = Path(__file__).parent.parent
PACKAGE: Final = "reconciler"

FLOORS: Final = (
    ("", "model", "errors", "settings"),  # words; "" is the package itself: its version
    ("kinds", "clouds", "ports", "delay_queue", "codec", "contract", "pipeline"),  # facts
    (  # judgement
        "documents",
        "config",
        "selection",
        "planning",
        "reading",
        "precondition",
        "settlement",
        "guards",
        "undo",
        "review",
        "reports",
    ),
    ("net", "graph", "github", "git", "identity", "store", "emulator"),  # hands
    ("stories",),
    ("cli",),
)
JUDGEMENT, HANDS = 2, 3
FLOOR_OF: Final = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}

HOMES: Final = {
    "yaml": {"documents"},
    "jsonschema": {"documents"},
    "jsonschema_rs": {"documents"},
    "deepdiff": {"planning"},
    "httpx": {"net"},
    "pip": {"pipeline"},
    "azure": {"identity"},
    "filelock": {"store"},
    "requests": {"identity"},  # what azure-core stands on
    "urllib3": {"identity"},
    "sqlite3": {"emulator", "store"},
}

Sources = dict[str, str]
"""Dotted module name → its text."""


def read_sources() -> Sources:
    found = {}
    for path in sorted((PROJECT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


def part_of(module: str) -> str:
    """The floor's own unit: the first name below the package."""
    return f"{module}..".split(".")[1]


def imports(module: str, source: str) -> Iterator[str]:
    """Every dotted name that the module imports, wherever the statement stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def house_edges(sources: Mapping[str, str]) -> set[tuple[str, str]]:
    """(part, part it imports), without itself."""
    edges = {
        (part_of(module), _imported_part(name))
        for module, source in sources.items()
        for name in imports(module, source)
        if name.split(".")[0] == PACKAGE
    }
    return {(part, used) for part, used in edges if part != used}


def _imported_part(name: str) -> str:
    part = part_of(name)
    return "" if part.startswith("__") else part


def is_allowed(part: str, used: str) -> bool:
    return FLOOR_OF[used] <= FLOOR_OF[part] and (FLOOR_OF[part], FLOOR_OF[used]) != (
        HANDS,
        JUDGEMENT,
    )


def upward(sources: Mapping[str, str]) -> set[tuple[str, str]]:
    return {edge for edge in house_edges(sources) if not is_allowed(*edge)}


def strangers(sources: Mapping[str, str]) -> set[tuple[str, str]]:
    """(module, library) where the library has no home, or another one."""
    return {
        (module, library)
        for module, source in sources.items()
        for name in imports(module, source)
        if (library := name.split(".")[0]) != PACKAGE
        and part_of(module) not in HOMES.get(library, set())
        and (library in HOMES or library not in sys.stdlib_module_names)
    }


def kind_literals(source: str) -> list[int]:
    """Lines that compare with, or match on, the name of a kind."""
    names = {*KINDS, *SETS}
    return [
        constant.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare | ast.MatchValue)
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and constant.value in names
    ]


def test_every_module_stands_on_a_floor() -> None:
    assert {part_of(module) for module in read_sources()} <= set(FLOOR_OF)


def test_modules_import_from_lower_floors_and_their_own() -> None:
    assert upward(read_sources()) == set()


def test_no_two_parts_of_the_house_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for part, used in house_edges(read_sources()):
        graph.setdefault(part, set()).add(used)

    TopologicalSorter(graph).prepare()  # raises CycleError


def test_each_library_is_imported_in_its_home_only() -> None:
    assert strangers(read_sources()) == set()


def test_kinds_are_told_apart_in_one_package_only() -> None:
    found = {
        module: lines
        for module, source in read_sources().items()
        if part_of(module) != "kinds" and (lines := kind_literals(source))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("reconciler.model", "import reconciler.kinds"),
        ("reconciler.planning.make", "from reconciler.graph import reader"),
        ("reconciler.planning.make", "def f():\n    from reconciler import net"),
        (
            "reconciler.graph.reader",
            "if TYPE_CHECKING:\n    from reconciler.reading import choose",
        ),
        ("reconciler.stories.plan", "from reconciler.cli.main import entry"),
    ],
)
def test_an_import_from_a_wrong_floor_is_found(module: str, source: str) -> None:
    assert len(upward({module: source})) == 1


def test_a_relative_import_is_found() -> None:
    with pytest.raises(AssertionError, match=r"graph\.reader:1: a relative import"):
        upward({"reconciler.graph.reader": "from ..reading import choose"})


def test_a_circle_of_imports_is_found() -> None:
    edges = house_edges(
        {"reconciler.net": "import reconciler.graph", "reconciler.graph": "import reconciler.net"}
    )

    with pytest.raises(CycleError):
        TopologicalSorter({part: {used} for part, used in edges}).prepare()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("reconciler.graph.reader", "import httpx"),
        ("reconciler.cli.main", "def f():\n    import yaml.cyaml"),
        ("reconciler.net.client", "import requests"),
        ("reconciler.stories.plan", "from azure.identity import DefaultAzureCredential"),
    ],
)
def test_a_library_outside_its_home_is_found(module: str, source: str) -> None:
    assert len(strangers({module: source})) == 1


@pytest.mark.parametrize(
    "source",
    [
        'if kind == "Incident": ...',
        'x = kind in ("Alert", "Other")',
        'match kind:\n    case "AlertSet": ...',
    ],
)
def test_a_comparison_with_a_kinds_name_is_found(source: str) -> None:
    assert len(kind_literals(source)) == 1
