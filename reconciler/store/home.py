"""The folder of this person on this machine that all their working copies share, and the key in it.

What lies below a repository can be put there by whoever opens a pull request. A name that is made
with this key cannot be guessed there.
"""

from __future__ import annotations

import os
from errno import EPERM
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import TYPE_CHECKING, Final

from reconciler.store.durable import make_folder
from reconciler.store.opening import folder, is_own

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.store.opening import Folder

_BYTES: Final = 32
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def home(env: Mapping[str, str]) -> Path | None:
    """``$XDG_STATE_HOME/reconciler``, else ``~/.local/state/reconciler``; made on first use.

    On Windows ``%LOCALAPPDATA%/reconciler`` comes between the two.

    None: no folder can be made or written there (no home, a disk that is read only). Raises OSError
    if somebody else owns it or may write to it.
    """
    found = _place(env)
    try:
        make_folder(found)
    except OSError:
        return None
    if not is_own(os.lstat(found)):
        raise OSError(EPERM, f"somebody else owns {os.fspath(found)!a} or may write to it")
    return found if os.access(found, os.W_OK | os.X_OK) else None


def machine_key(place: Path) -> bytes:
    """Made on first use. Raises OSError, also if it is not this person's alone."""
    with folder(place, below=place) as found:
        if not found.check("key"):
            _make(found)
        descriptor = found.open("key", os.O_RDONLY)
        with os.fdopen(descriptor, "rb") as file:
            if not is_own(os.fstat(descriptor), closed=0o077):
                raise OSError(EPERM, "the key is not for its owner alone")
            key = file.read(_BYTES)
    if len(key) < _BYTES:
        raise OSError(EPERM, "the key is cut short", os.fspath(place / "key"))
    return key


def _place(env: Mapping[str, str]) -> Path:
    names = ("XDG_STATE_HOME", "LOCALAPPDATA") if os.name == "nt" else ("XDG_STATE_HOME",)
    named = [Path(env.get(name, "")) for name in names]
    own = Path(env.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 — it never raises
    own_state = own / ".local" / "state"
    return next((one for one in named if one.is_absolute()), own_state) / "reconciler"


def _make(found: Folder) -> None:
    """Whole at once: another process may look at the same moment."""
    draft = f".key-{token_hex(8)}"
    try:
        with os.fdopen(found.open(draft, _NEW), "wb") as file:
            file.write(token_bytes(_BYTES))
        found.link(draft, "key")
    except FileExistsError:
        pass
    finally:
        found.remove(draft)
