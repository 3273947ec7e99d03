"""The parts of requirements-dev.lock that the pipeline installs: what runs, and what builds."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ENTRY: Final = re.compile(r"^(?P<name>[a-z0-9._-]+)\S*==.*(?:\n .*--hash=.*)+", re.MULTILINE)


def part(lock: str, roots: Iterable[str]) -> str:
    """The entries of these requirements and of all that they need, as the lock has them."""
    entries: Mapping[str, str] = {found["name"]: found[0] for found in _ENTRY.finditer(lock)}
    names, waiting = set[str](), [*map(_name, roots)]
    while waiting:
        name = waiting.pop()
        if name in entries and name not in names:
            names.add(name)
            waiting += [_name(one) for one in _needs(name) if "extra ==" not in one]
    return "".join(f"{entries[name]}\n" for name in sorted(names))


def _needs(name: str) -> list[str]:
    """Of a package for another platform, which is not installed here: nothing is known."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; (]", requirement)[0].lower().replace("_", "-")
