"""Commands on hostile checkouts, each in a process of its own, and what is wrong with how it ended.

``main`` runs in a process without threads: FOLDER SEED FIRST STEP COUNT TRUE. Every case gets a checkout of
its own and two commands: forked from this warm process, or (TRUE of them) started from nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from reconciler.cli import main as cli
from reconciler.cli.parser import COMMANDS as NAMES
from tests.faults.processes import COMMAND, PROJECT
from tests.hostile.checkouts import CANARY, COMMANDS, Ground, dress
from tests.scenarios.test_no_program_starts import Evil
from tests.support.repositories import commit_all, git

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_SECONDS: Final = 30.0
MEMORY: Final = 1 << 30
"""Of addresses, on top of what this process has."""
REACHING: Final = "applied "
"""What a person's own ``.git`` says of the way to a remote holds for these: it comes with no checkout."""
CODES: Final = frozenset({0, 1, 2, 3, 4, 5, 6, 64})
WARM: Final = (
    *(f"reconciler.cli.commands.{name}" for name in NAMES),
    *("reconciler.emulator.server", "reconciler.graph", "reconciler.git.applied", "httpx"),
    *("reconciler.stories.warm", "reconciler.stories.apply", "reconciler.store.live_cache"),
)
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired/demo, kinds: {IncidentTask: true, LegacyAlert: true}}
  other: {cloud: emulator, desired: desired/other}
limits: {batchSize: 1}
guards: {maxUpdatePercent: 100, maxHighSeverityClosures: 9}
"""


@dataclass(frozen=True)
class Ended:
    code: int | None
    """None: it had to be killed."""
    said: str


def template(folder: Path) -> Path:
    """A repository that was used: a plan, an apply, a snapshot, a cache. Made by the real command."""
    root = folder / "template"
    for name in ("demo", "other"):
        (root / "desired" / name).mkdir(parents=True)
    (root / "reconciler.yaml").write_text(CONFIG)
    envelope = "apiVersion: reconciler/v1\nkind: {}\nmetadata: {{id: '{}'}}\nspec: {{status: {}}}\n"
    for name, kind, one, status in (
        ("incident", "Incident", "2972395", "resolved"),
        ("other", "Incident", "2972396", "inProgress"),
    ):
        (root / f"desired/demo/{name}.yaml").write_text(envelope.format(kind, one, status))
    git(root, "init", "--quiet", "--initial-branch=main")
    commit_all(root)
    for words in (
        "snapshot --out live.json",
        "apply --auto-approve --journal journal.jsonl",
        "plan --base none --out plan.json",
    ):
        command = (*COMMAND, *words.split())
        subprocess.run(command, cwd=root, env=_environment(folder), check=True, capture_output=True)
    return root


def case(
    number: int, seed: int, folder: Path, tally: Counter[str], *, port: int, is_true: bool
) -> Iterator[str]:
    """What is wrong, with what it takes to see it again."""
    random = Random(f"{seed}/{number}")
    home = folder / str(number)
    ground = _ground(home, folder / "template", random)
    dressed = [dress(ground, random) for _ in range(random.randint(1, 3))]
    before = tree(ground.outside)
    own = {"git: file", "git: link", "git: folder"}.intersection(dressed)
    commands = [one for one in COMMANDS if not (own and one.startswith(REACHING))]
    for words in random.sample(commands, 2):
        ended = _ended(words.format(port=port).split(), ground.root, home, is_true=is_true)
        tally[str(ended.code)] += 1
        for wrong in judge(ended, ground, before):
            yield f"case {number} of seed {seed}: {words}: {wrong} ({'; '.join(dressed)})"
    shutil.rmtree(home, ignore_errors=True)


def judge(ended: Ended, ground: Ground, before: dict[str, str]) -> Iterator[str]:
    if ended.code is None:
        yield "did not end"
    elif ended.code not in CODES:
        yield f"ended with {ended.code}: {ended.said[-600:]!r}"
    if "Traceback" in ended.said or "a defect" in ended.said:
        yield f"broke: {ended.said[-600:]!r}"
    if CANARY in ended.said:
        yield "told what stands outside"
    if tree(ground.outside) != before:
        yield "changed what lies outside"
    if ground.evil.started:
        yield f"started a program: {ground.evil.started[:300]!r}"
    leak = next((path for path in _files(ground.top) if _holds_canary(path)), None)
    if leak is not None:
        yield f"took what stands outside into {leak.relative_to(ground.top)}"


def tree(top: Path) -> dict[str, str]:
    """Every name, mode, time and byte below a folder."""
    found = {}
    for folder, names, files in os.walk(top):
        for name in (*names, *files):
            path = Path(folder, name)
            it = path.lstat()
            content = path.read_bytes() if stat.S_ISREG(it.st_mode) else b""
            told = (it.st_mode, it.st_size, it.st_mtime_ns, hashlib.sha256(content).hexdigest())
            found[str(path)] = repr(told)
    return found


def _ground(home: Path, template: Path, random: Random) -> Ground:
    outside, top = home / "outside", home / "checkout"
    (outside / "folder").mkdir(parents=True)
    document = f"kind: Incident # {CANARY}\nmetadata: {{id: '2972395'}}\n{CANARY}: x\n"
    for name in ("secret.yaml", f"folder/{CANARY}.yaml", "folder/mine.sqlite3", "folder/a.jsonl"):
        (outside / name).write_text(document)
        os.utime(outside / name, (0, 0))
    (outside / "folder/demo").mkdir()
    (outside / f"folder/demo/{CANARY}.yaml").write_text(document)
    os.mkfifo(outside / "pipe")
    evil = Evil(home / "evil")
    sort = random.choice(("repository", "monorepo", "archive"))
    root = top / "soc" if sort == "monorepo" else top
    shutil.copytree(template, root, symlinks=True)
    if sort == "monorepo":
        (root / ".git").rename(top / ".git")
    elif sort == "archive":
        shutil.rmtree(root / ".git")
    return Ground(root, top, outside, evil)


def _ended(words: list[str], cwd: Path, home: Path, *, is_true: bool) -> Ended:
    """Stdin is a pipe that nobody writes to: who reads it never ends."""
    reads, writes = os.pipe()
    said = home / "said"
    try:
        with said.open("wb") as output:
            if is_true:
                limit = (
                    f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY * 2},) * 2)"
                )
                command = (*COMMAND[:2], f"{limit}; {COMMAND[2]}", *words)
                child = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=_environment(home),
                    stdin=reads,
                    stdout=output,
                    stderr=output,
                    process_group=0,
                ).pid
            else:
                child = _forked(words, cwd, home, reads, output.fileno())
            code = _waited(child)
    finally:
        os.close(reads)
        os.close(writes)
    return Ended(code, said.read_bytes().decode("utf-8", "replace"))


def _forked(words: list[str], cwd: Path, home: Path, stdin: int, output: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setpgid(0, 0)
        for target, source in ((0, stdin), (1, output), (2, output)):
            os.dup2(source, target)
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY,) * 2)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(_environment(home))
        sys.argv[1:] = words
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(one, mode, closefd=False) for one, mode in zip((0, 1, 2), "rww", strict=True)
        )
        cli.entry()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _waited(child: int) -> int | None:
    """Its exit code; whatever it has started ends with it."""
    watched = os.pidfd_open(child)
    try:
        has_ended = bool(select.select([watched], [], [], LIMIT_SECONDS)[0])
    finally:
        os.close(watched)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if has_ended else None


def _environment(home: Path) -> dict[str, str]:
    own = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**own, "PYTHONPATH": str(PROJECT), "HOME": str(home), "HOSTILE": CANARY}


def _files(top: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(top):
        for name in files:
            path = Path(folder, name)
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_size < 1 << 24:
                yield path


def _holds_canary(path: Path) -> bool:
    return CANARY.encode() in path.read_bytes()


def main() -> None:
    """Prints what was wrong, and how often which code ended a command."""
    folder, seed, first, step, count, true = Path(sys.argv[1]), *map(int, sys.argv[2:])
    for name in WARM:
        import_module(name)
    template(folder)
    tally: Counter[str] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wrong = [
            text
            for number in range(first, count, step)
            for text in case(number, seed, folder, tally, port=port, is_true=number < true)
        ]
    sys.stdout.write(json.dumps({"wrong": wrong, "codes": tally}))


if __name__ == "__main__":
    main()
