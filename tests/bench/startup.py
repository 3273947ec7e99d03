"""What a start costs: a bare interpreter, ``--version``, ``--help``, ``validate`` of one document.

    .venv/bin/python -m tests.bench.startup

Prints medians of CPU and wall time and the ratio to the bare interpreter. Ends with 1 if
``--version`` or ``--help`` costs more than five bare interpreters, ``validate`` of a good file 200 ms
or of a bad one, which is explained, 350 ms of wall time.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench.measure import RECONCILER, broken, medians, spend, table

ROUNDS: Final = 15
RATIOS: Final = {"--version": 5.0, "--help": 5.0}
WALL_SECONDS: Final = {"validate, good file": 0.2, "validate, bad file": 0.35}

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "1"
spec:
  status: STATUS
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "desired").mkdir()
        (folder / "reconciler.yaml").write_text(CONFIG, encoding="utf-8")
        for status in ("resolved", "closed"):
            text = DOCUMENT.replace("STATUS", status)
            (folder / f"desired/{status}.yaml").write_text(text, encoding="utf-8")
        validate = (RECONCILER, "validate")
        found = medians(
            {
                "python -c pass": partial(spend, (sys.executable, "-c", "pass"), folder),
                "--version": partial(spend, (RECONCILER, "--version"), folder),
                "--help": partial(spend, (RECONCILER, "--help"), folder),
                "validate, good file": partial(spend, (*validate, "desired/resolved.yaml"), folder),
                "validate, bad file": partial(
                    spend, (*validate, "desired/closed.yaml"), folder, exit_code=3
                ),
            },
            ROUNDS,
        )
    slow = [name for name, limit in WALL_SECONDS.items() if found[name].wall_seconds > limit]
    missed = broken(found, RATIOS) + slow
    sys.stdout.write(table(found, RATIOS) + "\n")
    sys.stdout.write(f"too slow: {', '.join(missed) or 'none'}\n")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
