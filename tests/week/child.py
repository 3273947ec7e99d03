"""One command in a process of its own, at the week's time: ROOT SECONDS ROOM WORDS…

It is killed; or its files have room for so many bytes (0: for all).
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

from tests.support.cli import Shell
from tests.support.fake_time import FakeTime
from tests.support.full_disk import room_for


def main() -> int:
    root, seconds, room, *words = sys.argv[1:]
    time = FakeTime()
    time.seconds = float(seconds)
    env = {"RECONCILER_TOKEN": "pipeline", "XDG_STATE_HOME": str(Path(root).parent)}
    shell = Shell(Path(root), env, time)
    with room_for(int(room)) if room != "0" else nullcontext():
        code = shell.run(*words)
    sys.stdout.write(shell.out)
    sys.stderr.write(shell.err)
    return code


if __name__ == "__main__":
    sys.exit(main())
