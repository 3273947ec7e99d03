"""One command in a process of its own, at the week's time: ROOT SECONDS WORDS… It is killed."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.cli import Shell
from tests.support.fake_time import FakeTime


def main() -> int:
    root, seconds, *words = sys.argv[1:]
    time = FakeTime()
    time.seconds = float(seconds)
    env = {"RECONCILER_TOKEN": "pipeline", "XDG_STATE_HOME": str(Path(root).parent)}
    shell = Shell(Path(root), env, time)
    code = shell.run(*words)
    sys.stdout.write(shell.out)
    return code


if __name__ == "__main__":
    sys.exit(main())
