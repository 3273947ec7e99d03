"""Which reconciler.yaml a run is about (CONTRACT 2)."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from reconciler.errors import InvalidInput
from reconciler.model.words import Finding, Place
from reconciler.store.opening import sort

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME: Final = "reconciler.yaml"
VARIABLE: Final = "RECONCILER_CONFIG"


def find_config(explicit: str | None, env: Mapping[str, str], cwd: Path) -> Path:
    """``--config``, else RECONCILER_CONFIG, else the nearest one from ``cwd`` up to the git root.

    Raises InvalidInput. What is named has to exist: nothing else is tried then.
    """
    if explicit:
        return _named(explicit, "--config", cwd)
    if env.get(VARIABLE):
        return _named(env[VARIABLE], VARIABLE, cwd)
    for folder in _folders(cwd):
        if os.path.lexists(folder / NAME):  # whatever it is: the next one above is another one's
            return folder / NAME
    message = f"no {NAME} here or above; name one with --config, or write one: reconciler init"
    raise InvalidInput((Finding(Place(NAME), message),))


def _named(name: str, origin: str, cwd: Path) -> Path:
    path = cwd / name
    what = _unfit(path)
    if what is not None:
        raise InvalidInput((Finding(Place(name), f"{what}; {origin} names it"),))
    return path


def _folders(cwd: Path) -> Iterator[Path]:
    """``cwd`` and its parents up to the git root.

    Outside a repository nothing ends the search but the root of the disk and any folder that
    everybody may write to (/tmp): a configuration says where tokens are sent.
    """
    yield cwd
    for folder, parent in zip((cwd, *cwd.parents), cwd.parents, strict=False):
        if _is_last(folder, parent):
            return
        yield parent


def _is_last(folder: Path, parent: Path) -> bool:
    try:
        return (folder / ".git").exists() or bool(parent.stat().st_mode & stat.S_IWOTH)
    except OSError:
        return True


def _unfit(path: Path) -> str | None:
    """What keeps it from being a configuration; behind a closed folder it is as good as absent."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return "there is no such file"
    return None if stat.S_ISREG(mode) else f"it is {sort(mode)}, not a regular file"
