"""The real command in processes of its own: the emulator that serves, an apply that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.emulator.history import Asked, Entry, Moved
from reconciler.emulator.store import Store
from reconciler.emulator.wires import BY_KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.words import JsonObject, Ref

PROJECT: Final = Path(__file__).parent.parent.parent
_ENTRY: Final = "from reconciler.cli.main import entry; entry()"
COMMAND: Final = (sys.executable, "-c", _ENTRY)


def cramped(largest_file: int) -> tuple[str, ...]:
    """The command where no file can grow above so many bytes, as on a disk that is full."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file},) * 2)"
    return (sys.executable, "-c", f"{limit}; {_ENTRY}")


@dataclass(frozen=True)
class Serving:
    url: str
    store: Path
    history_file: Path

    def history(self) -> tuple[Entry, ...]:
        """Only once the emulator has ended: by then nothing is in flight."""
        rows = map(json.loads, self.history_file.read_text("utf-8").splitlines())
        return tuple(sorted(map(_entry, rows), key=lambda entry: entry.number))

    def objects(self, refs: Iterable[Ref]) -> Mapping[Ref, JsonObject]:
        store = Store(self.store, dict)
        try:
            return {ref: store.find(BY_KIND[ref.kind], ref.id) or {} for ref in refs}
        finally:
            store.close()


@contextmanager
def serving(folder: Path, seed: Path, *words: str) -> Iterator[Serving]:
    """``reconciler emulator`` until the block ends."""
    store, history = folder / "tenant.db", folder / "history.jsonl"
    files = ("--seed", str(seed), "--store", str(store), "--history", str(history))
    command = (*COMMAND, "emulator", "--requests-per-minute", "0", *files, *words)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=folder, env=environment(folder)
    ) as it:
        assert it.stdout is not None
        url = it.stdout.readline().decode().strip()
        try:
            yield Serving(url, store, history)
        finally:
            it.send_signal(signal.SIGINT)


def environment(folder: Path, token: str = "") -> dict[str, str]:
    """This one, so that a child finds what this process found, without anything of the user's own.

    The lock of the machine is in ``folder``: several rigs may run at once.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    rig = {"PYTHONPATH": str(PROJECT), "XDG_STATE_HOME": str(folder)}
    return {**own, **rig, "RECONCILER_TOKEN": token}


def _entry(row: dict[str, object]) -> Entry:
    asked, changes = row["asked"], row["changes"]
    assert isinstance(asked, dict)
    assert isinstance(changes, list)
    known = {**row, "asked": Asked(**asked), "changes": tuple(Moved(**one) for one in changes)}
    return Entry(**known)  # type: ignore[arg-type]  # a row as the emulator wrote it
